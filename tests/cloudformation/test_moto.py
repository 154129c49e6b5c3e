"""A second opinion on templates: moto creates the stack, and IAM then has what the scanner says that it will have.

Both sides become principals: the template's facts, once the stack has given names to what has none, and the account
as IAM describes it. Names, ARNs, every policy with the way in which it arrives, boundaries, passwords, keys, tags,
trust and the decisions about signing in must be the same. The facts as they are, before there is a stack, must reach
the same decisions, and nothing in them may be in doubt.

Where moto is wrong or does nothing, the case says why (``moto``) and what the documentation says instead (``account``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from scanner.facts import Facts
from scanner.iam.pattern import Text, literal
from scanner.iam.principal import AttachedPolicy
from scanner.principals.definition import PrincipalDefinition
from scanner.principals.merge import merge
from scanner.truth import YES
from scanner.verdicts.console import console_access
from scanner.verdicts.sign_in import Circumstances, aws_login

pytest.importorskip("openapi_spec_validator", reason="moto's CloudFormation is not installed")

from tests.cloudformation.account_facts import described, facts_of_account
from tests.cloudformation.completed_stack import Stack
from tests.cloudformation.moto_clients import ACCOUNT, REGION
from tests.cloudformation.moto_stack import create
from tests.tables import TABLES, table

pytestmark = pytest.mark.slow

CASES_DIRECTORY = TABLES / "cloudformation"
KEYS = {"why", "template", "parameters", "moto", "account"}


def load_cases() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(CASES_DIRECTORY.glob("*.yaml")):
        content = table(path)
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
