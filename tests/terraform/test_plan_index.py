"""Indexes in plans in JSON, which do not say what is done with ``count.index`` and ``each.key``."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.scans import Scan, causes, verdicts

ALLOWS, OTHER = (
    json.dumps({"Statement": {"Effect": "Allow", "Action": action, "Resource": "*"}}) for action in ("signin:*", "s3:*")
)
JSONObject = dict[str, Any]


def created(address: str, index: int | str, after: JSONObject, unknown: JSONObject) -> JSONObject:
    type_, name = address.split(".")
    change = {"actions": ["create"], "before": None, "after": after, "after_unknown": unknown}
    return {"mode": "managed", "type": type_, "name": name, "index": index, "change": change}


def plan(texts: dict[int | str, str | None], known: dict[int | str, int | str], each: str) -> str:
    """Users with a policy each. ``known`` has the attachments whose ARN is known, by the key of its policy."""
    changes = []
    for key, text in texts.items():
        arn = f"arn:aws:iam::123456789012:policy/{key}"
        is_known = key in known.values()
        policy = {"name": f"{key}", "policy": text, **({"arn": arn} if is_known else {})}
        marks = {**({} if is_known else {"arn": True}), **({"policy": True} if text is None else {})}
        changes += [
            created("aws_iam_policy.p", key, policy, marks),
            created("aws_iam_user.u", key, {"name": f"u{key}"}, {"arn": True}),
        ]
        given = {"user": f"u{key}"}
        if key in known:
            given["policy_arn"] = f"arn:aws:iam::123456789012:policy/{known[key]}"
        changes.append(
            created("aws_iam_user_policy_attachment.a", key, given, {} if key in known else {"policy_arn": True})
        )
    expressions = {
        "aws_iam_policy": {"policy": {}},
        "aws_iam_user": {"name": {}},
        "aws_iam_user_policy_attachment": {
            "user": {"references": [each]},
            "policy_arn": {"references": ["aws_iam_policy.p", each]},
        },
    }
    names = {"aws_iam_policy": "p", "aws_iam_user": "u", "aws_iam_user_policy_attachment": "a"}
    resources = [
        {"mode": "managed", "type": type_, "name": names[type_], "expressions": written}
        for type_, written in expressions.items()
    ]
    return json.dumps(
        {
            "format_version": "1.2",
            "resource_changes": changes,
            "configuration": {"root_module": {"resources": resources}},
        }
    )


@pytest.mark.parametrize(
    ("texts", "known", "each", "wanted"),
    [
        ({0: ALLOWS, 1: OTHER}, {}, "count.index", ["unknown", "unknown"]),
        ({"a": ALLOWS, "b": OTHER}, {}, "each.key", ["unknown", "unknown"]),
        ({0: ALLOWS, 1: ALLOWS}, {}, "count.index", ["allowed", "allowed"]),
        ({"a": OTHER, "b": OTHER}, {}, "each.key", ["implicit_deny", "implicit_deny"]),
        ({0: ALLOWS, 1: None}, {}, "count.index", ["unknown", "unknown"]),
        ({0: ALLOWS, 1: OTHER}, {1: 1}, "count.index", ["allowed", "implicit_deny"]),
        (
            {"a": OTHER, "b": ALLOWS, "c": ALLOWS},
            {"a": "a", "b": "b"},
            "each.key",
            ["implicit_deny", "allowed", "allowed"],
        ),
        ({"a": OTHER, "b": ALLOWS, "c": OTHER}, {"a": "b"}, "each.key", ["allowed", "unknown", "unknown"]),
        ({0: ALLOWS, 1: ALLOWS, 2: OTHER}, {1: 1}, "count.index", ["unknown", "allowed", "unknown"]),
        ({0: ALLOWS}, {}, "count.index", ["allowed"]),
    ],
    ids=[
        "a number",
        "a key",
        "policies that allow alike",
        "policies that do not allow alike",
        "a policy that is not known",
        "a number that another instance shows",
        "a key that the other instances show",
        "a key that another instance shows to be another",
        "the one in the middle, which shows nothing",
        "one instance",
    ],
)
def test_an_index(
    texts: dict[int | str, str | None],
    known: dict[int | str, int | str],
    each: str,
    wanted: list[str],
    scan_files: Scan,
) -> None:
    report = scan_files({"p/plan.json": plan(texts, known, each)})
    assert [outcome for _, outcome in verdicts(report).values()] == wanted
    assert ("--source" in causes(report)) is ("unknown" in wanted)
