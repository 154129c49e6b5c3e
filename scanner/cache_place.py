"""Whether outcomes may be kept in a directory: who only writes the code must not write what the next scan believes."""

from __future__ import annotations

from pathlib import Path

from scanner import file_system
from scanner.git_index import Index, UnknownIndexError
from scanner.tree import leads_out, top_above


def mistake_in_cache(cache: Path, directory: Path) -> str | None:
    """A clause about a directory that came with the code, whole or in part; None for any other.

    A directory in a work tree is fine as long as git tracks nothing in it: a run before, or a CI system, made it.
    """
    if leads_out(cache, directory):
        return f"{_NOT_USED.format(cache)}a link leads out of the work tree that it is in"
    real = file_system.real(directory / cache)
    top = top_above(real)
    if top is None or top == real:
        return None
    try:
        is_tracked = Index(top).has(real.relative_to(top).as_posix())
    except UnknownIndexError as problem:
        return f"{_NOT_USED.format(cache)}git may track it: its index cannot be read ({problem})"
    return f"{_NOT_USED.format(cache)}git tracks files in it: they came with the code" if is_tracked else None


_NOT_USED = 'the cache directory "{}" is not used, because '
