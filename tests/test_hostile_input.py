"""Whatever is scanned: one run ends, says what is wrong and where, and loses nothing beside it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from scanner import discovery
from scanner.named_files import UsageError
from scanner.options import Options
from scanner.pipeline import scan
from scanner.root import Inputs
from tests.scans import Scan, errors, scanned, scanned_files, write

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

USER = 'resource "aws_iam_user" "good" {\n  name = "good"\n}\n'
DEEP = 3000

TERRAFORM = {
    "parentheses": f"locals {{\n  x = {'(' * DEEP}1{')' * DEEP}\n}}\n",
    "brackets": f"locals {{\n  x = {'[' * DEEP}{']' * DEEP}\n}}\n",
    "objects": f"locals {{\n  x = {'{a=' * DEEP}1{'}' * DEEP}\n}}\n",
    "a long sum": f"locals {{\n  x = 1{' + 1' * DEEP}\n}}\n",
    "a long chain of attributes": f"locals {{\n  x = a{'.b' * DEEP}\n}}\n",
    "a long chain of indexes": f"locals {{\n  x = a{'[0]' * DEEP}\n}}\n",
    "a long chain of conditionals": f"locals {{\n  x = {'true ? 1 : ' * DEEP}1\n}}\n",
    "interpolations inside each other": "locals {\n  x = " + '"${' * 500 + "1" + '}"' * 500 + "\n}\n",
    "interpolations inside each other in the place of a label": "a {\n" + '"${' * DEEP + "1" + '}"' * DEEP + "\n}\n",
    "a row of words that is no block": f"a {{\n  {'ab' * 2000}\n  x = {{\n}}\n",
    "nested blocks": "a {\n" * DEEP + "}\n" * DEEP,
    "unterminated string": 'locals {\n  x = "\n}\n',
    "unterminated heredoc": "locals {\n  x = <<EOT\n}\n",
    "many quotes": 'locals {\n  x = "' + '\\"' * 50000 + "\n}\n",
    "null bytes": "locals {\n  x = \x00\n}\n",
    "only braces": "{" * 5000,
    "a huge number": "locals {\n  x = 1e999999999\n}\n",
    "a huge power": "locals {\n  x = pow(10, 1000000000)\n}\n",
    "a huge range": "locals {\n  x = range(1000000000)\n}\n",
    "a huge text": 'locals {\n  x = format("%1000000000d", 1)\n}\n',
    "a growing list": "locals {\n  a = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]\n"
    "  x = setproduct(local.a, local.a, local.a, local.a, local.a, local.a, local.a, local.a, local.a)\n}\n",
    "a growing text": 'locals {\n  a0 = "aaaaaaaaaa"\n'
    + "".join(f'  a{number + 1} = "{f"${{local.a{number}}}" * 10}"\n' for number in range(12))
    + "  x = local.a12\n}\n",
    "a slow regular expression": 'locals {\n  x = regex("(a+)+$", "' + "a" * 40 + 'b")\n}\n',
}
ASKING = 'resource "aws_iam_user" "asks" {\n  name = local.x\n}\n'


@pytest.mark.parametrize("name", TERRAFORM)
def test_terraform(scan_files: Scan, name: str) -> None:
    report = scan_files({"good.tf": USER, "bad.tf": TERRAFORM[name], "asks.tf": ASKING})
    assert "aws_iam_user.good" in {found.definition.address for found in report.principals}
    assert not any("Internal" in error.summary for error in report.errors)


JSON_SYNTAX = {
    "lists": '{"locals": {"x": ' + "[" * DEEP + "]" * DEEP + "}}",
    "objects": '{"locals": {"x": ' + '{"a":' * DEEP + "1" + "}" * DEEP + "}}",
    "lists that never end": "[" * 200_000,
    "blocks": '{"resource": ' + "[" * 110 + "]" * 110 + "}",
    "dynamic blocks": '{"data": {"aws_iam_policy_document": {"d": '
    + '{"dynamic": {"a": {"content": ' * 35
    + "{}"
    + "}}}" * 35
    + "}}}",
    "interpolations inside each other": json.dumps({"locals": {"x": '"${' * 500 + "1" + '}"' * 500}}),
    "parentheses in a text": json.dumps({"locals": {"x": "${" + "(" * DEEP + "1" + ")" * DEEP + "}"}}),
    "many quotes": json.dumps({"locals": {"x": '"' * 50_000}}),
    "a huge number": '{"locals": {"x": 1e999999999}}',
    "a long number": '{"locals": {"x": ' + "9" * 100_000 + "}}",
    "a number in a text": json.dumps({"locals": {"x": "${" + "9" * 100_000 + "}"}}),
    "null bytes": '{"locals": {"x": "\x00"}}',
    "half a surrogate pair": '{"locals": {"x": "\\ud800${1}"}}',
    "nulls": '{"locals": null, "resource": {"aws_iam_user": {"x": null}}, "data": [null], "provider": {"aws": [null]}}',
    "texts for blocks": '{"locals": "x", "resource": {"aws_iam_user": "x"}, "variable": 1, "module": {"m": [1]}}',
    "a key for every letter": "{" + ",".join(f'"{number}": {{}}' for number in range(20_000)) + "}",
}


@pytest.mark.parametrize("name", JSON_SYNTAX)
def test_terraform_in_json(scan_files: Scan, name: str) -> None:
    report = scan_files({"good.tf": USER, "bad.tf.json": JSON_SYNTAX[name], "asks.tf": ASKING})
    assert "aws_iam_user.good" in {found.definition.address for found in report.principals}
    assert not any("Internal" in error.summary for error in report.errors)


TEMPLATES = {
    "anchors that explode": "Resources:\n  A: &a [x, x, x, x, x, x, x, x, x, x]\n"
    + "".join(f"  B{n}: &b{n} [{', '.join(['*a' if n == 0 else f'*b{n - 1}'] * 10)}]\n" for n in range(12)),
    "an anchor inside itself": "Resources: &a\n  A:\n    Type: AWS::IAM::User\n    Properties: *a\n",
    "flow nesting": "Resources: " + "[" * DEEP + "]" * DEEP,
    "deep JSON": '{"Resources": ' + '{"a":' * DEEP + "1" + "}" * DEEP + "}",
    "a tag that runs code": "Resources:\n  A: !!python/object/apply:os.system ['touch pwned']\n",
    "conditions in a circle": "Conditions:\n  A: !Condition B\n  B: !Condition A\nResources:\n  U:\n"
    "    Type: AWS::IAM::User\n    Condition: A\n",
    "duplicate keys": "Resources:\n  A:\n    Type: AWS::IAM::User\n  A:\n    Type: AWS::IAM::User\n",
    "no mapping": "AWSTemplateFormatVersion: '2010-09-09'\nResources: 3\n",
    "truncated JSON": '{"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"A": {"Type": "AWS::IAM::User"',
    "null everywhere": "Resources:\n  A:\n    Type: AWS::IAM::User\n    Properties:\n  B:\n  C: {Type: }\n",
}


@pytest.mark.parametrize("name", TEMPLATES)
def test_templates(scan_files: Scan, name: str) -> None:
    report = scan_files(
        {
            "good.tf": USER,
            "bad.yaml": "AWSTemplateFormatVersion: '2010-09-09'\n" + TEMPLATES[name]
            if not TEMPLATES[name].startswith(("{", "AWS"))
            else TEMPLATES[name],
        }
    )
    assert "aws_iam_user.good" in {found.definition.address for found in report.principals}
    assert not any("Internal" in error.summary for error in report.errors)


PLAN = {"format_version": "1.2", "terraform_version": "1.11.4", "planned_values": {}, "resource_changes": []}
PLANS = {
    "truncated": json.dumps(PLAN)[:-3],
    "another version": json.dumps({**PLAN, "format_version": "9.0"}),
    "a failed run": json.dumps({**PLAN, "errored": True}),
    "wrong types": json.dumps(
        {**PLAN, "resource_changes": [1, None, "x", {}, {"change": 3}, {"change": {"after": []}}]}
    ),
    "configuration of nonsense": json.dumps(
        {
            **PLAN,
            "configuration": {"root_module": 3, "provider_config": []},
            "resource_changes": [
                {
                    "mode": "managed",
                    "type": "aws_iam_user",
                    "name": "u",
                    "address": "aws_iam_user.u",
                    "change": {"actions": ["create"], "after": {"name": 3, "tags": "x"}, "after_unknown": {"arn": 3}},
                }
            ],
        }
    ),
    "configuration of the wrong type": json.dumps({**PLAN, "configuration": []}),
    "no changes": json.dumps(
        {
            "format_version": "1.2",
            "terraform_version": "1.11.4",
            "planned_values": {"root_module": {"resources": [{"type": "aws_iam_user"}]}},
        }
    ),
    "deep": '{"format_version": "1.2", "resource_changes": ' + "[" * 100000 + "]" * 100000 + "}",
}


@pytest.mark.parametrize("name", PLANS)
def test_plans(scan_files: Scan, name: str) -> None:
    report = scan_files({"good.tf": USER, "plan.json": PLANS[name]})
    assert "aws_iam_user.good" in {found.definition.address for found in report.principals}
    assert not any("Internal" in error.summary for error in report.errors)
    if name != "configuration of nonsense":
        assert [error.span.path for error in report.errors] == ["plan.json"]


LONG = "x" * 5000
CALL = 'module "m" {\n  source = "a/b/c"\n}\n'
MODULES = "infra/.terraform/modules/modules.json"
STACK = "Resources:\n  S: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: %s}}\n"
INCLUDE = "Transform: {Name: AWS::Include, Parameters: {Location: %s}}\nResources: {A: {Type: AWS::IAM::User}}\n"
NAMES = {
    "source": {"infra/m.tf": f'module "m" {{\n  source = "./{LONG}"\n}}\n'},
    "source with NUL": {"infra/m.tf": 'module "m" {\n  source = "./a\\u0000b"\n}\n'},
    "source with a surrogate": {"infra/m.tf.json": '{"module": {"m": {"source": "./a\\ud800b"}}}'},
    "template": {"infra/t.yaml": STACK % f"./{LONG}"},
    "template with NUL": {"infra/t.yaml": STACK % '"./a\\0b"'},
    "included": {"infra/t.yaml": INCLUDE % f"./{LONG}"},
    "included with NUL": {"infra/t.yaml": INCLUDE % '"./a\\0b"'},
    **{
        f"modules.json: {name}": {"infra/m.tf": CALL, MODULES: json.dumps({"Modules": [{"Key": "m", "Dir": place}]})}
        for name, place in (("long", LONG), ("NUL", "a\0b"), ("surrogate", "\ud800"), ("deep", "a/" * 3000), ("no", 3))
    },
    "modules.json of nesting": {"infra/m.tf": CALL, MODULES: "[" * 100_000},
    "modules.json of nonsense": {"infra/m.tf": CALL, MODULES: "\0"},
    **{
        f"{call}": {"infra/f.tf": f'resource "aws_iam_user" "f" {{\n  name = tostring({call})\n}}\n'}
        for call in (
            f'file("{LONG}")',
            'file("a\\u0000b")',
            f'fileexists("{LONG}")',
            f'join("", fileset("{LONG}", "*"))',
            f'join("", fileset(path.module, "{LONG}"))',
            f'abspath("{LONG}")',
            f'templatefile("{LONG}", {{}})',
        )
    },
    "a template file that calls itself": {
        "infra/x.tftpl": '${templatefile("x.tftpl", {})}',
        "infra/f.tf": 'resource "aws_iam_user" "f" {\n  name = templatefile("${path.module}/x.tftpl", {})\n}\n',
    },
    "a template text that calls itself": {
        "infra/f.tf": 'locals {\n  a = "$${templatestring(a, {a = a})}"\n}\n'
        'resource "aws_iam_user" "f" {\n  name = templatestring(local.a, {a = local.a})\n}\n'
    },
    "a terragrunt source": {"infra/terragrunt.hcl": f'terraform {{\n  source = "./{LONG}"\n}}\n'},
    "a terragrunt include": {"infra/terragrunt.hcl": f'include "a" {{\n  path = "{LONG}"\n}}\n'},
}


@pytest.mark.parametrize("name", NAMES, ids=lambda name: name[:30])
@pytest.mark.parametrize("is_kept", [False, True])
def test_what_no_file_is_called(tmp_path: Path, name: str, is_kept: bool) -> None:
    """A path that cannot be is the trouble of who names it."""
    write(tmp_path / "code", {"infra/main.tf": USER, **NAMES[name]})
    directory = tmp_path / "code"
    cache = tmp_path / "cache" if is_kept else None
    report = scan(Options(paths=("infra",), directory=directory, cache=cache, debug=not is_kept))
    assert "aws_iam_user.good" in {found.definition.address for found in report.principals}
    is_no_trouble = any(word in name for word in ("abspath", "fileexists", "fileset", "include"))
    assert report.diagnostics or is_no_trouble
    assert not any("Internal" in error.summary for error in report.errors)


def nested(depth: int) -> tuple[str, str]:
    return '{"a":' * depth + "1" + "}" * depth, "[" * depth + "]" * depth


def planned(name: str, tags: str, unknown: str = "{}") -> str:
    change = f'{{"actions": ["create"], "after": {{"name": "{name}", "tags": {tags}}}, "after_unknown": {unknown}}}'
    named = f'"type": "aws_iam_user", "name": "{name}", "address": "aws_iam_user.{name}"'
    return f'{{"mode": "managed", {named}, "change": {change}}}'


def stored(name: str, tags: str) -> str:
    instance = f'{{"schema_version": 0, "attributes": {{"name": "{name}", "tags": {tags}}}}}'
    provider = r'"provider[\"registry.terraform.io/hashicorp/aws\"]"'
    kind = f'"mode": "managed", "type": "aws_iam_user", "name": "{name}", "provider": {provider}'
    return f'{{{kind}, "instances": [{instance}]}}'


@pytest.mark.parametrize("depth", [190, 1_100, 11_000])
@pytest.mark.parametrize("form", ["object", "list", "marks", "state"])
def test_a_value_that_is_nested_deeply_hides_nothing_beside_it(depth: int, form: str) -> None:
    deep = nested(depth)[form == "list"]
    if form == "state":
        resources = f"{stored('good', '{}')}, {stored('bad', deep)}"
        head = '"version": 4, "terraform_version": "1.5.0", "serial": 1, "lineage": "x", "outputs": {}'
        files = {"s.tfstate": f'{{{head}, "resources": [{resources}]}}'}
    else:
        bad = planned("bad", "{}", f'{{"tags": {deep}}}') if form == "marks" else planned("bad", deep)
        head = '"format_version": "1.2", "terraform_version": "1.11.4", "planned_values": {}'
        files = {"plan.json": f'{{{head}, "resource_changes": [{planned("good", "{}")}, {bad}]}}'}
    report = scanned_files(files, next(iter(files)))
    assert {found.definition.address for found in report.principals} == {"aws_iam_user.good", "aws_iam_user.bad"}
    said = "Value left out: tags of aws_iam_user.bad is nested more than 200 levels deep, so it is unknown."
    assert errors(report) == ([said] if depth > 200 else [])


TEMPLATE = "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n  U: {Type: AWS::IAM::User}\n"
STATE = '{"Resources": {"U": {"Type": "AWS::IAM::User", "Properties": {"UserName": "x"}}}}'
UNSEEN: dict[str, tuple[str, bytes]] = {
    "NUL at the end": ("t.yaml", TEMPLATE.encode() + b"\0"),
    "NUL at the beginning": ("t.yaml", b"#\0\n" + TEMPLATE.encode()),
    "NUL far away": ("t.template", b"#" + b"x" * 9000 + b"\0\n" + TEMPLATE.encode()),
    "NUL before all that matters": ("t.yml", b"#\0" + b"x" * 9000 + b"\n" + TEMPLATE.encode()),
    "NUL in a key": ("t.json", STATE.replace("{", '{"\0": 1, ', 1).encode()),
    "NUL before a plan": ("p.json", b'\0{"format_version": "1.2", "planned_values": {}, "terraform_version": "1.1"}'),
    **{
        f"{encoding}: {name}": (file, text.encode(encoding))
        for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be")
        for name, file, text in (
            ("ASCII", "t.yaml", TEMPLATE),
            ("JSON", "t.json", STATE),
            ("a letter first", "t.yaml", f"é: 1\n{TEMPLATE}"),
            ("a separator first", "t.yaml", f"\u2028{TEMPLATE}"),
            ("Chinese first", "t.yaml", f"# 漢\n{TEMPLATE}"),
        )
    },
    "Latin-1": ("t.yaml", f"# é\n{TEMPLATE}".encode("latin-1")),
    "null": ("main.tf.json", b"null"),
    "a list of nulls": ("main.tf.json", b"[null]"),
    "a number": ("main.tf.json", b"1"),
    "null for variables": ("terraform.tfvars.json", b"null"),
}


@pytest.mark.parametrize("name", UNSEEN)
def test_what_cannot_be_read_is_said(name: str) -> None:
    file, content = UNSEEN[name]
    report = scanned_files({"main.tf": USER, file: content})
    assert {error.span.path for error in report.errors} == {file}
    assert [found.definition.address for found in report.principals] == ["aws_iam_user.good"]


@pytest.mark.parametrize("name", ["nowhere", "main.tf", "a\0b", LONG])
def test_a_source_that_is_no_directory(tmp_path: Path, name: str) -> None:
    write(tmp_path, {"main.tf": USER})
    with pytest.raises(UsageError, match="--source"):
        scan(Options(directory=tmp_path, inputs=Inputs(source=name)))


@pytest.mark.parametrize("broken", ["recognise", "is_none_of_ours", "is_configuration"])
def test_a_bug_of_ours_in_discovery_hides_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
    own: Callable[..., object] = getattr(discovery, broken)

    def breaks(asked: str | bytes) -> object:
        if asked == "bad" or (isinstance(asked, str) and asked.endswith("/bad")) or asked == TEMPLATE.encode():
            raise RecursionError("::error::")
        return own(asked)

    monkeypatch.setattr(discovery, broken, breaks)
    write(tmp_path, {"a/main.tf": USER, "b/bad": TEMPLATE, "c/main.tf": USER})
    report = scan(Options(directory=tmp_path))
    assert [found.definition.root for found in report.principals] == ["a", "c"]
    assert [(error.summary, error.span.path) for error in report.errors] == [("Internal error", "b/bad")]
    with pytest.raises(RecursionError):
        scanned(tmp_path)


def test_directories_inside_each_other(tmp_path: Path) -> None:
    write(tmp_path, {"a/main.tf": USER, f"{'d/' * 1500}main.tf": USER, "e/main.tf": USER})
    report = scan(Options(directory=tmp_path))
    assert {"a", "e"} <= {found.definition.root for found in report.principals}
    assert len(report.principals) == 3 or errors(report)
