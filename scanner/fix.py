"""What would mend a finding: edits of the scanned files."""

from __future__ import annotations

from enum import Enum

from scanner.lazy_dataclass import dataclass
from scanner.span import Span


class Applicability(Enum):
    """Who may apply a fix."""

    SAFE = "safe"
    """Anybody: it says what the code was plainly meant to say."""
    UNSAFE = "unsafe"
    """Who has read it: it grants a permission."""
    DISPLAY = "display"
    """Nobody but a person, by hand."""


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """Text that takes the place of a region of a file; a region without characters is where it is put in.

    A byte order mark stands before the first column, and is in no region. Line breaks are those of the file.
    """

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """What is to be done about a finding."""

    description: str
    """An order, without a full stop: ``attach SignInLocalDevelopmentAccess to aws_iam_user.ada``."""
    applicability: Applicability
    edits: tuple[Edit, ...] = ()
    """Sorted, none touches another. Empty where there is no text that could be given."""

    @property
    def effective(self) -> Applicability:
        """Who can apply it: nobody but a person where there is no text that could be applied."""
        return self.applicability if self.edits else Applicability.DISPLAY
