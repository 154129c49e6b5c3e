"""Trouble in the input, as a value that is returned beside whatever could still be worked out."""

from __future__ import annotations

from enum import Enum

from scanner.lazy_dataclass import dataclass
from scanner.shortened import shortened
from scanner.span import Span


class Severity(Enum):
    """Whether the scan is incomplete (error) or merely could not follow something (warning)."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """What is wrong with the input and where. Errors make the scan's exit status 2."""

    severity: Severity
    summary: str
    """Short, without user text: ``Invalid policy document``."""
    detail: str
    """Whole sentences: what is wrong, why it matters, what to do (``docs/messages.md``)."""
    span: Span
    root: str = ""
    """The scan root in which it was met; filled in by the pipeline."""

    @property
    def message(self) -> str:
        """One line for reports."""
        return f"{self.summary}: {self.detail}" if self.detail else self.summary


def as_sentence(message: str) -> str:
    """A message that an exception carries, as a whole sentence."""
    begins_with_a_word = message.partition(" ")[0].isalpha()
    capital = message[:1].upper() if begins_with_a_word else message[:1]
    return f"{capital}{message[1:].rstrip('.')}."


def error(summary: str, detail: str, span: Span) -> Diagnostic:
    """Part of the input could not be read as what it claims to be."""
    return Diagnostic(Severity.ERROR, summary, shortened(detail), span)


def warning(summary: str, detail: str, span: Span) -> Diagnostic:
    """Something legal could not be followed; everything else in the report holds."""
    return Diagnostic(Severity.WARNING, summary, shortened(detail), span)


def internal_error(problem: Exception, path: str) -> Diagnostic:
    """What the report says of an error of our own on a root or a file."""
    detail = f"The scanner failed here ({type(problem).__name__}: {problem}). --debug shows where."
    return error("Internal error", detail, Span.whole_file(path))


def bound_exceeded(message: str, span: Span) -> Diagnostic:
    """There is more to do for a root than is done; what it says beyond that is left open."""
    return error("Bound exceeded", as_sentence(message), span)
