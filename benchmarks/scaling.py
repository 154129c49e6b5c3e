"""Measures how the time grows with the input, and draws it: ``python -m benchmarks.scaling [--write]``."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from matplotlib import pyplot as plt

from benchmarks.inputs import Input
from benchmarks.lines import PLANS, TEMPLATES, TERRAFORM, Line
from benchmarks.page import PAGE, replace_part
from benchmarks.run import add_places, bench_of
from benchmarks.tasks import Bench, Other, Scan, Task, WrongResultError

SIZES = (1, 2, 5, 10, 20, 50)
PICTURE = PAGE.with_name("benchmarks-scaling.svg")
PANELS: tuple[tuple[str, dict[int, Input], tuple[str, ...]], ...] = (
    ("Terraform", TERRAFORM, ("ast-grep", "terraform fmt")),
    ("CloudFormation", TEMPLATES, ("yaml",)),
    ("Plan in JSON", PLANS, ("json",)),
)
"""Title, inputs by megabytes, and the programs beside the scanner."""
Curve = list[tuple[int, float]]


def main() -> None:
    """Measure, print a table, and write picture and table if that is asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scaling", description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--write", action="store_true", help=f"write the picture and the table of {PAGE.name}")
    parser.add_argument("--largest", type=int, default=SIZES[-1], metavar="MEGABYTES")
    add_places(parser)
    chosen = parser.parse_args()
    sizes = [size for size in SIZES if size <= chosen.largest]
    try:
        curves = _measured(bench_of(chosen), sizes, chosen.runs)
    except WrongResultError as problem:
        raise SystemExit(f"wrong: {problem}") from None
    table = _table(curves, sizes)
    print(table)
    if chosen.write:
        _draw(curves, PICTURE)
        replace_part("scaling", table)


def _measured(bench: Bench, sizes: list[int], runs: int) -> dict[str, dict[str, Curve]]:
    """Seconds of the processor by panel, program and size."""
    wanted: dict[Task, tuple[str, str, int]] = {}
    for title, inputs, keys in PANELS:
        for size in sizes:
            wanted[Scan(Line(f"{title}, {size} MB", inputs[size]))] = title, "scan", size
            for key in keys:
                if key in bench.programs:
                    wanted[Other(key, inputs[size])] = title, bench.programs[key].name, size
    curves: dict[str, dict[str, Curve]] = {}
    for task, measured in bench.run_all(wanted, runs).items():
        title, name, size = wanted[task]
        curves.setdefault(title, {}).setdefault(name, []).append((size, measured.cpu))
    return curves


def _table(curves: dict[str, dict[str, Curve]], sizes: list[int]) -> str:
    rows = [
        f"| input | program | {' | '.join(f'{size} MB' for size in sizes)} |",
        f"|---|---|{'--:|' * len(sizes)}",
    ]
    for title, programs in curves.items():
        for name, curve in programs.items():
            rows.append(f"| {title} | {name} | {' | '.join(f'{seconds:.2f}' for _, seconds in curve)} |")
    return "\n".join([*rows, ""])


def _draw(curves: dict[str, dict[str, Curve]], path: Path) -> None:
    """One panel for each kind of input; what is linear is a straight line."""
    plt.rcParams.update({"svg.hashsalt": "benchmarks", "font.family": "sans-serif", "svg.fonttype": "none"})
    figure, panels = plt.subplots(1, len(curves), figsize=(4 * len(curves), 3.6), layout="constrained")
    for panel, (title, programs) in zip(panels, curves.items(), strict=True):
        for name, curve in programs.items():
            sizes, seconds = zip(*curve, strict=True)
            panel.plot(sizes, seconds, marker="o", linewidth=2.5 if name == "scan" else 1.2, label=name)
        panel.set(title=title, xlabel="megabytes")
        panel.set_xlim(left=0)
        panel.set_ylim(bottom=0)
        panel.grid(alpha=0.3)
        panel.legend(frameon=False)
    panels[0].set_ylabel("seconds of the processor")
    figure.savefig(path, metadata={"Date": None})
    path.write_text(re.sub(r"[ \t]+$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE), encoding="utf-8")


if __name__ == "__main__":
    main()
