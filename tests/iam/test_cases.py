"""The decision tables in tests/cases/iam: what AWS documents, case by case.

A file is one topic:

    pages      short names for the AWS documentation pages that the cases cite
    defaults   optional: ``principal``, ``request`` and ``context`` that the cases share
    cases      the cases

A case has these keys; all but the first two and the expectation have defaults.

    name         what it shows, as a sentence
    cites        {page: the clause, in our own words}

    principal    kind (user, role, permission_set), name, account (null: not known), partition, tags, arn, trust,
                 login_profile (true, false or a hole); a user alice of account 111122223333 unless it says otherwise
    condition    short for one policy that allows everything under this Condition block
    statements   short for one policy of version 2012-10-17 with these statements
    policies     identity-based policies. Each is a list of statements (version 2012-10-17), a document, JSON text, or
                 {document: one of these, perhaps: a hole} when it is not certain that the policy is attached
    boundary     a permissions boundary, written as a policy is
    scps, rcps   control policies, written as policies are
    request      action; resource, in which {partition}, {region} and {account} are the request's own; region (null:
                 free); account, as --account gives it
    context      context keys: a value, a list of values, or null for absent. Keys that are not there are free

    outcome      allowed, conditional, unknown, implicit_deny, explicit_deny
    causes       optional: pieces of text, each of which some cause of the outcome has
    blocked_by   optional: layers (boundary, scp) that certainly do not allow the request; none, if it is not there
    malformed    {says: a piece of the diagnostic, line: its line in the JSON text}; without it nothing may be malformed
    console      instead of an outcome: {access, via} that the principal has

``<<name>>`` is a hole: a value, or a piece of a text, that depends on a variable without value. ``<<account>>``,
``<<region>>`` and ``<<partition>>`` are the account, region and partition that the code is applied in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from scanner import values
from scanner.cause import Cause, CauseKind
from scanner.console import console_access
from scanner.diagnostic import Diagnostic
from scanner.iam.context import Circumstances, ControlLevel, account_of, context_of, region_of
from scanner.iam.evaluate import Decision, decide
from scanner.iam.pattern import Text, text_of
from scanner.iam.policy import DocumentKind, PolicyDocument, parse_document
from scanner.iam.principal import AttachedPolicy, PolicyType, Principal, PrincipalKind
from scanner.iam.request import Request
from scanner.span import Span
from scanner.symbol import Named, NameKind
from scanner.truth import NO, YES, Truth, undetermined
from scanner.values import Unknown, Value

DIRECTORY = Path(__file__).parent.parent / "cases" / "iam"
FEWEST_CASES = 300

ACCOUNT = "111122223333"
PRINCIPAL = {"kind": "user", "name": "alice", "account": ACCOUNT, "partition": "aws", "tags": {}}
REQUEST = {
    "action": "signin:CreateOAuth2Token",
    "resource": "arn:{partition}:signin:{region}:{account}:oauth2/public-client/localhost",
    "region": "eu-west-1",
}

FILE_KEYS = {"pages", "defaults", "cases"}
DEFAULTS_KEYS = {"principal", "request", "context"}
PRINCIPAL_KEYS = {*PRINCIPAL, "arn", "trust", "login_profile"}
REQUEST_KEYS = {*REQUEST, "account"}
GIVEN_KEYS = {"principal", "request", "context", "condition", "statements", "policies", "boundary", "scps", "rcps"}
EXPECTED_KEYS = {"outcome", "causes", "blocked_by", "malformed", "console"}
CASE_KEYS = {"name", "cites"} | GIVEN_KEYS | EXPECTED_KEYS
MALFORMED_KEYS = {"says", "line"}
CONSOLE_KEYS = {"access", "via"}
ATTACHMENT_KEYS = {"document", "perhaps"}
POLICY_KINDS = ("condition", "statements", "policies")

SPAN = Span("case", 1, 1, 1, 1)
KINDS = {PolicyType.SCP: DocumentKind.SERVICE_CONTROL, PolicyType.RCP: DocumentKind.RESOURCE_CONTROL}
LAYERS = {"boundary": PolicyType.BOUNDARY, "scp": PolicyType.SCP, "rcp": PolicyType.RCP}


class CaseError(Exception):
    """A case file that does not follow the format above."""


class Case(NamedTuple):
    topic: str
    name: str
    given: Mapping[str, Any]
    expected: Mapping[str, Any]


# --- Reading the files -----------------------------------------------------------------------------------------------


class UniqueKeys(yaml.SafeLoader):
    """YAML in which a mapping may not have a key twice: the second one would silently win."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]  # type: ignore[no-untyped-call]
        for key in keys:
            if keys.count(key) > 1:
                raise CaseError(f"line {node.start_mark.line + 1}: the key {key!r} appears twice")
        return super().construct_mapping(node, deep=deep)


def only(mapping: object, known: set[str], where: str) -> None:
    if not isinstance(mapping, Mapping):
        raise CaseError(f"{where}: not a mapping")
    unknown = set(mapping) - known
    if unknown:
        raise CaseError(f"{where}: unknown keys {sorted(map(str, unknown))}")


def read_cases(path: Path) -> Iterator[Case]:
    content = yaml.load(path.read_text(encoding="utf-8"), Loader=UniqueKeys)  # noqa: S506 # it is a safe loader
    only(content, FILE_KEYS, path.name)
    defaults = content.get("defaults", {})
    only(defaults, DEFAULTS_KEYS, f"{path.name}, defaults")
    for page, address in content["pages"].items():
        if not address.startswith("https://docs.aws.amazon.com/"):
            raise CaseError(f"{path.name}: the page {page} is none of AWS's documentation")
    cited: set[str] = set()
    for case in content["cases"]:
        where = f"{path.name}: {case.get('name')}"
        check(case, set(content["pages"]), where)
        cited |= set(case["cites"])
        given = {key: value for key, value in case.items() if key in GIVEN_KEYS}
        for key, own in (("principal", PRINCIPAL), ("request", REQUEST), ("context", {})):
            given[key] = {**own, **defaults.get(key, {}), **case.get(key, {})}
        only(given["principal"], PRINCIPAL_KEYS, f"{where}, principal")
        only(given["request"], REQUEST_KEYS, f"{where}, request")
        yield Case(path.stem, case["name"], given, {key: case[key] for key in EXPECTED_KEYS & set(case)})
    if cited != set(content["pages"]):
        raise CaseError(f"{path.name}: no case cites {sorted(set(content['pages']) - cited)}")


def check(case: Mapping[str, Any], pages: set[str], where: str) -> None:
    only(case, CASE_KEYS, where)
    missing = {"name", "cites"} - set(case)
    if missing:
        raise CaseError(f"{where}: {sorted(missing)} is missing")
    only(case["cites"], pages, f"{where}, cites")
    if not case["cites"] or not all(isinstance(clause, str) and clause for clause in case["cites"].values()):
        raise CaseError(f"{where}: it cites no clause")
    if ("outcome" in case) is ("console" in case):
        raise CaseError(f"{where}: it expects either an outcome or console access")
    if len(set(POLICY_KINDS) & set(case)) > 1:
        raise CaseError(f"{where}: condition, statements and policies exclude each other")
    only(case.get("malformed", {}), MALFORMED_KEYS, f"{where}, malformed")
    if not isinstance(case.get("malformed", {"says": ""}).get("says"), str):
        raise CaseError(f"{where}: malformed says no text")
    only(case.get("console", {}), CONSOLE_KEYS, f"{where}, console")


def gather() -> list[Case]:
    return [case for path in sorted(DIRECTORY.glob("*.yaml")) for case in read_cases(path)]


# --- From a case to what the evaluator takes -------------------------------------------------------------------------

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
    return AttachedPolicy(policy_type, name, document(written, kind), "attached", SPAN, applies)


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
        address="aws_iam_user.this",
        origin="terraform",
        root=".",
        span=SPAN,
        arn=text(arn),
        partition=about["partition"],
        account=about["account"] or given["request"].get("account"),
        tags={key: text(item) for key, item in about["tags"].items()} if tags.unknown is None else {},
        tags_doubt=tags.unknown.cause if tags.unknown is not None else None,
        policies=every(identity_policies(given), PolicyType.IDENTITY),
        boundaries=every([given["boundary"]] if "boundary" in given else [], PolicyType.BOUNDARY),
        trust=document(about["trust"], DocumentKind.TRUST) if "trust" in about else None,
        login_profile=truth_of(about.get("login_profile", False)),
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
    resource = resource_of(case.given["request"]["resource"], principal, circumstances)
    action = case.given["request"]["action"]
    request = Request(action, resource, context_of(principal, circumstances, action))
    policies = (
        *principal.policies,
        *principal.boundaries,
        *(policy for level in circumstances.scp_levels for policy in level.policies),
        *circumstances.resource_control_policies,
    )
    diagnostics = tuple(found for policy in policies for found in policy.document.diagnostics)
    return decide(principal, request, circumstances), diagnostics


# --- The tests -------------------------------------------------------------------------------------------------------

CASES = gather()


def identifier(case: Case) -> str:
    return f"{case.topic}: {case.name}"


@pytest.mark.parametrize("case", [case for case in CASES if "outcome" in case.expected], ids=identifier)
def test_decision(case: Case) -> None:
    decision, diagnostics = decision_of(case)
    assert decision.outcome.value == case.expected["outcome"], [str(cause.detail) for cause in decision.causes]
    for piece in case.expected.get("causes", ()):
        assert any(piece in cause.detail for cause in decision.causes), (piece, decision.causes)
    assert decision.blocked_by == {LAYERS[layer] for layer in case.expected.get("blocked_by", ())}
    check_malformed(case, diagnostics)


@pytest.mark.parametrize("case", [case for case in CASES if "console" in case.expected], ids=identifier)
def test_console_access(case: Case) -> None:
    principal = principal_of(case.given)
    access = console_access(principal)
    wanted = case.expected["console"]
    assert access.access.value == wanted["access"]
    assert sorted(via.value for via in access.via) == sorted(wanted.get("via", ()))
    for piece in case.expected.get("causes", ()):
        assert any(piece in cause.detail for cause in access.causes), (piece, access.causes)
    check_malformed(case, principal.trust.diagnostics if principal.trust is not None else ())


def check_malformed(case: Case, diagnostics: Sequence[Diagnostic]) -> None:
    wanted = case.expected.get("malformed")
    if wanted is None:
        assert [found.detail for found in diagnostics] == []
        return
    assert diagnostics, "nothing is said to be malformed"
    assert wanted["says"] in diagnostics[0].detail
    if "line" in wanted:
        assert diagnostics[0].span.line == wanted["line"]


def test_the_tables_are_there_and_say_each_thing_once() -> None:
    assert len(CASES) >= FEWEST_CASES
    names = [identifier(case) for case in CASES]
    assert sorted(names) == sorted(set(names))
    outcomes = {case.expected.get("outcome") for case in CASES} - {None}
    assert outcomes == {"allowed", "conditional", "unknown", "implicit_deny", "explicit_deny"}


@pytest.mark.parametrize(
    "wrong",
    [
        "cases: [{name: a, cites: {p: b}, outcome: allowed, statement: []}]",
        "cases: [{name: a, cites: {q: b}, outcome: allowed}]",
        "cases: [{name: a, cites: {}, outcome: allowed}]",
        "cases: [{name: a, cites: {p: b}}]",
        "cases: [{name: a, cites: {p: b}, outcome: allowed, console: {access: 'no'}}]",
        "cases: [{name: a, cites: {p: b}, outcome: allowed, principal: {sort: user}}]",
        "cases: [{name: a, cites: {p: b}, outcome: allowed, request: {verb: get}}]",
        "cases: [{name: a, cites: {p: b}, outcome: allowed, malformed: {say: c}}]",
        "cases: [{name: a, cites: {p: b}, outcome: allowed, statements: [], policies: []}]",
        "cases: [{name: a, name: c, cites: {p: b}, outcome: allowed}]",
        "cases: []",
        "cases: []\nmore: []",
    ],
)
def test_a_case_file_with_a_slip_is_refused(wrong: str, tmp_path: Path) -> None:
    path = tmp_path / "slip.yaml"
    path.write_text(f"pages: {{p: 'https://docs.aws.amazon.com/x'}}\n{wrong}\n", encoding="utf-8")
    with pytest.raises(CaseError):
        list(read_cases(path))
