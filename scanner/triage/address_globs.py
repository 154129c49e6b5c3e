"""Patterns for addresses: ``*`` and ``?`` are the only signs, because addresses have brackets of their own.

Every pattern is matched in time linear in the text, whatever the pattern.
"""

from __future__ import annotations

import re
from functools import lru_cache

from scanner.regexes import anywhere, whole


def matches_address(glob: str, address: str) -> bool:
    """Whether an address is one of those that the glob names; ``*`` stands for anything, dots and brackets too."""
    return _pattern(glob).fullmatch(address) is not None


@lru_cache(maxsize=4096)
def _pattern(glob: str) -> re.Pattern[str]:
    """The last piece may be anywhere behind the others, each of which is looked for where it comes first."""
    first, *rest = (_literal(piece) for piece in anywhere(r"\*+").split(glob))
    if not rest:
        return whole(first, re.DOTALL)
    *between, last = rest
    return whole(first + "".join(f"(?>.*?{piece})" for piece in between) + f".*{last}", re.DOTALL)


def _literal(piece: str) -> str:
    return "".join("." if sign == "?" else re.escape(sign) for sign in piece)
