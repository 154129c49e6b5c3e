"""Permissions that rules ask for: any action on any resource, decided as those of ``aws login`` are.

Theory. A question is a request that is open wherever its text has a ``*``:

- the whole resource: any resource at all;
- the partition, the account: the principal's own, as in every request that it makes by itself;
- the region: the region of the request, which is free unless it is given;
- anything else in an ARN: any text without a colon, so the question is about all such resources.

Any other text means itself. What is open and is neither the account nor the region is a hole whose cause is the
resource, so the outcome is one about all resources that the question means (``scanner.iam.evaluate``): ``allowed`` or
``explicit_deny`` on every one of them, ``implicit_deny`` if none is allowed, and ``conditional`` if it depends on which
one it is. A question about a permission of ``aws login`` is the same request as the scanner's own.

Policies name resources of other accounts (roles to assume, buckets), so a literal account ID is not taken to be the
principal's own while that is not known: the answer is ``unknown``, because of the account ID.

The region that people sign in through is that of requests to sign in, and of resources in a region that the question
leaves open. For others it is not taken to be known: requests to services without regions go to one of their own, and a
resource of any name may be anywhere.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-requestedregion
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from scanner.cause import Cause, CauseKind
from scanner.iam.context import (
    REGION_CAUSE,
    REQUEST_REGION_CAUSE,
    RESOURCE_CAUSE,
    Circumstances,
    account_of,
    context_of,
    open_region,
    region_of,
)
from scanner.iam.evaluate import decide
from scanner.iam.pattern import Hole, Text
from scanner.iam.principal import Principal
from scanner.iam.request import ContextValue, Request
from scanner.truth import undetermined
from scanner.verdicts.question import ANY, Question
from scanner.verdicts.sign_in import ACTIONS, Permission


def answers(
    principal: Principal,
    circumstances: Circumstances,
    questions: Iterable[Question],
    own: Mapping[str, ContextValue] | None = None,
) -> tuple[Permission, ...]:
    """What IAM answers to each of the questions, in their order. Its own keys may be given, as for ``context_of``."""
    return tuple(_answer(principal, circumstances, question, own) for question in questions)


def without_mfa(circumstances: Circumstances) -> Circumstances:
    """The circumstances of console sessions without MFA, whatever the user says of it.

    The key is there in all of them; its age is not:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-multifactorauthpresent
    """
    assumed = (("aws:MultiFactorAuthPresent", ("false",)), ("aws:MultiFactorAuthAge", None))
    return replace(circumstances, context=(*circumstances.context, *assumed))


def _answer(
    principal: Principal, circumstances: Circumstances, question: Question, own: Mapping[str, ContextValue] | None
) -> Permission:
    circumstances = _bound(circumstances, question)
    region = _region(circumstances, question)
    resource = tuple(_joined(_resource(principal, region, question.resource)))
    context = context_of(principal, circumstances, question.action, region, own)
    signs_in = question.action.lower() in _SIGN_IN
    decision = decide(principal, Request(question.action, resource, context), circumstances, guesses_account=signs_in)
    return Permission(question.action, None, question.resource, decision)


def _bound(circumstances: Circumstances, question: Question) -> Circumstances:
    """With the resource control policies as doubts, where it is not certain that they bind the service."""
    service = question.action.partition(":")[0].lower()
    if not circumstances.resource_control_policies or service in _BOUND_BY_RCPS:
        return circumstances
    doubt = undetermined(Cause(CauseKind.UNSUPPORTED, f"whether resource control policies bind the service {service}"))
    return replace(
        circumstances,
        resource_control_policies=tuple(
            replace(policy, applies=policy.applies & doubt) for policy in circumstances.resource_control_policies
        ),
    )


_BOUND_BY_RCPS = frozenset({"s3", "sts", "kms", "sqs", "secretsmanager", "signin"})
"""Services that are known to take part. AWS adds more from time to time; of those nothing is taken for granted:
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
"""

_SIGN_IN = frozenset(action.lower() for action in ACTIONS)
_ANY_RESOURCE = Hole(frozenset({RESOURCE_CAUSE}))
_ANY_NAME = Hole(frozenset({RESOURCE_CAUSE}), one_segment=True)


def _region(circumstances: Circumstances, question: Question) -> Text:
    if question.action.lower() in _SIGN_IN:
        return region_of(circumstances, REGION_CAUSE)
    segments = question.resource.split(":", 5)
    is_regional = len(segments) == 6 and segments[3] == ANY
    return region_of(circumstances, REQUEST_REGION_CAUSE) if is_regional else open_region(REQUEST_REGION_CAUSE)


def _resource(principal: Principal, region: Text, written: str) -> Iterator[str | Hole]:
    if written == ANY:
        yield _ANY_RESOURCE
        return
    _, partition, service, where, account, rest = written.split(":", 5)
    yield f"arn:{principal.partition if partition == ANY else partition}:{service}:"
    yield from region if where == ANY else (where,)
    yield ":"
    yield from account_of(principal) if account == ANY else (account,)
    yield ":"
    for number, text in enumerate(rest.split(ANY)):
        if number:
            yield _ANY_NAME
        yield text


def _joined(parts: Iterable[str | Hole]) -> Iterator[str | Hole]:
    """The parts with adjacent texts as one, and none of them empty."""
    text = ""
    for part in parts:
        if isinstance(part, str):
            text += part
            continue
        if text:
            yield text
        text = ""
        yield part
    if text:
        yield text
