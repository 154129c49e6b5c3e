"""Plans and states in JSON of every version; what is none of them is one error."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.scans import Scan

pytestmark = pytest.mark.slow

GOOD = 'resource "aws_iam_user" "good" {\n  name = "good"\n}\n'
USER = {
    "address": "aws_iam_user.u",
    "mode": "managed",
    "type": "aws_iam_user",
    "name": "u",
    "provider_name": "registry.terraform.io/hashicorp/aws",
}
CHANGE = {"actions": ["create"], "before": None, "after": {"name": "u"}, "after_unknown": {"arn": True}}
PLAN = {
    "format_version": "1.2",
    "terraform_version": "1.11.4",
    "planned_values": {"root_module": {"resources": [{**USER, "values": {"name": "u"}}]}},
    "resource_changes": [{**USER, "change": CHANGE}],
}
STATE = {"format_version": "1.0", "terraform_version": "1.11.4", "values": PLAN["planned_values"]}


def changed(**change: Any) -> dict[str, Any]:
    return {**PLAN, "resource_changes": [{**USER, "change": {**CHANGE, **change}}]}


PLANS: dict[str, tuple[object, list[str]]] = {
    # The versions of the format: Terraform 0.12 to 1.0, 1.0.1, 1.1, 1.2, since 1.2.1 and OpenTofu.
    **{
        f"version {version}": ({**PLAN, "format_version": version}, ["aws_iam_user.u"])
        for version in ("0.1", "0.2", "1.0", "1.1", "1.2", "1.3")
    },
    "short provider names, as before 0.13": (
        {**PLAN, "resource_changes": [{**USER, "provider_name": "aws", "change": CHANGE}]},
        ["aws_iam_user.u"],
    ),
    "a mirror of the provider": (
        {**PLAN, "resource_changes": [{**USER, "provider_name": "example.com/acme/aws", "change": CHANGE}]},
        ["aws_iam_user.u"],
    ),
    "keys that nobody knows yet": (
        {
            **PLAN,
            "action_invocations": [{}],
            "future": {"a": [1]},
            "resource_changes": [{**USER, "future": 1, "change": {**CHANGE, "before_identity": {}, "future": []}}],
        },
        ["aws_iam_user.u"],
    ),
    "a block without a name": (
        {**PLAN, "configuration": {"root_module": {"resources": [{"mode": "managed", "type": [], "name": {}}]}}},
        ["aws_iam_user.u"],
    ),
    "no resources at all": ({"format_version": "1.2", "planned_values": {"root_module": {}}, "configuration": {}}, []),
    "kept": (changed(actions=["no-op"]), ["aws_iam_user.u"]),
    "updated": (changed(actions=["update"]), ["aws_iam_user.u"]),
    "replaced": (changed(actions=["delete", "create"]), ["aws_iam_user.u"]),
    "replaced the other way round": (changed(actions=["create", "delete"]), ["aws_iam_user.u"]),
    "replaced and forgotten": (changed(actions=["create", "forget"]), ["aws_iam_user.u"]),
    "deleted": (changed(actions=["delete"], after=None, after_unknown=False), []),
    "forgotten": (changed(actions=["forget"], after=None, after_unknown=False), []),
    "nothing unknown": (changed(after_unknown=False), ["aws_iam_user.u"]),
    "a deposed object": (
        {**PLAN, "resource_changes": [{**USER, "deposed": "12345678", "change": CHANGE}]},
        [],
    ),
    "what the plan does not mention, as with -target": (
        {**PLAN, "resource_changes": [], "prior_state": STATE},
        ["aws_iam_user.u"],
    ),
    "deleted, but in the state before": (
        {**changed(actions=["delete"], after=None, after_unknown=False), "prior_state": STATE},
        [],
    ),
    "no state before": ({**PLAN, "prior_state": {"format_version": "1.0"}}, ["aws_iam_user.u"]),
    "a state": (STATE, ["aws_iam_user.u"]),
    "a state of 0.12, whose addresses are relative": (
        {
            **STATE,
            "format_version": "0.1",
            "values": {
                "root_module": {
                    "child_modules": [
                        {"address": "module.m[0]", "resources": [{**USER, "values": {"name": "u"}, "index": 1}]}
                    ]
                }
            },
        },
        ["module.m[0].aws_iam_user.u[1]"],
    ),
    "a state of nothing": ({"format_version": "1.0"}, []),
    "keys in another order": (dict(sorted({**PLAN, "checks": [], "applyable": True}.items())), ["aws_iam_user.u"]),
}


@pytest.mark.parametrize("name", PLANS)
def test_every_version(scan_files: Scan, name: str) -> None:
    document, addresses = PLANS[name]
    for text in (json.dumps(document), json.dumps(document, indent=2)):
        report = scan_files({"any.name": text})
        assert not report.diagnostics
        assert [assessed.definition.address for assessed in report.principals] == addresses


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-32-be"])
@pytest.mark.parametrize("document", [PLAN, STATE])
def test_encodings(scan_files: Scan, encoding: str, document: object) -> None:
    report = scan_files(
        {"any.name": json.dumps(document).encode(encoding), "plan.json": json.dumps(document).encode(encoding)}
    )
    assert [assessed.definition.root for assessed in report.principals] == ["any.name", "plan.json"]
    assert not report.diagnostics


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({**PLAN, "deferred_changes": [{"reason": "provider_config_unknown"}]}, "deferred to a later plan"),
        ({**PLAN, "complete": False}, "another plan is needed"),
        ({**PLAN, "complete": False, "deferred_changes": [{}]}, "deferred to a later plan"),
    ],
)
def test_what_a_plan_leaves_out(scan_files: Scan, document: object, said: str) -> None:
    report = scan_files({"plan.json": json.dumps(document)})
    (found,) = report.diagnostics
    assert found.severity.value == "warning"
    assert said in found.message
    assert report.principals


TEXT = json.dumps(PLAN)
BROKEN: dict[str, tuple[str | bytes, str]] = {
    "cut off": (TEXT[:-40], "not valid JSON"),
    "cut off early": (TEXT[:60], "not valid JSON"),
    "twice": (TEXT + TEXT, "not valid JSON"),
    "no UTF-8": (TEXT.encode().replace(b'"u"', b'"\xff"'), "not valid JSON"),
    "UTF-16 cut off": (TEXT.encode("utf-16")[:-1], "UTF-16"),
    "another major version": (json.dumps({**PLAN, "format_version": "2.0"}), "format version 2.0 is not known"),
    "a failed run": (json.dumps({**PLAN, "errored": True}), "run that failed"),
    "without changes": (
        json.dumps({key: PLAN[key] for key in PLAN if key != "resource_changes"}),
        "no resource_changes",
    ),
    "changes that are no list": (json.dumps({**PLAN, "resource_changes": {}}), "at `resource_changes`"),
    "a change that is none": (
        json.dumps({**PLAN, "resource_changes": [{**USER, "change": []}]}),
        "at `resource_changes[0].change`",
    ),
    "a change without type": (json.dumps({**PLAN, "resource_changes": [{"change": CHANGE}]}), "missing required field"),
    "actions of nonsense": (json.dumps(changed(actions=[1])), "at `resource_changes[0].change.actions[0]`"),
    "values that are a list": (json.dumps(changed(after=[])), "at `aws_iam_user.u`"),
    "unknown as a whole": (json.dumps(changed(after_unknown=True)), "at `aws_iam_user.u`"),
    "a module of nonsense": (
        json.dumps({**PLAN, "resource_changes": [{**USER, "module_address": "nonsense", "change": CHANGE}]}),
        '"nonsense" is not a module address',
    ),
    "a state before of nonsense": (json.dumps({**PLAN, "prior_state": {"values": 3}}), "at `prior_state.values`"),
    "a state of nonsense": (
        json.dumps({**STATE, "values": {"root_module": {"resources": 3}}}),
        "at `values.root_module.resources`",
    ),
    "a number out of range": (TEXT.replace('"u"', "1e999"), "is not what Terraform writes"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_cannot_be_read_is_one_error(scan_files: Scan, name: str) -> None:
    text, message = BROKEN[name]
    report = scan_files({"good.tf": GOOD, "plan.json": text})
    assert [assessed.definition.address for assessed in report.principals] == ["aws_iam_user.good"]
    (said,) = report.diagnostics
    assert said.severity.value == "error"
    assert said.span.path == "plan.json"
    assert message in said.message
