"""Comments of the programs that make templates, such as a CDK application, line by line.

Their languages are many, so none is parsed: a comment is a line that begins with a mark of comments, or what is behind
such a mark at the end of a line, if it asks for something to be ignored.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanner.regexes import anywhere

SUFFIXES = (".ts", ".mts", ".cts", ".tsx", ".js", ".mjs", ".cjs", ".jsx", ".py", ".java", ".cs", ".go", ".kt")
"""Of the files in which a comment may suppress what the program makes there."""

_COMMENT = anywhere(
    r"^[ \t]*+(?P<alone>//|#|/\*|\*(?=[ \t]))"
    r"|[\s;,(){}](?P<behind>//++|#++|/\*++)(?=[^\n]{0,80}?(?i:scan)[ \t:_-]{0,4}(?i:ignore))",
    re.MULTILINE,
)


def comments(text: str) -> Iterator[tuple[int, int]]:
    """Where each comment begins and ends, in order; the line break is no part of it."""
    position = 0
    while (found := _COMMENT.search(text, position)) is not None:
        start = found.start("alone") if found["alone"] else found.start("behind")
        end = text.find("\n", start)
        position = len(text) if end == -1 else end
        yield start, position
