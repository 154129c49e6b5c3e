"""Places and plain text as SARIF writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from scanner.escape import visible
from scanner.regexes import anywhere
from scanner.report.wording import repository_path

if TYPE_CHECKING:
    from collections.abc import Callable

    from scanner.excerpt import Excerpt
    from scanner.repository import Seen
    from scanner.span import Span
    from scanner.verdicts.document import Document

_LINK_SYNTAX = anywhere(r"[\\\[\]]")
_PLACEHOLDER = anywhere(r"\{(\d+)\}")


def plain(text: str) -> str:
    """Text inside a message, without anything that a viewer takes for a link (§3.11.6) or a placeholder (§3.11.5).

    Brackets and backslashes are escaped wherever they stand, as CodeQL does, because a viewer cannot know which of them
    begin a link. Braces are doubled only where they would be a placeholder: many viewers show both.
    """
    return _PLACEHOLDER.sub(r"{{\1}}", _LINK_SYNTAX.sub(r"\\\g<0>", visible(text)))


def begins(span: Span, directory: Seen, excerpt: Callable[[Span], Excerpt | None] | None = None) -> Document:
    """A physical location that is one line: where the span begins, with the rest of it as context (§3.29.5).

    Where the line cannot be had, its end is not known, and the region is the first character.
    """
    line, column = max(span.line, 1), max(span.column, 1)
    end = span.end_column if span.end_line == line else 0
    if not end and excerpt is not None and (shown := excerpt(span)) is not None and shown.line == line:
        end = shown.end + 1
    return {
        "artifactLocation": {"uri": uri(span.path, directory)},
        "region": {
            "startLine": line,
            "startColumn": column,
            "endLine": line,
            "endColumn": max(end, column + 1),
        },
        **({"contextRegion": {"startLine": line, "endLine": span.last_line}} if span.last_line > line else {}),
    }


def whole(span: Span, directory: Seen) -> Document:
    """A physical location of all lines of the span (§3.29)."""
    line, column = max(span.line, 1), max(span.column, 1)
    is_something = (span.end_line, span.end_column) > (line, column)
    return {
        "artifactLocation": {"uri": uri(span.path, directory)},
        "region": {
            "startLine": line,
            "startColumn": column,
            "endLine": span.end_line if is_something else line,
            "endColumn": span.end_column if is_something else column + 1,
        },
    }


def place(span: Span, directory: Seen) -> Document:
    """The same, without a region where no line is meant. GitHub refuses results that have none."""
    if span.is_whole_file:
        return {"artifactLocation": {"uri": uri(span.path, directory)}}
    return whole(span, directory)


def uri(path: str, directory: Seen) -> str:
    """Relative to the top of the repository, percent-encoded (§3.4.3), or ``file:`` for an absolute path.

    Never empty, which GitHub would refuse. Bytes of a path that are not UTF-8 are written as their escape sequences.
    """
    seen = repository_path(path, directory) or "."
    written = quote(seen.encode("utf-8", "backslashreplace"), safe="/")
    return f"file://{written}" if written.startswith("/") else written
