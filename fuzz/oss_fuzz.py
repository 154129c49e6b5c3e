"""``python -m fuzz.oss_fuzz DIR``: what ``oss-fuzz/build.sh`` compiles, a script for each target and its seeds."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from fuzz.targets import TARGETS

SCRIPT = """\
from fuzz.guided import main

main({name!r}, None, __import__("sys").argv[1:])
"""


def write(directory: Path) -> None:
    """Writes them."""
    for name, target in TARGETS.items():
        seeds = directory / f"fuzz_{name.replace('-', '_')}"
        seeds.mkdir(parents=True, exist_ok=True)
        seeds.with_suffix(".py").write_text(SCRIPT.format(name=name), encoding="utf-8")
        for seed in target.seeds():
            (seeds / hashlib.sha256(seed).hexdigest()).write_bytes(seed)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
