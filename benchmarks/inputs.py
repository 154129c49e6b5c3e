"""The inputs of measurements: written when they are missing, kept for the next time."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from benchmarks.corpora.expected import facts_path
from benchmarks.generate import generate


@dataclass(frozen=True, slots=True)
class Input:
    """What the generator writes for a scan."""

    kind: str
    sizes: tuple[tuple[str, float], ...] = ()
    ending: str = ""
    """Of a file; empty for a directory."""

    @property
    def name(self) -> str:
        """Of the directory or file."""
        return "-".join((self.kind, *(f"{size:g}" for _, size in self.sizes))) + self.ending


def tree(kind: str, **sizes: float) -> Input:
    """A directory."""
    return Input(kind, tuple(sizes.items()))


def file(kind: str, ending: str, megabytes: float) -> Input:
    """A file."""
    return Input(kind, (("megabytes", megabytes),), ending)


EMPTY = Input("empty")
"""A directory with nothing in it, which needs no generator."""


def written(wanted: Input, work: Path) -> Path:
    """Where an input is, after it has been written if it was not there."""
    top = work / f"inputs-{_generator()}"
    path = top / wanted.name
    if wanted == EMPTY:
        path.mkdir(parents=True, exist_ok=True)
    elif not facts_path(path).exists():  # they are written last, so what lies there without them is not whole
        print(f"writing {wanted.name}", flush=True)
        if path.is_dir():
            shutil.rmtree(path)
        generate(wanted.kind, path, **dict(wanted.sizes))
    return path


@cache
def _generator() -> str:
    """Another generator writes other input."""
    sources = sorted(Path(__file__).with_name("corpora").glob("*.py"))
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:12]
