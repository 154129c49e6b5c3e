"""Findings are settled by what is offered for them: scanned, fixed, scanned again, and nothing else has changed.

What real Terraform makes of each fixed configuration is recorded beside the cases (``tools/record_fixes.py``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.fixes.fix_snapshots import check
from tests.fixes.fixed import edits_of, files_fixed, fixed, told

CASES = Path(__file__).parent.parent / "cases" / "fixes"
TERRAFORM: dict[str, dict[str, str]] = yaml.safe_load((CASES / "terraform.yaml").read_text())
PLANNED: dict[str, Any] = json.loads((CASES / "terraform.json").read_text())
GRANTS = ("SignInLocalDevelopmentAccess", "signin:AuthorizeOAuth2Access", "signin:CreateOAuth2Token")
CORRECTED = ("AWSCodePipeline_FullAccess",)
"""Right names that grant something else."""
LEFT = {
    "a module of somebody else that puts out nothing": {
        'module.team["x"].aws_iam_user.this[0]',
        'module.team["y"].aws_iam_user.this[0]',
    }
}
"""Whom nothing is offered for."""
CONDITIONAL = {"an inline policy that only denies"}
"""They need MFA then, which a note says."""
MEMBERS = {"users", "roles", "groups"}


def digest(files: Mapping[str, bytes]) -> str:
    return sha256(b"".join(path.encode() + b"\0" + text for path, text in sorted(files.items()))).hexdigest()


@pytest.mark.parametrize("case", TERRAFORM)
def test_findings_are_gone_and_nothing_is_left_to_do(case: str) -> None:
    found = fixed(TERRAFORM[case])
    check(case, told(TERRAFORM[case], found))
    left = {finding.principal for finding in found.after.findings if finding.rule != "aws-login-conditional"}
    assert left == LEFT.get(case, set())
    assert any(finding.rule == "aws-login-conditional" for finding in found.after.findings) is (case in CONDITIONAL)
    assert not found.after.errors
    assert not edits_of(found.after)


@pytest.mark.parametrize("case", TERRAFORM)
def test_terraform_plans_the_same_but_for_the_grant(case: str) -> None:
    planned = PLANNED["cases"][case]
    assert planned["after"] == digest(files_fixed(TERRAFORM[case])), "another fix than recorded: record it again"
    assert planned["created"] or planned["changed"]
    for values in planned["created"].values():
        assert any(isinstance(value, str) and value.endswith(GRANTS[0]) for value in values.values())
    for changed in planned["changed"].values():
        assert len(changed["after"]) == 1
        said = json.dumps(changed["after"])
        assert MEMBERS & changed["after"].keys() or any(word in said for word in (*GRANTS, *CORRECTED))


def test_crlf_and_byte_order_marks_stay() -> None:
    for case, files in TERRAFORM.items():
        if any(path.endswith(".json") for path in files):
            continue
        with_crlf = {path: text.replace("\n", "\r\n") for path, text in files.items()}
        plain, other = files_fixed(files), files_fixed(with_crlf)
        assert {path: text.replace(b"\r\n", b"\n") for path, text in other.items()} == plain, case
        assert all(b"\n" not in text.replace(b"\r\n", b"") for text in other.values()), case
