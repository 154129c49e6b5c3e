"""What each root is of: a plan or a state is of a configuration, everything else of itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from scanner.options import Options
from scanner.repository import RealPaths, path_in_repository
from scanner.root import ScanRoot
from scanner.triage.run import FORMS


def root_sources(roots: Sequence[ScanRoot], options: Options) -> dict[str, str]:
    """What each root is of: a plan or state is of the configuration beside it, or of the one that the user names."""
    found: dict[str, str] = {}
    real = RealPaths()
    for root in roots:
        of = source_of(root, options)
        if root.stands_in is not None and root.kind not in FORMS:
            found[root.path] = root.path
            continue
        inside = path_in_repository(of, options.workspace, real)
        found[root.path] = real.of(of) if inside is None else inside or "."
    return found


def source_of(root: ScanRoot, options: Options) -> Path:
    """Where that is, as an absolute path."""
    if root.kind in FORMS:
        named = root.inputs.source
        return options.directory / named if named is not None else root.directory
    return root.location if root.stands_in is None else root.stands_in / root.path
