"""What an account has once a template is deployed, by moto, and what a fix has added to it.

Names that the stack makes up are those of its resources here, so that two accounts can be compared.
"""

from __future__ import annotations

import json
from typing import Any

import cfn_flip

from tests.cloudformation.moto_clients import INSTANCE, Account
from tests.cloudformation.moto_stack import create

POLICY = "SignInLocalDevelopmentAccess"
GIVEN = {"E": "prod", "InstanceArn": INSTANCE, "NightShift": "7200"}
"""Values of parameters without a default."""
ACTIONS = {"signin:AuthorizeOAuth2Access", "signin:CreateOAuth2Token"}


def deployed(template: str) -> tuple[Account, set[str]]:
    """The account, and the logical IDs of the resources that were made."""
    parameters = {
        name: GIVEN.get(name) or str(declared.get("AllowedValues", ["given"])[0])
        for name, declared in cfn_flip.load(template)[0].get("Parameters", {}).items()
        if "Default" not in declared
    }
    account, physical = create(template, parameters)
    text = json.dumps(account)
    for logical, identifier in sorted(physical.items(), key=lambda one: -len(one[1])):
        if identifier:  # else its condition is false
            text = text.replace(json.dumps(identifier)[1:-1], f"<{logical}>")
    found: Account = json.loads(text)
    return {name.rpartition("|")[2]: described for name, described in found.items()}, set(physical)


def grants(before: Account, after: Account) -> list[str]:
    """What is granted, and to whom. Anything else that is different is an error."""
    assert before.keys() == after.keys()
    found: list[str] = []
    for name, was in before.items():
        now = after[name]
        assert was.keys() == now.keys()
        for key, value in was.items():
            if key == "attached":
                more = list(now[key])
                for policy in value:
                    more.remove(policy)
                assert all(policy.endswith(f"policy/{POLICY}") for policy in more), more
                found += [f"{name}: {POLICY}"] * len(more)
            elif key == "inline":
                assert value.keys() == now[key].keys()
                found += [f"{name}: {policy}" for policy in value if _is_wider(value[policy], now[key][policy])]
            elif key == "document":
                found += [name] if _is_wider(value, now[key]) else []
            else:
                assert value == now[key] or key == "arn", key
    return found


def _is_wider(old: dict[str, Any], new: dict[str, Any]) -> bool:
    """Whether a document allows the actions in more than it did; an error if it has any other difference."""
    if old == new:
        return False
    assert {**old, "Statement": None} == {**new, "Statement": None}
    before, after = _list(old["Statement"]), _list(new["Statement"])
    for was, now in zip(before, after, strict=False):
        assert {**was, "Action": None} == {**now, "Action": None}
        added = set(_list(now.get("Action", []))) - set(_list(was.get("Action", [])))
        assert added <= ACTIONS, added
    for more in after[len(before) :]:
        assert more["Effect"] == "Allow", more
        assert set(_list(more["Action"])) <= ACTIONS, more
    return len(after) >= len(before)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
