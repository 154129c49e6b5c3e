"""Findings are suppressed first, then told once for all forms; those that are left may be in the baseline."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from scanner import file_system
from scanner.diagnostic import Diagnostic
from scanner.finding import Finding
from scanner.suppress_entry import SuppressEntry
from scanner.triage.baseline import Compared, compare
from scanner.triage.baseline_file import load, save
from scanner.triage.run import Run
from scanner.triage.suppressions import suppress
from scanner.triage.viewpoint import Viewpoint, viewpoint

Fold = Callable[[tuple[Finding, ...]], tuple[Finding, ...]]


def triage(
    findings: Sequence[Finding],
    entries: Sequence[SuppressEntry],
    baseline: str | None,
    write_baseline: str | None,
    run: Run,
    fold: Fold,
) -> tuple[tuple[Finding, ...], tuple[Diagnostic, ...]]:
    """The findings as they are to be reported, in their order, and what is wrong with suppressions and the baseline.

    Each form of a principal is suppressed by itself; ``fold`` makes one finding of those that say the same.

    A baseline that is to be written is written, and without another it is what the findings are compared with as it was
    before. Raises ``BaselineError``.
    """
    marked, problems = suppress(findings, entries, run)
    found = fold(marked)
    if baseline is None and write_baseline is None:
        return found, problems
    files = _Files(run)
    written = write_baseline is not None and (baseline is None or files.are_same(baseline, write_baseline))
    compared = files.compared(found, baseline or write_baseline or "", may_be_missing=written)
    if write_baseline is not None:
        files.save(write_baseline, compared if written else files.compared(found, write_baseline, may_be_missing=True))
    said = compared.warnings(files.viewpoint(baseline or write_baseline or ""), written=written)
    return compared.findings, (*problems, *said)


class _Files:
    """Baselines by their paths from the working directory."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._directory = file_system.real(run.directory)

    def are_same(self, one: str, other: str) -> bool:
        return file_system.real(self._directory / one) == file_system.real(self._directory / other)

    def viewpoint(self, path: str) -> Viewpoint:
        return viewpoint(self._directory / path, self._run.workspace)

    def compared(self, findings: Sequence[Finding], path: str, *, may_be_missing: bool) -> Compared:
        view = self.viewpoint(path)
        is_missing = may_be_missing and not file_system.is_there(self._directory / path)
        known = () if is_missing else load(path, self._directory)
        return compare(findings, map(view.absolute, known), self._run, view.top)

    def save(self, path: str, compared: Compared) -> None:
        view = self.viewpoint(path)
        save(path, self._directory, map(view.relative, compared.updated))
