"""Findings: what a rule says of a principal."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import Enum

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

    @property
    def fingerprint(self) -> str:
        """Stays the same when lines move: made of the rule, the source and the address only."""
        identity = f"{self.rule}\0{self.source or self.root}\0{self.principal}"
        return hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()[:32]
