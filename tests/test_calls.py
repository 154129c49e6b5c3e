"""Which directories are called as modules: the parser says it, and where a source is an expression, its value does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scanner.discovery import discover
from scanner.root import Inputs, ValuesFile
from tests.scans import Scan, verdicts, write

USER = 'resource "aws_iam_user" "u" { name = "a" }\n'
CALLED = [
    'module "m" { source = "./m" }',
    'module "m" { source="./m" }',
    'module m {\n  source = "./m"\n}',
    'module "m" {\n  source = ("./m")\n}',
    'module "m" {\n  source = (\n    "./m"\n  )\n}',
    'module "m" {\n  source = /* was "./n" */ "./m" // or "./n"\n}',
    'module "m" {\n  /* source = "./n" */ source = "./m" # source = "./n"\n}',
    'module "m" {\n  source /* here */ = "./m"\n}',
    'module "m" {\n  a = { source = "./n" }\n  source = "./m"\n}',
    'module "m" {\n  a = <<E\n  source = "./n"\n  E\n  source = "./m"\n}',
    'module "m" {\n  a = ["source = \\"./n\\"",\n    "./n"]\n  source = "./m"\n}',
    'module "m" {\n  source = "./x/../m/"\n}',
    'module "m" {\n  source = ".\\u002fm"\n}',
    'module "m" {\n  source = "./${"m"}"\n}',
    'module "m" {\n  source = true ? "./m" : "./n"\n}',
    'module "m" {\r\n  source = "./m"\r\n}\r\n',
    'module "m" {\n  count = 0\n  source = "./m"\n}',
    'locals { d = "m" }\nmodule "m" { source = "./${local.d}" }',
    'variable "d" { default = "m" }\nmodule "m" { source = "./${var.d}" }',
    'variable "d" {\n  const = true\n  default = "m"\n}\nlocals { s = "./${var.d}" }\nmodule "m" { source = local.s }',
    'variable "d" { default = { x = "m" } }\nmodule "m" {\n  count = 0\n  source = join("/", [".", var.d.x])\n}',
]
IN_JSON = [
    {"module": {"m": {"source": "./m"}}},
    {"module": [{"m": [{"source": "./m", "a": {"source": "./n"}}]}]},
    {"module": {"m": {"//": {"source": "./n"}, "source": "./m"}}},
    {"module": {"m": {"source": "./${local.d}"}}, "locals": {"d": "m"}},
    {"module": {"m": {"source": "${var.d}"}}, "variable": {"d": {"default": "./m"}}},
]
NOT_CALLED = [
    'module "x" {\n  source = "a/b/aws"\n  o = {\n    source = "./m"\n  }\n}',
    'module "x" {\n  source = "a/b/aws"\n  o = [\n    {\n      source = "./m" }]\n}',
    'module "x" {\n  o {\n    source = "./m"\n  }\n}',
    'module "x" {\n  source = "a/b/aws"\n  o = <<E\nsource = "./m"\nE\n}',
    'module "x" {\n  source = "a/b/aws" /*\n  source = "./m"\n*/\n}',
    'module "x" {\n  source = "a/b/aws"\n  # source = "./m"\n}',
    'resource "x" "y" {\n  source = "./m"\n}',
    'module "x" {\n  source = var.nowhere\n}',
    'variable "d" {}\nmodule "x" {\n  source = "./${var.d}"\n}',
    'module "x" {\n  source = module.y.z\n}',
]


def roots(folder: Path, files: dict[str, str], *paths: str, inputs: Inputs = Inputs()) -> list[str]:  # noqa: B008 # frozen
    write(folder, files)
    return [root.path for root in discover(paths or (".",), folder, inputs).roots]


@pytest.mark.parametrize("text", CALLED)
def test_calls(tmp_path: Path, text: str) -> None:
    assert roots(tmp_path, {"main.tf": text, "m/m.tf": USER, "n/n.tf": USER}) == [".", "n"]


@pytest.mark.parametrize("content", IN_JSON)
def test_calls_in_json(tmp_path: Path, content: object) -> None:
    assert roots(tmp_path, {"main.tf.json": json.dumps(content), "m/m.tf": USER, "n/n.tf": USER}) == [".", "n"]


@pytest.mark.parametrize("text", NOT_CALLED)
def test_mentions_that_are_no_calls(tmp_path: Path, text: str) -> None:
    assert roots(tmp_path, {"main.tf": text, "m/m.tf": USER}) == [".", "m"]


OPEN = 'variable "d" { default = "m" }\nmodule "x" { source = "./${var.d}" }\n'


@pytest.mark.parametrize(
    ("files", "inputs"),
    [
        ({"terraform.tfvars": 'd = "n"'}, Inputs()),
        ({"x.auto.tfvars.json": '{"d": "n"}'}, Inputs()),
        ({}, Inputs(variables=(("d", "n"),))),
        ({"given.tfvars": 'd = "n"'}, Inputs(variables=(("d", "o"), ValuesFile("given.tfvars")))),
        ({}, Inputs(environment=(("d", "n"),))),
    ],
)
def test_a_source_is_evaluated_with_the_values_of_the_scan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str], inputs: Inputs
) -> None:
    monkeypatch.chdir(tmp_path)
    written = {"main.tf": OPEN, "m/m.tf": USER, "n/n.tf": USER, **files}
    assert roots(tmp_path, written, inputs=inputs) == [".", "m"]


def test_a_source_of_a_child_has_what_its_caller_passes(tmp_path: Path, scan_files: Scan) -> None:
    files = {
        "main.tf": 'module "a" {\n  source = "./a"\n  d      = "n"\n}\n',
        "a/a.tf": OPEN.replace("./$", "../$"),
        "m/m.tf": USER,
        "n/n.tf": USER,
    }
    assert roots(tmp_path, files) == [".", "m"]
    assert verdicts(scan_files(files)).keys() == {"module.a.module.x.aws_iam_user.u", "aws_iam_user.u"}


def test_two_callers_with_two_values_call_both(tmp_path: Path) -> None:
    call = 'module "{0}" {{\n  source = "./a"\n  d      = "{0}"\n}}\n'
    files = {"main.tf": call.format("m") + call.format("n"), "a/a.tf": OPEN.replace("./$", "../$")}
    assert roots(tmp_path, {**files, "m/m.tf": USER, "n/n.tf": USER}) == ["."]


def test_what_init_has_installed_says_where_an_open_source_leads(scan_files: Scan) -> None:
    manifest = {"Modules": [{"Key": "", "Dir": "."}, {"Key": "x", "Source": "./m", "Dir": "m"}]}
    files = {
        "main.tf": 'variable "d" {}\nmodule "x" { source = "./${var.d}" }\n',
        "m/m.tf": USER,
        ".terraform/modules/modules.json": json.dumps(manifest),
    }
    report = scan_files(files)
    assert (report.roots, verdicts(report).keys()) == (1, {"module.x.aws_iam_user.u"})


def test_a_source_that_is_not_known_is_said(scan_files: Scan) -> None:
    report = scan_files({"main.tf": 'variable "d" {}\nmodule "x" { source = "./${var.d}" }\n', "m/m.tf": USER})
    assert [found.message for found in report.warnings] == [
        (
            "Module not available: What it defines is missing because of the source of module.x, "
            'which depends on variable "d" of the root module, which has no value.'
        )
    ]
    assert verdicts(report).keys() == {"aws_iam_user.u"}


def test_a_source_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "m")
    files = {"a/main.tf": 'module "m" { source = "../link" }', "m/m.tf": USER}
    assert roots(tmp_path, files) == ["a"]


@pytest.mark.slow
def test_calls_that_grow_without_bound_end(tmp_path: Path) -> None:
    twice = 'module "a" {{ source = "../m{0}" }}\nmodule "b" {{ source = "../m{0}" }}\n'
    files = {f"m{number}/m.tf": twice.format(number + 1) for number in range(30)}
    files["m30/m.tf"] = 'variable "d" { default = "x" }\nmodule "x" { source = "./${var.d}" }\n'
    assert roots(tmp_path, files) == ["m0"]


def test_one_expression_does_not_cost_the_calls_beside_it(tmp_path: Path) -> None:
    files = {"main.tf": 'module "x" { source = var.gone }\nmodule "m" { source = "./m" }\n', "m/m.tf": USER}
    assert roots(tmp_path, files) == ["."]
