"""What most tests need: a scan of files that are written into an empty directory."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from scanner.config import Options
from scanner.pipeline import scan
from scanner.report.report import Report
from scanner.root import Inputs

Scan = Callable[..., Report]

# Continuous integration tries the same examples each time; elsewhere every run tries new ones.
settings.register_profile("ci", derandomize=True, deadline=None)
if os.environ.get("CI"):
    settings.load_profile("ci")


@pytest.fixture
def scan_files(tmp_path: Path) -> Scan:
    """Write files (text, or bytes) below an empty directory and scan it, or the paths that are named."""

    def run(files: Mapping[str, str | bytes], *paths: str, inputs: Inputs | None = None, **options: Any) -> Report:
        for name, content in files.items():
            file = tmp_path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content if isinstance(content, bytes) else content.encode())
        given = Options(paths=paths or (".",), directory=tmp_path, inputs=inputs or Inputs(), debug=True, **options)
        return scan(given)

    return run


def verdicts(report: Report) -> dict[str, tuple[str, str]]:
    """Console access and ``aws login`` on the same device, by address."""
    return {
        found.definition.address: (
            found.console.access.value,
            next(iter(found.aws_login.permissions)).decision.outcome.value,
        )
        for found in report.principals
    }
