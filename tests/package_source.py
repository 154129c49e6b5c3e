"""The source of the scanner as trees, parsed once, for tests of what it may not do anywhere."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import cache

from tests.scans import ROOT

PACKAGE = ROOT / "scanner"


@cache
def trees() -> Mapping[str, ast.Module]:
    """The tree of each file, by its path below the package."""
    return {
        file.relative_to(PACKAGE).as_posix(): ast.parse(file.read_text(encoding="utf-8"))
        for file in sorted(PACKAGE.rglob("*.py"))
    }
