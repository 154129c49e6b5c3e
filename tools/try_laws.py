"""The long run of the laws in tests/laws: all of them and pairs of them, over fixtures and named directories.

    python -m tools.try_laws [--law TEXT] [--project TEXT] [--pairs N] [--show N] [--keep DIR] [DIRECTORY…]

``LAWS_DIRECTORIES`` names further directories, separated as in ``PATH``: checkouts of repositories, of which every root
with principals is a project. It prints a table of what was tried and what failed, by law, and each failure. The exit
status is 1 when a law failed that is not known to, or when a law was tried on nothing.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.laws import corpus
from tests.laws.known_faults import KNOWN, known
from tests.laws.law import Before, Failure, Law, looked_at, tried
from tests.laws.laws import LAWS, laws_for
from tests.laws.pairs import pairs
from tests.laws.project import Project
from tests.laws.sample import order
from tests.scans import write

SLOW = 5.0
"""Seconds for one scan, from which on a project is tried with no law."""


@dataclass(slots=True)
class Tally:
    """What came of the run."""

    cases: Counter[str] = field(default_factory=Counter)
    failures: list[Failure] = field(default_factory=list)
    holding: set[tuple[str, str]] = field(default_factory=set)
    """Known faults that are none any more."""
    skipped: list[str] = field(default_factory=list)


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directories", nargs="*", type=Path)
    parser.add_argument("--law", default="", help="only laws with this in their name")
    parser.add_argument("--project", default="", help="only projects with this in their name")
    parser.add_argument("--pairs", type=int, default=20, help="pairs of laws for each project")
    parser.add_argument("--roots", type=int, default=1000, help="roots of each directory, chosen by their names")
    parser.add_argument("--show", type=int, default=10, help="failures that are printed for each law")
    parser.add_argument("--keep", type=Path, help="write the inputs of failures below this directory")
    parser.add_argument("--no-fixtures", action="store_true")
    given = parser.parse_args()
    named = [Path(one) for one in os.environ.get("LAWS_DIRECTORIES", "").split(os.pathsep) if one]
    tally = Tally()
    begin = time.process_time()
    projects = 0
    try:
        for project in _projects([*named, *given.directories], given.roots, fixtures=not given.no_fixtures):
            if given.project in project.name:
                projects += _try(project, given, tally)
    except KeyboardInterrupt:
        print("interrupted; this is what there is so far")
    _print(tally, given, projects, time.process_time() - begin)
    unexpected = [one for one in tally.failures if known(one.law, one.project) is None]
    untried = [law.name for law in LAWS if given.law in law.name and not tally.cases[law.name]]
    if given.no_fixtures or given.project:
        untried = []  # only the fixtures have something for every law
    if untried:
        print("tried on nothing:", ", ".join(untried))
    return int(bool(unexpected or untried))


def _projects(directories: list[Path], roots: int, *, fixtures: bool) -> Iterator[Project]:
    if fixtures:
        yield from corpus.fixtures()
    for directory in directories:
        found = sorted(corpus.roots_below(directory.resolve()), key=lambda project: order(project.name))
        yield from found[:roots]


def _try(project: Project, given: argparse.Namespace, tally: Tally) -> int:
    """Try all laws on one project; 1 if it is one that laws say something about."""
    begin = time.process_time()
    try:
        before = looked_at(project)
    except Exception as problem:  # noqa: BLE001 # said and counted; the other projects are still of use
        tally.failures.append(Failure("as it is", project.name, (f"raised {type(problem).__name__}: {problem}",)))
        return 1
    if not before.verdicts or before.roots != 1:
        return 0
    if time.process_time() - begin > SLOW:
        tally.skipped.append(project.name)
        return 0
    single = laws_for(project)
    several = sorted(pairs(single), key=lambda law: order(law.name, project.name))
    for law in single:
        if given.law in law.name:
            _one(law, before, given, tally)
    found = 0
    for law in several:
        if found >= given.pairs:
            break
        if given.law in law.name:
            found += _one(law, before, given, tally)
    return 1


def _one(law: Law, before: Before, given: argparse.Namespace, tally: Tally) -> bool:
    found = tried(law, before)
    if found is None:
        return False
    change, failure = found
    name = law.name if "+" not in law.name else "pairs"
    tally.cases[name] += 1
    key = law.name, before.project.name
    if failure is not None:
        tally.failures.append(failure)
        print(failure, file=sys.stderr, flush=True)
        if given.keep is not None:
            write(given.keep / law.name.replace(" ", "") / before.project.name.replace("/", "+"), change.project.files)
    elif key in KNOWN:
        tally.holding.add(key)
    return True


def _print(tally: Tally, given: argparse.Namespace, projects: int, seconds: float) -> None:
    failed = Counter(one.law if "+" not in one.law else "pairs" for one in tally.failures)
    print("| law | cases | failed |\n|---|---|---|")
    for name in [*(law.name for law in LAWS), "pairs"]:
        if tally.cases[name]:
            print(f"| {name} | {tally.cases[name]} | {failed[name] or ''} |")
    print(
        f"\n{sum(tally.cases.values())} cases of {projects} projects in {seconds:.0f} s, {len(tally.failures)} failed"
    )
    shown: Counter[str] = Counter()
    for one in tally.failures:
        name = one.law if "+" not in one.law else "pairs"
        shown[name] += 1
        if shown[name] <= given.show:
            fault = known(one.law, one.project)
            print(f"\n{one}" + (f"\n    known: {fault}" if fault else ""))
    for law_name, project_name in sorted(tally.holding):
        print(f"holds by now, take it off the list: {law_name}: {project_name}")
    for name in tally.skipped:
        print(f"too slow to be tried: {name}")


if __name__ == "__main__":
    sys.exit(main())
