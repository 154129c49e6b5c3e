"""What names an AWS managed policy, in every partition, and what does not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scanner.iam import managed
from tests.iam.managed_documents import document_of, statements_of


@pytest.mark.parametrize(
    "arn",
    [
        "",
        "AdministratorAccess",
        "arn:aws:iam::aws:policy/",
        "arn:aws:iam::aws:policy/NoSuchPolicy",
        "arn:aws:iam::aws:policy/administratoraccess",
        "arn:aws:iam::aws:policy/Billing",
        "arn:aws:iam::aws:policy/service-role/AdministratorAccess",
        "arn:aws:iam::aws:policy//AdministratorAccess",
        "arn:aws:iam::aws:role/AdministratorAccess",
        "arn:aws:iam:us-east-1:aws:policy/AdministratorAccess",
        "arn:aws:iam::111122223333:policy/AdministratorAccess",
        "arn:aws:s3::aws:policy/AdministratorAccess",
        "arn:elsewhere:iam::aws:policy/AdministratorAccess",
        'arn:aws-":iam::aws:policy/AdministratorAccess',
        "arn:*:iam::aws:policy/AdministratorAccess",
    ],
)
def test_other_texts_name_no_policy(arn: str) -> None:
    assert managed.document(arn) is None


def test_unknown_names_name_no_policy() -> None:
    assert managed.document_by_name("NoSuchPolicy") is None
    assert managed.document_by_name("job-function/Billing") is None
    assert managed.document_by_name("") is None


@pytest.mark.parametrize(
    ("arn", "answer"),
    [
        ("arn:aws:iam::aws:policy/AdministratorAccess", True),
        ("arn:aws-cn:iam::aws:policy/service-role/NoSuchPolicy", True),
        ("arn:aws:iam::111122223333:policy/AdministratorAccess", False),
        ("arn:aws:iam::111122223333:policy/aws", False),
        ("arn:aws:iam::aws:role/aws-service-role", False),
        ("arn:aws:s3:::aws", False),
        ("AdministratorAccess", False),
        ("", False),
    ],
)
def test_whether_a_policy_is_aws_managed(arn: str, answer: bool) -> None:
    assert managed.is_aws_managed(arn) is answer


@pytest.mark.parametrize("partition", ["aws-cn", "aws-us-gov", "aws-iso-b", "aws-eusc"])
def test_arns_are_those_of_the_partition(partition: str) -> None:
    arn = f"arn:{partition}:iam::aws:policy/SignInLocalDevelopmentAccess"
    [statement] = statements_of(arn)
    assert statement["Resource"] == f"arn:{partition}:signin:*:*:oauth2/public-client/*"
    found = document_of(arn)
    assert (found.arn, found.name) == (arn, "SignInLocalDevelopmentAccess")
    assert managed.document_by_name("SignInLocalDevelopmentAccess", partition) == found
    assert arn in managed.arns(partition)
    assert len(managed.arns(partition)) == len(managed.arns())


def _rewritten(value: Any, partition: str) -> Any:
    match value:
        case dict():
            return {key: _rewritten(item, partition) for key, item in value.items()}
        case list():
            return [_rewritten(item, partition) for item in value]
        case str() if value.startswith("arn:aws:"):
            return f"arn:{partition}:{value.removeprefix('arn:aws:')}"
        case _:
            return value


def test_a_partition_changes_the_beginnings_of_arns_and_nothing_else() -> None:
    for arn, elsewhere in zip(managed.arns(), managed.arns("aws-cn"), strict=True):
        original, rewritten = document_of(arn), document_of(elsewhere)
        assert json.loads(rewritten.text) == _rewritten(json.loads(original.text), "aws-cn")
