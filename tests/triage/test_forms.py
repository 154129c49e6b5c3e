"""Configuration, plan and state of one directory: one finding for one principal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scanner.report.report import Report
from tests.scans import ROOT, scanned, write

OPEN = "open-policy-variable"


def _configuration(name: str) -> dict[str, bytes]:
    folder = ROOT / "fixtures" / "terraform" / name
    return {f"infra/{file.name}": file.read_bytes() for file in folder.glob("*.tf")}


def _recorded(name: str, file: str) -> dict[str, bytes]:
    return {f"infra/{name}": (ROOT / "fixtures" / "plan" / file).read_bytes()}


CONFIGURATION = _configuration("minimal-user")
PLAN = _recorded("plan.json", "minimal-user.json")
STATE = _recorded("state.json", "minimal-user.state.json")
PLAN_FILE = _recorded("tfplan", "minimal-user.tfplan")
OTHER_PLAN = {"infra/staging.json": PLAN["infra/plan.json"].replace(b'"minimal-user"', b'"minimal-user-staging"')}
RENAMED = {name: text.replace(b'"minimal-user"', b'"renamed"') for name, text in CONFIGURATION.items()}
STALE_PLAN = {
    "infra/plan.json": PLAN["infra/plan.json"].replace(b"aws_iam_user_login_profile", b"aws_iam_user_group_membership")
}


def _found(report: Report) -> list[str]:
    return [" ".join((one.rule, one.root, *(f"+{root}" for root in one.also_in))) for one in report.findings]


@pytest.mark.parametrize(
    ("files", "wanted"),
    [
        (CONFIGURATION, ["user-cannot-aws-login infra"]),
        (PLAN, ["user-cannot-aws-login infra/plan.json"]),
        (CONFIGURATION | PLAN, ["user-cannot-aws-login infra/plan.json +infra"]),
        (CONFIGURATION | STATE, ["user-cannot-aws-login infra +infra/state.json"]),
        (CONFIGURATION | PLAN | STATE, ["user-cannot-aws-login infra/plan.json +infra +infra/state.json"]),
        (CONFIGURATION | PLAN | PLAN_FILE, ["user-cannot-aws-login infra/plan.json +infra +infra/tfplan"]),
        (PLAN | STATE, ["user-cannot-aws-login infra/plan.json", "user-cannot-aws-login infra/state.json"]),
        (
            PLAN | OTHER_PLAN,
            ["user-cannot-aws-login infra/plan.json", "user-cannot-aws-login infra/staging.json"],
        ),
        (RENAMED | PLAN, ["user-cannot-aws-login infra", "user-cannot-aws-login infra/plan.json"]),
        (CONFIGURATION | STALE_PLAN, ["user-cannot-aws-login infra"]),
        (_configuration(OPEN), ["aws-login-undetermined infra"]),
        (_configuration(OPEN) | _recorded("plan.json", f"{OPEN}.json"), []),
    ],
    ids=[
        "configuration",
        "plan",
        "configuration and plan",
        "configuration and state",
        "all three",
        "a plan in both of its forms",
        "a plan and a state without their configuration",
        "two plans with other names are two environments",
        "a plan from before the user was renamed",
        "a plan that says otherwise hides nothing",
        "open",
        "open in the code, decided by the plan",
    ],
)
def test_forms(files: dict[str, bytes], wanted: list[str], tmp_path: Path) -> None:
    write(tmp_path, files)
    assert _found(scanned(tmp_path)) == wanted


INSTANCES = """
variable "names" {}
resource "aws_iam_user" "team" {
  for_each = var.names
  name     = each.key
}
resource "aws_iam_user_login_profile" "team" {
  for_each = var.names
  user     = aws_iam_user.team[each.key].name
}
"""


def test_instances_that_are_not_known_are_those_of_the_state(tmp_path: Path) -> None:
    user = {"mode": "managed", "type": "aws_iam_user", "name": "team", "provider_name": "aws", "schema_version": 0}
    profile = user | {"type": "aws_iam_user_login_profile"}
    resources = [
        made | {"address": f'{made["type"]}.team["{name}"]', "index": name, "values": {key: name, "id": name}}
        for name in ("ada", "ben")
        for made, key in ((user, "name"), (profile, "user"))
    ]
    state = {
        "format_version": "1.0",
        "terraform_version": "1.11.4",
        "values": {"root_module": {"resources": resources}},
    }
    write(tmp_path, {"infra/main.tf": INSTANCES, "infra/state.json": json.dumps(state)})
    alone = scanned(tmp_path)
    assert _found(alone) == ["user-cannot-aws-login infra/state.json +infra"] * 2


def test_the_order_of_paths_changes_nothing(tmp_path: Path) -> None:
    write(tmp_path, CONFIGURATION | PLAN | STATE)
    paths = ["infra/state.json", "infra", "infra/plan.json"]
    assert scanned(tmp_path, *paths).findings == scanned(tmp_path, *reversed(paths)).findings


IGNORE = b"# scan:ignore[user-cannot-aws-login] a robot"


def _ignored(files: dict[str, bytes]) -> dict[str, bytes]:
    block = b'resource "aws_iam_user" "minimal"'
    return {name: text.replace(block, IGNORE + b"\n" + block) for name, text in files.items()}


def test_what_counts_is_not_dropped_for_what_is_suppressed(tmp_path: Path) -> None:
    """The comment is newer than the plan file, which has its own configuration."""
    write(tmp_path, _ignored(CONFIGURATION) | PLAN_FILE)
    found = [(one.root, one.is_open) for one in scanned(tmp_path).findings]
    assert found == [("infra/tfplan", True)]


def test_a_comment_suppresses_all_forms_that_it_is_beside(tmp_path: Path) -> None:
    write(tmp_path, _ignored(CONFIGURATION) | PLAN | STATE)
    assert [one.is_open for one in scanned(tmp_path).findings] == [False]


def test_a_finding_of_a_state_says_that_it_is_one(tmp_path: Path) -> None:
    write(tmp_path, _configuration("minimal-user-fixed") | STATE)
    (finding,) = scanned(tmp_path).findings
    assert finding.span.path == "infra/main.tf"
    first = finding.related[0]
    assert (first.message, first.span.path) == ("so says this state", "infra/state.json")
