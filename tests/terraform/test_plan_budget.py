"""What a plan or a state may cost: when the budget is spent, nothing rests on what is left."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from scanner.diagnostic import Severity
from tests.budgets import SPENT, contradictions_under_small_budgets
from tests.scans import ROOT, Scan, errors, verdicts
from tests.terraform.plan_archives import change, packed, plan_bytes

pytestmark = pytest.mark.slow

STEPS = 100_000
GRANT = "arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess"


def _change(
    type_: str, name: str, after: Mapping[str, Any], index: int | None = None, **unknown: Any
) -> dict[str, Any]:
    return {
        "address": f"{type_}.{name}" + (f"[{index}]" if index is not None else ""),
        "mode": "managed",
        "type": type_,
        "name": name,
        **({"index": index} if index is not None else {}),
        "provider_name": "registry.terraform.io/hashicorp/aws",
        "change": {"actions": ["create"], "before": None, "after": after, "after_unknown": unknown},
    }


GOOD = (
    _change("aws_iam_user", "good", {"name": "good"}),
    _change("aws_iam_user_login_profile", "good", {"user": "good"}),
)
LATER = _change("aws_iam_user_policy_attachment", "later", {"user": "good", "policy_arn": GRANT})
"""Would change the verdict."""


def _plan(*changes: Mapping[str, Any], **more: Any) -> str:
    header = {"format_version": "1.2", "terraform_version": "1.9.0"}
    return json.dumps({**header, "planned_values": {}, "resource_changes": [*GOOD, *changes, LATER], **more})


def _deep(levels: int) -> Any:
    found: Any = "x"
    for _ in range(levels):
        found = {"a": found}
    return found


SPENDING = {
    "instances": _plan(*(_change("aws_iam_user", "u", {"name": f"u{n}"}, n) for n in range(2_000))),
    "wide values": _plan(
        *(_change("aws_iam_user", "u", {"name": "u", "tags": {f"t{m}": "v" for m in range(500)}}, n) for n in range(60))
    ),
    "references": _plan(
        *(_change("aws_iam_user_policy_attachment", "u", {"policy_arn": "x"}, n, user=True) for n in range(60)),
        configuration={
            "root_module": {
                "resources": [
                    {
                        "mode": "managed",
                        "type": "aws_iam_user_policy_attachment",
                        "name": "u",
                        "expressions": {"user": {"references": [f"aws_iam_user.u{n}.name" for n in range(200)]}},
                    }
                ]
            }
        },
    ),
    "objects": _plan(*(_change("aws_s3_bucket", "b", {}, n) for n in range(30_000))),
}


@pytest.mark.parametrize("name", SPENDING)
def test_nothing_rests_on_what_was_not_explored(scan_files: Scan, name: str) -> None:
    report = scan_files({"plan.json": SPENDING[name]}, max_steps=STEPS)
    (found,) = [one for one in report.diagnostics if one.severity is Severity.ERROR]
    assert f"{SPENT} {STEPS:,} steps" in found.message
    assert found.span.path == "plan.json"
    assert {login for _, login in verdicts(report).values()} <= {"unknown"}


def test_a_plan_that_costs_little_is_as_it_is(scan_files: Scan) -> None:
    report = scan_files({"plan.json": _plan()}, max_steps=STEPS)
    assert (verdicts(report), errors(report)) == ({"aws_iam_user.good": ("yes", "allowed")}, [])


@pytest.mark.parametrize("levels", [300, 9_000])
def test_a_deep_value_is_the_trouble_of_its_attribute(scan_files: Scan, levels: int) -> None:
    deep = '{"a":' * levels + "1" + "}" * levels
    plan = _plan(_change("aws_iam_user", "deep", {"name": "deep", "tags": "@"})).replace('"@"', deep)
    report = scan_files({"plan.json": plan})
    assert verdicts(report)["aws_iam_user.good"] == ("yes", "allowed")
    assert verdicts(report)["aws_iam_user.deep"] == ("no", "implicit_deny")
    (message,) = errors(report)
    assert "tags of aws_iam_user.deep is nested more than 200 levels deep, so it is unknown" in message


def _list(length: int, item: bytes) -> bytes:
    return b"\x82\xa4name\xa1u\xa4tags\xdd" + struct.pack(">I", length) + item * length


ARCHIVES = {
    "changes": plan_bytes(*(change(address=f"aws_iam_user.u[{n}]") for n in range(5_000))),
    "fields of a message": plan_bytes(tail=b"\x48\x01" * 50_000),
    "a long list": plan_bytes(change(_list(100_000, b"\xc0"))),
    "empty mappings": plan_bytes(change(_list(100_000, b"\x80"))),
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_a_plan_file(scan_files: Scan, name: str) -> None:
    report = scan_files({"tfplan": packed(ARCHIVES[name])}, max_steps=STEPS)
    assert [f"{SPENT} {STEPS:,} steps" in message for message in errors(report)] == [True]
    assert {login for _, login in verdicts(report).values()} <= {"unknown"}


def test_what_a_member_is_unpacked_to_is_counted_while_it_is(scan_files: Scan) -> None:
    archive = packed(plan_bytes(), state={"more": " " * 20_000_000})
    report = scan_files({"tfplan": archive}, max_steps=STEPS)
    assert [f"{SPENT} {STEPS:,} steps" in message for message in errors(report)] == [True]


FIXTURES = sorted((ROOT / "fixtures/plan").glob("*.json"))


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda path: path.stem)
def test_law_a_verdict_is_that_of_the_full_budget_or_unknown(fixture: Path) -> None:
    assert contradictions_under_small_budgets(fixture) == []


def test_there_are_fixtures() -> None:
    assert len(FIXTURES) > 20
