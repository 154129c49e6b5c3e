"""From a file to what it says: picks the reader by what is in it."""

from __future__ import annotations

from pathlib import Path

from scanner.looks import unnoted
from scanner.source_file import PLAIN, UnreadableFileError, read_bytes, wide_encoding
from scanner.terraform.plans.json_sections import Sections, sections
from scanner.terraform.plans.plan_document import PlanDocument, PlanError
from scanner.terraform.plans.plan_json import prior_document, shown_document
from scanner.terraform.plans.recognition import ARCHIVE
from scanner.terraform.plans.state_file import stored_document

MAX_BYTES = 1024 * 1024 * 1024
"""Plans of large estates have some hundred megabytes."""


def read_document(path: Path, *, prior: bool = False) -> PlanDocument:
    """Read a plan or a state of any kind; with ``prior`` what there was before the plan. Raises ``PlanError``."""
    try:
        with unnoted():  # a program has made it for one scan
            data = read_bytes(path, MAX_BYTES, within=PLAIN)
    except UnreadableFileError as problem:
        raise PlanError(str(problem)) from problem
    if data.startswith(ARCHIVE):
        from scanner.terraform.plans.plan_file import read_plan_file, read_prior

        return read_prior(data) if prior else read_plan_file(data)
    return json_document(sections(_utf8(data)), prior=prior)


def json_document(found: Sections, *, prior: bool = False) -> PlanDocument:
    """A plan or a state in JSON; with ``prior`` what there was before the plan. Raises ``PlanError``."""
    if found.encryption_version is not None:
        raise PlanError("OpenTofu has encrypted it; `tofu show -json` prints what can be scanned")
    if found.format_version is None and found.version is not None and found.serial is not None:
        return stored_document(found)
    return prior_document(found) if prior else shown_document(found)


def _utf8(data: bytes) -> bytes:
    """Without byte order mark. Windows PowerShell writes what it redirects as UTF-16, or UTF-32."""
    encoding = wide_encoding(data)
    if encoding is not None:
        try:
            return data.decode(encoding).removeprefix("\ufeff").encode()
        except UnicodeError as problem:
            raise PlanError(f"it looks like {encoding[:6].upper()} but is not") from problem
    return data.removeprefix(b"\xef\xbb\xbf")
