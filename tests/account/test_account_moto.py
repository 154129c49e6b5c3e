"""A second opinion on account data: what the IAM of moto tells of a stack gives the verdicts of its template."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.iam.pattern import literal
from scanner.report.report import Report
from scanner.root import Inputs
from scanner.verdicts.sign_in import Client
from tests.scans import ROOT, errors, scanned, write

pytest.importorskip("openapi_spec_validator", reason="moto's CloudFormation is not installed")

from tests.account.moto_dump import dumped
from tests.cloudformation.moto_clients import ACCOUNT, INSTANCE, REGION
from tests.cloudformation.moto_stack import created

pytestmark = pytest.mark.slow

TEMPLATES = ROOT / "fixtures" / "cloudformation"
_NO_LOOPS = "moto does not know `Fn::ForEach`"
_NOT_THERE = "a stack with a group or policy that is not there cannot be made"
GAPS = {
    "account-access": "moto makes no entitlements, so nobody gets the roles",
    "crossed-keys": _NO_LOOPS,
    "foreign-group": _NOT_THERE,
    "foreign-policy": _NOT_THERE,
    "looked-up-policy": "the stack that exports its policy is not there",
    "open-team": _NO_LOOPS,
    "people-and-groups": _NOT_THERE,
    "region-guard": "moto leaves a list in a parameter a text",
    "stage-parameter": _NO_LOOPS,
    "team-module": "moto reads templates of nested stacks from S3 only",
    "team-roles": _NO_LOOPS,
}
"""Templates of which moto makes no stack as AWS would, with the reason."""
PARAMETERS = {
    "InitialPassword": "Correct-Horse-1",
    "CreateLoginProfile": "true",
    "DeveloperPolicyArn": "arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess",
    "Developers": "ada,grace",
    "InstanceArn": INSTANCE,
    "NightShift": "7200",
    "SamlMetadata": "<metadata/>",
    "Stage": "prod",
}
"""Of all templates, for those without a default."""

CASES = sorted(path.stem for path in TEMPLATES.glob("*.yaml") if path.stem not in GAPS)
Verdict = tuple[str, str, str]


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)


@pytest.mark.parametrize("case", CASES)
def test_the_account_gives_the_verdicts_of_the_template(case: str, tmp_path: Path) -> None:
    template = (TEMPLATES / f"{case}.yaml").read_text()
    parameters = _parameters(template)
    files, physical = created(template, parameters, REGION, dumped)
    write(tmp_path / "account", files)
    write(tmp_path / "code", {"t.yaml": template})
    given = Inputs(parameters=tuple(parameters.items()), account=ACCOUNT)
    there, code = scanned(tmp_path, "account"), scanned(tmp_path, "code", inputs=given)
    assert not errors(there)
    assert _verdicts(there, {}) == _verdicts(code, physical)


def _parameters(template: str) -> dict[str, str]:
    head = template.partition("\nResources:")[0]
    return {name: text for name, text in PARAMETERS.items() if f"  {name}:\n" in head}


def _verdicts(report: Report, physical: dict[str, str]) -> dict[tuple[str, str], Verdict]:
    """By kind and name: that of the resource that was made, where the code gives none."""
    found = {}
    for one in report.principals:
        name = literal(one.principal.name) or physical[one.definition.address]
        found[one.principal.kind.value, name] = (
            one.console.access.value,
            one.aws_login.outcome(Client.LOCALHOST).value,
            one.aws_login.outcome(Client.REMOTE).value,
        )
    return found


@pytest.mark.parametrize("case", ["minimal-user", "saml-role", "unknown-bucket"])
def test_configuration_state_and_account_give_the_same(case: str, tmp_path: Path) -> None:
    template = (TEMPLATES / f"{case}.yaml").read_text()
    files, _ = created(template, _parameters(template), REGION, dumped)
    write(tmp_path, files)
    forms = [
        scanned(ROOT, f"fixtures/terraform/{case}", inputs=Inputs(account=ACCOUNT)),
        scanned(ROOT, f"fixtures/plan/{case}.state.json"),
        scanned(tmp_path),
    ]
    configuration, state, account = (_verdicts(report, {}) for report in forms)
    assert configuration
    assert configuration == state == account


def test_gaps_are_of_templates() -> None:
    assert set(GAPS) <= {path.stem for path in TEMPLATES.glob("*.yaml")}
    assert len(CASES) >= 35
