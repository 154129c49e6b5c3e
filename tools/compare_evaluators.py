"""Compares the project's policy evaluator with independent ones on generated cases, and prints a table.

    python -m tools.compare_evaluators --simulator NODE_MODULES_DIR --seed 1 --cases 5000 [--matchers PYTHON]

``NODE_MODULES_DIR`` is where ``npm install @cloud-copilot/iam-simulate`` put its packages; ``PYTHON`` is an
interpreter of an environment with policyuniverse and parliament. moto comes from the development dependencies.

Every disagreement is made as small as possible and put into a class; ``evaluators/classes.py`` has the ruling of each.
A disagreement that fits no class is printed, and the exit status is 1.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from tools.evaluators import ours
from tools.evaluators.broken import broken_documents
from tools.evaluators.case import Case, Document, smaller
from tools.evaluators.classes import (
    MOTO_CLASSES,
    MOTO_POLICY_CLASSES,
    POLICY_CLASSES,
    SIMULATOR_CLASSES,
    DisagreementClass,
    class_of,
)
from tools.evaluators.generate import Generator
from tools.evaluators.others import Simulator, ask_matchers, moto_answer, moto_problems, within_moto

Ask = Callable[[Case], str]


@dataclass(slots=True)
class Comparison:
    """One row of the table and what is behind it."""

    name: str
    asked: int = 0
    agreed: int = 0
    refused: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    classes: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    @property
    def unexplained(self) -> list[str]:
        """Disagreements without a class."""
        return self.classes.get("", [])


def main() -> int:
    """Run all comparisons."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--simulator", type=Path, help="node_modules with @cloud-copilot/iam-simulate")
    parser.add_argument("--matchers", type=Path, help="a Python interpreter with policyuniverse and parliament")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cases", type=int, default=5000)
    parser.add_argument("--show", type=int, default=1, help="examples to print for each class of disagreements")
    options = parser.parse_args()

    generator = Generator(options.seed)
    cases = [generator.case() for _ in range(options.cases)]
    documents = list(broken_documents())
    found: list[Comparison] = []
    versions = {"moto": version("moto")}
    if options.simulator:
        with Simulator(options.simulator) as simulator:
            versions |= simulator.versions()
            found.append(decisions("iam-simulate: decision", cases, simulator.answer, SIMULATOR_CLASSES))
            found.append(validity("iam-policy: is the document valid?", documents, simulator.problems, POLICY_CLASSES))
    fragments = [fragment for case in cases if (fragment := within_moto(case)) is not None]
    found.append(decisions("moto: decision, on its fragment", fragments, moto_answer, MOTO_CLASSES))
    found.append(validity("moto: is the document valid?", documents, moto_problems, MOTO_POLICY_CLASSES))
    if options.matchers:
        matching, more = matchers(options.matchers, cases)
        found.extend(matching)
        versions |= more

    print(f"seed {options.seed}, {options.cases} cases")
    print(", ".join(f"{name} {number}" for name, number in versions.items()))
    for comparison in found:
        show(comparison, options.show)
    print()
    for comparison in found:
        print(f"{comparison.name:<45} {comparison.asked:>7} asked {comparison.agreed:>7} agreed", end="")
        print(f" {comparison.asked - comparison.agreed:>6} differ {len(comparison.unexplained):>4} unexplained", end="")
        print(f" {comparison.refused:>4} refused")
    return 1 if any(comparison.unexplained for comparison in found) else 0


def decisions(name: str, cases: list[Case], ask: Ask, classes: tuple[DisagreementClass, ...]) -> Comparison:
    """Our decision against another evaluator's."""
    comparison = Comparison(name)
    for case in cases:
        own, theirs = ours.answer(case), ask(case)
        if theirs.startswith("refused"):
            comparison.refused += 1
            continue
        comparison.outcomes[own] += 1
        if own == theirs:
            record(comparison, True, classes, None)
        else:
            least = shrink(case, ask)
            record(comparison, False, classes, (least, ours.answer(least), ask(least)))
    return comparison


def validity(
    name: str,
    documents: list[tuple[str, Document]],
    ask: Callable[[Document], list[str]],
    classes: tuple[DisagreementClass, ...],
) -> Comparison:
    """Whether we and another validator reject the same documents."""
    comparison = Comparison(name)
    for broken, document in documents:
        own, theirs = ours.problems(document), ask(document)
        record(comparison, bool(own) == bool(theirs), classes, ([broken, document], own, theirs))
    return comparison


def shrink(case: Case, ask: Ask) -> Case:
    """The smallest case that still has the two disagree."""
    while True:
        for candidate in smaller(case):
            theirs = ask(candidate)
            if not theirs.startswith("refused") and ours.answer(candidate) != theirs:
                case = candidate
                break
        else:
            return case


def record(
    comparison: Comparison, agreed: bool, classes: tuple[DisagreementClass, ...], example: tuple[object, ...] | None
) -> None:
    """Count one answer."""
    comparison.asked += 1
    if agreed:
        comparison.agreed += 1
    elif example is not None:
        what, own, theirs = example
        written = what.plain() if isinstance(what, Case) else what
        text = json.dumps({"case": written, "ours": own, "theirs": theirs}, sort_keys=True)
        comparison.classes[class_of(classes, *example)].append(text)


def matchers(python: Path, cases: list[Case]) -> tuple[list[Comparison], dict[str, str]]:
    """Our wildcards against policyuniverse's and parliament's."""
    answer = ask_matchers(python, cases)
    found: list[Comparison] = []
    for name in ("policyuniverse", "parliament"):
        comparison = Comparison(f"{name}: which actions a pattern names")
        for text, theirs in answer[name]["matches"].items():
            expected = set(theirs)
            for action in answer[name]["universe"]:
                own = ours.action_matches(text, action)
                record(comparison, own == (action in expected), (), ([text, action], own, action in expected))
        found.append(comparison)
    comparison = Comparison("parliament: is_glob_match on resource parts")
    for (text, resource), theirs in zip(answer["question"]["globs"], answer["globs"], strict=True):
        own = ours.glob_matches(text, resource)
        record(comparison, own == theirs, (), ([text, resource], own, theirs))
    found.append(comparison)
    return found, answer["versions"]


def show(comparison: Comparison, examples: int) -> None:
    """One comparison with its classes."""
    print(f"\n{comparison.name}")
    if comparison.outcomes:
        print("  ours: " + ", ".join(f"{count} {name}" for name, count in sorted(comparison.outcomes.items())))
    for name, texts in sorted(comparison.classes.items(), key=lambda entry: (entry[0] == "", -len(entry[1]), entry[0])):
        print(f"  {len(texts):>5}  {name or 'UNEXPLAINED'}")
        for text in sorted(texts, key=lambda item: (len(item), item))[: examples if name else 40]:
            print(f"         {text}")


if __name__ == "__main__":
    sys.exit(main())
