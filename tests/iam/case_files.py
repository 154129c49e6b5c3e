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
    ask          instead of the request's action and resource: what a rule asks for, as it is written there
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

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tests.tables import TABLES, SafeLoader, table

DIRECTORY = TABLES / "iam"

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
GIVEN_KEYS = {
    "principal",
    "request",
    "context",
    "condition",
    "statements",
    "policies",
    "boundary",
    "scps",
    "rcps",
    "ask",
}
EXPECTED_KEYS = {"outcome", "causes", "blocked_by", "malformed", "console"}
CASE_KEYS = {"name", "cites"} | GIVEN_KEYS | EXPECTED_KEYS
MALFORMED_KEYS = {"says", "line"}
CONSOLE_KEYS = {"access", "via"}
ASK_KEYS = {"action", "resource"}
ATTACHMENT_KEYS = {"document", "perhaps"}
POLICY_KINDS = ("condition", "statements", "policies")


class CaseError(Exception):
    """A case file that does not follow the format above."""


class Case(NamedTuple):
    topic: str
    name: str
    given: Mapping[str, Any]
    expected: Mapping[str, Any]


class UniqueKeys(SafeLoader):
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
    content = table(path, UniqueKeys)
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
    only(case.get("ask", {}), ASK_KEYS, f"{where}, ask")
    only(case.get("malformed", {}), MALFORMED_KEYS, f"{where}, malformed")
    if not isinstance(case.get("malformed", {"says": ""}).get("says"), str):
        raise CaseError(f"{where}: malformed says no text")
    only(case.get("console", {}), CONSOLE_KEYS, f"{where}, console")


def gather() -> list[Case]:
    return [case for path in sorted(DIRECTORY.glob("*.yaml")) for case in read_cases(path)]
