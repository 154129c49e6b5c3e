"""What the provider makes of policy documents and arguments, against what ``terraform plan`` gave (Terraform 1.11.4).

The texts are compared character by character: configurations hash them, search them and replace parts of them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.joining.test_joining import USER
from tests.scans import Scan, errors, verdicts
from tests.terraform.evaluation import output

CONFIGURATION = r"""
data "aws_iam_policy_document" "src" {
  policy_id = "first"
  statement {
    sid = 1
    actions = ["a:b", "c:d", "a:b"]
    not_resources = ["arn:aws:s3:::&{aws:username}<&>"]
    principals {
      type = "Service"
      identifiers = ["z", "a"]
    }
    principals {
      type = "AWS"
      identifiers = [123456789012]
    }
    condition {
      test = "StringLike"
      variable = "b"
      values = ["z", "a"]
    }
    condition {
      test = "Bool"
      variable = "b"
      values = [true]
    }
    condition {
      test = "StringLike"
      variable = "a"
      values = []
    }
  }
}
data "aws_iam_policy_document" "d" {
  policy_id = "own"
  source_policy_documents = [data.aws_iam_policy_document.src.json, jsonencode(local.source)]
  statement {
    sid = "own"
    effect = "Deny"
    not_actions = ["iam:*"]
    resources = ["*"]
    not_principals {
      type = "*"
      identifiers = ["*"]
    }
  }
  override_policy_documents = [jsonencode(local.override)]
}
data "aws_iam_policy_document" "empty" {}
resource "aws_iam_user" "u" {
  name = 5
  tags = { n = 1, b = true, z = null }
}
resource "aws_iam_policy_attachment" "u" {
  name = "x"
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
  users = ["b", "a", 1, "b"]
}
locals {
  source = {
    version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        NotAction = null
        Action    = ["x:y"]
        resource  = "*"
        Principal = "*"
        Foo       = 1
        Condition = {
          NumericLessThan = { "aws:MultiFactorAuthAge" = 3600 }
          Bool            = { x = true }
          Null            = { y = ["true"] }
        }
      },
      {
        Effect    = "Deny"
        Action    = "*"
        Resource  = []
        Principal = { "*" = ["*"] }
        Condition = { NumericLessThan = { "aws:MultiFactorAuthAge" = 3600 } }
      },
    ]
  }
  override = { Id = "last", Statement = [{ Sid = "own", Effect = "Allow", Action = "q:*", Resource = "*" }] }
}
"""
INDENTED = r"""
{
  "Version": "2012-10-17",
  "Id": "last",
  "Statement": [
    {
      "Sid": "1",
      "Effect": "Allow",
      "Action": [
        "c:d",
        "a:b"
      ],
      "NotResource": "arn:aws:s3:::${aws:username}\u003c\u0026\u003e",
      "Principal": {
        "AWS": "123456789012",
        "Service": [
          "z",
          "a"
        ]
      },
      "Condition": {
        "Bool": {
          "b": "true"
        },
        "StringLike": {
          "a": [],
          "b": [
            "z",
            "a"
          ]
        }
      }
    },
    {
      "Effect": "Allow",
      "Action": [
        "x:y"
      ],
      "Resource": "*",
      "Principal": "*",
      "Condition": {
        "Bool": {
          "x": "true"
        },
        "Null": {
          "y": "true"
        }
      }
    },
    {
      "Effect": "Deny",
      "Action": "*",
      "Principal": "*"
    },
    {
      "Sid": "own",
      "Effect": "Allow",
      "Action": "q:*",
      "Resource": "*"
    }
  ]
}
"""
EXPECTED: dict[str, Any] = {
    "data.aws_iam_policy_document.d.json": INDENTED.strip(),
    "data.aws_iam_policy_document.d.minified_json": json.dumps(json.loads(INDENTED), separators=(",", ":"))
    .replace("<", r"\u003c")
    .replace("&", r"\u0026")
    .replace(">", r"\u003e"),
    "jsondecode(data.aws_iam_policy_document.d.json)": json.loads(INDENTED),
    "data.aws_iam_policy_document.empty.json": '{\n  "Version": "2012-10-17"\n}',
    "aws_iam_user.u.name": "5",
    "aws_iam_user.u.tags": {"b": "true", "n": "1", "z": None},
    "aws_iam_user.u.permissions_boundary != null ? aws_iam_user.u.permissions_boundary : 1": "1",
    "aws_iam_policy_attachment.u.users": ["1", "a", "b"],
}


@pytest.mark.parametrize("expression", EXPECTED)
def test_as_planned(expression: str, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(CONFIGURATION, encoding="utf-8")
    assert output(tmp_path, expression) == EXPECTED[expression]


STATEMENT = """
  statement {
    sid       = "A"
    actions   = ["signin:*"]
    resources = ["*"]
  }
"""
SOURCE = 'jsonencode({ Statement = [{ Sid = "A", Effect = "Allow", Action = "signin:*", Resource = "*" }] })'
OBJECT = SOURCE.replace("[{", "{").replace("}]", "}")


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        (STATEMENT, None),
        (STATEMENT + STATEMENT, 'two statement blocks have the Sid "A"'),
        (STATEMENT + STATEMENT.replace('"A"', '"B"'), None),
        (STATEMENT.replace('"A"', "null") * 2, None),
        (f"source_policy_documents = [{SOURCE}]\n" + STATEMENT, None),
        (f"source_policy_documents = [{SOURCE}, {SOURCE}]\n", 'two source_policy_documents have the Sid "A"'),
        (f"override_policy_documents = [{SOURCE}, {SOURCE}]\n", None),
        (f"source_policy_documents = [{OBJECT}]\n", "a document to merge has a Statement that is not a list"),
        (f"override_policy_documents = [{OBJECT}]\n", "a document to merge has a Statement that is not a list"),
        (STATEMENT.replace('"*"', '"&{aws:username}"'), None),
        ('version = "2008-10-17"\n' + STATEMENT, None),
        (
            'version = "2008-10-17"\n' + STATEMENT.replace('"*"', '"&{aws:username}"'),
            "there is a policy variable, which version 2008-10-17 does not have",
        ),
    ],
)
def test_what_the_provider_refuses(body: str, refused: str | None, scan_files: Scan) -> None:
    """As of 6.0; see ``internal/service/iam/policy_document_data_source.go``."""
    user = (
        USER
        + 'resource "aws_iam_user_policy" "p" {\n  user = "ann"\n  policy = data.aws_iam_policy_document.d.json\n}\n'
    )
    report = scan_files({"main.tf": f'data "aws_iam_policy_document" "d" {{\n{body}}}\n{user}'})
    assert [message.partition("evaluated: ")[2] for message in errors(report)] == ([f"{refused}."] if refused else [])
    verdict = verdicts(report)["aws_iam_user.ann"][1]
    assert (verdict == "unknown") is (refused is not None)
