"""Organizations that tests make, and what a scan of them reports."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from scanner.configuration.load import Values
from scanner.organization.request import Request
from scanner.organization.scan import Maps, scan_all
from scanner.report.json import render
from scanner.report.report import Report
from scanner.work.roots import Roots
from tests.scans import write

MANIFEST = "repositories.jsonl"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
USER = """resource "aws_iam_user" "u" {
  name = "NAME"
}
resource "aws_iam_user_login_profile" "u" {
  user = aws_iam_user.u.name
}
"""


def user(name: str) -> str:
    """A console user who cannot run `aws login`."""
    return USER.replace("NAME", name)


def manifest(folder: Path, items: Iterable[Mapping[str, Any] | str]) -> None:
    """Write a manifest; texts are lines as they are."""
    lines = [item if isinstance(item, str) else json.dumps(item) for item in items]
    write(folder, {MANIFEST: "".join(f"{line}\n" for line in lines)})


def here(kept: Any) -> Any:
    """What works on roots in this process."""
    return Roots(1, kept)


def organized(folder: Path, given: Values | None = None, maps: Maps = here, **request: Any) -> Report:
    """The report of the manifest in a directory."""
    asked = Request(MANIFEST, folder, given or {}, {}, **{"offers_fixes": False, **request})
    with scan_all(asked, maps) as found:
        return found.report


def printed(folder: Path, maps: Maps = here, **request: Any) -> str:
    """The same in JSON."""
    return render(organized(folder, maps=maps, **request), "1")
