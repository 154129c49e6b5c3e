"""One argument of an indexed block, when the rest of the block is of no interest.

Whether a directory is a root module depends on the sources of all calls in a tree. A call may pass whole policies, and
to parse those for its source would take most of a scan's time.
"""

from __future__ import annotations

import re

from scanner.regexes import whole
from scanner.terraform.language import json_syntax, nodes, syntax
from scanner.terraform.language.blocks import IndexedBlock, argument_text

_PLAIN = whole(r'\s*"([^"\\$%\n]*)"\s*', re.ASCII)
"""A text in which nothing has to be evaluated or unescaped: most sources are one."""


def argument(block: IndexedBlock, name: str) -> nodes.Node | None:
    """The value of an argument; None if the block has none of that name. Raises ``SyntaxProblem``."""
    if block.json is not None:
        return json_syntax.argument(block, name)
    text = argument_text(block, name)
    if text is None:
        return None
    plain = _PLAIN.fullmatch(text)
    if plain is not None and plain[1].isascii():
        return nodes.Literal(plain[1], block.span)
    return syntax.parse_expression(text, block.span)
