"""``python -m fuzz.run``: a number of inputs for each target that follow from a seed. Takes no fuzzer."""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

from fuzz.mutation import mutated
from fuzz.oracles import Fault, fault
from fuzz.target import Target
from fuzz.targets import TARGETS


def inputs(target: Target, count: int, seed: int) -> Iterator[bytes]:
    """The seeds, as far as there are so many, then their neighbours."""
    seeds = tuple(target.seeds())
    random = Random(f"{seed} {target.name}")  # nothing is secret about them
    shuffled = random.sample(seeds, len(seeds))
    for number in range(count):
        if number < min(len(seeds), count // 4):
            yield shuffled[number]
        else:
            yield mutated(random.choice(seeds), seeds, random)


def faults(target: Target, count: int, seed: int) -> Iterator[tuple[bytes, Fault]]:
    """What is wrong, once for each place."""
    told: set[tuple[str, str]] = set()
    for data in inputs(target, count, seed):
        found = fault(target, data)
        if found is not None and (found.kind, found.place) not in told:
            told.add((found.kind, found.place))
            yield data, found


def kept(directory: Path, data: bytes, found: Fault) -> Path:
    """Writes an input down, and what is wrong with it."""
    directory.mkdir(parents=True, exist_ok=True)
    file = directory / hashlib.sha256(data).hexdigest()[:16]
    file.write_bytes(data)
    file.with_suffix(".txt").write_text(str(found), encoding="utf-8")
    return file


def shrunk(target: Target, data: bytes, found: Fault) -> bytes:
    """A smaller input with the same fault, as far as leaving pieces out gets."""
    size = len(data) // 2
    while size:
        start = 0
        while start < len(data):
            less = data[:start] + data[start + size :]
            same = fault(target, less)
            if same is not None and (same.kind, same.place) == (found.kind, found.place):
                data = less
            else:
                start += size
        size //= 2
    return data


def main() -> int:
    """The exit status is 1 where something does not hold."""
    parser = argparse.ArgumentParser(prog="python -m fuzz.run", description=__doc__)
    parser.add_argument("--target", action="append", choices=TARGETS, help="only this one; all without")
    parser.add_argument("--runs", type=int, default=2000, help="inputs for each target")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=Path("build/fuzz/faults"), help="where inputs with a fault go")
    parser.add_argument("--input", type=Path, nargs="+", help="read these files instead")
    parser.add_argument("--shrink", action="store_true", help="leave out of inputs with a fault what it does not take")
    given = parser.parse_args()
    wrong = 0
    for name in given.target or TARGETS:
        target, started = TARGETS[name], time.process_time()
        if given.input:
            found = [
                (data, one) for data in (file.read_bytes() for file in given.input) if (one := fault(target, data))
            ]
        else:
            found = list(faults(target, given.runs, given.seed))
        for data, one in found:
            if given.shrink:
                data = shrunk(target, data, one)  # noqa: PLW2901 # that is the input from here on
            print(f"{name}: {kept(given.keep / name, data, one)}: {one}")
        wrong += len(found)
        tried = len(given.input or ()) or given.runs
        print(f"{name}: {tried} inputs, {len(found)} faults, {time.process_time() - started:.1f} seconds", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
