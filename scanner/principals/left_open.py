"""Principals whose policies could not be worked out: they may be allowed or denied anything.

Nobody is lost, and nothing is decided by a part of the policies that reach somebody.
"""

from __future__ import annotations

from dataclasses import replace

from scanner.budget import BudgetSpentError
from scanner.cause import Cause, CauseKind
from scanner.iam.policy import PolicyDocument, opaque
from scanner.iam.principal import AttachedPolicy, How, PolicyType
from scanner.lazy_dataclass import dataclass
from scanner.principals.definition import PrincipalDefinition
from scanner.span import Span


@dataclass(frozen=True, slots=True)
class LeftOpen:
    """What stands in the place of policies, the same for everybody."""

    cause: Cause
    policies: tuple[AttachedPolicy, ...]
    trust: PolicyDocument

    def of(self, definition: PrincipalDefinition) -> PrincipalDefinition:
        """The principal with policies of which nothing is known. What else is known of it stays."""
        principal = definition.principal
        trust = None if principal.trust is None else self.trust
        return replace(definition, principal=replace(principal, policies=self.policies, boundaries=(), trust=trust))


def left_open(problem: BudgetSpentError, place: Span) -> LeftOpen:
    """For the principals of a root that takes more steps than there are, which was noticed at a place."""
    cause = Cause(CauseKind.UNSUPPORTED, f"the policies that reach it, because {problem}", place)
    document = opaque(cause)
    policy = AttachedPolicy(
        PolicyType.IDENTITY, "the policies that reach it", document, How.ATTACHED, place, aws_managed=None
    )
    return LeftOpen(cause, (policy,), document)
