"""What most tests need: a scan of files that are written into an empty directory."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from scanner.report.report import Report
from scanner.work.assessor import RECURSION_LIMIT
from tests.scans import Scan, scanned, write

# Continuous integration tries the same examples each time, and no test fails because the machine is busy; elsewhere
# every run tries new ones.
settings.register_profile("ci", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
if os.environ.get("CI"):
    settings.load_profile("ci")


# A scan raises the limit; Hypothesis warns about examples that do.
sys.setrecursionlimit(RECURSION_LIMIT)
os.environ["XDG_CACHE_HOME"] = os.devnull  # no test leaves outcomes to another, or to the user who runs it


NO_BROWSER = "there is no browser"
"""How the reason begins for which tests in one are skipped."""
SLOW = "\npytestmark = pytest.mark.slow\n"


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave files that are slow as a whole out before they are imported, which takes seconds."""
    leaves_out = config.option.markexpr == "not slow" and collection_path.suffix == ".py"
    return True if leaves_out and SLOW in collection_path.read_text(encoding="utf-8") else None


def pytest_collection_finish() -> None:
    """Look for circles less often, as a scan itself does, and not among what was collected: a sixth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say it where tests in a browser did not run: nobody asks why tests are skipped."""
    reasons = {str(report.longrepr[2]) for report in terminalreporter.stats.get("skipped", ())}
    for reason in sorted(one for one in reasons if NO_BROWSER in one):
        terminalreporter.write_line(f"NOT TESTED in a browser: {reason}", yellow=True)


@pytest.fixture
def scan_files(tmp_path: Path) -> Scan:
    """Write files (text, or bytes) below an empty directory and scan it, or the paths that are named."""

    def run(files: Mapping[str, str | bytes], *paths: str, **options: Any) -> Report:
        write(tmp_path, files)
        return scanned(tmp_path, *paths, **options)

    return run
