"""Values for variables from every side, in every order, against what real Terraform made of them."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from scanner import cli
from scanner.commands import scan as command
from scanner.options import Options
from scanner.root import Inputs, ValuesFile
from scanner.terraform.configuration.terragrunt.unit import units_beside
from tests.examples import examples
from tests.scans import Scan, write
from tests.tables import TABLES, table
from tests.terraform.evaluation import plain, root_module, same, variables_of

pytestmark = pytest.mark.slow

FOLDER = TABLES / "variables"
TABLE: dict[str, Any] = table(FOLDER / "cases.yaml")
RECORDED: dict[str, Any] = json.loads((FOLDER / "recorded.json").read_text(encoding="utf-8"))["results"]
NOT_THE_VALUE = {"a type in quotes", "a list type in quotes"}
"""Terraform refuses the declaration there."""


def options(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> Options:
    """What the command line makes of arguments."""
    found: list[Options] = []
    monkeypatch.setattr(command, "run", lambda given, *_, **__: found.append(given) or 0)
    result = CliRunner().invoke(cli.app, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return found[0]


@pytest.mark.parametrize("name", sorted(TABLE["cases"].keys() - NOT_THE_VALUE))
def test_values(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    case, expected = TABLE["cases"][name], RECORDED[name]
    write(tmp_path, {"main.tf": TABLE["main.tf"], **case.get("files", {})})
    for variable, text in case.get("environment", {}).items():
        monkeypatch.setenv(variable, text)
    monkeypatch.chdir(tmp_path)
    inputs = options(["--env-vars", *case.get("arguments", ())], monkeypatch).inputs
    root = root_module(tmp_path, inputs)
    said = [*root.configuration.diagnostics, *root.configuration.undeclared]
    assert any(found.severity.value == "error" for found in said) == ("error" in expected)
    if "error" not in expected:
        outputs = {output: plain(root.output(output)) for output in root.module.outputs}
        assert same(outputs, expected["outputs"])
        assert [variable for found in said for variable in ("typo",) if f'"{variable}"' in found.message] == (
            expected.get("undeclared", [])
        )


def test_every_case_is_recorded() -> None:
    assert set(RECORDED) == set(TABLE["cases"])


VARIABLE = 'variable "name" { default = "x" }\nresource "aws_iam_user" "u" { name = var.name }\n'


def test_a_value_for_several_roots_must_be_declared_by_one(scan_files: Scan) -> None:
    files = {"a/main.tf": VARIABLE, "b/main.tf": VARIABLE.replace('"name"', '"other"').replace("var.name", "var.other")}
    inputs = Inputs(variables=(("name", "y"), ("neither", "z")))
    report = scan_files(files, inputs=inputs)
    (said,) = report.errors
    assert said.message.startswith('Variable not declared: No scanned configuration declares the variable "neither"')
    assert [found.principal.name for found in report.principals] == [("y",), ("x",)]
    assert report.warnings == ()


def test_a_value_where_nothing_takes_one_is_said(scan_files: Scan) -> None:
    inputs = Inputs(variables=(("name", "y"),))
    report = scan_files({"t.yaml": "Resources:\n  U:\n    Type: AWS::IAM::User\n"}, inputs=inputs)
    assert [found.summary for found in report.warnings] == ["Variable not declared"]


def test_a_wrong_value_is_unknown_and_an_error(scan_files: Scan) -> None:
    files = {
        "main.tf": 'variable "n" {\n  type    = number\n  default = 0\n}\n'
        'resource "aws_iam_user" "u" {\n  count = var.n\n  name  = "u"\n}\n'
    }
    report = scan_files(files, inputs=Inputs(variables=(("n", "many"),)))
    assert [found.definition.address for found in report.principals] == ["aws_iam_user.u[*]"]
    assert [found.summary for found in report.errors] == ["Invalid value for a variable"]


def test_parameters_count_in_the_order_of_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "t.yaml").write_text(
        "Parameters: {Name: {Type: String}}\n"
        'Resources: {U: {Type: "AWS::IAM::User", Properties: {UserName: !Ref Name}}}\n'
    )
    (tmp_path / "p.json").write_text('{"Name": "file"}')
    monkeypatch.chdir(tmp_path)

    def name(*arguments: str) -> str:
        result = CliRunner().invoke(cli.app, ["t.yaml", "--format", "json", *arguments], catch_exceptions=False)
        found: str = json.loads(result.output)["principals"][0]["name"]
        return found

    single, file = ("--parameter", "Name=option"), ("--parameters", "p.json")
    assert (name(*single, *file), name(*file, *single)) == ("file", "option")
    assert name(*file, *single, *file) == "file"


NAMES = ("a", "b", "c")
TEXTS = st.text(alphabet='xyz "\\$%{}\n', max_size=5)
SETTINGS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(NAMES), TEXTS), st.dictionaries(st.sampled_from(NAMES), TEXTS, min_size=1, max_size=3)
    ),
    max_size=6,
)


def variables(directory: Path, inputs: Inputs) -> Any:
    root = root_module(directory, inputs)
    assert not root.configuration.diagnostics
    return variables_of(root)


@examples(25)
@given(SETTINGS)
def test_the_last_setting_of_each_variable_counts(given_settings: list[tuple[str, str] | dict[str, str]]) -> None:
    expected = dict.fromkeys(NAMES, "default")
    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder)
        text = "".join(f'variable "{name}" {{\n  type = string\n  default = "default"\n}}\n' for name in NAMES)
        (directory / "main.tf").write_text(text, encoding="utf-8")
        ordered: list[tuple[str, str] | ValuesFile] = []
        for number, setting in enumerate(given_settings):
            if isinstance(setting, tuple):
                ordered.append(setting)
                expected |= dict([setting])
            else:
                file = directory / f"{number}.json"
                file.write_text(json.dumps(setting), encoding="utf-8")
                ordered.append(ValuesFile(str(file)))
                expected |= setting
        assert variables(directory, Inputs(variables=tuple(ordered))) == expected


@examples(20)
@given(TEXTS, st.integers(-5, 5), st.lists(TEXTS, max_size=3))
def test_a_value_is_the_same_whoever_gives_it(text: str, number: int, items: list[str]) -> None:
    native = {"t": quoted(text), "n": str(number), "l": f"[{', '.join(map(quoted, items))}]"}
    body = "".join(f"{name} = {value}\n" for name, value in native.items())
    values = {"t": text, "n": number, "l": items}
    ways: dict[str, tuple[dict[str, str], Inputs]] = {
        "beside": ({"terraform.tfvars": body}, Inputs()),
        "in JSON": ({"x.auto.tfvars.json": json.dumps(values)}, Inputs()),
        "options": ({}, Inputs(variables=(("t", text), ("n", str(number)), ("l", native["l"])))),
        "environment": ({}, Inputs(environment=(("t", text), ("n", str(number)), ("l", native["l"])))),
        "unit": ({"terragrunt.hcl": f"inputs = {{\n{body}}}\n"}, Inputs()),
    }
    for files, inputs in ways.values():
        with tempfile.TemporaryDirectory() as folder:
            directory = Path(folder)
            declared = zip("tnl", ("string", "number", "list(string)"), strict=True)
            files["main.tf"] = "".join(f'variable "{name}" {{ type = {type_} }}\n' for name, type_ in declared)
            write(directory, files)
            root = root_module(directory, inputs, units_beside(directory, ".", directory))
            assert variables_of(root) == values


def quoted(text: str) -> str:
    """A text as a constant of the language."""
    return json.dumps(text).replace("${", "$${").replace("%{", "%%{")
