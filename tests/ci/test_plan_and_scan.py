"""What the reusable workflow refuses before it does anything."""

from __future__ import annotations

import subprocess

import pytest
import yaml
from examples import ROOT

WORKFLOW = yaml.safe_load((ROOT / ".github" / "workflows" / "plan-and-scan.yml").read_text(encoding="utf-8"))
(JOB,) = WORKFLOW["jobs"].values()
(CHECK,) = (step for step in JOB["steps"] if step["name"] == "Check the inputs")
ACCEPTED = {
    "DIRECTORY": "infra/prod eu",
    "ROLE": "arn:aws:iam::123456789012:role/ci/terraform-plan",
    "REGION": "eu-west-1",
    "VERSION": "1.14.2",
    "SCANNER": f"some-one/aws-login-scan@{'a' * 40}",
}


def _status(**given: str) -> tuple[int, str]:
    done = subprocess.run(
        ["/usr/bin/env", "bash", "-e", "-c", CHECK["run"]],
        env={"PATH": "/usr/bin:/bin", **ACCEPTED, **given},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"DIRECTORY": "."},
        {"DIRECTORY": "..a/b"},
        {"ROLE": "arn:aws-us-gov:iam::123456789012:role/x"},
        {"REGION": "us-gov-west-1"},
        {"VERSION": "1.15.0-rc1"},
    ],
)
def test_accepted(given: dict[str, str]) -> None:
    assert _status(**given) == (0, "")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("DIRECTORY", value) for value in ("", "/etc", "../x", "a/../../b", "a/..", "-chdir", "a\nb", "$(x)", "~")),
        *(("ROLE", value) for value in ("", "terraform-plan", "arn:aws:iam::12:role/x", ACCEPTED["ROLE"] + "\nx")),
        *(("REGION", value) for value in ("", "eu", "eu-west-1 x", "eu-west-1\n")),
        *(("VERSION", value) for value in ("", "latest", "~> 1.14", "1.14", "<2.0.0")),
        *(("SCANNER", value) for value in ("", "@", "a/b@main")),
    ],
)
def test_refused(name: str, value: str) -> None:
    status, said = _status(**{name: value})
    assert status == 2
    assert said.startswith("::error title=plan and scan::")


def test_the_environment_is_what_the_script_reads() -> None:
    assert set(CHECK["env"]) == set(ACCEPTED)


def test_the_plan_stays_on_the_runner() -> None:
    assert not [step for step in JOB["steps"] if "artifact" in step.get("uses", "")]
    assert JOB["permissions"] == {"contents": "read", "id-token": "write"}
    assert WORKFLOW["permissions"] == {}
