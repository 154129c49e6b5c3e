"""What IAM says of an account, as facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

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
    PolicyUse,
    Target,
    collect,
)
from scanner.facts import Account as InAccount
from scanner.root import RootKind
from scanner.span import Span
from scanner.values import NULL, Value, of
from tests.cloudformation.moto_clients import ACCOUNT, REGION, Account


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
        yield Attachment(origin, itself, Value(one["boundary"]), PolicyUse.BOUNDARY)
    for group in one.get("groups", []):
        yield Membership(origin, itself, Value(group))
    if one.get("password"):
        yield LoginProfile(origin, itself)
    for _ in range(one.get("keys", 0)):
        yield AccessKey(origin, itself)


def document(written: Any) -> Value:
    return texts_throughout(of(written))
