"""An entry of the configuration that says which findings are to be left alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from scanner.span import Span


@dataclass(frozen=True, slots=True)
class SuppressEntry:
    """Findings that meet all that it says are suppressed. It says at least one of rule, address and path."""

    rule: str | None
    """The id of a rule; None for any."""
    address: str | None
    """A glob for the principal's address; None for any."""
    path: str | None
    """A glob for the file of the finding, from the directory of the configuration file; None for any."""
    reason: str
    until: date | None
    """The last day on which it counts; None for always."""
    span: Span
    """Where it is written."""
