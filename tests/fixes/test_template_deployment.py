"""Fixed templates are as good as they were to others: cfn-lint finds no new error, and moto makes the same stack.

What the account has afterwards differs in what is granted, and in nothing else.
"""

from __future__ import annotations

from collections import Counter

import pytest

pytest.importorskip("openapi_spec_validator", reason="moto's CloudFormation is not installed")

from tests.cloudformation.moto_clients import REGION
from tests.fixes.fix_snapshots import place
from tests.fixes.fixed import files_fixed
from tests.fixes.stack_accounts import deployed, grants
from tests.fixes.test_template_round_trip import CASES

pytestmark = pytest.mark.slow


NOT_DEPLOYED = {
    "a policy in China": "moto has the policies of one partition",
    "people-and-groups.yaml": "a group of another stack",
    "the managed policy misspelled": "there is no stack before it is mended",
    "two documents": "a template is one document",
}


def is_changed(case: str) -> bool:
    """Whether there is a patch, by the snapshot."""
    snapshot = place(case, "cloudformation")
    return snapshot.exists() and "+++" in snapshot.read_text()


def is_deployed(case: str) -> bool:
    """Whether moto can make a stack of it: one file, in which nothing has to be looked up or rewritten."""
    text = next(iter(CASES[case].values()))
    words = ("Transform", "AWS::CloudFormation::Stack", "changeSet", "ImportValue")
    return len(CASES[case]) == 1 and case not in NOT_DEPLOYED and not any(word in text for word in words)


CHANGED = [case for case in CASES if is_changed(case)]
DEPLOYED = [case for case in CHANGED if is_deployed(case)]
LINTED = [
    "a boundary",
    "a choice between a list and nothing",
    "a password under a condition",
    "a policy with variables",
    "one of the two actions in a text",
    "properties in a loop",
    "a stack set whose template is written out",
    "JSON with tabs",
]
"""A few: cfn-lint takes seconds."""


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)


@pytest.mark.parametrize("case", DEPLOYED)
def test_the_stack_is_the_same_but_for_the_grant(case: str) -> None:
    ((path, before),) = CASES[case].items()
    after = files_fixed({path: before})[path].decode()
    account, made = deployed(before)
    new_account, new_made = deployed(after)
    assert made == new_made
    assert grants(account, new_account)


def test_most_are_deployed() -> None:
    assert len(DEPLOYED) > len(CHANGED) * 2 / 3


@pytest.mark.parametrize("case", LINTED)
def test_cfn_lint_finds_no_new_error(case: str) -> None:
    ((path, before),) = CASES[case].items()
    after = files_fixed({path: before})[path].decode()
    assert errors(after) <= errors(before)


def errors(template: str) -> Counter[str]:
    """How often cfn-lint finds which error."""
    from tests.cfn_lint import linted_everywhere

    return Counter(found.rule.id for found in linted_everywhere(template) if found.rule.severity == "error")
