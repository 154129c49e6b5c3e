"""The script that writes the data of the AWS managed policies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from scanner.iam import managed
from tests.iam.managed_documents import POLICY, same_source
from tools import refresh_managed_policies as refresh

pytestmark = pytest.mark.slow


def _policy(path: str, version: str, action: str = "s3:*") -> Any:
    statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
    return refresh.Policy(path, version, refresh.document_text(path, {"Version": "2012-10-17", "Statement": statement}))


@same_source
def test_the_build_is_deterministic_and_the_file_is_what_it_makes() -> None:
    source = refresh.from_moto()
    first = refresh.build(refresh.Collection(source.taken, source.source, refresh.complete(source.policies)))
    source = refresh.from_moto()
    second = refresh.build(refresh.Collection(source.taken, source.source, refresh.complete(source.policies[::-1])))
    assert first == second
    shipped = refresh.OUTPUT.read_bytes()
    # Compared unpacked, as versions of zlib may compress differently.
    assert refresh.read(first) == refresh.read(shipped)
    assert (source.taken, source.source) == (managed.taken(), managed.source())


def test_what_was_built_can_be_read() -> None:
    policies = (_policy("job-function/B", "v2"), _policy("A", "v1"), _policy("service-role/C", "v11"))
    data = refresh.build(refresh.Collection("2026-01-02", "moto 0", policies))
    archive = managed.Archive.parse(data)
    assert (archive.taken, archive.source) == ("2026-01-02", "moto 0")
    assert refresh.read(data) == {policy.path: policy for policy in policies}
    assert json.loads(data.partition(b"\n")[0])["count"] == 3


def test_nothing_can_be_built_and_read() -> None:
    assert refresh.read(refresh.build(refresh.Collection("2026-01-02", "aws", ()))) == {}


def test_known_policies_are_added_where_missing() -> None:
    assert {policy.path for policy in refresh.complete([_policy("A", "v1")])} == {
        "A",
        "AWSMCPSignInOAuthAccessPolicy",
        "AWSSignInResourcePolicyManagement",
        "SignInLocalDevelopmentAccess",
    }


@pytest.mark.parametrize(("version", "kept"), [("v1", False), ("v2", False), ("v3", True), ("v4", True), ("v10", True)])
def test_known_policies_replace_older_versions_only(version: str, kept: bool) -> None:
    given = _policy("SignInLocalDevelopmentAccess", version)
    assert (given in refresh.complete([given])) is kept


@pytest.mark.parametrize("document", ["{", "[]", "{}", '{"Version": "2012-10-17"}', {"Statement": []}, None])
def test_a_bad_document_is_refused(document: object) -> None:
    with pytest.raises(refresh.RefreshError, match="The document of A"):
        refresh.document_text("A", document)


def test_a_repeated_name_is_refused() -> None:
    policies = (_policy("A", "v1"), _policy("service-role/A", "v1"))
    with pytest.raises(refresh.RefreshError, match="same name: A"):
        refresh.build(refresh.Collection("2026-01-02", "aws", policies))


def test_changes() -> None:
    before = [_policy("gone", "v1"), _policy("up", "v9"), _policy("down", "v3"), _policy("same", "v1")]
    after = [_policy("new", "v1"), _policy("up", "v10"), _policy("down", "v2"), _policy("same", "v1")]
    before.append(_policy("edited", "v1", "s3:*"))
    after.append(_policy("edited", "v1", "ec2:*"))
    lines = refresh.changes({policy.path: policy for policy in before}, {policy.path: policy for policy in after})
    assert list(lines) == [
        "added    new v1",
        "removed  gone v1",
        "older    down v3 -> v2",
        "changed  edited v1",
        "newer    up v9 -> v10",
    ]


@pytest.fixture
def _no_aws_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))


def _account(*pages: list[tuple[str, str]]) -> Any:
    """An IAM client that answers with pages of (ARN, version)."""
    client = boto3.client("iam", "us-east-1", aws_access_key_id="none", aws_secret_access_key="none")  # noqa: S106
    stub = Stubber(client)
    document = '{"Version": "2012-10-17", "Statement": []}'
    for number, page in enumerate(pages):
        last = number == len(pages) - 1
        policies = [{"Arn": arn, "DefaultVersionId": version} for arn, version in page]
        answer: dict[str, Any] = {"Policies": policies, "IsTruncated": not last}
        expected = {"Scope": "AWS"}
        if not last:
            answer["Marker"] = str(number + 1)
        if number:
            expected["Marker"] = str(number)
        stub.add_response("list_policies", answer, expected)
        for arn, version in page:
            question = {"PolicyArn": arn, "VersionId": version}
            stub.add_response("get_policy_version", {"PolicyVersion": {"Document": document}}, question)
    stub.activate()
    return client


@pytest.mark.usefixtures("_no_aws_settings")
def test_an_account_is_read_page_by_page() -> None:
    client = _account([(f"{POLICY}A", "v1"), (f"{POLICY}service-role/B", "v12")], [(f"{POLICY}C", "v3")])
    text = '{"Version":"2012-10-17","Statement":[]}'
    assert list(refresh.read_account(client)) == [
        refresh.Policy("A", "v1", text),
        refresh.Policy("service-role/B", "v12", text),
        refresh.Policy("C", "v3", text),
    ]


@pytest.mark.usefixtures("_no_aws_settings")
def test_an_account_of_another_partition_is_refused() -> None:
    client = _account([("arn:aws-cn:iam::aws:policy/A", "v1")])
    with pytest.raises(refresh.RefreshError, match="partition aws"):
        list(refresh.read_account(client))


def test_the_script_says_what_it_changed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "data.bin"
    count = len(refresh.complete(refresh.from_moto().policies))
    assert refresh.main(["--output", str(output)]) == 0
    printed = capsys.readouterr().out
    assert f"{count} added\n" in printed
    assert "added    AdministratorAccess v1\n" in printed
    first = output.read_bytes()
    assert refresh.main(["--output", str(output)]) == 0
    assert "no policy changed\n" in capsys.readouterr().out
    assert output.read_bytes() == first


def test_an_unusable_source_leaves_the_file_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "data.bin"
    output.write_bytes(b"as it was")
    source = refresh.Collection("2026-01-02", "moto 0", (_policy("A", "v1"), _policy("service-role/A", "v1")))
    monkeypatch.setattr(refresh, "from_moto", lambda: source)
    assert refresh.main(["--output", str(output)]) == 1
    assert "same name: A" in capsys.readouterr().err
    assert output.read_bytes() == b"as it was"


def test_a_profile_needs_an_account(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        refresh.main(["--profile", "somebody"])
    assert "--profile needs --from-aws" in capsys.readouterr().err
