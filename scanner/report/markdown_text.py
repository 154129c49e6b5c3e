"""Text from the scanned code inside Markdown: it is read as text, whatever it says.

GitHub and GitLab do more with a comment than Markdown does: ``@team`` notifies people, ``#1``, ``!1`` and ``GH-1`` link
to an issue and leave a trace there, a bare address becomes a link, ``:x:`` a picture, ``$x$`` a formula. They find
those in the text of the rendered page, so no escape of Markdown's helps. What they do leave alone is code. So of a text
only plain words stay as they are. Whatever has another letter in it, such as a name, a path or an action, is set as
code, which is how it reads best anyway.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from scanner.escape import visible
from scanner.regexes import anywhere, beginning, whole

if TYPE_CHECKING:
    from collections.abc import Iterable

_TOKENS = anywhere(r"""(?<!\S)([("']?)`([^`]+)`([.,;:)"']*)(?!\S)|\S+""")
"""What a message already sets as code, or a word. White space stays between two, so that no code runs into another."""
_PLAIN = whole(r"""["'(]{0,2}(?:[^\W\d_]+(?:['-][^\W\d_]+)*|\d+)[.,;:)"'?]{0,3}""")
"""A word, perhaps with an apostrophe or a hyphen in it, or a number; punctuation around it that means nothing."""
_COMMIT = whole(r"\W*[0-9a-fA-F]{7,}\W*")
"""Might be the name of a commit."""
_OPENING, _CLOSING = "(\"'", ".,;:)\"'"
"""Punctuation of the sentence stays out of the code."""


def prose(text: str) -> str:
    """A sentence as inline Markdown. It must not begin a line: what begins one may be a list or a heading."""
    return _TOKENS.sub(_token, visible(text))


def code(text: str) -> str:
    """The whole text as code."""
    return _span(visible(text))


def link(markdown: str, url: str) -> str:
    """Inline Markdown that leads to an address; without one, or with one that is none for a browser, it stays alone."""
    if not beginning(r"https?://[^/]").match(url) or not url.isprintable():
        return markdown
    return f"[{markdown}]({quote(url, safe=':/?#@!$&+,;=%~')})"


def suggestion(lines: Iterable[str]) -> str:
    """Lines that are to take the place of others, in the form in which GitHub offers that to a reviewer.

    They stand there as they are, so there must be nothing in them that would have to be escaped.
    """
    shown = list(lines)
    fence = "`" * max(_longest_run(shown) + 1, 3)
    return "".join(f"{line}\n" for line in (f"{fence}suggestion", *shown, fence))


def _longest_run(texts: Iterable[str]) -> int:
    """How many backquotes follow each other at most."""
    return max((len(run) for text in texts for run in anywhere("`+").findall(text)), default=0)


def _token(found: re.Match[str]) -> str:
    if found[2] is not None:
        return f"{found[1]}{_span(found[2])}{found[3]}"
    token = found[0]
    if _PLAIN.fullmatch(token) and not _COMMIT.fullmatch(token):
        return token
    before = token[0] if token[0] in _OPENING else ""
    inner = token.removeprefix(before).rstrip(_CLOSING)
    if not inner:
        return _span(token)
    return f"{before}{_span(inner)}{token[len(before) + len(inner) :]}"


def _span(text: str) -> str:
    """CommonMark 6.1: fenced by more backquotes than there are in it, and one space at either end is taken away."""
    if not text.strip():
        text = f'"{text}"'
    fence = "`" * (_longest_run([text]) + 1)
    padding = " " if text[0] in "` " or text[-1] in "` " else ""
    return f"{fence}{padding}{text}{padding}{fence}"
