"""What is known after apply: evaluated with the expressions, named by references, or not known."""

from __future__ import annotations

import re
import shutil
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from scanner.report.report import Report
from scanner.root import Inputs
from scanner.verdicts.document import principal_document
from tests.scans import scanned, verdicts
from tests.tables import table

pytestmark = pytest.mark.slow

CASE = Path(__file__).parents[1] / "cases/plans/references"
EXPECTED: list[dict[str, Any]] = table(CASE / "expected.yaml")
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


def scanned_as(form: str, folder: Path) -> Report:
    path, named = FORMS[form]
    return scanned(folder, path, inputs=Inputs(source=str(folder / "infra") if named else None))


def laid_out(folder: Path, form: str = "") -> None:
    """The plans alone, and beside their configuration."""
    (folder / "alone").mkdir()
    for name in ("plan.json", "plan.tfplan"):
        shutil.copy(CASE / name, folder / "alone")
    plans = () if form != "configuration" else ("plan.*",)
    shutil.copytree(CASE, folder / "infra", ignore=shutil.ignore_patterns("expected.yaml", *plans))


@cache
def reported(form: str) -> Report:
    with TemporaryDirectory() as folder:
        laid_out(Path(folder), form)
        return scanned_as(form, Path(folder))


@pytest.mark.parametrize("form", FORMS)
def test_how_an_argument_is_made(form: str) -> None:
    report = reported(form)
    assert not report.errors
    assert verdicts(report) == {case["address"]: tuple(case.get(form, case["own"])) for case in EXPECTED}


def test_only_what_is_not_known_differs() -> None:
    """Apart from what is taken to be a name, and said to be taken so."""
    for case in EXPECTED:
        for form in ("json", "beside", "file"):
            for said, true in zip(case.get(form, case["own"]), case["own"], strict=True):
                assert said in (true, "unknown") or (form == "json" and case["address"] in TAKEN)


@pytest.mark.parametrize("form", FORMS)
def test_what_is_taken_for_a_name_is_said_once(form: str) -> None:
    (*said,) = [found for found in reported(form).warnings if "taken to be what" in found.message]
    assert len(said) == (form == "json")
    assert all(re.search(r"aws_iam_\w+\.\w+\.\w+ and \d+ more arguments, .* --source", one.message) for one in said)


def test_a_cause_says_what_to_do(tmp_path: Path) -> None:
    laid_out(tmp_path)
    causes = {form: causes_of(scanned_as(form, tmp_path)) for form in ("json", "beside", "file")}
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
    assert places_of(scanned(tmp_path, "infra/plan.tfplan")) == {"infra/main.tf", "infra/plan.tfplan"}
    assert places_of(scanned_as("file", tmp_path)) == {"alone/plan.tfplan"}
    shutil.copy(CASE / "grants/main.tf", tmp_path / "infra/grants")
    assert places_of(scanned_as("file with source", tmp_path)) == {
        "infra/main.tf",
        "infra/grants/main.tf",
        "infra/policy.json.tftpl",
    }


def places_of(report: Report) -> set[str]:
    documents = list(map(principal_document, report.principals))
    reasons = [reason for one in documents for found in one["permissions"] for reason in found["reasons"]]
    return {one["location"]["path"] for one in (*documents, *reasons)}


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
    found = verdicts(scanned_as("beside", tmp_path))
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
        report = scanned_as(form, tmp_path)
        assert any("Configuration differs from the plan" in found.message for found in report.warnings)
