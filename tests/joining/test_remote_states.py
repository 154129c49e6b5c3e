"""``terraform_remote_state`` reads what another scanned configuration says, wherever that keeps its state."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.root import Inputs
from tests.joining.test_joining import DOCUMENT, GROUP, INLINE, OTHER, OWN, POLICY, USER
from tests.scans import Scan, verdicts

S3 = """
terraform {
  backend "s3" {
    bucket = "states"
    key    = "people.tfstate"
    region = "eu-west-1"
  }
}
"""
READ_S3 = 'config = { bucket = "states", key = "people.tfstate", region = "eu-west-1" }'
OUTPUTS = """
output "arn" { value = aws_iam_policy.cli.arn }
output "name" { value = aws_iam_policy.cli.name }
output "listed" { value = { arns = [aws_iam_policy.cli.arn] } }
"""
GROUP_OUTPUT = 'output "group" { value = aws_iam_group.devs.name }\n'


def reads(backend: str = "s3", config: str = READ_S3, more: str = "") -> str:
    return f'data "terraform_remote_state" "o" {{\n  backend = "{backend}"\n  {config}\n{more}}}\n'


def attached(arn: str) -> str:
    return (
        f'resource "aws_iam_user_policy_attachment" "a" {{\n  user = aws_iam_user.ann.name\n  policy_arn = {arn}\n}}\n'
    )


def member(group: str) -> str:
    return (
        f'resource "aws_iam_user_group_membership" "m" {{\n  user = aws_iam_user.ann.name\n  groups = [{group}]\n}}\n'
    )


ARN = "data.terraform_remote_state.o.outputs.arn"
READS = USER + reads() + attached(ARN)
KEPT = S3 + POLICY + OUTPUTS
VARIABLE = 'variable "x" {}\n'
CASES: dict[str, tuple[str, str, str]] = {
    "a policy": (READS, KEPT, "allowed"),
    "a policy in a list": (
        USER + reads() + attached("data.terraform_remote_state.o.outputs.listed.arns[0]"),
        KEPT,
        "allowed",
    ),
    "a policy's name in an ARN": (
        USER
        + reads()
        + 'data "aws_caller_identity" "c" {}\n'
        + attached(
            '"arn:aws:iam::${data.aws_caller_identity.c.account_id}:policy/'
            '${data.terraform_remote_state.o.outputs.name}"'
        ),
        KEPT,
        "unknown",  # nothing says that both are in one account
    ),
    "a denial": (READS, KEPT.replace('"Allow"', '"Deny"'), "explicit_deny"),
    "a group": (
        USER + reads() + member("data.terraform_remote_state.o.outputs.group"),
        S3 + GROUP + INLINE + GROUP_OUTPUT,
        "allowed",
    ),
    "a text": (
        USER
        + reads()
        + 'resource "aws_iam_user_policy" "p" {\n  user = "ann"\n'
        + "  policy = data.terraform_remote_state.o.outputs.json\n}\n",
        S3 + f'output "json" {{ value = {DOCUMENT} }}\n',
        "allowed",
    ),
    "another key": (READS, KEPT.replace("people.tfstate", "other.tfstate"), "unknown"),
    "another bucket": (READS, KEPT.replace('"states"', '"elsewhere"'), "unknown"),
    "another workspace": (USER + reads(more='  workspace = "prod"\n') + attached(ARN), KEPT, "unknown"),
    "the default workspace": (USER + reads(more='  workspace = "default"\n') + attached(ARN), KEPT, "allowed"),
    "a place that is not known": (
        VARIABLE + USER + reads(config='config = { bucket = var.x, key = "people.tfstate" }') + attached(ARN),
        KEPT,
        "unknown",
    ),
    "a place that nothing says": (READS, KEPT.replace('bucket = "states"\n', ""), "unknown"),
    "another backend": (USER + reads("gcs", 'config = { bucket = "states" }') + attached(ARN), KEPT, "unknown"),
    "a file": (
        USER + reads("local", 'config = { path = "../b/terraform.tfstate" }') + attached(ARN),
        POLICY + OUTPUTS,
        "allowed",
    ),
    "a file with another name": (
        USER + reads("local", 'config = { path = "../b/x.tfstate" }') + attached(ARN),
        POLICY + OUTPUTS,
        "unknown",
    ),
    "a file that the backend names": (
        USER + reads("local", 'config = { path = "../b/x.tfstate" }') + attached(ARN),
        'terraform {\n  backend "local" { path = "x.tfstate" }\n}\n' + POLICY + OUTPUTS,
        "allowed",
    ),
    "an output that is not there": (
        USER + reads() + attached("data.terraform_remote_state.o.outputs.gone"),
        KEPT,
        "unknown",
    ),
    "a default": (
        USER
        + reads(more='  defaults = { gone = "arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess" }\n')
        + attached("data.terraform_remote_state.o.outputs.gone"),
        KEPT,
        "allowed",
    ),
    "an output beside a default": (
        USER + reads(more='  defaults = { arn = "arn:aws:iam::aws:policy/ReadOnlyAccess" }\n') + attached(ARN),
        KEPT,
        "allowed",
    ),
    "variables and addresses of one name": (
        VARIABLE
        + READS
        + 'resource "aws_iam_policy" "cli" {\n  name = var.x\n'
        + f"  policy = {DOCUMENT.replace('Allow', 'Deny')}\n}}\n",
        VARIABLE + KEPT.replace('"cli"\n', "var.x\n"),
        "allowed",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_read_of_a_state(case: str, scan_files: Scan) -> None:
    reader, keeper, wanted = CASES[case]
    report = scan_files({"a/main.tf": reader, "b/main.tf": keeper})
    assert verdicts(report)["aws_iam_user.ann"] == ("yes", wanted)
    assert {one.definition.root for one in report.principals} == {"a"}


@pytest.mark.parametrize("case", CASES)
def test_alone_it_is_not_known(case: str, scan_files: Scan) -> None:
    reader, keeper, _ = CASES[case]
    found = verdicts(scan_files({"a/main.tf": reader, "b/main.tf": keeper}, "a"))["aws_iam_user.ann"]
    assert found == ("yes", "unknown")


@pytest.mark.parametrize(("account", "wanted"), [(OWN, "allowed"), (OTHER, "unknown")])
def test_accounts_that_are_known(account: str, wanted: str, scan_files: Scan) -> None:
    provider = 'provider "aws" {{ allowed_account_ids = ["{}"] }}\n'
    files = {"a/main.tf": provider.format(OWN) + READS, "b/main.tf": provider.format(account) + KEPT}
    assert verdicts(scan_files(files))["aws_iam_user.ann"][1] == wanted


def test_a_chain(scan_files: Scan) -> None:
    middle = (
        S3.replace("people", "middle")
        + reads()
        + 'output "arn" { value = data.terraform_remote_state.o.outputs.arn }\n'
    )
    files = {
        "a/main.tf": USER + reads(config=READ_S3.replace("people", "middle")) + attached(ARN),
        "b/main.tf": middle,
        "c/main.tf": KEPT,
    }
    assert verdicts(scan_files(files))["aws_iam_user.ann"][1] == "allowed"


def test_two_that_keep_their_state_in_one_place(scan_files: Scan) -> None:
    files = {"a/main.tf": READS, "b/main.tf": KEPT, "c/main.tf": KEPT}
    assert verdicts(scan_files(files))["aws_iam_user.ann"][1] == "unknown"


def test_a_state_that_is_read_in_a_circle(scan_files: Scan) -> None:
    other = reads(config=READ_S3.replace("people", "back"))
    again = 'output "arn" { value = data.terraform_remote_state.o.outputs.arn }\n'
    files = {"a/main.tf": S3.replace("people", "back") + READS + again, "b/main.tf": S3 + other + again}
    assert verdicts(scan_files(files))["aws_iam_user.ann"][1] == "unknown"


@pytest.mark.parametrize("jobs", [1, 2])
def test_in_several_processes(jobs: int, tmp_path: Any) -> None:
    from scanner.options import Options
    from scanner.pipeline import scan
    from tests.scans import write

    write(tmp_path, {"a/main.tf": READS, "b/main.tf": KEPT})
    options = Options(paths=(".",), directory=tmp_path, jobs=jobs, inputs=Inputs(), offers_fixes=False)
    assert verdicts(scan(options))["aws_iam_user.ann"][1] == "allowed"


def backend(kind: str, *arguments: str) -> str:
    return f'terraform {{\n  backend "{kind}" {{\n    ' + "\n    ".join(arguments) + "\n  }\n}\n"


def state(kind: str, config: str, *more: str) -> str:
    return reads(kind, f"config = {{ {config} }}", "".join(f"  {one}\n" for one in more))


PROD = 'workspace = "prod"'
IN_S3 = 'bucket = "b", key = "k"'
KEPT_IN_S3 = backend("s3", 'bucket = "b"', 'key = "k"')
PREFIXED = backend("s3", 'bucket = "b"', 'key = "k"', 'workspace_key_prefix = "one"')
AZURE = 'storage_account_name = "s", container_name = "c"'
IN_AZURE = backend("azurerm", 'storage_account_name = "s"', 'container_name = "c"', 'key = "k"')
IN_CONSUL = backend("consul", 'path = "k"')
IN_GCS = backend("gcs", 'bucket = "b"', 'prefix = "/people"')
IN_OSS = backend("oss", 'bucket = "b"')
IN_PG = backend("pg", 'conn_str = "postgres://h/d"')
IN_FILE = backend("local", 'path = "../states/k.tfstate"')
IN_FILES = backend("local", 'workspace_dir = "../states"')
WORKSPACES: dict[str, tuple[str, str, str | None, str]] = {
    "a workspace": (state("s3", IN_S3, PROD), KEPT_IN_S3, "prod", "allowed"),
    "the default one instead": (state("s3", IN_S3), KEPT_IN_S3, "prod", "unknown"),
    "another one": (state("s3", IN_S3, 'workspace = "dev"'), KEPT_IN_S3, "prod", "unknown"),
    "the workspace of the reader": (
        state("s3", IN_S3, "workspace = terraform.workspace"),
        KEPT_IN_S3,
        "prod",
        "allowed",
    ),
    "its key": (state("s3", 'bucket = "b", key = "env:/prod/k"'), KEPT_IN_S3, "prod", "allowed"),
    "its key with a prefix": (state("s3", 'bucket = "b", key = "one/prod/k"'), PREFIXED, "prod", "allowed"),
    "one prefix": (
        state("s3", f'{IN_S3}, workspace_key_prefix = "one"', PROD),
        PREFIXED,
        "prod",
        "allowed",
    ),
    "two prefixes": (
        state("s3", f'{IN_S3}, workspace_key_prefix = "two"', PROD),
        PREFIXED,
        "prod",
        "unknown",
    ),
    "a prefix here and none there": (state("s3", IN_S3, PROD), PREFIXED, "prod", "unknown"),
    "two prefixes of the default one": (
        state("s3", f'{IN_S3}, workspace_key_prefix = "two"'),
        PREFIXED,
        None,
        "allowed",
    ),
    "a prefix that is not known": (
        VARIABLE + state("s3", f"{IN_S3}, workspace_key_prefix = var.x", PROD),
        PREFIXED,
        "prod",
        "unknown",
    ),
    "an endpoint of its own": (
        state("s3", f'{IN_S3}, endpoints = {{ s3 = "https://minio.example" }}'),
        KEPT_IN_S3,
        None,
        "unknown",
    ),
    "azurerm": (state("azurerm", f'{AZURE}, key = "k"', PROD), IN_AZURE, "prod", "allowed"),
    "azurerm, its key": (state("azurerm", f'{AZURE}, key = "kenv:prod"'), IN_AZURE, "prod", "allowed"),
    "azurerm, the default one": (state("azurerm", f'{AZURE}, key = "k"'), IN_AZURE, "prod", "unknown"),
    "azurerm, without a container": (
        state("azurerm", 'storage_account_name = "s", key = "k"'),
        backend("azurerm", 'storage_account_name = "s"', 'key = "k"'),
        None,
        "unknown",
    ),
    "consul": (state("consul", 'path = "k"', PROD), IN_CONSUL, "prod", "allowed"),
    "consul, its path": (state("consul", 'path = "k-env:prod"'), IN_CONSUL, "prod", "allowed"),
    "consul, another datacenter": (state("consul", 'path = "k", datacenter = "d"'), IN_CONSUL, None, "unknown"),
    "gcs": (state("gcs", 'bucket = "b", prefix = "people"', PROD), IN_GCS, "prod", "allowed"),
    "gcs, the default one": (state("gcs", 'bucket = "b", prefix = "people/"'), IN_GCS, None, "allowed"),
    "gcs, another one": (state("gcs", 'bucket = "b", prefix = "people"'), IN_GCS, "prod", "unknown"),
    "gcs, without a prefix": (state("gcs", 'bucket = "b"'), IN_GCS, None, "unknown"),
    "oss": (state("oss", 'bucket = "b", prefix = "env:"', PROD), IN_OSS, "prod", "allowed"),
    "oss, its key": (
        state("oss", 'bucket = "b", prefix = "env:/prod", key = "terraform.tfstate"'),
        IN_OSS,
        "prod",
        "allowed",
    ),
    "pg": (state("pg", 'conn_str = "postgres://h/d"', PROD), IN_PG, "prod", "allowed"),
    "pg, the schema that it has anyway": (
        state("pg", 'conn_str = "postgres://h/d", schema_name = "terraform_remote_state"'),
        IN_PG,
        None,
        "allowed",
    ),
    "http, which has no workspaces": (
        state("http", 'address = "https://h/k"', PROD),
        backend("http", 'address = "https://h/k"'),
        "prod",
        "unknown",
    ),
    "a file of the default workspace": (state("local", 'path = "../states/k.tfstate"'), IN_FILE, None, "allowed"),
    "no file of a workspace": (state("local", 'path = "../states/k.tfstate"'), IN_FILE, "prod", "unknown"),
    "a path beside a workspace": (
        state("local", 'path = "../b/x", workspace_dir = "../b/terraform.tfstate.d"', PROD),
        IN_FILE,
        "prod",
        "allowed",
    ),
    "the directory of the workspaces of the reader": (
        state("local", 'path = "../states/k.tfstate"', PROD),
        IN_FILE,
        "prod",
        "unknown",
    ),
    "a file of a workspace": (
        state("local", 'path = "../b/terraform.tfstate.d/prod/terraform.tfstate"'),
        IN_FILE,
        "prod",
        "allowed",
    ),
    "a file of a workspace without a backend": (
        state("local", 'path = "../b/terraform.tfstate.d/prod/terraform.tfstate"'),
        "",
        "prod",
        "allowed",
    ),
    "a directory of workspaces": (
        state("local", 'path = "../states/prod/terraform.tfstate"'),
        IN_FILES,
        "prod",
        "allowed",
    ),
    "a directory of workspaces, the default one": (
        state("local", 'path = "../b/terraform.tfstate"'),
        IN_FILES,
        None,
        "allowed",
    ),
}


@pytest.mark.parametrize("case", WORKSPACES)
def test_workspaces(case: str, scan_files: Scan) -> None:
    reader, keeper, workspace, wanted = WORKSPACES[case]
    files = {"a/main.tf": USER + reader + attached(ARN), "b/main.tf": keeper + POLICY + OUTPUTS}
    report = scan_files(files, inputs=Inputs(workspace=workspace))
    assert verdicts(report)["aws_iam_user.ann"][1] == wanted


@pytest.mark.parametrize(
    ("override", "wanted"),
    [
        (S3.replace("people", "other"), "unknown"),
        ('terraform {\n  cloud {\n    organization = "o"\n  }\n}\n', "unknown"),
        ('terraform {\n  required_version = ">= 1.5"\n}\n', "allowed"),
        (S3, "allowed"),
    ],
    ids=["a backend", "HCP Terraform", "something else", "the same"],
)
def test_a_backend_that_is_overridden(override: str, wanted: str, scan_files: Scan) -> None:
    files = {"a/main.tf": READS, "b/main.tf": KEPT, "b/backend_override.tf": override}
    assert verdicts(scan_files(files))["aws_iam_user.ann"][1] == wanted


PROVIDER = 'provider "aws" {{\n  region = "{}"\n  allowed_account_ids = ["{}"]\n}}\n'
HERE = PROVIDER.format("eu-west-1", OWN)
WRITES = """
resource "aws_ssm_parameter" "p" {
  name  = "/iam/cli"
  type  = "String"
  value = aws_iam_policy.cli.arn
}
"""
IGNORES = "lifecycle { ignore_changes = [value] }"
READS_PARAMETER = (
    USER + 'data "aws_ssm_parameter" "p" { name = "/iam/cli" }\n' + attached("data.aws_ssm_parameter.p.value")
)


@pytest.mark.parametrize(
    ("reader", "writer", "wanted"),
    [
        (HERE + READS_PARAMETER, HERE + POLICY + WRITES, "allowed"),
        (HERE + READS_PARAMETER.replace(".p.value", ".p.insecure_value"), HERE + POLICY + WRITES, "allowed"),
        (HERE + READS_PARAMETER, HERE + POLICY + WRITES.replace("  value ", "  insecure_value "), "allowed"),
        (HERE + READS_PARAMETER, HERE + POLICY + WRITES.replace("{\n", f"{{\n  {IGNORES}\n", 1), "unknown"),
        (HERE + READS_PARAMETER, HERE + POLICY + WRITES.replace("/iam/cli", "/iam/x"), "unknown"),
        (HERE + READS_PARAMETER, PROVIDER.format("us-east-1", OWN) + POLICY + WRITES, "unknown"),
        (HERE + READS_PARAMETER, PROVIDER.format("eu-west-1", OTHER) + POLICY + WRITES, "unknown"),
        (HERE + READS_PARAMETER, POLICY + WRITES, "unknown"),
        (READS_PARAMETER, POLICY + WRITES, "unknown"),
        (HERE + READS_PARAMETER, HERE + POLICY + WRITES.replace('"String"', '"SecureString"'), "unknown"),
        (
            HERE + READS_PARAMETER,
            HERE + VARIABLE + POLICY + WRITES.replace("{\n", "{\n  count = var.x\n", 1),
            "unknown",
        ),
    ],
    ids=[
        "one",
        "plain",
        "written plainly",
        "changed elsewhere",
        "name",
        "region",
        "account",
        "no account",
        "nothing known",
        "secret",
        "perhaps",
    ],
)
def test_a_parameter(reader: str, writer: str, wanted: str, scan_files: Scan) -> None:
    assert verdicts(scan_files({"a/main.tf": reader, "b/main.tf": writer}))["aws_iam_user.ann"][1] == wanted
