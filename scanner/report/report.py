"""The report: what a scan hands to the formats, and the exit status that follows from it."""

from __future__ import annotations

from collections import Counter
from dataclasses import field, replace
from typing import TYPE_CHECKING

from scanner.diagnostic import Diagnostic, Severity
from scanner.finding import LEVELS, Finding, Level
from scanner.fix import Applicability
from scanner.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from scanner.changes.change import Change
    from scanner.rules.rule import Rule
    from scanner.verdicts.assessed_principal import AssessedPrincipal


@dataclass(frozen=True, slots=True)
class Report:
    """Everything a scan found. All parts are sorted: the same input gives the same report."""

    roots: int
    files: int
    principals: tuple[AssessedPrincipal, ...]
    findings: tuple[Finding, ...]
    """Those that are suppressed or in the baseline as well."""
    diagnostics: tuple[Diagnostic, ...] = ()
    rules: tuple[Rule, ...] = ()
    """The rules that were followed, by id."""
    changes: tuple[Change, ...] | None = None
    """What is different from what there was before, the worst first; None where nobody compares."""
    drift: tuple[Change, ...] | None = None
    """Where the code and the accounts beside it are not the same; None without account data."""
    is_about_changes: bool = False
    """Whether the findings are those of principals who are changed, and no others."""
    hidden: int = 0
    """How many findings that count are below the level that the user wants to see."""
    open_findings: tuple[Finding, ...] = field(init=False, compare=False)
    """The findings that count."""
    counts: dict[Level, int] = field(init=False, compare=False)
    """How many of them there are, by level."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "open_findings", tuple(found for found in self.findings if found.is_open))
        found = Counter(finding.level for finding in self.open_findings)
        object.__setattr__(self, "counts", {level: found[level] for level in LEVELS})

    def at_least(self, level: Level) -> Report:
        """The same report without the findings below a level, and without the rules that have made them: whom those
        pass cannot be told from it."""
        levels = LEVELS[: LEVELS.index(level) + 1]
        shown = tuple(found for found in self.findings if found.level in levels)
        if len(shown) == len(self.findings):
            return self
        made = replace(self, findings=shown, rules=tuple(rule for rule in self.rules if rule.level in levels))
        return replace(made, hidden=len(self.open_findings) - len(made.open_findings))

    @property
    def suppressed(self) -> int:
        """How many findings are suppressed."""
        return sum(found.suppressed is not None for found in self.findings)

    @property
    def baselined(self) -> int:
        """How many findings are in the baseline and not suppressed."""
        return sum(found.baselined and found.suppressed is None for found in self.findings)

    @property
    def fixable(self) -> dict[Applicability, int]:
        """How many findings that count have a fix, by who can apply the best of each."""
        best = (found.best_fix for found in self.open_findings)
        found = Counter(fix.effective for fix in best if fix is not None)
        return {each: found[each] for each in Applicability}

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """What makes the scan incomplete."""
        return tuple(found for found in self.diagnostics if found.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What could not be followed, although nothing is wrong with it."""
        return tuple(found for found in self.diagnostics if found.severity is Severity.WARNING)


def exit_status(report: Report, fail_on: Level | None) -> int:
    """1 for a finding at or above the level (None: never), else 2 for an incomplete scan, else 0."""
    failing = LEVELS[: LEVELS.index(fail_on) + 1] if fail_on is not None else ()
    if any(report.counts[level] for level in failing):
        return 1
    return 2 if report.errors else 0
