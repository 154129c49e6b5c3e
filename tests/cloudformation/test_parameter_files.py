from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from scanner.cli import app
from scanner.cloudformation.template.parameter_files import ParameterFileError, load_parameters
from scanner.named_files import UsageError
from scanner.report.report import Report
from scanner.root import ValuesFile
from scanner.values import Unknown
from tests.scans import scanned, write

pytestmark = pytest.mark.slow

SHAPES: list[tuple[str, str, dict[str, str | None]]] = [
    ("list", '[{"ParameterKey": "A", "ParameterValue": "x"}, {"ParameterKey": "B", "ParameterValue": ""}]', {"A": "x", "B": ""}),  # noqa: E501
    ("list in yaml", "- ParameterKey: A\n  ParameterValue: 012\n", {"A": "012"}),
    ("previous value", '[{"ParameterKey": "A", "UsePreviousValue": true}]', {"A": None}),
    ("list of pairs", '["A=x=y", "B="]', {"A": "x=y", "B": ""}),
    ("object", '{"A": "x", "B": "y,z"}', {"A": "x", "B": "y,z"}),
    ("object with other scalars", '{"A": 5, "B": true, "C": 1.50}', {"A": "5", "B": "true", "C": "1.50"}),
    ("object with a list", '{"A": ["x", "y"]}', {"A": "x,y"}),
    ("object with a parameter that is called Parameters", '{"Parameters": "x"}', {"Parameters": "x"}),
    ("pipeline", '{"Parameters": {"A": "x"}, "Tags": {"t": "v"}, "StackPolicy": {"Statement": []}}', {"A": "x"}),
    ("pipeline without parameters", '{"Parameters": {}, "Tags": {"t": "v"}}', {}),
    ("git sync", "template-file-path: t.yaml\nparameters:\n  A: x\ntags: {t: v}\n", {"A": "x"}),
    ("tabs", '{\n\t"A": "x"\n}', {"A": "x"}),
    ("empty list", "[]", {}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), [row[1:] for row in SHAPES], ids=[row[0] for row in SHAPES])
def test_shapes(tmp_path: Path, text: str, expected: dict[str, str | None]) -> None:
    (tmp_path / "p.json").write_text(text)
    assert load_parameters("p.json", tmp_path) == expected


WRONG = [
    ("empty", "", 1, "not one document"),
    ("text", '"a"', 1, "neither a list nor an object"),
    ("no json", '{\n"A": ', 2, "not valid JSON"),
    ("twice", '{"A": "x",\n"A": "y"}', 2, "appears twice"),
    ("no key", '[{"ParameterKey": "B", "ParameterValue": "x"},\n{"ParameterValue": "x"}]', 2, "no ParameterKey"),
    ("no value", '[\n{"ParameterKey": "A"}]', 2, "no ParameterValue"),
    ("no pair", '["A"]', 1, "NAME=VALUE"),
    ("value is an object", '{"A":\n {"B": "c"}}', 1, '"A" is not a string'),
    ("value is null", '{"A": null}', 1, '"A" is not a string'),
]


@pytest.mark.parametrize(("text", "line", "message"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_what_is_no_parameter_file(tmp_path: Path, text: str, line: int, message: str) -> None:
    (tmp_path / "p.json").write_text(text)
    with pytest.raises(ParameterFileError, match=message) as problem:
        load_parameters("p.json", tmp_path)
    assert (problem.value.span.path, problem.value.span.line) == ("p.json", line)


TEMPLATE = """
Parameters: {Name: {Type: String, Default: d}, List: {Type: CommaDelimitedList, Default: ''}}
Resources:
  U: {Type: "AWS::IAM::User", Properties: {UserName: !Ref Name, Groups: !Ref List}}
"""


FILES = {
    "t.yaml": TEMPLATE,
    "one.json": '{"Name": "one", "List": ["g", "h"]}',
    "two.json": '[{"ParameterKey": "Name", "ParameterValue": "two"}]',
    "previous.json": '[{"ParameterKey": "Name", "UsePreviousValue": true}]',
}


def scanned_with(tmp_path: Path, *files: str, parameters: tuple[tuple[str, str], ...] = ()) -> Report:
    write(tmp_path, FILES)
    return scanned(tmp_path, "t.yaml", parameters=(*map(ValuesFile, files), *parameters))


def test_the_last_file_counts_and_single_parameters_before_all(tmp_path: Path) -> None:
    def name(*files: str, parameters: tuple[tuple[str, str], ...] = ()) -> object:
        return scanned_with(tmp_path, *files, parameters=parameters).principals[0].principal.name

    assert name() == ("d",)
    assert name("one.json") == ("one",)
    assert name("one.json", "two.json") == ("two",)
    assert name("two.json", "one.json") == ("one",)
    assert name("one.json", parameters=(("Name", "x"), ("Name", "y"))) == ("y",)


def test_a_list_goes_to_a_list_parameter(tmp_path: Path) -> None:
    policies = scanned_with(tmp_path, "one.json").principals[0].principal.policies
    assert [policy.group for policy in policies] == ["g", "h"]


def test_a_value_that_stays_what_it_is_is_not_the_default(tmp_path: Path) -> None:
    (found,) = scanned_with(tmp_path, "previous.json").principals
    assert not any(isinstance(part, str | Unknown) for part in found.principal.name)


def test_a_parameter_that_nothing_declares_is_said(tmp_path: Path) -> None:
    found = scanned_with(tmp_path, "one.json", parameters=(("Nmae", "x"),)).warnings
    assert [(one.summary, '"Nmae"' in one.detail) for one in found] == [("Parameter not declared", True)]


def test_a_file_that_cannot_be_read_ends_the_scan(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nowhere.json: it does not exist"):
        scanned_with(tmp_path, "nowhere.json")


def test_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, FILES)
    monkeypatch.chdir(tmp_path)
    arguments = ["t.yaml", "--parameters", "one.json", "--parameters", "two.json", "--format", "json"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    assert '"name": "two"' in result.output
    result = CliRunner().invoke(app, ["t.yaml", "--parameters", "nowhere.json"])
    assert result.exit_code == 2
