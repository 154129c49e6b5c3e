"""A small runner for a composite action: it does for one step after the other what GitHub's runner does.

Steps that use other actions are recorded with their inputs and give the outputs that a test says. Contexts, the files
for outputs, and that undeclared inputs are in ``inputs``, are as in ``ActionRunner.cs`` and
``CompositeActionHandler.cs`` of https://github.com/actions/runner.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from github_expressions import holds, substitute

ROOT = Path(__file__).parent.parent.parent
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))


@dataclass
class Run:
    """What a run of the action left behind."""

    status: str
    """``success`` or ``failure``."""
    outputs: dict[str, str]
    log: str
    """What the steps wrote to standard output and standard error."""
    ran: list[str]
    """The names of the steps that were not skipped."""
    used: dict[str, dict[str, str]]
    """The other actions, with the inputs that they got."""
    summary: str
    steps: dict[str, dict[str, str]]
    """The outputs of single steps."""
    annotations: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.annotations = [
            line for line in self.log.splitlines() if line.startswith(("::error", "::warning", "::notice"))
        ]


def run_action(
    workspace: Path,
    temporary: Path,
    given: Mapping[str, str],
    *,
    provided: Mapping[str, Mapping[str, str]] | None = None,
    root: Path = ROOT,
    event: Mapping[str, str] | None = None,
) -> Run:
    """Run action.yml with the inputs of a workflow's ``with``.

    ``provided`` has outputs of steps by their id; a step that has some there is not run. The action lies in ``root``.
    ``event`` has the variables that say what the workflow runs for.
    """
    declared = {name: each.get("default", "") for name, each in ACTION["inputs"].items()}
    known = {name.lower() for name in given}
    inputs = {**given, **{name: value for name, value in declared.items() if name.lower() not in known}}
    contexts: dict[str, Any] = {"inputs": inputs, "steps": {}}
    run = Run("success", {}, "", [], {}, "", {})
    for number, step in enumerate(ACTION["runs"]["steps"]):
        failed = run.status == "failure"
        if not holds(step.get("if"), contexts, failed=failed):
            continue
        run.ran.append(step["name"])
        outputs: dict[str, str] = {}
        identity = step.get("id", f"__{number}")
        if "uses" in step:
            run.used[step["uses"]] = {
                name: substitute(str(value), contexts) for name, value in step.get("with", {}).items()
            }
        if provided is not None and identity in provided:
            outputs = dict(provided[identity])
        elif "run" in step:
            outputs, succeeded = _run_script(step, contexts, run, workspace, temporary / str(number), root, event or {})
            if not succeeded:
                run.status = "failure"
        run.steps[identity] = outputs
        contexts["steps"][identity] = {"outputs": outputs}
    run.outputs = {name: substitute(each["value"], contexts) for name, each in ACTION["outputs"].items()}
    run.__post_init__()
    return run


def _run_script(
    step: Mapping[str, Any],
    contexts: Mapping[str, Any],
    run: Run,
    workspace: Path,
    files: Path,
    root: Path,
    event: Mapping[str, str],
) -> tuple[dict[str, str], bool]:
    files.mkdir()
    (files / "output").touch()
    (files / "summary").touch()
    (files / "script.sh").write_text(substitute(step["run"], contexts), encoding="utf-8")
    temporary = files.parent / "runner"
    temporary.mkdir(exist_ok=True)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "COV", "PYTEST"))},
        "CI": "true",
        "GITHUB_ACTIONS": "true",
        "GITHUB_ACTION": f"__{step['name']}",
        "GITHUB_ACTION_PATH": str(root),
        "GITHUB_OUTPUT": str(files / "output"),
        "GITHUB_STEP_SUMMARY": str(files / "summary"),
        "GITHUB_WORKSPACE": str(workspace),
        "RUNNER_TEMP": str(temporary),
        **event,
        **{name: substitute(str(value), contexts) for name, value in step.get("env", {}).items()},
    }
    assert step["shell"] == "bash"
    done = subprocess.run(
        ["/usr/bin/env", "bash", "--noprofile", "--norc", "-e", "-o", "pipefail", files / "script.sh"],
        cwd=workspace,
        env=environment,
        text=True,
        encoding="utf-8",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        timeout=300,
    )
    run.log += done.stdout
    run.summary += (files / "summary").read_text(encoding="utf-8")
    lines = (files / "output").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines), done.returncode == 0
