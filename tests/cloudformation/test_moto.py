"""A second opinion on templates: moto creates the stack, and IAM then has what the scanner says that it will have.

Both sides become principals: the template's facts, once the stack has given names to what has none, and the account
as IAM describes it. Names, ARNs, every policy with the way in which it arrives, boundaries, passwords, keys, tags,
trust and the decisions about signing in must be the same. The facts as they are, before there is a stack, must reach
the same decisions, and nothing in them may be in doubt.

Where moto is wrong or does nothing, the case says why (``moto``) and what the documentation says instead (``account``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from scanner.cloudformation.template.scalars import texts_throughout
from scanner.facts import (
    AccessKey,
    Attachment,
    Fact,
    Facts,
    Home,
    Identity,
    IdentityKind,
    InlinePolicy,
    LoginProfile,
    ManagedPolicy,
    Membership,
    Origin,
    Role,
    Target,
    collect,
)
from scanner.facts import Account as InAccount
from scanner.iam.pattern import Text, literal
from scanner.iam.principal import AttachedPolicy
from scanner.principals.definition import PrincipalDefinition
from scanner.principals.merge import merge
from scanner.root import RootKind
from scanner.span import Span
from scanner.truth import YES
from scanner.values import NULL, Unknown, Value, joined, of
from scanner.verdicts.console import console_access
from scanner.verdicts.sign_in import Circumstances, aws_login

pytest.importorskip("openapi_spec_validator", reason="moto's CloudFormation is not installed")

from tests.cloudformation.moto_stack import ACCOUNT, REGION, STACK, Account, create

CASES_DIRECTORY = Path(__file__).parent.parent / "cases" / "cloudformation"
KEYS = {"why", "template", "parameters", "moto", "account"}


def load_cases() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(CASES_DIRECTORY.glob("*.yaml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        for name, case in content["cases"].items():
            assert set(case) <= KEYS, (path, name)
            assert ("moto" in case) == ("account" in case), (path, name)
            template = content.get("head", "") + case["template"]
            found[f"{path.stem}: {name}"] = {**case, "template": template}
    return found


CASES = load_cases()


def test_there_are_enough_cases() -> None:
    asked = [name for name, case in CASES.items() if "moto" not in case]
    assert len(CASES) >= 80
    assert len(asked) >= 60


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)


@pytest.mark.parametrize("name", CASES)
def test_the_stack_has_what_the_template_says(name: str, scan_text: Callable[..., Facts]) -> None:
    case = CASES[name]
    parameters = {key: str(value) for key, value in case.get("parameters", {}).items()}
    facts = scan_text(case["template"], parameters=parameters, account=ACCOUNT, region=REGION)
    assert [problem.message for problem in facts.diagnostics if problem.severity.value == "error"] == []
    if "account" in case:
        account, physical = described(case["account"]), {}
    else:
        account, physical = create(case["template"], parameters)
    made = described_principals(facts_of_account(account))
    assert described_principals(Stack(physical, account).complete(facts)) == made
    before, after = merge(facts)[0], merge(facts_of_account(account))[0]
    assert sorted(map(outline, before)) == sorted(map(outline, after))


# --- What IAM says, as facts --------------------------------------------------------------------------------


def described(account: Mapping[str, Mapping[str, Any]]) -> Account:
    """The account as a case writes it, with what goes without saying."""
    found: Account = {}
    for key, written in account.items():
        kind, _, name = key.partition(" ")
        path = written.get("path", "/")
        arn = f"arn:aws:iam::{ACCOUNT}:{kind}{path}{name}"
        found[key] = {"arn": arn, **{part: value for part, value in written.items() if part != "path"}}
    return found


def facts_of_account(account: Account) -> Facts:
    facts = tuple(fact for key, one in account.items() for fact in facts_about(key, one))
    return collect("account", RootKind.CLOUDFORMATION_TEMPLATE, facts, (), frozenset())


def facts_about(key: str, one: Mapping[str, Any]) -> Iterator[Fact]:
    kind, _, name = key.partition(" ")
    origin = Origin(key, Span.whole_file(key))
    if kind == "policy":
        yield ManagedPolicy(origin, Value(name.rpartition("/")[2]), Value(name), document(one["document"]))
        return
    identity, itself = IdentityKind(kind), Target(IdentityKind(kind), address=key)
    trust = document(one["trust"]) if "trust" in one else None
    tags = of(one.get("tags", {}))
    yield Identity(
        identity, origin, Home("aws", InAccount(ACCOUNT), REGION), Value(name), Value(one["arn"]), tags, trust
    )
    for arn in one.get("attached", []):
        yield Attachment(origin, itself, Value(arn), path=None if arn.startswith("arn:") else NULL)
    for policy, text in one.get("inline", {}).items():
        yield InlinePolicy(origin, itself, Value(policy), document(text))
    if one.get("boundary"):
        yield Attachment(origin, itself, Value(one["boundary"]), Role.BOUNDARY)
    for group in one.get("groups", []):
        yield Membership(origin, itself, Value(group))
    if one.get("password"):
        yield LoginProfile(origin, itself)
    for _ in range(one.get("keys", 0)):
        yield AccessKey(origin, itself)


def document(written: Any) -> Value:
    return texts_throughout(of(written))


# --- The template's facts, after the stack is made ----------------------------------------------------------


@dataclass(frozen=True)
class Stack:
    """What is known once the stack is made."""

    physical: Mapping[str, str]
    account: Account

    def complete(self, part: Any) -> Any:
        """Facts, or a part of them, with the holes filled that the stack fills."""
        match part:
            case Value(data=Unknown() as hole):
                return replace(part, data=self.filled(hole).data, encodes=self.complete(part.encodes))
            case Value(data=tuple() as items):
                return replace(part, data=tuple(self.complete(item) for item in items))
            case Value(data=dict() as entries):
                return replace(part, data={key: self.complete(entry) for key, entry in entries.items()})
            case tuple():
                return tuple(self.complete(item) for item in part)
            case Facts() | Target() | Identity() | ManagedPolicy() | InlinePolicy() | Attachment() | Membership():
                return replace(part, **{field.name: self.complete(getattr(part, field.name)) for field in fields(part)})
            case LoginProfile() | AccessKey():
                return replace(part, user=self.complete(part.user))
            case _:
                return part

    def filled(self, hole: Unknown) -> Value:
        text = self.text_of(str(hole.symbol or ""))
        if text is not None:
            return Value(text)
        return joined(map(self.filled_piece, hole.pieces)) if hole.pieces else Value(hole)

    def filled_piece(self, piece: str | Unknown) -> str | Unknown:
        found = piece if isinstance(piece, str) else self.filled(piece).data
        assert isinstance(found, str | Unknown)
        return found

    def text_of(self, symbol: str) -> str | None:
        logical_id, _, attribute = symbol.rpartition(".")
        identifier = self.physical.get(logical_id)
        if identifier is None:
            return _STACK.get(symbol)
        start, _, end = identifier.rpartition("/")[2].partition(f"-{logical_id}")
        return {
            "Ref": identifier,
            "Name": identifier.rpartition("/")[2],
            "Ref start": start,
            "Name start": start,
            "Ref end": end,
            "Name end": end,
            "PermissionSetArn": identifier.rpartition("|")[2],
            "Arn": self.arn_of(identifier),
        }.get(attribute)

    def arn_of(self, identifier: str) -> str:
        arns = [one["arn"] for key, one in self.account.items() if "arn" in one and key.endswith(f" {identifier}")]
        return arns[0] if arns else identifier


_STACK = {"AWS::StackName": STACK}


# --- Principals, to compare ---------------------------------------------------------------------------------


def described_principals(facts: Facts) -> dict[str, Any]:
    found, problems = merge(facts)
    assert problems == ()
    return {f"{one.principal.kind.value} {known_text(one.principal.name)}": describe(one) for one in found}


def describe(definition: PrincipalDefinition) -> dict[str, Any]:
    principal = definition.principal
    policies = (*principal.policies, *principal.boundaries)
    return {
        "arn": [piece if isinstance(piece, str) else "…" for piece in principal.arn],
        "policies": {(policy.name, policy.how, policy.group): described_policy(policy) for policy in policies},
        "count": len(policies),
        "trust": principal.trust,
        "password": definition.login_profile,
        "keys": len(definition.access_keys),
        "tags": {key: known_text(value) for key, value in principal.tags.items()},
        "verdict": verdict(definition),
    }


def described_policy(policy: AttachedPolicy) -> Any:
    return policy.policy_type, policy.document, policy.applies, policy.aws_managed


def outline(definition: PrincipalDefinition) -> Any:
    """What does not need the names that the stack gives."""
    principal = definition.principal
    policies = sorted(
        (policy.policy_type.value, policy.how.value, policy.applies == YES, policy.aws_managed)
        for policy in (*principal.policies, *principal.boundaries)
    )
    return (
        principal.kind.value,
        policies,
        definition.login_profile == YES,
        len(definition.access_keys),
        *map(str, verdict(definition)),
    )


def verdict(definition: PrincipalDefinition) -> tuple[Any, ...]:
    permissions = aws_login(definition.principal, Circumstances()).permissions
    console = console_access(definition, ())
    return console.access, console.via, tuple(permission.decision.outcome for permission in permissions)


def known_text(text: Text) -> str:
    found = literal(text)
    assert found is not None, text
    return found
