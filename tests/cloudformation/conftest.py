from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pytest

from scanner.cloudformation.extract import extract
from scanner.root import Inputs, RootKind, ScanRoot

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from scanner.facts import Facts


@pytest.fixture
def scan_text(tmp_path: Path) -> Callable[..., Facts]:
    """The facts of a template given as text; keyword arguments are those of ``Inputs``, parameters as a mapping."""

    def scan(text: str, parameters: dict[str, str] | None = None, **inputs: str) -> Facts:
        path = tmp_path / "template.yaml"
        path.write_text(textwrap.dedent(text))
        given = Inputs(parameters=tuple((parameters or {}).items()), **inputs)  # type: ignore[arg-type] # texts only
        return extract(ScanRoot(RootKind.CLOUDFORMATION_TEMPLATE, "template.yaml", path, tmp_path, given))

    return scan
