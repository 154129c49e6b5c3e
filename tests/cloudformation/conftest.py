from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pytest

from scanner.extraction import extract
from scanner.root import Inputs, RootKind, ScanRoot
from tests.scans import write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from scanner.facts import Facts


@pytest.fixture
def scan_text(tmp_path: Path) -> Callable[..., Facts]:
    """The facts of a template given as text; keyword arguments are those of ``Inputs``, parameters as a mapping."""

    def scan(text: str, parameters: dict[str, str] | None = None, **inputs: str) -> Facts:
        write(tmp_path, {"template.yaml": textwrap.dedent(text)})
        given = Inputs(parameters=tuple((parameters or {}).items()), **inputs)  # type: ignore[arg-type] # texts only
        path = tmp_path / "template.yaml"
        return extract(ScanRoot(RootKind.CLOUDFORMATION_TEMPLATE, path.name, path, tmp_path, given))

    return scan
