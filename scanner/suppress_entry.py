"""An entry of ``suppress`` in the configuration: findings to be left alone, described from outside the code."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from scanner.lazy_dataclass import dataclass
from scanner.span import Span


@dataclass(frozen=True, slots=True)
class SuppressEntry:
    """What a finding has to be like, and why it does not matter. What is None says nothing; one of three is given."""

    rule: str | None
    """Its id."""
    address: str | None
    """A glob for the principal's address."""
    path: str | None
    """A pattern for the file, as ``scanner.globs`` has them."""
    reason: str
    until: date | None
    """The last day on which it counts; None for always."""
    span: Span
    """Where it is written."""
    base: Path | None = None
    """The directory that ``path`` is written for: that of the configuration file. None for the working directory."""
