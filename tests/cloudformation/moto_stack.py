"""Creates a template's stack with moto and says what IAM has afterwards.

moto reads the template, resolves parameters, conditions and intrinsics, and keeps IAM's state. ``moto_resources.py``
makes the identity resources that it does not make.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import TypeVar
from unittest.mock import patch

from moto import mock_aws
from moto.cloudformation import parsing
from moto.iam import models as iam_models

from tests.cloudformation.moto_account import account_in
from tests.cloudformation.moto_clients import REGION, Account, client
from tests.cloudformation.moto_resources import MODELS

STACK = "stack"
Answer = TypeVar("Answer")


def create(template: str, parameters: Mapping[str, str], region: str = REGION) -> tuple[Account, dict[str, str]]:
    """What the account has after the stack is made, and the stack's physical IDs."""
    return created(template, parameters, region, account_in)


def created(
    template: str, parameters: Mapping[str, str], region: str, ask: Callable[[str], Answer]
) -> tuple[Answer, dict[str, str]]:
    """What somebody learns of the account, who asks in a region after the stack is made; the stack's physical IDs."""
    with _moto(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cloudformation = client("cloudformation", region)
        given = [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]
        cloudformation.create_stack(StackName=STACK, TemplateBody=template, Parameters=given)
        resources = cloudformation.list_stack_resources(StackName=STACK)["StackResourceSummaries"]
        physical = {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in resources}
        return ask(region), physical


@contextmanager
def _moto() -> Iterator[None]:
    models = {**parsing.get_model_map(), **MODELS}
    with (
        patch.object(parsing, "get_model_map", lambda: models),
        patch.object(iam_models, "aws_managed_policies_data", _some_aws_managed_policies()),
        mock_aws(config={"iam": {"load_aws_managed_policies": True}}),
    ):
        yield


@cache
def _some_aws_managed_policies() -> str:
    """Those that the cases attach: reading all of them takes a second each time."""
    every = json.loads(iam_models.aws_managed_policies_data)
    return json.dumps({name: policy for name, policy in every.items() if name in AWS_MANAGED})


AWS_MANAGED = frozenset(
    {
        "AWSLambdaBasicExecutionRole",
        "AWSMCPSignInOAuthAccessPolicy",
        "AdministratorAccess",
        "AmazonAthenaFullAccess",
        "AmazonEC2FullAccess",
        "AmazonECS_FullAccess",
        "AmazonS3ReadOnlyAccess",
        "IAMUserChangePassword",
        "PowerUserAccess",
        "ReadOnlyAccess",
        "SecurityAudit",
        "SignInLocalDevelopmentAccess",
        "ViewOnlyAccess",
    }
)
