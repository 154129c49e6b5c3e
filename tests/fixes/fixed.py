"""What becomes of files when the fixes of their findings are applied, and how that differs."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from scanner.fix import Applicability, Edit
from scanner.fixes.text.source import source
from scanner.lazy_dataclass import dataclass
from scanner.report.report import Report
from tests.scans import scanned, write


@dataclass(frozen=True, slots=True)
class Fixed:
    """One round."""

    before: Report
    files: Mapping[str, bytes]
    after: Report


def fixed(files: Mapping[str, str | bytes], *paths: str) -> Fixed:
    """Apply everything that is offered, once, and scan again."""
    with TemporaryDirectory() as name:
        before, there = _fixed(Path(name), files, paths)
        return Fixed(before, there, scanned(Path(name), *paths, offers_fixes=True))


def files_fixed(files: Mapping[str, str | bytes]) -> Mapping[str, bytes]:
    """What becomes of the files, for tests that have no question about the scan afterwards."""
    with TemporaryDirectory() as name:
        return _fixed(Path(name), files, ())[1]


def _fixed(
    folder: Path, files: Mapping[str, str | bytes], paths: tuple[str, ...]
) -> tuple[Report, Mapping[str, bytes]]:
    write(folder, files)
    before = scanned(folder, *paths, offers_fixes=True)
    for path, edits in edits_of(before).items():
        (folder / path).write_bytes(changed(folder / path, edits))
    return before, {path: (folder / path).read_bytes() for path in files}


def changed(file: Path, edits: Iterable[Edit]) -> bytes:
    """What is in a file after edits."""
    was = source(file.name, file.read_bytes())
    assert was is not None
    return was.encoded(was.changed(edits))


def edits_of(report: Report) -> dict[str, list[Edit]]:
    """The edits of all fixes that can be applied, by path, each once."""
    found: dict[str, list[Edit]] = {}
    for finding in report.findings:
        for fix in finding.fixes:
            for edit in fix.edits if fix.applicability is not Applicability.DISPLAY else ():
                known = found.setdefault(edit.span.path, [])
                if edit not in known:
                    known.append(edit)
    return found


def told(files: Mapping[str, str | bytes], found: Fixed) -> str:
    """What is offered in words, and how the files differ."""
    words = dict.fromkeys(
        f"{fix.applicability.value}: {fix.description}\n" for finding in found.before.findings for fix in finding.fixes
    )
    lines = [line for path, was in sorted(files.items()) for line in _difference(path, was, found.files[path])]
    return "".join([*words, *lines])


def _difference(path: str, was: str | bytes, now: bytes) -> list[str]:
    before = was if isinstance(was, str) else was.decode()
    old, new = (text.splitlines(keepends=True) for text in (before, now.decode()))
    found = difflib.unified_diff(old, new, path, path, n=2)
    return [line if line.endswith("\n") else f"{line}\n" for line in found]
