"""How much work a scan does: counted, since seconds differ from machine to machine.

Each input is scanned in a process of its own, with a profiler that counts calls. The bounds are in
``tests/cases/work.yaml``; a count that is more than a tenth above its bound fails. Whoever makes a scan do more for a
reason renews the bounds with

    UPDATE_WORK=1 python -m pytest tests/test_work.py

and so does whoever makes it do less, or what was won would be lost without notice.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from benchmarks.generate import generate
from benchmarks.tasks import understood
from tests.scans import ROOT

pytestmark = pytest.mark.slow

BOUNDS = ROOT / "tests" / "cases" / "work.yaml"
RENEW = "UPDATE_WORK=1 python -m pytest tests/test_work.py"
SLACK = 1.1
FEW = 20
"""So many more calls and modules count for none: they depend on how a program is started, and in which environment."""
ALONE = ("--jobs", "1", "--no-cache")
"""One process, which is counted, and nothing from another scan."""
INPUTS: dict[str, tuple[str, dict[str, float]] | None] = {
    "--version": None,
    "terraform": ("terraform", {"megabytes": 0.6}),
    "cloudformation": ("cloudformation", {"megabytes": 0.6}),
    "conditions": ("conditions", {"depth": 40}),
    "plan": ("plan", {"megabytes": 1}),
    "plan file": ("plan-file", {"megabytes": 1}),
    "state": ("state", {"megabytes": 1}),
    "instances": ("instances", {"users": 60}),
    "shared module": ("shared-module", {"roots": 20}),
    "policies": ("policies", {"principals": 20, "policies": 20}),
    "foreign files": ("foreign-files", {"files": 800}),
}
COUNTED = {
    "blocks and expressions read by the grammar": ("lark/lark.py", "parse"),
    "blocks read": ("terraform/language/recovery.py", "parse_block"),
    "Terraform expressions evaluated": ("terraform/language/expressions.py", "evaluate"),
    "YAML nodes composed": ("cloudformation/template/composer.py", "resolve"),
    "YAML nodes converted": ("cloudformation/template/nodes.py", "_convert"),
    "JSON values of templates converted": ("cloudformation/template/json_outline.py", "value"),
    "template expressions evaluated": ("cloudformation/language/intrinsics.py", "_evaluate"),
    "actions looked for in statements": ("iam/evaluate.py", "_actions"),
    "decisions": ("iam/evaluate.py", "decide"),
    "JSON texts decoded": ("terraform/plans/json_sections.py", "_parse"),
}
"""What is counted, and the function whose calls these are."""

OF_PYTHON = frozenset({"modules imported", "calls of functions"})
"""What another version of Python counts otherwise."""

PROBE = """
import cProfile, json, os, pstats, sys

output, *sys.argv[1:] = sys.argv[1:]
opened, listed = [], []

def note(event, arguments):
    if event == "open" and not isinstance(arguments[0], int):
        path = os.path.abspath(os.fsdecode(arguments[0]))
        opened.extend([path] if path.startswith(os.getcwd() + os.sep) else [])
    elif event in ("os.scandir", "os.listdir") and arguments[0] is not None:
        path = os.path.abspath(os.fsdecode(arguments[0]))
        listed.extend([path] if path.startswith(os.getcwd()) else [])

from scanner.__main__ import main
sys.addaudithook(note)
profile = cProfile.Profile()
try:
    profile.runcall(main)
except SystemExit:
    pass
calls = {}
for (file, _, function), (_, number, *_) in pstats.Stats(profile).stats.items():
    calls[f"{file}:{function}"] = calls.get(f"{file}:{function}", 0) + number
found = {"calls": calls, "opened": len(opened), "listed": len(listed), "modules": len(sys.modules)}
with open(output, "w") as file:
    json.dump(found, file)
"""


def _measured(directory: Path, arguments: list[str], output: Path) -> dict[str, Any]:
    command = [sys.executable, "-c", PROBE, str(output), *arguments]
    environment = {**os.environ, "PYTHONHASHSEED": "0", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True, check=False)
    assert output.exists(), done.stderr
    assert '"roots": 0' not in done.stdout, done.stderr
    found: dict[str, Any] = json.loads(output.read_bytes())
    return found


def _counts(name: str, folder: Path) -> dict[str, int]:
    """What a scan of an input did, by what is counted."""
    made = INPUTS[name]
    if made is None:
        return _named(_measured(folder, [name], folder / "counts.json"))
    kind, sizes = made
    path = folder / "input"
    generate(kind, path, **sizes)
    directory, argument = (path, ".") if path.is_dir() else (folder, "input")
    options = understood(Path(sys.executable).with_name("scan"), ALONE)
    return _named(_measured(directory, [argument, "--format", "json", *options], folder / "counts.json"))


def _named(found: dict[str, Any]) -> dict[str, int]:
    counts = {"files opened": found["opened"], "directories listed": found["listed"]}
    for what, (file, function) in COUNTED.items():
        counts[what] = sum(number for key, number in found["calls"].items() if key.endswith(f"{file}:{function}"))
    # Python's own functions are left out: importing a module that nobody has compiled yet calls more of them.
    ours = sum(number for key, number in found["calls"].items() if f"{os.sep}scanner{os.sep}" in key)
    return {**counts, "modules imported": found["modules"], "calls of functions": ours}


@pytest.mark.parametrize("name", INPUTS)
def test_a_scan_does_no_more_work(name: str, tmp_path: Path) -> None:
    counts = {what: number for what, number in _counts(name, tmp_path).items() if number}
    recorded = yaml.safe_load(BOUNDS.read_text(encoding="utf-8")) if BOUNDS.exists() else {}
    version = "{}.{}".format(*sys.version_info)
    if os.environ.get("UPDATE_WORK"):
        recorded[name] = counts
        ordered = {"python": version, **{each: recorded[each] for each in INPUTS if each in recorded}}
        head = f"# What scans of generated input did when this was written. Renew it: {RENEW}\n"
        BOUNDS.write_text(head + yaml.safe_dump(ordered, sort_keys=False), encoding="utf-8")
        return
    bounds = recorded.get(name, {})
    if recorded["python"] != version:
        counts, bounds = ({what: found[what] for what in found.keys() - OF_PYTHON} for found in (counts, bounds))
    more = [
        f"{what}: {number:,}, were {bounds.get(what, 0):,}"
        for what, number in counts.items()
        if number > bounds.get(what, 0) * SLACK + (FEW if what in OF_PYTHON else 0)
    ]
    gone = [f"{what}: none; has the function been renamed?" for what in bounds.keys() - counts.keys()]
    problems = "\n".join([*more, *gone])
    assert not problems, f"a scan of {name} does other work than it did; if it has to, run {RENEW}\n{problems}"
