"""From a case of ``tests/cases/iam`` to what the evaluator takes; ``case_files.py`` has the format."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from scanner import values
from scanner.cause import Cause, CauseKind
from scanner.diagnostic import Diagnostic
from scanner.iam.context import Circumstances, ControlLevel, account_of, context_of, region_of
from scanner.iam.evaluate import Decision, decide
from scanner.iam.pattern import Text, text_of
from scanner.iam.policy import DocumentKind, PolicyDocument, parse_document
from scanner.iam.principal import AttachedPolicy, How, PolicyType, Principal, PrincipalKind
from scanner.iam.request import Request
from scanner.span import Span
from scanner.symbol import Named, NameKind
from scanner.truth import NO, YES, Truth, undetermined
from scanner.values import Unknown, Value
from scanner.verdicts.question import Question
from scanner.verdicts.questions import answers
from tests.iam.case_files import ATTACHMENT_KEYS, Case, only

SPAN = Span("case", 1, 1, 1, 1)
KINDS = {PolicyType.SCP: DocumentKind.SERVICE_CONTROL, PolicyType.RCP: DocumentKind.RESOURCE_CONTROL}
HOLE = re.compile(r"<<([A-Za-z_]+)>>")
OF_THE_CODE = {"account": values.ACCOUNT, "region": values.REGION, "partition": values.PARTITION}


def unknown(name: str) -> Unknown:
    if name in OF_THE_CODE:
        return Unknown(Cause(CauseKind.MISSING_INPUT, f"the {name} is not known"), OF_THE_CODE[name])
    return Unknown(
        Cause(CauseKind.MISSING_INPUT, f'variable "{name}" has no value'), Named(NameKind.VALUE, f"var.{name}")
    )


def text_value(text: str, span: Span | None = None) -> Value:
    pieces = HOLE.split(text)
    return values.joined((unknown(piece) if at % 2 else piece for at, piece in enumerate(pieces)), span)


def value_of(data: object) -> Value:
    """What YAML describes, as the front-ends would hand it over."""
    match data:
        case str():
            return text_value(data)
        case list():
            return Value(tuple(value_of(item) for item in data))
        case dict():
            return Value({key: value_of(item) for key, item in data.items()})
    return values.of(data)


def text(data: object) -> Text:
    found = text_of(value_of(data))
    assert found is not None, f"{data!r} is not a string"
    return found


def truth_of(data: object) -> Truth:
    if isinstance(data, str):
        found = value_of(data).unknown
        assert found is not None, f"{data!r} is neither true nor false nor a hole"
        return undetermined(found.cause)
    return YES if data else NO


def document(written: object, kind: DocumentKind) -> PolicyDocument:
    """JSON text gets the positions of a heredoc that begins on line 0, so that its lines count from 1."""
    if isinstance(written, list):
        written = {"Version": "2012-10-17", "Statement": written}
    if isinstance(written, str):
        lines = written.count("\n") + (not written.endswith("\n"))
        return parse_document(text_value(written, Span("policy", 0, 1, lines + 1, 2)), kind)
    return parse_document(value_of(written), kind)


def attached(written: object, policy_type: PolicyType, number: int) -> AttachedPolicy:
    kind = KINDS.get(policy_type, DocumentKind.IDENTITY)
    applies = YES
    if isinstance(written, Mapping) and "document" in written:
        only(written, ATTACHMENT_KEYS, "an attached policy")
        applies = truth_of(written["perhaps"])
        written = written["document"]
    name = f"{policy_type.name.lower()}-{number}"
    return AttachedPolicy(policy_type, name, document(written, kind), How.ATTACHED, SPAN, applies)


def every(written: Sequence[object], policy_type: PolicyType) -> tuple[AttachedPolicy, ...]:
    return tuple(attached(item, policy_type, number) for number, item in enumerate(written, 1))


def identity_policies(given: Mapping[str, Any]) -> Sequence[object]:
    if "condition" in given:
        return [[{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": given["condition"]}]]
    if "statements" in given:
        return [given["statements"]]
    policies: Sequence[object] = given.get("policies", ())
    return policies


def principal_of(given: Mapping[str, Any]) -> Principal:
    about = given["principal"]
    kind = PrincipalKind(about["kind"])
    resource = "user" if kind is PrincipalKind.USER else "role"
    account = about["account"] or given["request"].get("account") or "<<account>>"
    arn = about.get("arn", f"arn:{about['partition']}:iam::{account}:{resource}/{about['name']}")
    tags = value_of(about["tags"])
    return Principal(
        kind=kind,
        name=text(about["name"]),
        arn=text(arn),
        partition=about["partition"],
        account=about["account"] or given["request"].get("account"),
        tags={key: text(item) for key, item in about["tags"].items()} if tags.unknown is None else {},
        tags_doubt=tags.unknown.cause if tags.unknown is not None else None,
        policies=every(identity_policies(given), PolicyType.IDENTITY),
        boundaries=every([given["boundary"]] if "boundary" in given else [], PolicyType.BOUNDARY),
        trust=document(about["trust"], DocumentKind.TRUST) if "trust" in about else None,
    )


def circumstances_of(given: Mapping[str, Any]) -> Circumstances:
    context = []
    for key, found in given["context"].items():
        listed = found if isinstance(found, list) else [found]
        context.append((key, None if found is None else tuple(json_word(item) for item in listed)))
    return Circumstances(
        region=given["request"]["region"],
        context=tuple(context),
        scp_levels=(ControlLevel(every(given.get("scps", ()), PolicyType.SCP)),),
        resource_control_policies=every(given.get("rcps", ()), PolicyType.RCP),
    )


def json_word(item: object) -> str:
    return str(item).lower() if isinstance(item, bool) else str(item)


def resource_of(written: str, principal: Principal, circumstances: Circumstances) -> Text:
    own: dict[str, Text] = {
        "partition": (principal.partition,),
        "region": region_of(circumstances),
        "account": account_of(principal),
    }
    found: list[Any] = []
    for at, piece in enumerate(re.split(r"\{(partition|region|account)\}", written)):
        found.extend(own[piece] if at % 2 else (piece,))
    return tuple(part for part in found if part != "")


def decision_of(case: Case) -> tuple[Decision, tuple[Diagnostic, ...]]:
    principal = principal_of(case.given)
    circumstances = circumstances_of(case.given)
    if "ask" in case.given:
        (answer,) = answers(principal, circumstances, [Question(**case.given["ask"])])
        decision = answer.decision
    else:
        resource = resource_of(case.given["request"]["resource"], principal, circumstances)
        action = case.given["request"]["action"]
        request = Request(action, resource, context_of(principal, circumstances, action))
        decision = decide(principal, request, circumstances)
    policies = (
        *principal.policies,
        *principal.boundaries,
        *(policy for level in circumstances.scp_levels for policy in level.policies),
        *circumstances.resource_control_policies,
    )
    diagnostics = tuple(found for policy in policies for found in policy.document.diagnostics)
    return decision, diagnostics
