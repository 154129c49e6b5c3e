"""Wildcards in paths as regular expressions that take time linear in the path, whatever the pattern.

A ``*`` goes back over what it took, so ``*a*a*b`` tries every pair of ``a`` there is. It need not: what stands between
two ``*`` may as well be looked for where it comes first, once and for all, because the second one takes whatever is in
between. The same holds for what stands between two ``**``. Only what stands behind the last one is looked for from the
end.
"""

from __future__ import annotations

from collections.abc import Sequence

INSIDE = "[^/]*"
"""What ``*`` is."""
_DIRECTORIES = "(?:[^/]+/)*"


def of_name(pieces: Sequence[str]) -> str:
    """Matches a part of a path, of the expressions that ``*`` divides. Each takes a fixed number of characters."""
    first, *rest = pieces
    if not rest:
        return first
    *between, last = rest
    return first + "".join(f"(?>{INSIDE}?{piece})" for piece in between) + INSIDE + last


def of_path(parts: Sequence[str]) -> str:
    """Matches a path, of the expressions of those parts that ``**`` divides; the first may be empty."""
    first, *rest = parts
    if not rest:
        return first
    *between, last = rest
    begin = f"{first}/" if first else ""
    return begin + "".join(f"(?>{_DIRECTORIES}?{part}/)" for part in between) + _DIRECTORIES + last
