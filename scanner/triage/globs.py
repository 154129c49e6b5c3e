"""Globs of the configuration: ``*`` and ``?`` are the only signs, because addresses have brackets of their own.

Every pattern is matched in time linear in the text, whatever the pattern.
"""

from __future__ import annotations

import re
from functools import lru_cache

_DEEP = "**"


def matches_address(glob: str, address: str) -> bool:
    """Whether an address is one of those that the glob names; ``*`` stands for anything, dots and brackets too."""
    return _pattern(glob).fullmatch(address) is not None


def matches_path(glob: str, path: str) -> bool:
    """Whether the glob names a file or a directory that it is in. ``*`` stays in a directory, ``**`` does not."""
    wanted = tuple(part for part in glob.split("/") if part not in ("", "."))
    parts = path.split("/")
    # reached: after how many parts of the glob one can be, having gone through the parts of the path so far
    reached = _skipping({0}, wanted)
    for part in parts:
        if len(wanted) in reached:
            return True  # a directory above
        following = {number for number in reached if wanted[number] == _DEEP}
        following |= {number + 1 for number in reached - following if _pattern(wanted[number]).fullmatch(part)}
        reached = _skipping(following, wanted)
    return len(wanted) in reached


def _skipping(reached: set[int], wanted: tuple[str, ...]) -> set[int]:
    """``**`` stands for no directory, too."""
    found = set(reached)
    for number in sorted(reached):
        step = number
        while step < len(wanted) and wanted[step] == _DEEP:
            step += 1
            found.add(step)
    return found


@lru_cache(maxsize=4096)
def _pattern(glob: str) -> re.Pattern[str]:
    """The last piece may be anywhere behind the others, each of which is looked for where it comes first."""
    first, *rest = (_literal(piece) for piece in re.split(r"\*+", glob))
    if not rest:
        return re.compile(first, re.DOTALL)
    *between, last = rest
    return re.compile(first + "".join(f"(?>.*?{piece})" for piece in between) + f".*{last}", re.DOTALL)


def _literal(piece: str) -> str:
    return "".join("." if sign == "?" else re.escape(sign) for sign in piece)
