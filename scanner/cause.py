"""Why something is undetermined.

Every doubt in the scanner carries a cause from the place where it arose to the report. The kind decides which of
the two words a doubtful decision gets: doubts about the code make it ``unknown``, doubts about the request's
context make it ``conditional`` (see ``scanner.iam.evaluate``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from scanner.span import Span


class CauseKind(Enum):
    """What would have to be known."""

    KNOWN_AFTER_APPLY = "known-after-apply"
    MISSING_INPUT = "missing-input"
    UNRESOLVED_REFERENCE = "unresolved-reference"
    MISSING_MODULE = "missing-module"
    MISSING_POLICY = "missing-policy"
    MALFORMED = "malformed"
    UNSUPPORTED = "unsupported"
    CYCLE = "cycle"
    CONTEXT_KEY = "context-key"
    REGION = "region"

    @property
    def concerns_request(self) -> bool:
        """True for what only the request can settle; no amount of infrastructure code would."""
        return self in (CauseKind.CONTEXT_KEY, CauseKind.REGION)


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason for a doubt. Two causes that say the same are the same, wherever they arose."""

    kind: CauseKind
    detail: str
    """What is missing, as the end of a sentence: ``variable "team" has no value``."""
    span: Span | None = field(default=None, compare=False)

    def sort_key(self) -> tuple[str, str]:
        """An order that depends on nothing but what the cause says."""
        return self.kind.value, self.detail
