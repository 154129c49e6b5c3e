"""Cloud assemblies for tests, written down in Python."""

from __future__ import annotations

import json
from typing import Any

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
READER = "arn:aws:iam::aws:policy/ReadOnlyAccess"
OPEN = "aws://unknown-account/unknown-region"


def manifest(artifacts: dict[str, Any], **more: Any) -> str:
    return json.dumps({"version": "36.0.0", "artifacts": artifacts, **more})


def stack(template: str = "S.template.json", environment: str | None = None, **more: Any) -> dict[str, Any]:
    properties = {"templateFile": template, **more.pop("properties", {})}
    return {"type": "aws:cloudformation:stack", "environment": environment, "properties": properties, **more}


def nested(directory: str, **more: Any) -> dict[str, Any]:
    return {"type": "cdk:cloud-assembly", "properties": {"directoryName": directory, **more}}


def template(**resources: Any) -> str:
    return json.dumps({"Resources": resources})


def user(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::IAM::User", "Properties": {"LoginProfile": {"Password": "x"}, **properties}}


def grant(**more: Any) -> dict[str, Any]:
    """A policy document that allows signing in."""
    return {"Statement": [{"Effect": "Allow", "Action": "signin:*", "Resource": "*", **more}]}
