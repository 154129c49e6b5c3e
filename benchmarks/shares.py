"""Where the time of scans goes: ``python -m benchmarks.shares [--write]``.

The scan is interrupted each few milliseconds that it computes, and the innermost function that is one of ours, or of
the grammar, says in which part that was. What is called in compiled code (YAML, JSON, patterns) counts for the caller.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

from benchmarks.inputs import Input, tree, written
from benchmarks.lines import ONE_ROOT, PLAN_FILE, PLANS, STATE, TEMPLATES, TERRAFORM
from benchmarks.page import replace_part
from benchmarks.run import add_places, bench_of
from benchmarks.tasks import understood

PARTS = (
    ("import", "start"),
    ("lark/", "HCL that the grammar reads"),
    ("hcl2/", "HCL that the grammar reads"),
    ("terraform/language/grammar", "HCL that the grammar reads"),
    ("terraform/language/syntax_tree", "HCL that the grammar reads"),
    ("terraform/language/spelling", "HCL that the grammar reads"),
    ("terraform/language/plain", "HCL that is plain"),
    ("terraform/language/blocks", "index of blocks"),
    ("terraform/plans", "plans and states"),
    ("terraform", "evaluation"),
    ("cloudformation/template", "text of templates"),
    ("cloudformation", "evaluation"),
    ("iam", "decisions"),
    ("verdicts", "decisions"),
    ("principals", "joins"),
    ("rules", "rules and report"),
    ("triage", "rules and report"),
    ("report", "rules and report"),
    ("configuration", "start"),
    ("commands", "rules and report"),
    ("output", "rules and report"),
    ("discovery", "files"),
    ("recognition", "files"),
    ("ignored", "files"),
    ("file_system", "files"),
    ("looks", "files"),
    ("source_file", "files"),
    ("repository", "files"),
    ("calls", "files"),
    ("globs", "files"),
    ("work", "processes"),
    ("", "the rest"),
)
"""Beginnings of what a module is called below ``scanner/``, the first that fits counts; and parts of a scan."""

PROBE = """
import json, signal, sys

output, *sys.argv[1:] = sys.argv[1:]
found = {}

def note(number, frame):
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith("<frozen importlib"):
            name = "import"
        elif "/scanner/" in file:
            name = file.rpartition("/scanner/")[2]
        elif "/lark/" in file or "/hcl2/" in file:
            name = "lark/"
        else:
            frame = frame.f_back
            continue
        found[name] = found.get(name, 0) + 1
        return
    found["import"] = found.get("import", 0) + 1

signal.signal(signal.SIGPROF, note)
signal.setitimer(signal.ITIMER_PROF, 0.004, 0.004)
try:
    from scanner.__main__ import main
    main()
except SystemExit:
    pass
signal.setitimer(signal.ITIMER_PROF, 0)
with open(output, "w") as file:
    json.dump(found, file)
"""
INPUTS: tuple[Input, ...] = (
    ONE_ROOT,
    TERRAFORM[10],
    TEMPLATES[10],
    PLANS[50],
    PLAN_FILE,
    STATE,
    tree("instances", users=10_000),
    tree("shared-module", roots=2_000),
    tree("policies", principals=1_000, policies=50),
    tree("foreign-files", files=200_000),
)


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.shares", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the table to docs/benchmarks.md")
    add_places(parser)
    chosen = parser.parse_args()
    bench = bench_of(chosen)
    rows = ["| input | where the time goes |", "|---|---|"]
    for wanted in INPUTS:
        options = understood(bench.scan, ("--jobs", "1", "--no-cache"))
        rows.append(f"| {wanted.name} | {_shares(written(wanted, bench.work), options, bench.output)} |")
        print(rows[-1], flush=True)
    if chosen.write:
        replace_part("shares", "\n".join(rows))


def _shares(path: Path, options: list[str], output: Path) -> str:
    directory, argument = (path, ".") if path.is_dir() else (path.parent, path.name)
    command = [sys.executable, "-c", PROBE, str(output), argument, "--format", "json", *options]
    subprocess.run(command, cwd=directory, stdout=subprocess.DEVNULL, check=True)
    samples: dict[str, int] = json.loads(output.read_bytes())
    parts: dict[str, int] = {}
    for name, number in samples.items():
        part = next(part for beginning, part in PARTS if name.startswith(beginning))
        parts[part] = parts.get(part, 0) + number
    whole = sum(parts.values())
    largest = sorted(parts.items(), key=lambda each: -each[1])
    return ", ".join(f"{part} {number / whole:.0%}" for part, number in largest if number >= whole / 50)


if __name__ == "__main__":
    main()
