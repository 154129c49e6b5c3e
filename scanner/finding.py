"""Findings: what a rule says of a principal."""

from __future__ import annotations

from dataclasses import field
from datetime import date
from enum import Enum

from scanner.fix import Applicability, Fix
from scanner.lazy_dataclass import dataclass
from scanner.span import Span


class Level(Enum):
    """How bad a finding is, the worst first; SARIF's words."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


LEVELS = tuple(Level)


@dataclass(frozen=True, slots=True)
class RelatedLocation:
    """Another place that belongs to a finding, and what it has to do with it."""

    message: str
    span: Span
    is_decisive: bool = False
    """Whether it is what the rule's word depends on: a statement, or something that is not known."""


@dataclass(frozen=True, slots=True)
class Place:
    """A block where a comment may suppress a finding."""

    span: Span
    key: str | None = None
    """Which of the block's instances the principal is or comes from: the instance key as the address has it (``"a"``,
    ``0``, ``*`` while it is not known), in a template the logical ID in quotation marks; None without."""


@dataclass(frozen=True, slots=True)
class Suppression:
    """Somebody's word that a finding is to be left alone."""

    reason: str
    until: date | None
    """The last day on which it counts; None for always."""
    span: Span
    """Where it is written."""


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
    source: str = ""
    """What the root is of, wherever the scan was started and in whichever form it was found: the directory of a
    configuration, of a plan and of a state, or the template, from the top of the repository."""
    subject: str = ""
    """The principal's name as the message has it."""
    around: tuple[str, ...] = ()
    """The message without it: the texts before, between and after. Findings of one block differ in nothing else."""
    url: str = ""
    """A page about the rule; empty without."""
    tags: tuple[str, ...] = ()
    """The rule's."""
    places: tuple[Place, ...] = field(default=(), compare=False)
    """Where a comment may suppress it: what defines the principal, what gives it console access, the module calls."""
    also_in: tuple[str, ...] = ()
    """Other roots in which the same principal was found, such as a plan beside the configuration."""
    suppressed: Suppression | None = None
    baselined: bool = False
    """The baseline has it."""
    fixes: tuple[Fix, ...] = ()
    """What would mend it, each by itself; the best first."""

    @property
    def is_open(self) -> bool:
        """Whether it counts: neither suppressed nor in the baseline."""
        return self.suppressed is None and not self.baselined

    @property
    def best_fix(self) -> Fix | None:
        """The one that asks the least of who applies it; of several the first."""
        order = tuple(Applicability)
        return min(self.fixes, key=lambda fix: order.index(fix.effective), default=None)

    @property
    def fingerprint(self) -> str:
        """Stays the same when lines move: made of the rule, the source and the address only."""
        identity = f"{self.rule}\0{self.source or self.root}\0{self.principal}"
        import hashlib

        return hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()[:32]
