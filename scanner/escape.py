"""Makes text from the scanned code harmless in a terminal and in a CI log: readable still, though not reversible.

Three things are dangerous there:

- characters that a terminal acts on or that reorder or hide what is shown: control and format characters (bidirectional
  overrides among them), line and paragraph separators, odd spaces, lone surrogates (which no output could encode);
- a line that begins with ``::``. GitHub's runner takes it for a command after it has trimmed white space, so indenting
  is not protection (``TryParseV2`` in actions/runner, ``src/Runner.Common/ActionCommand.cs``);
- ``##[`` anywhere in a line, by ``TryParse`` in the same file; ``##vso[`` for Azure Pipelines and ``##teamcity[`` for
  TeamCity are of the same kind.
"""

from __future__ import annotations

from scanner.regexes import anywhere, beginning

_OLD_COMMAND = anywhere(r"##(?=\w*\[)")
_LEADING_COLON = beginning(r"([^!-~]*):")
"""A colon with nothing visible in ASCII before it: comparisons that depend on a culture skip some letters too."""
_COMMAND = beginning(r"[^!-~]*+:[^!-~]*+:")
"""The same with the second colon, without which nothing is a command."""


def visible(text: str) -> str:
    """One line of text, without its dangerous characters: ``\\n``, ``\\x1b``, ``\\u202e`` stand in for them."""
    if not text.isprintable():
        text = "".join(letter if letter.isprintable() else _code(letter) for letter in text)
    return _OLD_COMMAND.sub(r"#\\u0023", text)


def inert(line: str) -> str:
    """A whole line of output, which no CI system takes for a command because of how it begins."""
    found = _LEADING_COLON.match(line)
    return f"{found[1]}\\u003a{line[found.end() :]}" if found else line


def is_inert(line: str) -> bool:
    """Whether no CI system takes a whole line of output for a command as it stands, for what must not be changed."""
    return not _COMMAND.match(line) and not _OLD_COMMAND.search(line)


def _code(letter: str) -> str:
    return letter.encode("unicode_escape").decode("ascii")
