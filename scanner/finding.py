"""Findings and the report: what a scan hands to the formats."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from enum import Enum

from scanner.diagnostic import Diagnostic, Severity
from scanner.iam.principal import Principal
from scanner.span import Span
from scanner.verdicts.console import ConsoleAccess
from scanner.verdicts.sign_in import AwsLogin


class Level(Enum):
    """How bad a finding is, the worst first; SARIF's words."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


LEVELS = tuple(Level)


@dataclass(frozen=True, slots=True)
class AssessedPrincipal:
    """A principal with everything that was decided about it: what rules select from."""

    principal: Principal
    console: ConsoleAccess
    aws_login: AwsLogin


@dataclass(frozen=True, slots=True)
class RelatedLocation:
    """Another place that belongs to a finding, and what it has to do with it."""

    message: str
    span: Span


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule's word on one principal."""

    rule: str
    level: Level
    title: str
    """The rule's title: one line, without anything from the scanned code."""
    message: str
    help: str
    principal: str
    """Address."""
    root: str
    span: Span
    related: tuple[RelatedLocation, ...] = ()

    @property
    def fingerprint(self) -> str:
        """Stays the same when lines move: made of the rule, the root and the address only."""
        identity = f"{self.rule}\0{self.root}\0{self.principal}"
        return hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything a scan found. All parts are sorted: the same input gives the same report."""

    roots: int
    files: int
    principals: tuple[AssessedPrincipal, ...]
    findings: tuple[Finding, ...]
    diagnostics: tuple[Diagnostic, ...] = ()
    suppressed: int = 0
    baselined: int = 0
    counts: dict[Level, int] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        found = Counter(finding.level for finding in self.findings)
        object.__setattr__(self, "counts", {level: found[level] for level in LEVELS})

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
