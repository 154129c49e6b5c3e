"""Terragrunt: the values of a module come from the units that run it, never from defaults that those replace."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.discovery import discover
from scanner.root import Inputs, ValuesFile
from scanner.terraform.configuration.module_instance import ModuleInstance
from scanner.terraform.configuration.root_configuration import RootConfiguration
from scanner.terraform.configuration.terragrunt.unit import read_unit
from scanner.terraform.configuration.variable_files import input_values
from tests.scans import Scan, verdicts, write
from tests.tables import TABLES, table
from tests.terraform.evaluation import UNKNOWN, variables_of

pytestmark = pytest.mark.slow

TABLE = table(TABLES / "terragrunt.yaml")
DEFAULTS = {"name": "default", "list": ["default"], "map": {}, "n": 0}
OPEN = dict.fromkeys(DEFAULTS, UNKNOWN)
SOURCE = 'terraform { source = "../m" }\n'
USER = 'variable "name" { default = "d" }\nresource "aws_iam_user" "u" { name = var.name }\n'
COUNTED = 'variable "n" { default = 0 }\nresource "aws_iam_user" "u" {\n  count = var.n\n  name  = "u"\n}\n'


PER_UNIT = '"${get_parent_terragrunt_dir()}/modules//${path_relative_to_include()}"'


@pytest.mark.parametrize("name", TABLE["values"])
def test_values(tmp_path: Path, name: str) -> None:
    case = TABLE["values"][name]
    tree = tmp_path / "tree"
    unit_text = case["unit"] if "terraform {" in case["unit"] else SOURCE + case["unit"]
    write(tmp_path, {"secret.hcl": 'inputs = { name = "secret" }'})
    write(tree / "u", {"../m/main.tf": TABLE["module"], "terragrunt.hcl": unit_text, **case.get("files", {})})
    unit = read_unit(tree / "u" / "terragrunt.hcl", "u/terragrunt.hcl", tree)
    assert unit.directory == tree / "m"
    configuration = RootConfiguration(Inputs(), tree)
    root = ModuleInstance(configuration, configuration.module(tree / "m", "m"))
    root.set_inputs(input_values(root, Inputs(), [unit]))
    given = {key: UNKNOWN if value == "?" else value for key, value in case.get("given", {}).items()}
    assert variables_of(root) == {**(OPEN if case.get("open") else DEFAULTS), **given}
    assert not configuration.diagnostics


@pytest.mark.parametrize("name", TABLE["sources"])
def test_sources(tmp_path: Path, name: str) -> None:
    source, module = TABLE["sources"][name]
    unit = f'locals {{ s = "../../modules/m" }}\nterraform {{\n  source = {source}\n}}\n'
    write(tmp_path, {".git/HEAD": "", "live/root.hcl": "", "live/u/terragrunt.hcl": unit})
    write(tmp_path, {"modules/m/m.tf": USER, "x/x.tf": USER})
    found = discover(("live", "x"), tmp_path, Inputs())
    assert [root.path for root in found.roots] == ([] if module is None else [module]) + ["x"]
    said = {one.summary for one in found.diagnostics}
    assert said == ({"Nothing to scan", "Module not available"} if module is None else set())


def test_a_module_that_a_unit_runs_is_a_root_even_if_it_is_called_too(scan_files: Scan) -> None:
    files = {
        "main.tf": 'module "m" {\n  source = "./m"\n  name = "x"\n}\n',
        "m/m.tf": USER,
        "live/terragrunt.hcl": SOURCE + 'inputs = { name = "y" }',
    }
    report = scan_files(files)
    names = {(found.definition.root, found.principal.name) for found in report.principals}
    assert names == {(".", ("x",)), ("m", ("y",))}


def test_what_units_agree_on_is_known_and_what_they_do_not_is_unknown(scan_files: Scan) -> None:
    files = {
        "m/m.tf": USER + COUNTED.replace('"u"', '"v"', 1).replace('"u"', "var.name"),
        "a/terragrunt.hcl": SOURCE + 'inputs = { name = "y", n = 1 }',
        "b/terragrunt.hcl": SOURCE + 'inputs = { name = "y" }',
    }
    found = {each.definition.address: each.principal.name for each in scan_files(files).principals}
    assert found == {"aws_iam_user.u": ("y",), "aws_iam_user.v[*]": ("y",)}


def test_files_and_options_go_before_inputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scan_files: Scan) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"u/u.tf": USER, "u/terragrunt.hcl": 'inputs = { name = "input" }', "x.tfvars": 'name = "file"'}

    def name(inputs: Inputs, **more: str) -> object:
        return scan_files({**files, **more}, "u", inputs=inputs).principals[0].principal.name

    assert name(Inputs()) == ("input",)
    assert name(Inputs(environment=(("name", "environment"),))) == ("environment",)
    assert name(Inputs(variables=(ValuesFile("x.tfvars"),))) == ("file",)
    assert name(Inputs(variables=(("name", "option"),))) == ("option",)
    assert name(Inputs(), **{"u/terraform.tfvars": 'name = "beside"'}) == ("beside",)


@pytest.mark.parametrize("path", ["u/terragrunt.hcl", "u/u.tf", "u", "."])
def test_a_unit_beside_its_module(scan_files: Scan, path: str) -> None:
    files = {"u/u.tf": USER, "u/terragrunt.hcl": 'inputs = { name = "input" }'}
    assert [found.principal.name for found in scan_files(files, path).principals] == [("input",)]


@pytest.mark.parametrize("path", ["u", "u/terragrunt.hcl"])
def test_a_unit_whose_module_is_not_here_is_nothing_to_scan(scan_files: Scan, path: str) -> None:
    report = scan_files({"u/terragrunt.hcl": 'terraform { source = "git::https://example.com/m.git" }'}, path)
    assert [found.summary for found in report.errors] == ["Nothing to scan"]
    assert [found.summary for found in report.warnings] == ["Module not available"]


@pytest.mark.parametrize(("name", "text"), [("terragrunt.hcl", "inputs = {"), ("terragrunt.hcl.json", "{}")])
def test_a_file_that_cannot_be_read_is_an_error_and_leaves_all_open(scan_files: Scan, name: str, text: str) -> None:
    report = scan_files({"u.tf": COUNTED, name: text})
    assert [(found.summary, found.span.path) for found in report.errors] == [("Terragrunt file not read", name)]
    assert verdicts(report).keys() == {"aws_iam_user.u[*]"}


GENERATE = """generate "x" {{
  path      = "{name}"
  if_exists = "{mode}"
  contents  = <<EOF
resource "aws_iam_user" "g" {{
  name = "{user}"
}}
EOF
}}
"""


@pytest.mark.parametrize(
    ("files", "expected", "said"),
    [
        ({"u/terragrunt.hcl": GENERATE.format(name="g.tf", mode="overwrite", user="g")}, ["g"], []),
        ({"u/terragrunt.hcl": GENERATE.format(name="u.tf", mode="overwrite", user="g")}, ["g"], []),
        ({"u/terragrunt.hcl": GENERATE.format(name="u.tf", mode="skip", user="g")}, ["d"], []),
        ({"u/terragrunt.hcl": GENERATE.format(name="g.txt", mode="skip", user="g")}, ["d"], []),
        (
            {"u/terragrunt.hcl": GENERATE.format(name="g.tf", mode="overwrite", user='${get_env("X")}')},
            ["d"],
            ["Generated file not read"],
        ),
        (
            {
                "terragrunt.hcl": GENERATE.format(name="g.tf", mode="overwrite", user="p"),
                "u/terragrunt.hcl": "include {\n  path = find_in_parent_folders()\n}\n",
            },
            ["d", "p"],
            [],
        ),
    ],
)
def test_files_that_a_unit_writes(
    scan_files: Scan, files: dict[str, str], expected: list[str], said: list[str]
) -> None:
    report = scan_files({"u/u.tf": USER, **files}, "u")
    names = sorted(str(name) for found in report.principals for name in found.principal.name)
    assert names == sorted({*expected, *(["d"] if "u.tf" not in files["u/terragrunt.hcl"] else [])})
    assert [found.summary for found in report.warnings] == said
    assert report.errors == ()
    lines = "".join(files.values()).splitlines()
    generated = [found.definition.span for found in report.principals if found.definition.address.endswith(".g")]
    assert len(generated) == len({"g", "p"}.intersection(expected))
    assert all(lines[span.line - 1] == 'resource "aws_iam_user" "g" {' for span in generated)


def test_a_file_that_others_include_is_no_unit(scan_files: Scan) -> None:
    files = {
        "terragrunt.hcl": f"terraform {{\n  source = {PER_UNIT}\n}}\n",
        "a/terragrunt.hcl": 'include {\n  path = find_in_parent_folders()\n}\ninputs = { name = "a" }',
        "modules/a/a.tf": USER,
    }
    report = scan_files(files)
    assert [(found.definition.root, found.principal.name) for found in report.principals] == [("modules/a", ("a",))]
    assert (report.errors, report.warnings) == ((), ())
