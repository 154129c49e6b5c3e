"""What a configuration file may say, and what the command line makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scanner.configuration.keys import KEYS
from scanner.configuration.load import load_named
from scanner.configuration.scan_options import scan_options
from scanner.configuration.settings import CommandLineError, command_line, settle
from scanner.configuration.shapes import NO_ITEMS
from scanner.controls import AccountControls
from scanner.finding import Level
from scanner.globs import PathGlob
from scanner.options import Options
from scanner.path_sections import PathSection
from scanner.pipeline import scan
from scanner.root import ValuesFile
from scanner.span import Span
from scanner.suppress_entry import SuppressEntry
from tests.configuration.configured import OURS, configured, options
from tests.scans import Scan, write


@pytest.mark.parametrize(
    ("text", "field", "expected"),
    [
        ("paths: [infra, x.yaml]", "paths", ("infra", "x.yaml")),
        ("paths: infra/../infra/", "paths", ("infra",)),
        ("paths: ./-", "paths", ("./-",)),
        ("exclude: [legacy, /x/**]", "exclude", ("legacy", "/x/**")),
        ("rules: r", "rule_paths", ("r",)),
        ("select: [a, b]", "select", ("a", "b")),
        ("ignore: a", "ignore", ("a",)),
        ("severity: {a: note}", "severity", {"a": Level.NOTE}),
        ("fail_on: note", "fail_on", Level.NOTE),
        ("fail_on: never", "fail_on", None),
        ("assume_console: admin-*", "assume_console", ("admin-*",)),
        ("context: {a: x, b: [x, yes, 1]}", "context", (("a", ("x",)), ("b", ("x", "true", "1")))),
        ("context: {c: , d: []}", "context", (("c", None), ("d", None))),
        ("scp: [a, b]", "controls", AccountControls((("a", "b"),))),
        ("scp: [[a], [b, c]]", "controls", AccountControls((("a",), ("b", "c")))),
        ("scp: a", "controls", AccountControls((("a",),))),
        ("scp: []", "controls", AccountControls()),
        ("accounts: {default: {scp: a, rcp: b}}", "accounts", {"default": AccountControls((("a",),), ("b",))}),
        ("accounts: {x: {scp: a}}", "sections", (PathSection(PathGlob("x"), scp_levels=(("a",),)),)),
        ("rcp: [a]", "controls", AccountControls((), ("a",))),
        ("parameter: {A: 010, B: [x, y], C: no}", "parameters", (("A", "010"), ("B", "x,y"), ("C", "false"))),
        ("parameters: p.json\nparameter: {A: b}", "parameters", (ValuesFile("p.json"), ("A", "b"))),
    ],
)  # fmt: skip
def test_what_a_file_says(tmp_path: Path, text: str, field: str, expected: object) -> None:
    found = getattr(options(tmp_path, configured(tmp_path, text)), field)
    if field == "sections":
        found = tuple(replace(one, glob=replace(one.glob, base=None)) for one in found)
    assert (tuple(one.pattern for one in found) if field == "exclude" else found) == expected


@pytest.mark.parametrize(
    ("text", "field", "expected"),
    [
        ("var: {a: x}\nvar_file: [f, g]", "variables", (ValuesFile("f"), ValuesFile("g"), ("a", "x"))),
        ("var: {a: 010}", "variables", (("a", "010"),)),
        ("var: {a: [x, 1, yes, null]}", "variables", (("a", '["x", 1, true, null]'),)),
        ("var: {a: {b: '${x} \"%{'}}", "variables", (("a", '{"b" = "$${x} \\"%%{"}'),)),
        ("workspace: prod", "workspace", "prod"),
        ("source: ../x", "source", "../x"),
        ("env_vars: true", "environment", (("team", "from the environment"),)),
        ("env_vars: false", "environment", ()),
    ],
)
def test_what_a_file_says_of_inputs(tmp_path: Path, text: str, field: str, expected: object) -> None:
    assert getattr(options(tmp_path, configured(tmp_path, text)).inputs, field) == expected


def test_a_list_as_a_variable_is_terraforms(scan_files: Scan, tmp_path: Path) -> None:
    code = """
    variable "names" { type = list(string) }
    variable "who" { type = object({ name = string }) }
    resource "aws_iam_user" "u" {
      for_each = toset(concat(var.names, [var.who.name]))
      name     = each.key
    }
    """
    found = configured(tmp_path, "var: {names: [a, 'b${c'], who: {name: 012}}")
    report = scan_files({"a.tf": code}, "a.tf", inputs=options(tmp_path, found).inputs)
    assert {one.definition.principal.name for one in report.principals} == {("a",), ("b${c",), ("012",)}
    assert not report.diagnostics


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "scan.yaml").write_text("paths: [infra]\nvar_file: sub/x.tfvars\nscp: [/abs.json]\nexclude: [x]")
    found = options(tmp_path / "sub", load_named("../scan.yaml", tmp_path / "sub"))
    assert found.paths == ("../infra",)
    assert found.inputs.variables == (ValuesFile("x.tfvars"),)
    assert (found.directory / found.controls.scp_levels[0][0]).resolve() == Path("/abs.json")
    assert found.exclude == (PathGlob("x", tmp_path),)


@pytest.mark.parametrize("name", ["x.toml", "pyproject.toml", "x.conf"])
def test_the_same_in_toml(tmp_path: Path, name: str) -> None:
    text = """
[tool.aws-login-scan]
fail_on = "warning"
context = { x = [] }
var.team = 1
[tool.aws-login-scan.accounts."infra/*"]
account = "111122223333"
[[tool.aws-login-scan.suppress]]
path = "x"
reason = "r"
until = 2027-03-01
"""
    as_yaml = """
fail_on: warning
context: {x: []}
var: {team: 1}
accounts: {"infra/*": {account: 111122223333}}
suppress: [{path: x, reason: r, until: 2027-03-01}]
"""
    found, other = (options(tmp_path, configured(tmp_path, *one)) for one in ((text, name), (as_yaml,)))
    assert [(one.path, str(one.until), one.span.line) for one in found.suppress] == [("x", "2027-03-01", 8)]
    assert [(one.path, str(one.until), one.span.line) for one in other.suppress] == [("x", "2027-03-01", 6)]
    assert (found.fail_on, found.context, found.inputs, found.sections) == (
        other.fail_on,
        other.context,
        other.inputs,
        other.sections,
    )


def test_every_list_of_one_item_may_stand_without_brackets(tmp_path: Path) -> None:
    """As the documentation has it, without exception."""
    item = {"suppress": "{rule: a, reason: b}", "format": "json"}
    lists = [key.name for key in KEYS if key.shape.empty == NO_ITEMS and not key.shape.is_single]
    assert len(lists) > 10
    for name in lists:
        one = item.get(name, "a")
        alone, listed = (configured(tmp_path, f"{name}: {text}").values[name] for text in (one, f"[{one}]"))
        assert [_placeless(given.value) for given in alone] == [_placeless(given.value) for given in listed], name


def _placeless(value: object) -> object:
    return replace(value, span=Span.whole_file("")) if isinstance(value, SuppressEntry) else value


def test_an_empty_file_says_nothing(tmp_path: Path) -> None:
    for text in ("", "# nothing\n", "{}"):
        assert options(tmp_path, configured(tmp_path, text)) == options(tmp_path, None)


@pytest.mark.parametrize(
    ("text", "given", "field", "expected"),
    [
        ("paths: [a]", {}, "paths", ("a",)),
        ("paths: [a]", {"paths": ["b"]}, "paths", ("b",)),
        ("select: [a]", {"select": ["b"]}, "select", ("b",)),
        ("ignore: [a]", {"ignore": ["b"]}, "ignore", ("b",)),
        ("ignore: [a]", {"select": ["b"]}, "ignore", ()),
        ("select: [a]", {"ignore": ["b"]}, "select", ("a",)),
        ("fail_on: note", {"fail_on": "error"}, "fail_on", Level.ERROR),
        ("fail_on: note", {"fail_on": "never"}, "fail_on", None),
        ("rules: [a]", {"rules": ["b"]}, "rule_paths", ("a", "b")),
        ("assume_console: [a]", {"assume_console": ["b"]}, "assume_console", ("a", "b")),
        ("context: {A: x, b: y}", {"context": ["a=z,w"]}, "context", (("b", ("y",)), ("a", ("z", "w")))),
        ("context: {a: x}", {"context": ["a"]}, "context", (("a", None),)),
        ("scp: [[a], [b]]", {"scp": ["c", "d"]}, "controls", AccountControls((("a",), ("b",), ("c", "d")))),
        ("rcp: a", {"rcp": ["b"]}, "controls", AccountControls((), ("a", "b"))),
    ],
)  # fmt: skip
def test_the_command_line_counts_more(
    tmp_path: Path, text: str, given: Mapping[str, Any], field: str, expected: object
) -> None:
    assert getattr(options(tmp_path, configured(tmp_path, text), **given), field) == expected


def test_values_count_in_the_order_of_the_command_line_after_those_of_the_file(tmp_path: Path) -> None:
    found = configured(tmp_path, "var: {a: 1, b: 2}\nvar_file: f")
    for order in (["var_file", "var"], ["var", "var_file"]):
        values = {"var": ["b=3"], "var_file": ["g"]}
        settings = settle(command_line(values, order), found)
        variables = scan_options(settings, tmp_path, {}, None, debug=True).inputs.variables
        own = [ValuesFile("g"), ("b", "3")]
        assert variables == (ValuesFile("f"), ("a", "1"), *(own if order[0] == "var_file" else reversed(own)))


@pytest.mark.parametrize("wanted", [None, True, False])
def test_a_flag_can_be_taken_back(tmp_path: Path, wanted: bool | None) -> None:
    found = options(tmp_path, configured(tmp_path, "env_vars: true"), env_vars=wanted)
    assert bool(found.inputs.environment) == (wanted is not False)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"var": ["x"]}, "does not have the form NAME=VALUE"),
        ({"context": ["=x"]}, "does not have the form KEY=VALUE"),
        ({"account": "12"}, "an account ID has twelve digits"),
        ({"region": "mars"}, '"mars" is not a region; a region is written like eu-west-1'),
        ({"region": "eu-west1"}, '"eu-west1" is not a region; did you mean eu-west-1'),
        ({"region": "EU_West_1"}, "did you mean eu-west-1"),
        ({"region": "us-east-1a"}, "did you mean us-east-1"),
        ({"output": ["xml=x"]}, 'there is no format "xml"'),
        ({"exclude": ["!x"]}, 'begins with "!"'),
    ],
)
def test_mistakes_on_the_command_line(given: Mapping[str, Any], message: str) -> None:
    with pytest.raises(CommandLineError, match=message):
        command_line(given, ())


@pytest.mark.parametrize("region", ["eu-west-1", "us-gov-east-1", "cn-northwest-1", "us-isob-east-1", "eusc-de-east-1"])
def test_regions_of_every_partition(region: str) -> None:
    assert command_line({"region": region}, ())


def test_from_python_no_file_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {OURS: "fail_on: [", "a.tf": 'resource "aws_iam_user" "u" {}'})
    monkeypatch.chdir(tmp_path)
    assert len(scan(Options()).principals) == 1
