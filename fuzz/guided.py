"""``python -m fuzz.guided TARGET [--keep DIR] [-- arguments of libFuzzer]``: goes where Atheris sees new code.

A fault ends the run, with its input in a file, as OSS-Fuzz wants it. With ``--keep`` it is written down, once for each
place, and the run goes on.

https://github.com/google/atheris
"""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

import atheris

with atheris.instrument_imports(include=["scanner"]):
    import scanner

    for _module in pkgutil.walk_packages(scanner.__path__, "scanner."):
        if not _module.name.endswith("__main__"):  # that would begin a scan
            importlib.import_module(_module.name)  # what is imported later is not looked into
    from fuzz.mutation import mutated
    from fuzz.oracles import fault
    from fuzz.run import kept
    from fuzz.target import Target
    from fuzz.targets import TARGETS


class FaultError(Exception):
    """Tells libFuzzer that something does not hold."""


def reader(target: Target, keep: Path | None) -> Callable[[bytes], None]:
    """What libFuzzer calls."""
    told: set[tuple[str, str]] = set()

    def read(data: bytes) -> None:
        found = fault(target, data)
        if found is None or (found.kind, found.place) in told:
            return
        if keep is None:
            raise FaultError(str(found))
        told.add((found.kind, found.place))
        print(f"FAULT {target.name} {kept(keep, data, found)}: {found.kind} at {found.place}", flush=True)

    return read


def mutator(seeds: Sequence[bytes]) -> Callable[[bytes, int, int], bytes]:
    """Half of the changes are libFuzzer's, half ours."""

    def mutate(data: bytes, max_size: int, seed: int) -> bytes:
        random = Random(seed)  # nothing is secret about it
        if random.random() < 0.5:
            return bytes(atheris.Mutate(data, max_size))
        return mutated(data, seeds, random)[:max_size]

    return mutate


def main(name: str, keep: Path | None, arguments: list[str]) -> None:
    """Never returns: libFuzzer ends the process."""
    target = TARGETS[name]
    seeds = tuple(target.seeds())
    atheris.Setup([sys.argv[0], *arguments], reader(target, keep), custom_mutator=mutator(seeds))
    atheris.Fuzz()


if __name__ == "__main__":
    _parser = argparse.ArgumentParser(prog="python -m fuzz.guided", description=__doc__)
    _parser.add_argument("target", choices=TARGETS)
    _parser.add_argument("--keep", type=Path)
    _given, _rest = _parser.parse_known_args()
    main(_given.target, _given.keep, [one for one in _rest if one != "--"])
