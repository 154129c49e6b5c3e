"""Asks the project's own evaluator."""

from __future__ import annotations

from scanner import values
from scanner.iam import pattern
from scanner.iam.context import Circumstances, ControlLevel
from scanner.iam.evaluate import decide
from scanner.iam.policy import parse_document
from scanner.iam.principal import AttachedPolicy, How, PolicyType, Principal, PrincipalKind
from scanner.iam.request import ContextValue, Fixed, Presence, Request
from scanner.span import Span
from tools.evaluators.case import ACCOUNT, PRINCIPAL, Case, Document
from tools.evaluators.generate import KEYS

_SPAN = Span("case", 1, 1, 1, 1)


def answer(case: Case) -> str:
    """One of the five outcomes; a settled case should only have ``allowed`` and the two denials."""
    context: dict[str, ContextValue] = {key.lower(): Presence.ABSENT for key in (*KEYS, "aws:nothing")}
    for key, found in case.context.items():
        context[key.lower()] = Fixed(tuple((text,) for text in found))
    principal = Principal(
        kind=PrincipalKind.USER,
        name=("alice",),
        arn=(PRINCIPAL,),
        partition="aws",
        account=ACCOUNT,
        tags={},
        policies=_attached(case.identity, PolicyType.IDENTITY),
        boundaries=_attached(case.boundary, PolicyType.BOUNDARY),
    )
    circumstances = Circumstances(scp_levels=(ControlLevel(_attached(case.scps, PolicyType.SCP)),))
    return decide(principal, Request(case.action, (case.resource,), context), circumstances).outcome.value


def problems(document: Document) -> list[str]:
    """What is wrong with a document."""
    return [found.message for found in parse_document(values.of(document)).diagnostics]


def action_matches(action_pattern: str, action: str) -> bool:
    """Whether an ``Action`` element names the action."""
    return glob_matches(action_pattern.lower(), action.lower())


def glob_matches(text_pattern: str, text: str) -> bool:
    """Whether a pattern without ARN structure matches."""
    return pattern.matches(pattern.parse_wildcards(text_pattern), (text,)).is_yes


def _attached(documents: tuple[Document, ...], policy_type: PolicyType) -> tuple[AttachedPolicy, ...]:
    return tuple(
        AttachedPolicy(
            policy_type, f"{policy_type.value} {number}", parse_document(values.of(document)), How.ATTACHED, _SPAN
        )
        for number, document in enumerate(documents)
    )
