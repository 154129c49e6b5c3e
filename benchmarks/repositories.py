"""Measures scans of public repositories: ``python -m benchmarks.repositories DIRECTORY [--write]``.

DIRECTORY has a clone of each, by its name, at the commit below; what is not there is left out. Nobody has decided the
verdicts in them, so only the numbers of roots and principals are shown, which must not change with the speed.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
from dataclasses import dataclass
from pathlib import Path

from benchmarks.inputs import EMPTY
from benchmarks.lines import MEBIBYTE, Line
from benchmarks.measure import Measurement
from benchmarks.page import replace_part
from benchmarks.run import add_places, bench_of
from benchmarks.tasks import Bench


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository on GitHub at a commit."""

    owner: str
    name: str
    commit: str


REPOSITORIES = (
    Repository("cloud-custodian", "cloud-custodian", "df800e9e94d0860e0d8fbfebd9bc5b9b2d50367d"),
    Repository("bridgecrewio", "checkov", "03d5fdad8d6154b1565799a7b1fb8070c158866f"),
    Repository("aws", "serverless-application-model", "7000d0a3b0e5e0d9fca014ce135850718aad1290"),
    Repository("cloudposse", "terraform-aws-components", "a10df84fcd6e3456938f2b95c6283118f0607e5d"),
    Repository("aws-cloudformation", "aws-cloudformation-templates", "142ce6f283d285fa370adb7f9d332d7f46dac5fc"),
)


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.repositories", description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--write", action="store_true", help="write the table to docs/benchmarks.md")
    add_places(parser)
    chosen = parser.parse_args()
    bench = bench_of(chosen)
    rows = [
        "| repository | commit | files | MB | roots | principals | CPU, s | wall, s | peak, MiB |",
        "|---|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for repository in REPOSITORIES:
        clone = chosen.directory / repository.name
        if _git(clone, "rev-parse", "HEAD").strip() == repository.commit:
            rows.append(_row(bench, repository, clone, chosen.runs))
            print(rows[-1], flush=True)
        else:
            print(f"{clone} is not there, or at another commit")
    table = "\n".join([*rows, ""])
    print(table)
    if chosen.write:
        replace_part("repositories", table)


def _row(bench: Bench, repository: Repository, clone: Path, runs: int) -> str:
    files = [clone / name for name in _git(clone, "ls-files", "-z").split("\0") if name]
    size = sum(file.stat().st_size for file in files if file.is_file() and not file.is_symlink())
    measured: list[Measurement] = []
    for _ in range(runs):
        measured.append(bench.measured(Line(repository.name, EMPTY), clone))
        report = json.loads(bench.output.read_bytes())
    bench.compare(Line(repository.name, EMPTY), clone, ".")
    summary = report["summary"]
    cpu, wall, peak = (statistics.median(getattr(each, name) for each in measured) for name in ("cpu", "wall", "peak"))
    return (
        f"| {repository.owner}/{repository.name} | {repository.commit[:12]} | {len(files):,} | {size / 1e6:.0f} "
        f"| {summary['roots']:,} | {summary['principals']:,} | {cpu:.2f} | {wall:.2f} | {peak / MEBIBYTE:.0f} |"
    )


def _git(directory: Path, *arguments: str) -> str:
    command = ["git", "-C", str(directory), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


if __name__ == "__main__":
    main()
