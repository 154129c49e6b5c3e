"""The AWS managed policies: all there, unchanged."""

from __future__ import annotations

import importlib.resources
import json
import subprocess
import sys
from datetime import date
from typing import Any

import pytest
from moto.iam.aws_managed_policies import aws_managed_policies_data

from scanner.iam import managed
from tests.iam.managed_documents import MOTO, POLICY, document_of, same_source, statements_of
from tests.scans import ROOT
from tools import refresh_managed_policies as refresh

pytestmark = pytest.mark.slow

SIGN_IN = ["signin:AuthorizeOAuth2Access", "signin:CreateOAuth2Token"]


@pytest.fixture(scope="module")
def moto_policies() -> dict[str, dict[str, Any]]:
    entries = json.loads(aws_managed_policies_data)
    assert len(entries) > 1000
    return {f"{POLICY[:-1]}{entry['Path']}{name}": {**entry, "Name": name} for name, entry in entries.items()}


@same_source
def test_every_policy_of_the_source_is_there_as_it_is(moto_policies: dict[str, dict[str, Any]]) -> None:
    known = {f"{POLICY}{policy.path}" for policy in refresh.KNOWN}
    assert managed.arns() == tuple(sorted(moto_policies.keys() | known))
    shipped = {f"{POLICY}{path}": policy.version for path, policy in refresh.read(refresh.OUTPUT.read_bytes()).items()}
    newer = {arn for arn, entry in moto_policies.items() if shipped[arn] != entry["DefaultVersionId"]}
    assert newer <= known
    assert all(refresh.number(shipped[arn]) > refresh.number(moto_policies[arn]["DefaultVersionId"]) for arn in newer)
    for arn in sorted(moto_policies.keys() - newer):
        entry, found = moto_policies[arn], document_of(arn)
        assert found == managed.ManagedDocument(arn, entry["Name"], found.text)
        assert json.loads(found.text) == entry["Document"]
        assert managed.document_by_name(entry["Name"]) == found


@pytest.mark.parametrize(
    ("arn", "name"),
    [
        ("arn:aws:iam::aws:policy/AdministratorAccess", "AdministratorAccess"),
        ("arn:aws:iam::aws:policy/job-function/Billing", "Billing"),
        ("arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole", "AWSLambdaBasicExecutionRole"),
        ("arn:aws:iam::aws:policy/aws-service-role/AWSSupportServiceRolePolicy", "AWSSupportServiceRolePolicy"),
        ("arn:aws:iam::aws:policy/root-task/S3UnlockBucketPolicy", "S3UnlockBucketPolicy"),
    ],
)
def test_paths(arn: str, name: str) -> None:
    found = document_of(arn)
    assert (found.arn, found.name) == (arn, name)
    assert managed.document_by_name(name) == found


def test_texts_are_compact_ascii_policy_documents() -> None:
    for arn in managed.arns():
        text = document_of(arn).text
        content = json.loads(text)
        assert text.isascii()
        assert text == json.dumps(content, separators=(",", ":"))
        assert content["Version"] in {"2012-10-17", "2008-10-17"}
        assert content["Statement"]


def test_sign_in_local_development_access_reaches_every_public_client() -> None:
    arn = f"{POLICY}SignInLocalDevelopmentAccess"
    [statement] = statements_of(arn)
    assert statement["Effect"] == "Allow"
    assert sorted(statement["Action"]) == SIGN_IN
    assert statement["Resource"] == "arn:aws:signin:*:*:oauth2/public-client/*"
    assert "Condition" not in statement


def test_the_look_alike_reaches_the_mcp_server_only() -> None:
    [statement] = statements_of(f"{POLICY}AWSMCPSignInOAuthAccessPolicy")
    assert statement["Effect"] == "Allow"
    assert sorted(statement["Action"]) == SIGN_IN
    assert statement["Resource"] == "arn:aws:signin:*:*:service-principal/aws-mcp.amazonaws.com"


def test_the_data_says_when_and_where_it_was_taken(moto_policies: dict[str, dict[str, Any]]) -> None:
    assert date.fromisoformat(managed.taken()) >= date(2026, 9, 30)
    assert managed.source() == "aws" or managed.source().startswith("moto ")
    if managed.source() == MOTO:
        assert managed.taken() == max(entry["UpdateDate"] for entry in moto_policies.values())[:10]


def test_the_file_is_small_and_a_resource_of_the_package() -> None:
    data = importlib.resources.files("scanner.iam").joinpath(managed.FILE).read_bytes()
    assert len(data) < 600_000
    assert len(managed.Archive.parse(data).index) == len(managed.arns())


def test_importing_the_module_does_not_open_the_data() -> None:
    code = (
        "import sys; opened = []\n"
        "sys.addaudithook(lambda event, arguments: opened.append(str(arguments[0])) if event == 'open' else None)\n"
        "from scanner.iam import managed\n"
        "before = [path for path in opened if path.endswith(managed.FILE)]\n"
        "managed.taken()\n"
        "after = [path for path in opened if path.endswith(managed.FILE)]\n"
        "print(len(before), len(after))"
    )
    printed = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    assert printed.stdout.split() == ["0", "1"]


def test_known_policies_are_what_moto_has(moto_policies: dict[str, dict[str, Any]]) -> None:
    entries = {known: moto_policies.get(f"{POLICY}{known.path}", {}) for known in refresh.KNOWN}
    in_both = [known for known, entry in entries.items() if entry.get("DefaultVersionId") == known.version]
    assert in_both, "moto has other versions of all of them: are they still needed?"
    for known in in_both:
        assert json.loads(known.text) == entries[known]["Document"]
