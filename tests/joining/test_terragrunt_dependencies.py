"""``dependency`` of Terragrunt: the outputs of a unit are those of the module that it runs, if that is scanned."""

from __future__ import annotations

import pytest

from scanner.verdicts.sign_in import Client
from tests.joining.test_joining import POLICY, USER
from tests.joining.test_remote_states import ARN, KEPT, OUTPUTS, READS, VARIABLE, attached, reads
from tests.scans import Scan, verdicts

MODULE = 'variable "arn" {}\n' + USER + attached("var.arn")
DEPENDS = """
terraform { source = "../../modules/people" }
dependency "policies" { config_path = "../policies" }
inputs = { arn = dependency.policies.outputs.arn }
"""
MOCKS = 'mock_outputs = { arn = "arn:aws:iam::aws:policy/ReadOnlyAccess" }'
RUNS = 'terraform { source = "../../modules/policies" }\n'
FILES = {
    "modules/people/main.tf": MODULE,
    "modules/policies/main.tf": POLICY + OUTPUTS,
    "live/people/terragrunt.hcl": DEPENDS,
    "live/policies/terragrunt.hcl": RUNS,
}


def included(more: str, above: str, below: str) -> dict[str, str]:
    """A dependency in a file that is included, and again in the unit."""
    block = 'dependency "policies" {{\n  config_path = "../policies"\n  {}\n}}\n'
    includes = f'include "root" {{\n  path = "../root.hcl"\n  {more}\n}}\n'
    unit = DEPENDS.replace('dependency "policies" { config_path = "../policies" }\n', block.format(below))
    return {"live/root.hcl": block.format(above), "live/people/terragrunt.hcl": includes + unit}


CASES: dict[str, tuple[dict[str, str], str]] = {
    "a dependency": ({}, "allowed"),
    "modules beside their units": (
        {
            "live/people/main.tf": MODULE,
            "live/people/terragrunt.hcl": DEPENDS.replace('terraform { source = "../../modules/people" }\n', ""),
            "live/policies/main.tf": POLICY + OUTPUTS,
            "live/policies/terragrunt.hcl": "# nothing\n",
        },
        "allowed",
    ),
    "a denial": ({"modules/policies/main.tf": POLICY.replace('"Allow"', '"Deny"') + OUTPUTS}, "explicit_deny"),
    "another unit": ({"live/people/terragrunt.hcl": DEPENDS.replace("../policies", "../others")}, "unknown"),
    "a path that is not known": (
        {"live/people/terragrunt.hcl": DEPENDS.replace('"../policies"', 'get_env("X")')},
        "unknown",
    ),
    "a dependency that is not declared": (
        {"live/people/terragrunt.hcl": DEPENDS.replace('dependency "policies"', 'dependency "x"')},
        "unknown",
    ),
    "an output that is not there": (
        {"live/people/terragrunt.hcl": DEPENDS.replace("outputs.arn", "outputs.gone")},
        "unknown",
    ),
    "mocks": (
        {
            "live/people/terragrunt.hcl": DEPENDS.replace(
                '"../policies" }',
                '"../policies"\n  mock_outputs = { arn = "arn:aws:iam::aws:policy/ReadOnlyAccess" }\n}',
            )
        },
        "allowed",
    ),
    **{
        f"a dependency with {argument}": (
            {"live/people/terragrunt.hcl": DEPENDS.replace('"../policies" }', f'"../policies"\n  {argument}\n}}')},
            wanted,
        )
        for argument, wanted in {
            "skip_outputs = true": "unknown",
            "skip_outputs = false": "allowed",
            "skip_outputs = null": "allowed",
            'skip_outputs = get_env("CI") == "true"': "unknown",
            "enabled = false": "unknown",
            "enabled = true": "allowed",
            "enabled = feature.policies.value": "unknown",
            f"skip_outputs = true\n  {MOCKS}": "unknown",
        }.items()
    },
    "an included dependency without outputs that is merged deeply": (
        included('merge_strategy = "deep"', "skip_outputs = true", ""),
        "unknown",
    ),
    "an included dependency without outputs that is replaced": (
        included("", "skip_outputs = true", ""),
        "allowed",
    ),
    "an included dependency whose outputs are read after all": (
        included('merge_strategy = "deep"', "enabled = false", "enabled = true"),
        "allowed",
    ),
    "a module that two units run": ({"live/again/terragrunt.hcl": RUNS}, "unknown"),
    "inputs of the dependency": (
        {
            "modules/policies/main.tf": VARIABLE + POLICY.replace('"cli"\n', "var.x\n") + OUTPUTS,
            "live/policies/terragrunt.hcl": RUNS + 'inputs = { x = "cli" }\n',
        },
        "allowed",
    ),
    "a dependency that is included": (
        {
            "live/root.hcl": 'dependency "policies" { config_path = "../policies" }\n',
            "live/people/terragrunt.hcl": 'include "root" { path = "../root.hcl" }\n'
            + DEPENDS.replace('dependency "policies" { config_path = "../policies" }\n', ""),
        },
        "allowed",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_dependency(case: str, scan_files: Scan) -> None:
    changed, wanted = CASES[case]
    place = "live/people" if "live/people/main.tf" in changed else "modules/people"
    found = scan_files({**FILES, **changed}).principals
    (ann,) = (one for one in found if one.definition.root == place)
    assert ann.aws_login.outcome(Client.LOCALHOST).value == wanted


def test_alone_it_is_not_known(scan_files: Scan) -> None:
    report = scan_files(FILES, "modules/people", "live/people")
    assert verdicts(report)["aws_iam_user.ann"] == ("yes", "unknown")


@pytest.mark.parametrize(
    ("unit", "wanted"),
    [
        ("# nothing\n", "allowed"),
        ('remote_state {\n  backend = "s3"\n  config = { bucket = "other", key = "k" }\n}\n', "unknown"),
        ('include "root" { path = find_in_parent_folders("gone.hcl") }\n', "unknown"),
        ("this is no HCL {\n", "unknown"),
    ],
    ids=["a unit", "a unit that says where the state is", "a unit that may say it", "a unit that cannot be read"],
)
def test_a_state_of_what_a_unit_runs(unit: str, wanted: str, scan_files: Scan) -> None:
    report = scan_files({"a/main.tf": READS, "b/main.tf": KEPT, "b/terragrunt.hcl": unit})
    assert verdicts(report)["aws_iam_user.ann"][1] == wanted


@pytest.mark.parametrize(("source", "wanted"), [("", "allowed"), ('terraform { source = "." }\n', "unknown")])
def test_a_local_state_of_what_a_unit_runs(source: str, wanted: str, scan_files: Scan) -> None:
    """Terragrunt copies a module that it has a source for, and runs it there."""
    reader = USER + reads("local", 'config = { path = "../b/terraform.tfstate" }') + attached(ARN)
    report = scan_files({"a/main.tf": reader, "b/main.tf": POLICY + OUTPUTS, "b/terragrunt.hcl": source})
    assert verdicts(report)["aws_iam_user.ann"][1] == wanted
