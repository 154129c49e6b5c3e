"""``python -m fuzz.campaign``: every target in turn, guided, for as long as one likes. ``make fuzz`` runs it.

What libFuzzer finds worth keeping stays in ``--corpus`` for the next time, inputs with a fault in ``--keep``, and how
many were tried in ``--figures``. A target that dies is begun again, with the input that it died of in a file.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from fuzz.target import Target
from fuzz.targets import TARGETS

ROOT = Path(__file__).parent.parent
BUILD = ROOT / "build" / "fuzz"
_RUNS = re.compile(r"stat::number_of_executed_units: (\d+)")
_SEEN = re.compile(r"^#(\d+)\t", re.MULTILINE)


@dataclass(slots=True)
class Figures:
    """What a target has come to, over all campaigns."""

    inputs: int = 0
    seconds: float = 0.0
    deaths: int = 0


def main() -> int:
    """The exit status is 1 where there are faults."""
    parser = argparse.ArgumentParser(prog="python -m fuzz.campaign", description=__doc__)
    parser.add_argument("--target", action="append", choices=TARGETS, help="only this one; all without")
    parser.add_argument("--seconds", type=int, default=120, help="for each target and turn")
    parser.add_argument("--turns", type=int, default=1)
    parser.add_argument("--corpus", type=Path, default=BUILD / "corpus")
    parser.add_argument("--keep", type=Path, default=BUILD / "faults")
    parser.add_argument("--figures", type=Path, default=BUILD / "figures.json")
    given = parser.parse_args()
    figures = _read(given.figures)
    for _ in range(given.turns):
        for name in given.target or TARGETS:
            found = figures.setdefault(name, Figures())
            _turn(TARGETS[name], found, given.seconds, given.corpus / name, given.keep / name)
            given.figures.parent.mkdir(parents=True, exist_ok=True)
            given.figures.write_text(json.dumps({key: asdict(one) for key, one in figures.items()}, indent=1), "utf-8")
            print(f"{name}: {found.inputs} inputs, {found.seconds:.0f} seconds, {found.deaths} deaths", flush=True)
    print(f"{sum(one.inputs for one in figures.values())} inputs in all", flush=True)
    return 1 if any(given.keep.rglob("*")) else 0


def _read(file: Path) -> dict[str, Figures]:
    if not file.exists():
        return {}
    return {name: Figures(**found) for name, found in json.loads(file.read_text("utf-8")).items()}


def _turn(target: Target, figures: Figures, seconds: int, corpus: Path, keep: Path) -> None:
    for directory in (corpus, keep):
        directory.mkdir(parents=True, exist_ok=True)
    for seed in target.seeds():
        (corpus / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)
    end = time.monotonic() + seconds
    while (left := int(end - time.monotonic())) > 0:
        started = time.monotonic()
        options = (
            f"-max_total_time={left}",
            f"-max_len={target.max_size}",
            "-print_final_stats=1",
            "-rss_limit_mb=2048",
            "-timeout=120",
        )
        command = (sys.executable, "-m", "fuzz.guided", target.name, "--keep", str(keep), *options)
        done = subprocess.run(
            [*command, f"-artifact_prefix={keep}/died-", str(corpus)],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": "0"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        said = done.stdout.decode("utf-8", "replace")
        for line in said.splitlines():
            if line.startswith("FAULT "):
                print(line, flush=True)
        counts = _RUNS.findall(said) or _SEEN.findall(said)
        figures.inputs += int(counts[-1]) if counts else 0
        figures.seconds += time.monotonic() - started
        if done.returncode != 0:
            figures.deaths += 1
            print(f"{target.name} died: {said[-2000:]}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
