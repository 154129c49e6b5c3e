"""Why something is undetermined.

Every doubt in the scanner carries a cause from the place where it arose to the report. The kind decides which of
the two words a doubtful decision gets: doubts about the code make it ``unknown``, doubts about the request's
context make it ``conditional`` (see ``scanner.iam.evaluate``).
"""

from __future__ import annotations

from dataclasses import field
from enum import Enum

from scanner.lazy_dataclass import dataclass
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
    RESOURCE = "resource"

    @property
    def concerns_request(self) -> bool:
        """True for what only the request can settle; no amount of infrastructure code would."""
        return self in (CauseKind.CONTEXT_KEY, CauseKind.REGION, CauseKind.RESOURCE)


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason for a doubt. Two causes that say the same are the same, wherever they arose."""

    kind: CauseKind
    detail: str
    """A noun phrase that fits after "depends on": ``variable "team", which has no value``; see ``docs/messages.md``."""
    span: Span | None = field(default=None, compare=False)

    def sort_key(self) -> tuple[str, str]:
        """An order that depends only on what the cause says."""
        return self.kind.value, self.detail


ACCOUNT_ID = Cause(CauseKind.MISSING_INPUT, "the account ID, which is not known (--account)")
"""Why something is open that names the account which the code is applied in."""

NOT_INSTALLED = "is not installed"
"""How the cause for a module ends that ``terraform init`` would install."""

FROM_ACCOUNT = "which is read from the account"
"""How the cause for a value ends that no code has, but a plan may."""


def clause(message: str) -> str:
    """A message as it stands inside another sentence: its first sentence, without capital and full stop."""
    first = message.split(". ", 1)[0].rstrip(".")
    return first[:1].lower() + first[1:] if first[1:2].islower() or first[1:2] == " " else first
