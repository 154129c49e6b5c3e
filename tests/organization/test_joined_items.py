"""Items that are about one account: users in one repository, groups and policies in others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.joining.test_joining import ARN, GRANTED, GROUP, INLINE, MEMBER, OTHER, OWN, POLICY, USER
from tests.joining.test_remote_states import KEPT, READS
from tests.organization.organizations import manifest, organized, printed
from tests.scans import verdicts, write

PEOPLE, TEAMS, POLICIES = "org/people", "org/teams", "policies"
FILES = {
    f"{PEOPLE}/main.tf": USER + MEMBER,
    f"{TEAMS}/iam/main.tf": GROUP + GRANTED % ARN,
    f"{POLICIES}/main.tf": POLICY,
}


def items(**accounts: str) -> list[dict[str, Any]]:
    return [{"path": path, "account": accounts.get(path.rpartition("/")[2], OWN)} for path in (PEOPLE, TEAMS, POLICIES)]


@pytest.mark.parametrize(
    ("accounts", "wanted"),
    [({}, "allowed"), ({"teams": OTHER}, "unknown"), ({"policies": OTHER}, "unknown"), ({"people": OTHER}, "unknown")],
)
def test_items_of_one_account(accounts: dict[str, str], wanted: str, tmp_path: Path) -> None:
    write(tmp_path, FILES)
    manifest(tmp_path, items(**accounts))
    assert verdicts(organized(tmp_path))["aws_iam_user.ann"] == ("yes", wanted)


def test_places_are_those_of_the_other_item(tmp_path: Path) -> None:
    write(tmp_path, {**FILES, f"{POLICIES}/main.tf": POLICY.replace('"Allow"', '"Deny"')})
    manifest(tmp_path, items())
    report = organized(tmp_path)
    assert verdicts(report)["aws_iam_user.ann"] == ("yes", "explicit_deny")
    (finding,) = report.findings
    assert finding.span.path == f"{PEOPLE}/main.tf"
    assert f"{POLICIES}/main.tf" in {place.span.path for place in finding.related}
    (principal,) = json.loads(printed(tmp_path))["principals"]
    assert {each["root"] for each in (principal,)} == {PEOPLE}


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_the_order_of_items_does_not_count(order: tuple[int, ...], tmp_path: Path) -> None:
    write(tmp_path, FILES)
    listed = items()
    manifest(tmp_path, [listed[number] for number in order])
    assert verdicts(organized(tmp_path))["aws_iam_user.ann"] == ("yes", "allowed")


def test_an_output_of_another_item(tmp_path: Path) -> None:
    write(tmp_path, {"a/main.tf": READS, "b/main.tf": KEPT})
    manifest(tmp_path, [{"path": "a"}, {"path": "b"}])
    assert verdicts(organized(tmp_path))["aws_iam_user.ann"] == ("yes", "allowed")


def test_what_two_items_define_is_neither(tmp_path: Path) -> None:
    write(tmp_path, {"a/main.tf": USER + MEMBER, "b/main.tf": GROUP + INLINE, "c/main.tf": GROUP})
    manifest(tmp_path, [{"path": path, "account": OWN} for path in ("a", "b", "c")])
    assert verdicts(organized(tmp_path))["aws_iam_user.ann"] == ("yes", "unknown")
