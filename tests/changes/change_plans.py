"""Plans in JSON, in the shape of recorded ones, made of the resources before and after."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

Resources = Mapping[str, Mapping[str, Any]]
"""Attributes by address: ``aws_iam_user.alice``, without modules and keys."""


def _resource(address: str) -> dict[str, Any]:
    type_, name = address.split(".")
    provider = "registry.terraform.io/hashicorp/aws"
    return {"address": address, "mode": "managed", "type": type_, "name": name, "provider_name": provider}


def _values(address: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {**_resource(address), "schema_version": 0, "values": values, "sensitive_values": {}}


def _actions(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> list[str]:
    if before is None:
        return ["create"]
    if after is None:
        return ["delete"]
    return ["no-op"] if before == after else ["update"]


def plan(before: Resources, after: Resources, moved: Mapping[str, str] | None = None) -> dict[str, Any]:
    """A plan. ``moved`` has the former addresses of what is in both by its new one, as the state in a plan has it."""
    former = {new: old for old, new in (moved or {}).items()}
    stored = {(moved or {}).get(address, address): values for address, values in before.items()}
    every = sorted({*stored, *after})
    return {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {"root_module": {"resources": [_values(one, after[one]) for one in sorted(after)]}},
        "resource_changes": [
            {
                **_resource(one),
                **({"previous_address": former[one]} if one in former else {}),
                "change": {
                    "actions": _actions(stored.get(one), after.get(one)),
                    "before": stored.get(one),
                    "after": after.get(one),
                    "after_unknown": {},
                    "before_sensitive": False,
                    "after_sensitive": {},
                },
            }
            for one in every
        ],
        **(
            {
                "prior_state": {
                    "format_version": "1.0",
                    "terraform_version": "1.11.4",
                    "values": {"root_module": {"resources": [_values(one, stored[one]) for one in sorted(stored)]}},
                }
            }
            if stored
            else {}
        ),
        "configuration": {},
        "timestamp": "2026-01-01T00:00:00Z",
        "applyable": True,
        "complete": True,
        "errored": False,
    }


def state(resources: Resources) -> dict[str, Any]:
    """What ``terraform show -json`` says of a state."""
    return {
        "format_version": "1.0",
        "terraform_version": "1.11.4",
        "values": {"root_module": {"resources": [_values(one, resources[one]) for one in sorted(resources)]}},
    }


def user(name: str = "alice") -> dict[str, Any]:
    """A user with this name, in an account."""
    return {"name": name, "path": "/", "id": name, "arn": f"arn:aws:iam::111122223333:user/{name}"}


def password(name: str = "alice") -> dict[str, Any]:
    """The password of a user."""
    return {"user": name, "id": name}


def attached(policy: str = "SignInLocalDevelopmentAccess", name: str = "alice") -> dict[str, Any]:
    """A managed policy of AWS, attached to a user."""
    arn = f"arn:aws:iam::aws:policy/{policy}"
    return {"user": name, "policy_arn": arn, "id": f"{name}/{arn}"}


def inline(statement: Mapping[str, Any], name: str = "alice") -> dict[str, Any]:
    """An inline policy of a user, with one statement."""
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return {"user": name, "name": "login", "policy": document, "id": f"{name}:login"}


SIGN_IN = {
    "Sid": "Login",
    "Effect": "Allow",
    "Action": ["signin:AuthorizeOAuth2Access", "signin:CreateOAuth2Token"],
    "Resource": "arn:aws:signin:*:*:oauth2/public-client/*",
}
WITH_MFA = {**SIGN_IN, "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}
ALICE: Resources = {"aws_iam_user.alice": user(), "aws_iam_user_login_profile.alice": password()}
ABLE: Resources = {**ALICE, "aws_iam_user_policy_attachment.login": attached()}
