"""What is known after apply: evaluated with the expressions, named by references, or not known."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from scanner.config import Options
from scanner.document import principal_document
from scanner.finding import Report
from scanner.pipeline import scan
from scanner.root import Inputs
from scanner.terraform.address import InstanceKey, ModuleAddress, ResourceAddress
from scanner.terraform.configuration import Configuration
from scanner.terraform.module_instance import ModuleInstance
from scanner.terraform.plans.address_text import parse_resource_address
from scanner.terraform.plans.naming import Named, fits, named_by
from scanner.terraform.plans.plan_confirmation import confirmed
from scanner.terraform.plans.plan_description import description
from scanner.terraform.plans.plan_references import PlannedConfiguration

CASE = Path(__file__).parents[1] / "cases/plans/references"
EXPECTED: list[dict[str, Any]] = yaml.safe_load((CASE / "expected.yaml").read_text(encoding="utf-8"))
FORMS = {
    "json": ("alone/plan.json", False),
    "beside": ("infra/plan.json", False),
    "source": ("infra/plan.json", True),
    "file": ("alone/plan.tfplan", False),
    "file with source": ("infra/plan.tfplan", True),
    "configuration": ("infra", False),
}
TAKEN = ('aws_iam_user.this["replaced"]', "aws_iam_user.bounded_otherwise")
"""What a plan in JSON alone is taken to say although the expression says otherwise."""


def scanned(folder: Path, form: str) -> Report:
    path, named = FORMS[form]
    inputs = Inputs(source=str(folder / "infra") if named else None)
    return scan(Options(paths=(path,), directory=folder, inputs=inputs, debug=True))


def laid_out(folder: Path, form: str = "") -> None:
    """The plans alone, and beside their configuration."""
    (folder / "alone").mkdir()
    for name in ("plan.json", "plan.tfplan"):
        shutil.copy(CASE / name, folder / "alone")
    plans = () if form != "configuration" else ("plan.*",)
    shutil.copytree(CASE, folder / "infra", ignore=shutil.ignore_patterns("expected.yaml", *plans))


def decided(report: Report) -> dict[str, list[str]]:
    documents = map(principal_document, report.principals)
    return {found["address"]: [found["console"]["access"], found["aws_login"]["localhost"]] for found in documents}


@pytest.mark.parametrize("form", FORMS)
def test_how_an_argument_is_made(form: str, tmp_path: Path) -> None:
    laid_out(tmp_path, form)
    report = scanned(tmp_path, form)
    assert not report.errors
    assert decided(report) == {case["address"]: case.get(form, case["own"]) for case in EXPECTED}


def test_only_what_is_not_known_differs() -> None:
    """Apart from what is taken to be a name, and said to be taken so."""
    for case in EXPECTED:
        for form in ("json", "beside", "file"):
            for said, true in zip(case.get(form, case["own"]), case["own"], strict=True):
                assert said in (true, "unknown") or (form == "json" and case["address"] in TAKEN)


@pytest.mark.parametrize("form", FORMS)
def test_what_is_taken_for_a_name_is_said_once(form: str, tmp_path: Path) -> None:
    laid_out(tmp_path, form)
    (*said,) = [found for found in scanned(tmp_path, form).warnings if "taken to be what" in found.message]
    assert len(said) == (form == "json")
    assert all(re.search(r"aws_iam_\w+\.\w+\.\w+ and \d+ more arguments, .* --source", one.message) for one in said)


def test_a_cause_says_what_to_do(tmp_path: Path) -> None:
    laid_out(tmp_path)
    causes = {form: causes_of(scanned(tmp_path, form)) for form in ("json", "beside", "file")}
    document = (
        "aws_iam_user_policy.encoded.policy, which is known after apply and whose expression is not in a plan in JSON"
    )
    for form in ("json", "beside"):
        assert document in causes[form]
        assert "(--source)" in causes[form]
    assert 'the file or directory "./policy.json.tftpl" is not part of the plan' in causes["file"]
    assert "--source" in causes["file"]


def causes_of(report: Report) -> str:
    found = map(principal_document, report.principals)
    return "\n".join(
        reason["text"] for one in found for permission in one["permissions"] for reason in permission["reasons"]
    )


def test_reasons_are_where_the_configuration_is(tmp_path: Path) -> None:
    """Paths of input files all of them, also where the file in the plan is no longer the one beside it."""
    laid_out(tmp_path)
    with (tmp_path / "infra/grants/main.tf").open("a", encoding="utf-8") as file:
        file.write("# later\n")
    report = scan(Options(paths=("infra/plan.tfplan",), directory=tmp_path))
    assert places_of(report) == {"infra/main.tf", "infra/plan.tfplan"}
    assert places_of(scanned(tmp_path, "file")) == {"alone/plan.tfplan"}
    shutil.copy(CASE / "grants/main.tf", tmp_path / "infra/grants")
    assert places_of(scanned(tmp_path, "file with source")) == {
        "infra/main.tf",
        "infra/grants/main.tf",
        "infra/policy.json.tftpl",
    }


def places_of(report: Report) -> set[str]:
    documents = list(map(principal_document, report.principals))
    reasons = [reason for one in documents for found in one["permissions"] for reason in found["reasons"]]
    return {one["location"]["path"] for one in (*documents, *reasons)}


# --- A configuration that was changed after the plan was made ---------------------------------------------------------

DENY = ('Effect = "Allow", Action = "signin:*"', 'Effect = "Deny", Action = "signin:*"')
EDITS: dict[str, tuple[str, str, str]] = {
    "a local value": (
        "main.tf",
        "document          = data.aws_iam_policy_document.signin.json",
        'document = replace(data.aws_iam_policy_document.signin.json, "Allow", "Deny")',
    ),
    "a literal between references": ("main.tf", f"{{ {DENY[0]}", f"{{ {DENY[1]}"),
    "a plain reference that is an expression by now": (
        "main.tf",
        "policy = data.aws_iam_policy_document.signin.json",
        'policy = replace(data.aws_iam_policy_document.signin.json, "Allow", "Deny")',
    ),
    "the function around a reference": ("main.tf", '.json, "Allow", "Deny")', '.json, "signin", "s3")'),
    "a statement of a data source": ("main.tf", 'actions   = ["signin:*"]', 'actions   = ["s3:*"]'),
    "the branches of a conditional": (
        "main.tf",
        "var.privileged ? aws_iam_policy.signin.arn : aws_iam_policy.reader.arn",
        "var.privileged ? aws_iam_policy.reader.arn : aws_iam_policy.signin.arn",
    ),
    "the source of a module": ("main.tf", '"./grants"', '"./others"'),
    "the body of a module": (
        "grants/main.tf",
        "policy = var.document",
        'policy = replace(var.document, "Allow", "Deny")',
    ),
    "an output of a module": (
        "grants/main.tf",
        "try(aws_iam_policy.own[0].arn, null)",
        "one(aws_iam_policy.own[*].arn)",
    ),
    "a template file": (
        "policy.json.tftpl",
        '"Effect": "Allow", "Action": "signin:*"',
        '"Effect": "Deny", "Action": "signin:*"',
    ),
    "an override file": (
        "more_override.tf",
        "",
        """
        resource "aws_iam_user_policy" "encoded" {
          policy = jsonencode({
            Statement = [{ Effect = "Deny", Action = "*", Resource = ["*", aws_s3_bucket.files.arn] }]
          })
        }
        """,
    ),
    "a provider": ("more.tf", "", 'provider "aws" {\n  allowed_account_ids = ["111122223333"]\n}\n'),
    "a count": ("main.tf", "  count      = 4\n", "  count      = 2 + 2\n"),
}


@pytest.mark.parametrize("name", EDITS)
def test_a_changed_configuration_says_nothing_else(name: str, tmp_path: Path) -> None:
    """Nothing that lies beside a plan makes it say what it does not say."""
    laid_out(tmp_path)
    file, old, new = EDITS[name]
    path = tmp_path / "infra" / file
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    assert old in before
    shutil.copytree(tmp_path / "infra/grants", tmp_path / "infra/others")
    path.write_text(before.replace(old, new) if old else new, encoding="utf-8")
    found = decided(scanned(tmp_path, "beside"))
    for case in EXPECTED:
        for said, true in zip(found[case["address"]], case["own"], strict=True):
            assert said in (true, "unknown") or case["address"] in TAKEN, case["address"]


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("main.tf", '"./grants"', '"./others"'),
        ("main.tf", '"./grants"\n', '"./grants"\n  version = "~> 1.0"\n'),
        ("main.tf", "  count      = 4\n", "  count      = 5\n"),
    ],
)
def test_what_a_plan_shows_is_said(file: str, old: str, new: str, tmp_path: Path) -> None:
    laid_out(tmp_path)
    shutil.copytree(tmp_path / "infra/grants", tmp_path / "infra/others")
    path = tmp_path / "infra" / file
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    for form in ("beside", "source"):
        report = scanned(tmp_path, form)
        assert any("Configuration differs from the plan" in found.message for found in report.warnings)


# --- Names ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "named"),
    [
        (("user",), Named.USER),
        (("role",), Named.ROLE),
        (("group",), Named.GROUP),
        (("policy_arn",), Named.POLICY_ARN),
        (("permissions_boundary",), Named.POLICY_ARN),
        (("permissions_boundary", "managed_policy_arn"), Named.POLICY_ARN),
        (("permissions_boundary", "customer_managed_policy_reference", "name"), Named.POLICY_NAME),
        (("permission_set_arn",), Named.PERMISSION_SET),
        (("policy",), None),
        (("assume_role_policy",), None),
        (("inline_policy",), None),
        (("inline_policy", "policy"), None),
        (("inline_policy", "name"), None),
        (("statement", "resources"), None),
        (("source_policy_documents",), None),
        (("name",), None),
        (("users",), None),
        (("managed_policy_arns",), None),
    ],
)
def test_what_an_argument_names(path: tuple[str, ...], named: Named | None) -> None:
    assert named_by(path) is named


@pytest.mark.parametrize(
    ("type_", "attribute", "named", "does"),
    [
        ("aws_iam_user", "name", Named.USER, True),
        ("aws_iam_user", "id", Named.USER, True),
        ("aws_iam_user", "arn", Named.USER, False),
        ("aws_iam_role", "name", Named.USER, False),
        ("aws_iam_user_login_profile", "user", Named.USER, True),
        ("aws_iam_policy", "arn", Named.POLICY_ARN, True),
        ("aws_iam_policy", "policy", Named.POLICY_ARN, False),
        ("aws_iam_policy", "name", Named.POLICY_NAME, True),
        ("aws_s3_bucket", "arn", Named.POLICY_ARN, False),
        ("random_pet", "id", Named.USER, False),
    ],
)
def test_which_attributes_are_names(type_: str, attribute: str, named: Named, does: bool) -> None:
    assert fits(type_, attribute, named) is does


# --- What is confirmed ------------------------------------------------------------------------------------------------

MODULE = """
variable "given" {}
output "given" {
  value = aws_iam_policy.own
}
output "documents" {
  value = aws_iam_policy.own.policy
}
resource "aws_iam_policy" "own" {}
resource "aws_iam_user_policy" "inner" {
  policy = POLICY
}
"""
ROOT = """
module "m" {
  source = "./m"
  given  = PASSED
}
resource "aws_iam_policy" "a" {}
resource "aws_iam_policy" "keyed" {
  for_each = toset(["k", "l"])
}
resource "aws_iam_user_policy" "outer" {
  for_each = toset(["k", "l"])
  policy   = POLICY
}
"""
INNER, OUTER = "module.m.aws_iam_user_policy.inner", 'aws_iam_user_policy.outer["k"]'
CONFIRMED: dict[tuple[str, str], str | None] = {
    (OUTER, "aws_iam_policy.a.policy"): "aws_iam_policy.a.policy",
    (OUTER, "aws_iam_policy.keyed[each.key].policy"): 'aws_iam_policy.keyed["k"].policy',
    (OUTER, 'aws_iam_policy.keyed["l"].policy'): 'aws_iam_policy.keyed["l"].policy',
    (OUTER, "module.m.documents"): "module.m.aws_iam_policy.own.policy",
    (OUTER, "module.m.given.policy"): "module.m.aws_iam_policy.own.policy",
    (OUTER, "module.m.documents[each.key]"): None,
    (OUTER, 'module.m.documents["k"]'): None,
    (OUTER, "aws_iam_policy.a.policy[each.key]"): None,
    (OUTER, "lower(aws_iam_policy.a.policy)"): None,
    (OUTER, "each.value"): None,
    (INNER, "var.given"): "aws_iam_policy.a.policy",
    (INNER, "var.given.policy"): None,
    (INNER, "var.given[0]"): None,
    (INNER, "lower(var.given)"): None,
}


class Everything:
    """A plan in which everything is known after apply."""

    def instances(self, address: ResourceAddress) -> tuple[InstanceKey, ...]:
        return ("k", "l") if address.name in ("keyed", "outer") else (None,)

    def module_instances(self, _address: ModuleAddress, _call: str) -> tuple[InstanceKey, ...]:
        return (None,)

    def is_open(self, _address: ResourceAddress, _attribute: str) -> bool:
        return True

    def text(self, _address: ResourceAddress, _attribute: str) -> str | None:
        return None


@pytest.mark.parametrize(("address", "policy"), CONFIRMED)
def test_what_a_plain_reference_confirms(address: str, policy: str, tmp_path: Path) -> None:
    (tmp_path / "m").mkdir()
    written = ROOT.replace("PASSED", "aws_iam_policy.a.policy")
    (tmp_path / "main.tf").write_text(written.replace("POLICY", policy if address == OUTER else '""'), encoding="utf-8")
    inner = MODULE.replace("POLICY", policy if address == INNER else '""')
    (tmp_path / "m/main.tf").write_text(inner, encoding="utf-8")
    configuration = Configuration(Inputs(), tmp_path)
    root = ModuleInstance(configuration, configuration.module(tmp_path, "."))
    (child,) = root.children()
    planned = description(root.module)
    planned["module_calls"]["m"]["module"] = description(child.module)
    marked = PlannedConfiguration(confirmed({"root_module": planned}, root), {})
    parsed = parse_resource_address(address)
    assert parsed is not None
    found = [one and f"{one.address}.{one.attribute}" for one in marked.confirmed(parsed, ("policy",), Everything())]
    expected = CONFIRMED[address, policy]
    assert found == [expected] or (expected is None and not found)
