"""``AWS::Include``: local files inside the tree take the place of the transform; what cannot be read is a cause."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scanner.report.report import Report
from scanner.root import Inputs
from tests.scans import scanned, verdicts, write

pytestmark = pytest.mark.slow

GRANT = "{Effect: Allow, Action: 'signin:*', Resource: '*'}"
USER = "  U:\n    Type: AWS::IAM::User\n    Properties:\n      LoginProfile: {Password: x}\n"


def include(location: str, indent: int) -> str:
    space = " " * indent
    return (
        f"{space}Fn::Transform:\n{space}  Name: AWS::Include\n{space}  Parameters:\n{space}    Location: {location}\n"
    )


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "outside").mkdir()
    root = tmp_path / "tree"
    (root / ".git").mkdir(parents=True)
    (root / "parts").mkdir()
    return root


def scanned_in(tree: Path, template: str, *parameters: tuple[str, str]) -> Report:
    write(tree, {"t.yaml": template})
    return scanned(tree, "t.yaml", inputs=Inputs(parameters=parameters))


def test_among_resources(tree: Path) -> None:
    (tree / "parts/users.yaml").write_text(f"{USER.replace('  U', 'U')}V: {{Type: 'AWS::IAM::User'}}\n")
    report = scanned_in(tree, "Resources:\n  W: {Type: 'AWS::IAM::User'}\n" + include("parts/users.yaml", 2))
    assert verdicts(report) == {
        "U": ("yes", "implicit_deny"),
        "V": ("no", "implicit_deny"),
        "W": ("no", "implicit_deny"),
    }
    assert not report.diagnostics
    assert report.files == 2
    spans = {found.definition.address: found.definition.span for found in report.principals}
    assert (spans["V"].path, spans["V"].line) == ("parts/users.yaml", 5)
    assert (spans["W"].path, spans["W"].line) == ("t.yaml", 2)


def test_at_the_top_by_the_transform_section(tree: Path) -> None:
    (tree / "more.yaml").write_text("Resources:\n" + USER + "Parameters:\n  P: {Type: String, Default: x}\n")
    section = "Transform: [{Name: AWS::Include, Parameters: {Location: ./more.yaml}}, AWS::LanguageExtensions]\n"
    report = scanned_in(tree, section + "Resources: {W: {Type: 'AWS::IAM::User', Properties: {UserName: !Ref P}}}\n")
    assert sorted(verdicts(report)) == ["U", "W"]
    assert "x" in {name for found in report.principals for name in found.principal.name}
    assert not report.diagnostics


PLACES = [
    ("properties", include("part.yaml", 6), '{"ManagedPolicyArns": ["arn:aws:iam::aws:policy/AdministratorAccess"]}'),
    ("policies", "      Policies:\n" + include("part.yaml", 8), f'[{{"PolicyName": "p", "PolicyDocument": {{"Version": "2012-10-17", "Statement": {GRANT}}}}}]'.replace("'", '"').replace("Effect:", '"Effect":').replace("Allow", '"Allow"').replace("Action:", '"Action":').replace("Resource:", '"Resource":')),  # noqa: E501
    ("statement", "      Policies:\n        - PolicyName: p\n          PolicyDocument:\n            Version: 2012-10-17\n            Statement:\n              -\n" + include("part.yaml", 16), GRANT),  # noqa: E501
    ("document beside a version", "      Policies:\n        - PolicyName: p\n          PolicyDocument:\n            Version: 2012-10-17\n" + include("part.yaml", 12), f"Statement: [{GRANT}]"),  # noqa: E501
    ("by a parameter", include("!Ref File", 6), "ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess']"),
]  # fmt: skip


@pytest.mark.parametrize(("written", "part"), [row[1:] for row in PLACES], ids=[row[0] for row in PLACES])
def test_inside_resources(tree: Path, written: str, part: str) -> None:
    (tree / "part.yaml").write_text(part)
    parameters = "Parameters: {File: {Type: String, Default: part.yaml}}\n"
    report = scanned_in(tree, parameters + "Resources:\n" + USER + written)
    assert not report.diagnostics
    assert verdicts(report) == {"U": ("yes", "allowed")}


def test_loops_in_what_is_included(tree: Path) -> None:
    (tree / "part.yaml").write_text("Fn::ForEach::U: [N, [a, b], {'U${N}': {Type: 'AWS::IAM::User'}}]\n")
    report = scanned_in(tree, "Transform: AWS::LanguageExtensions\nResources:\n" + include("part.yaml", 2))
    assert sorted(verdicts(report)) == ["Ua", "Ub"]
    assert not report.diagnostics


CAUSES = [
    ("s3://bucket/part.yaml", "is not in the scanned tree"),
    ("https://example.com/part.yaml", "is not in the scanned tree"),
    ("nowhere.yaml", "it does not exist"),
    ("../outside/secret.yaml", "leads out of the scanned tree"),
    ("link.yaml", "leads out of the scanned tree"),
    ("linked/secret.yaml", "leads out of the scanned tree"),
    ("/etc/passwd", "leads out of the scanned tree"),
    ('"a\\0b"', "its name is not possible"),
    ("parts", "it is a directory"),
    ("pipe", "not a regular file"),
    ("two.yaml", "not one document"),
    ("[a]", "without a Location"),
    ("!Ref Open", 'parameter "Open", which has no default'),
]


@pytest.mark.parametrize(("location", "cause"), CAUSES, ids=[row[0] for row in CAUSES])
def test_what_is_not_included_is_a_cause(tree: Path, location: str, cause: str) -> None:
    (tree / "../outside/secret.yaml").write_text("ManagedPolicyArns: [top-secret]\n")
    (tree / "link.yaml").symlink_to("../outside/secret.yaml")
    (tree / "linked").symlink_to("../outside")
    os.mkfifo(tree / "pipe")
    (tree / "two.yaml").write_text("a: 1\n---\nb: 2\n")
    parameters = "Parameters: {Open: {Type: String}}\n"
    report = scanned_in(tree, parameters + "Resources:\n" + USER + include(location, 6))
    assert verdicts(report) == {"U": ("yes", "unknown")}
    assert [found.summary for found in report.warnings] == ["Fn::Transform not followed"]
    assert not report.errors
    assert cause in report.warnings[0].detail
    assert any(cause in found.detail for found in report.principals[0].aws_login.permissions[0].decision.causes)
    assert "top-secret" not in repr(report)


def test_resources_that_are_not_included_are_said_to_be_missing(tree: Path) -> None:
    report = scanned_in(tree, "Resources:\n" + USER + include("s3://bucket/more.yaml", 2))
    assert [found.summary for found in report.diagnostics] == ["Transform not followed"]
    assert verdicts(report) == {"U": ("yes", "implicit_deny")}


def test_a_broken_file_is_an_error_in_it(tree: Path) -> None:
    (tree / "part.yaml").write_text("a: 1\nb: [\n")
    report = scanned_in(tree, "Resources:\n" + USER + include("part.yaml", 6))
    assert [(found.span.path, found.summary) for found in report.errors] == [("part.yaml", "Invalid template")]


def test_a_file_that_includes_itself_is_included_once(tree: Path) -> None:
    (tree / "part.yaml").write_text("UserName: u\n" + include("part.yaml", 0))
    report = scanned_in(tree, "Resources:\n" + USER + include("part.yaml", 6))
    assert verdicts(report) == {"U": ("yes", "unknown")}


def test_a_key_on_both_sides_is_not_known(tree: Path) -> None:
    (tree / "part.yaml").write_text("LoginProfile: {Password: y}\n")
    report = scanned_in(tree, "Resources:\n" + USER + include("part.yaml", 6))
    assert verdicts(report)["U"][0] == "unknown"


BAD_POLICY = "      Policies: [{PolicyName: p, PolicyDocument: {Statement: [{Effect: Maybe}]}}]\n"


def test_a_malformed_policy_that_a_macro_would_rewrite_is_a_cause_and_no_error(tree: Path) -> None:
    report = scanned_in(tree, "Transform: OurMacro\nResources:\n" + USER + BAD_POLICY + "  X: [no resource]\n")
    assert verdicts(report) == {"U": ("yes", "unknown")}
    assert not report.errors
    assert sorted(found.summary for found in report.warnings) == ["Invalid template", "Transform not followed"]
    plain = scanned_in(tree, "Transform: AWS::Serverless-2016-10-31\nResources:\n" + USER + BAD_POLICY)
    assert [found.summary for found in plain.errors] == ["Malformed policy document"]


def test_numeric_keys_are_refused_in_templates_only(tree: Path) -> None:
    (tree / "parts" / "api.yaml").write_text(
        "paths:\n  /a:\n    get:\n      responses:\n        200: {description: a}\n"
    )
    api = "  A:\n    Type: AWS::ApiGateway::RestApi\n    Properties:\n      Body:\n" + include("parts/api.yaml", 8)
    report = scanned_in(tree, f"Resources:\n{USER}{api}")
    assert [(one.severity.value, one.summary) for one in report.diagnostics] == [("warning", "Key without quotes")]
    report = scanned_in(
        tree, f"Resources:\n{USER}  A: {{Type: AWS::ApiGateway::RestApi, Properties: {{Body: {{200: a}}}}}}\n"
    )
    assert [(one.severity.value, one.summary) for one in report.diagnostics] == [("error", "Key without quotes")]
