"""A law: a transformation, and what must hold between the verdicts before and after it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from tests.laws.project import Change, Project, Transformation, errors, scanned
from tests.laws.verdicts import Verdict, unchanged, verdicts

Relation = Callable[[Verdict, Verdict], str | None]


@dataclass(frozen=True, slots=True)
class Law:
    """One law about one form of input."""

    name: str
    transformation: Transformation
    relation: Relation = unchanged
    newcomers: bool = False
    """Whether there may be principals that were not there before, or instances of one that stood for all of them."""
    opens: bool = False
    """Whether the change takes knowledge away: what is definite afterwards must be what it was before."""
    is_input: bool = False
    """Gives values that may not be fit, which then are errors of the input and say nothing about the scanner."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A law that does not hold for a project."""

    law: str
    project: str
    what: tuple[str, ...]

    def __str__(self) -> str:
        return "\n    ".join((f"{self.law}: {self.project}", *self.what))


@dataclass(frozen=True, slots=True)
class Before:
    """A project as it was found, and what a scan says about it."""

    project: Project
    verdicts: dict[str, Verdict]
    errors: int
    roots: int


def looked_at(project: Project) -> Before:
    """Scan a project as it is."""
    report = scanned(project)
    return Before(project, verdicts(report), len(errors(report)), report.roots)


def tried(law: Law, before: Before) -> tuple[Change, Failure | None] | None:
    """Apply the law to a project; None where it does not apply."""
    change = law.transformation(before.project)
    if change is None:
        return None
    try:
        report = scanned(change.project)
    except Exception as problem:  # noqa: BLE001 # whatever it is, it is a failure of this case
        return change, Failure(law.name, before.project.name, (f"raised {type(problem).__name__}: {problem}",))
    found = errors(report)
    if law.is_input and len(found) > before.errors:
        return None
    wrong = [f"new error: {error}" for error in found] if len(found) > before.errors else []
    wrong += differences(law, before, change, verdicts(report))
    return change, Failure(law.name, before.project.name, tuple(wrong)) if wrong else None


def differences(law: Law, before: Before, change: Change, after: dict[str, Verdict]) -> list[str]:
    """What is not as the law has it, a line for each principal."""
    if law.opens:
        return contradictions(law, before, change, after)
    wrong: list[str] = []
    expected: set[str] = set()
    for address, old in before.verdicts.items():
        becomes = change.moved(address)
        if not becomes:  # the law says nothing about it
            expected.add(address)
        for moved in becomes:
            for counterpart in counterparts(moved, after) if law.newcomers else (moved,):
                expected.add(counterpart)
                problem = law.relation(old, after[counterpart]) if counterpart in after else "is gone"
                if problem is not None:
                    wrong.append(f"{counterpart} {problem}")
    if not law.newcomers:
        wrong += [f"{address} is new" for address in sorted(after.keys() - expected)]
    return wrong


def contradictions(law: Law, before: Before, change: Change, after: dict[str, Verdict]) -> list[str]:
    """What is said without the knowledge and is not so with it. Principals may be there that need not be."""
    wrong: list[str] = []
    for address, known in before.verdicts.items():
        for moved in change.moved(address):
            # An instance that is listed is no longer one of those that ``[*]`` stands for.
            wild = [found for found in after if "[*]" in found and moved in counterparts(found, {moved: known})]
            general = [moved] if moved in after else wild
            wrong += [f"{moved} is gone"] * (not general)
            for found in general:
                problem = law.relation(after[found], known)
                if problem is not None:
                    wrong.append(f"{found}, with less known, {problem}")
    return wrong


def counterparts(address: str, after: dict[str, Verdict]) -> list[str]:
    """Principals of the same resource: ``a.b[*]`` becomes any instance once its keys are known, also none."""
    if address in after:
        return [address]
    pattern = re.compile(re.escape(address).replace(r"\[\*\]", r'\[(?:\d+|"(?:[^"\\]|\\.)*")\]'))
    return [found for found in after if pattern.fullmatch(found)]
