"""The AWS managed policies: all there, unchanged, in every partition; and the script that writes them."""

from __future__ import annotations

import importlib.metadata
import importlib.resources
import importlib.util
import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber
from moto.iam.aws_managed_policies import aws_managed_policies_data

from scanner.iam import managed

if TYPE_CHECKING:
    from types import ModuleType

PROJECT = Path(__file__).resolve().parents[2]
POLICY = "arn:aws:iam::aws:policy/"
SIGN_IN = ["signin:AuthorizeOAuth2Access", "signin:CreateOAuth2Token"]


def _load_script() -> ModuleType:
    name = "refresh_managed_policies"
    spec = importlib.util.spec_from_file_location(name, PROJECT / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


refresh = _load_script()
same_source = pytest.mark.skipif(
    managed.source() != f"moto {importlib.metadata.version('moto')}",
    reason="the data file was made from something else than the installed moto",
)


@pytest.fixture(scope="module")
def moto_policies() -> dict[str, dict[str, Any]]:
    entries = json.loads(aws_managed_policies_data)
    assert len(entries) > 1000
    return {f"{POLICY[:-1]}{entry['Path']}{name}": {**entry, "Name": name} for name, entry in entries.items()}


def _document(arn: str) -> managed.ManagedDocument:
    found = managed.document(arn)
    assert found is not None
    return found


def _statements(arn: str) -> list[dict[str, Any]]:
    statements: list[dict[str, Any]] = json.loads(_document(arn).text)["Statement"]
    return statements


# The data


@same_source
def test_every_policy_of_the_source_is_there_as_it_is(moto_policies: dict[str, dict[str, Any]]) -> None:
    known = {f"{POLICY}{policy.path}": policy for policy in refresh.KNOWN}
    assert managed.arns() == tuple(sorted(moto_policies.keys() | known.keys()))
    for arn, entry in moto_policies.items():
        found = _document(arn)
        if arn in known and found.version_id != entry["DefaultVersionId"]:
            assert refresh.number(found.version_id) > refresh.number(entry["DefaultVersionId"])
            continue
        assert found == managed.ManagedDocument(arn, entry["Name"], entry["DefaultVersionId"], found.text)
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
    found = _document(arn)
    assert (found.arn, found.name) == (arn, name)
    assert managed.document_by_name(name) == found


def test_texts_are_compact_ascii_policy_documents() -> None:
    for arn in managed.arns():
        text = _document(arn).text
        content = json.loads(text)
        assert text.isascii()
        assert text == json.dumps(content, separators=(",", ":"))
        assert content["Version"] in {"2012-10-17", "2008-10-17"}
        assert content["Statement"]


def test_sign_in_local_development_access_reaches_every_public_client() -> None:
    arn = f"{POLICY}SignInLocalDevelopmentAccess"
    [statement] = _statements(arn)
    assert refresh.number(_document(arn).version_id) >= 3
    assert statement["Effect"] == "Allow"
    assert sorted(statement["Action"]) == SIGN_IN
    assert statement["Resource"] == "arn:aws:signin:*:*:oauth2/public-client/*"
    assert "Condition" not in statement


def test_the_look_alike_reaches_the_mcp_server_only() -> None:
    [statement] = _statements(f"{POLICY}AWSMCPSignInOAuthAccessPolicy")
    assert statement["Effect"] == "Allow"
    assert sorted(statement["Action"]) == SIGN_IN
    assert statement["Resource"] == "arn:aws:signin:*:*:service-principal/aws-mcp.amazonaws.com"


def test_the_data_says_when_and_where_it_was_taken(moto_policies: dict[str, dict[str, Any]]) -> None:
    assert date.fromisoformat(managed.taken()) >= date(2026, 9, 30)
    assert managed.source() == "aws" or managed.source().startswith("moto ")
    if managed.source() == f"moto {importlib.metadata.version('moto')}":
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
    printed = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, check=True, capture_output=True, text=True)
    assert printed.stdout.split() == ["0", "1"]


# What is asked for


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
    [statement] = _statements(arn)
    assert statement["Resource"] == f"arn:{partition}:signin:*:*:oauth2/public-client/*"
    found = _document(arn)
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
        original, rewritten = _document(arn), _document(elsewhere)
        assert rewritten.version_id == original.version_id
        assert json.loads(rewritten.text) == _rewritten(json.loads(original.text), "aws-cn")


# The script


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


def test_known_policies_are_what_moto_has(moto_policies: dict[str, dict[str, Any]]) -> None:
    for known in refresh.KNOWN:
        entry = moto_policies.get(f"{POLICY}{known.path}")
        if entry is not None and entry["DefaultVersionId"] == known.version:
            assert json.loads(known.text) == entry["Document"]


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
