from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from scanner.cloudformation.stacks.nested import MAX_BYTES
from scanner.cloudformation.template.recognition import looks_like_template
from scanner.diagnostic import Severity
from scanner.extraction import extract
from scanner.facts import Facts
from scanner.root import Inputs, RootKind, ScanRoot

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TEMPLATES = [
    ("version", "AWSTemplateFormatVersion: '2010-09-09'\n"),
    ("version in quotes", '"AWSTemplateFormatVersion": 2010-09-09\n'),
    ("resources", "Resources:\n  A:\n    Type: AWS::S3::Bucket\n"),
    ("flow", "Resources: {A: {Type: AWS::S3::Bucket}}\n"),
    ("quoted type", "Resources:\n  A:\n    'Type': \"AWS::S3::Bucket\"\n"),
    ("custom", "Resources:\n  A:\n    Type: Custom::Thing\n"),
    ("include", "Resources:\n  Fn::Transform: {Name: AWS::Include}\n"),
    ("json loop", '{"Resources": {"Fn::ForEach::A": []}}'),
    ("third party", "Resources:\n  A:\n    Type: Datadog::Monitors::Monitor\n"),
    ("after comments", "# x\n---\n# y\nDescription: d\nResources:\n  A:\n    Type: AWS::X::Y\n"),
    ("indented", "  Description: d\n  Resources:\n    A:\n      Type: AWS::X::Y\n"),
    ("crlf", "Description: d\r\nResources:\r\n  A:\r\n    Type: AWS::X::Y\r\n"),
    ("json", '{"Description": "{", "Resources": {"A": {"Type": "AWS::X::Y"}}}'),
    ("json version", '\n{\n  "AWSTemplateFormatVersion" : "2010-09-09"'),
    ("byte order mark", "\ufeffResources:\n  A:\n    Type: AWS::X::Y\n"),
]

OTHERS = [
    ("empty", ""),
    ("kubernetes", "apiVersion: v1\nkind: ConfigMap\ndata:\n  t: |\n    AWSTemplateFormatVersion: x\n"),
    ("workflow", "on: push\njobs:\n  a:\n    steps:\n      - run: grep AWSTemplateFormatVersion x\n"),
    ("compose", "services:\n  web:\n    deploy:\n      Resources:\n        Type: AWS::S3::Bucket\n"),
    ("openapi", '{"openapi": "3.0.0", "components": {"Resources": {"Type": "AWS::S3::Bucket"}}}'),
    ("package", '{"name": "x", "keywords": ["AWSTemplateFormatVersion", "Resources"]}'),
    ("serverless", "service: x\nresources:\n  Resources:\n    A:\n      Type: AWS::S3::Bucket\n"),
    ("parameters", '[{"ParameterKey": "Resources", "ParameterValue": "AWS::X::Y"}]'),
    ("other resources", "Resources:\n  cpu: 5\n"),
    ("resources of another kind", "Resources:\n  A:\n    Type: std::string\n"),
    ("type outside", "Type: AWS::X::Y\nResources:\n  - a\n"),
    ("AppSpec", "version: 0.0\nResources: # a list\n\n  - A:\n      Type: AWS::ECS::Service\n"),
    ("AppSpec in JSON", '{"version": 0.0, "Resources": [{"A": {"Type": "AWS::ECS::Service"}}]}'),
    ("embedded text", '{"body": "{\\"Resources\\": {\\"A\\": {\\"Type\\": \\"AWS::X::Y\\"}}}"}'),
    ("plan", '{"format_version": "1.2", "planned_values": {"AWSTemplateFormatVersion": 1}}'),
    ("comment", "# AWSTemplateFormatVersion: x\na: b\n"),
]


@pytest.mark.parametrize("text", [row[1] for row in TEMPLATES], ids=[row[0] for row in TEMPLATES])
def test_templates_are_recognized(text: str) -> None:
    assert looks_like_template(text)


@pytest.mark.parametrize("text", [row[1] for row in OTHERS], ids=[row[0] for row in OTHERS])
def test_other_files_are_not(text: str) -> None:
    assert not looks_like_template(text)


@pytest.mark.parametrize("text", ["Resources" + "{" * 200_000, '{"Resources' + '\\"' * 200_000, "Resources\n" * 50_000])
def test_recognition_is_quick_on_hostile_text(text: str) -> None:
    assert not looks_like_template(text)


WARNINGS = [
    ("named", "Transform: [{Name: Mine}]\nResources: {A: {Type: 'AWS::S3::Bucket'}}", "Transform not followed"),
    ("stack", "Resources: {A: {Type: 'AWS::CloudFormation::Stack'}}", "Nested stack not followed"),
    ("stack set", "Resources: {A: {Type: 'AWS::CloudFormation::StackSet'}}", "Stack set not followed"),
    ("module", "Resources: {A: {Type: 'My::Iam::Users::MODULE'}}", "Module not followed"),
    ("include", "Resources: {'Fn::Transform': {Name: 'AWS::Include'}}", "Transform not followed"),
]


@pytest.mark.parametrize(("text", "summary"), [row[1:] for row in WARNINGS], ids=[row[0] for row in WARNINGS])
def test_what_is_not_followed_is_said(scan_text: Callable[..., Facts], text: str, summary: str) -> None:
    found = scan_text(text).diagnostics
    assert summary in [one.summary for one in found]
    assert all(one.severity is Severity.WARNING for one in found)


SILENT = [
    ("sam", "Transform: AWS::Serverless-2016-10-31\nResources: {A: {Type: 'AWS::S3::Bucket'}}"),
    ("language extensions", "Transform: AWS::LanguageExtensions\nResources: {A: {Type: 'AWS::S3::Bucket'}}"),
    (
        "stack that does not exist",
        "Conditions: {Never: !Equals [a, b]}\nResources: {A: {Type: 'AWS::CloudFormation::Stack', Condition: Never}}",
    ),
    ("empty sections", "Parameters:\nConditions:\nResources: {A: {Type: 'AWS::S3::Bucket'}}"),
]


@pytest.mark.parametrize("text", [row[1] for row in SILENT], ids=[row[0] for row in SILENT])
def test_these_stay_silent(scan_text: Callable[..., Facts], text: str) -> None:
    facts = scan_text(text)
    assert not facts.diagnostics
    assert not facts.identities


BROKEN = [
    ("no yaml", "Resources: [", 1),
    ("no mapping", "- a\n", 1),
    ("no resources", "AWSTemplateFormatVersion: '2010-09-09'\n", 1),
    ("resources are a list", "Description: d\nResources: []\n", 2),
    ("resource is text", "Resources:\n  A: b\n", 2),
    ("resource without a type", "Resources:\n  A:\n    Properties: {}\n", 2),
    ("type is a list", "Resources:\n  A:\n    Type: [x]\n", 3),
    ("properties are a list", "Resources:\n  A:\n    Type: AWS::IAM::User\n    Properties: []\n", 4),
    ("conditions are a list", "Conditions: []\nResources: {A: {Type: 'AWS::S3::Bucket'}}\n", 1),
    (
        "module of Rain in JSON, twice",
        '{"Resources": {\n"A": {"Type": {"Rain::Module": "x"}},\n"B": {"Type": {"Rain::Module": "x"}}}}',
        2,
    ),
    ("module of Rain", "Resources:\n  A:\n    Type: !Rain::Module x\n", 3),
    ("resource twice", "Resources:\n  A: {Type: 'AWS::S3::Bucket'}\n  A: {Type: 'AWS::IAM::User'}\n", 3),
]


@pytest.mark.parametrize(("text", "line"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_broken_templates_are_errors_with_a_place(scan_text: Callable[..., Facts], text: str, line: int) -> None:
    (problem,) = scan_text(text).diagnostics
    assert problem.severity is Severity.ERROR
    assert (problem.span.path, problem.span.line) == ("template.yaml", line)


def test_one_broken_resource_hides_no_other(scan_text: Callable[..., Facts]) -> None:
    facts = scan_text("Resources:\n  A: b\n  B: {Type: 'AWS::IAM::User'}\n")
    assert [one.origin.address for one in facts.identities] == ["B"]


def test_several_documents(scan_text: Callable[..., Facts]) -> None:
    facts = scan_text(
        "a: b\n---\nResources: {A: {Type: 'AWS::IAM::User'}}\n---\nResources: {B: {Type: 'AWS::IAM::User'}}\n"
    )
    assert [one.origin.address for one in facts.identities] == ["A", "B"]
    assert not facts.diagnostics


def root(path: Path) -> ScanRoot:
    return ScanRoot(RootKind.CLOUDFORMATION_TEMPLATE, path.name, path, path.parent, Inputs())


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    (tmp_path / "latin").write_bytes(b"Resources: \xe9\n")
    (tmp_path / "huge").write_bytes(b"#" * (MAX_BYTES + 1))
    for name in ("pipe", "link", "latin", "huge", "missing", "."):
        facts = extract(root(tmp_path / name))
        (problem,) = facts.diagnostics
        assert problem.severity is Severity.ERROR, name
        assert not facts.identities


BAD_PROPERTIES = [
    "Groups: 5",
    "Groups: {a: b}",
    "Groups: [[a], {b: c}, null]",
    "ManagedPolicyArns: {Fn::If: [x]}",
    "ManagedPolicyArns: !Split [a]",
    "Policies: text",
    "Policies: [{}]",
    "Policies: [{PolicyName: [a], PolicyDocument: 7}]",
    "LoginProfile: [a]",
    "LoginProfile: {Fn::If: 3}",
    "PermissionsBoundary: {a: b}",
    "Tags: {a: b}",
    "Tags: [a, {Key: {b: c}, Value: d}]",
    "UserName: [a]",
    "UserName: {Fn::GetAtt: {a: b}}",
    "UserName: {Ref: [a]}",
    "Path: [a]",
    "Path: !FindInMap [a]",
]


@pytest.mark.parametrize("kind", ["User", "Role", "Group", "ManagedPolicy", "Policy", "UserToGroupAddition"])
@pytest.mark.parametrize("written", BAD_PROPERTIES)
def test_no_property_breaks_the_reader(scan_text: Callable[..., Facts], kind: str, written: str) -> None:
    text = f"Resources:\n  A:\n    Type: AWS::IAM::{kind}\n    Properties:\n      {written}\n      Users: !Ref A\n"
    assert isinstance(scan_text(text), Facts)
