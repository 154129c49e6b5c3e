"""One rule that the code asks to ignore, and where it says so."""

from __future__ import annotations

from datetime import date
from enum import Enum

from scanner.finding import Suppression
from scanner.lazy_dataclass import dataclass
from scanner.span import Span


class Stands(Enum):
    """How a place is told to be the block's."""

    IN_A_LINE = "in a line"
    """A comment: it belongs to the blocks of its line, of the lines that it stands above or is indented under."""
    IN_A_VALUE = "in a value"
    """A part of the block, such as ``Metadata``: it belongs to the blocks that it is inside of."""


@dataclass(frozen=True, slots=True)
class Ignore:
    """One rule of a comment, or of an entry of ``Metadata``."""

    rule: str
    key: str | None
    """The instance that is meant, as addresses have it; None for all."""
    reason: str
    until: date | None
    span: Span
    stands: Stands = Stands.IN_A_LINE
    above: int | None = None
    """The line that a comment leads to: directly below it, with no lines but comments between."""
    below: int | None = None
    """In YAML, the last line before a comment that is more than one: by indentation it may go with that block."""
    indent: int = 0
    """The column where the comment begins."""

    def is_at(self, place: Span) -> bool:
        """Whether it belongs to a block."""
        if self.stands is Stands.IN_A_VALUE:
            begins = (place.line, place.column) <= (self.span.line, self.span.column)
            return begins and (self.span.end_line, self.span.end_column) <= (place.end_line, place.end_column)
        if place.line <= self.span.line <= place.last_line:
            return True
        if self.below is not None and self.indent > place.column:
            return self.below == place.last_line
        is_as_far_left = self.below is None or self.indent <= place.column
        return self.above == place.line and is_as_far_left

    @property
    def lines(self) -> tuple[int, ...]:
        """The lines by which its blocks can be found."""
        return tuple({line for line in (self.span.line, self.above, self.below) if line is not None})

    @property
    def suppression(self) -> Suppression:
        """What a finding says of it."""
        return Suppression(self.reason, self.until, self.span)
