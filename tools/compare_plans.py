"""Compares what is read in configurations with what is read in Terraform's plans or states of them; prints Markdown.

    python -m tools.compare_plans LIST.yaml [--states] [--source] [--only NAME …] [--diagnostics] > table.md

The list names configurations, the plan that Terraform made of each (``terraform show -json``), and the states after
apply. Paths are relative to the list. None of this is part of this project; ``docs/terraform.md`` has the last table.

    - name: iam-user                                # of this entry
      repository: terraform-aws-modules/terraform-aws-iam
      commit: 981121bcd17618b8ed032223c0d9e647b9277ef9
      configuration: iam/examples/iam-user          # a directory with a root module
      plan: plans/iam-user.json
      state: states/iam-user.json                   # optional: terraform show -json, or a terraform.tfstate
      arguments: [--var-file, fixtures.tfvars]      # what the plan was made with: --var, --var-file, --workspace;
                                                    # and, for both sides, --account, --region
      explained:                                    # by address: what only the account or the apply can tell
        aws_iam_user.this: the group's policy is read from the account

Both sides have to give the same principals, by address, and each the same kind, name, console access, decisions and
findings, and the same errors. With ``--source`` the plan is scanned with its configuration at hand. The exit status
is 1 when they do not and the list has no explanation, and when an explanation of a plan is not needed.

With ``--states`` the other side is the state. In a state everything is known, so it may settle what the configuration
leaves open. That is counted by itself and needs no explanation. An answer that is definite on both sides and not the
same does, for plans and states alike, and is counted too.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import yaml

from scanner.diagnostic import Diagnostic, Severity
from scanner.options import Options
from scanner.pipeline import scan
from scanner.report.report import Report
from scanner.root import Inputs, ValuesFile
from scanner.verdicts.document import principal_document

Aspects = Mapping[str, Mapping[str, str]]
"""What one side answers about a principal: by aspect, and in an aspect by question."""
_OPEN = frozenset({"unknown", "conditional", "possible"})
"""Answers that leave something open."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One configuration with its plan."""

    name: str
    repository: str
    commit: str
    configuration: Path
    plan: Path
    state: Path | None
    inputs: Inputs
    explained: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A principal about which the two sides say something different, and what each says about that."""

    address: str
    aspects: str
    configuration: str
    other: str
    explanation: str | None
    contradiction: bool
    """Whether an answer is definite on both sides and different."""
    settled_by_state: bool
    """Whether the state only answers what the configuration leaves open."""


@dataclass(slots=True)
class Comparison:
    """One row of the table and what is behind it."""

    entry: Entry
    compared: int
    differences: tuple[Disagreement, ...]
    unneeded: tuple[str, ...]
    """Addresses that are explained although the sides agree."""
    diagnostics: Mapping[str, tuple[Diagnostic, ...]] = field(default_factory=dict)
    """By side."""

    @property
    def settled_by_state(self) -> int:
        """Principals of which the state knows more, and about which nothing else is different."""
        return sum(found.settled_by_state for found in self.differences)

    @property
    def disagreements(self) -> tuple[Disagreement, ...]:
        """What has to be explained."""
        return tuple(found for found in self.differences if not found.settled_by_state)

    @property
    def agreed(self) -> int:
        """Principals that both sides have and agree about in everything."""
        return self.compared - len(self.differences)

    @property
    def contradictions(self) -> int:
        """Principals with an answer that is definite on both sides and different."""
        return sum(found.contradiction for found in self.differences)

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to look into."""
        errors = [
            {item.message for item in found if item.severity is Severity.ERROR} for found in self.diagnostics.values()
        ]
        same = all(found == errors[0] for found in errors)
        return same and not self.unneeded and all(found.explanation for found in self.disagreements)


def main() -> int:
    """Compare everything in the list."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("list", type=Path, help="the list of configurations and plans, in YAML")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="compare these entries only")
    parser.add_argument("--diagnostics", action="store_true", help="print warnings and errors of both sides as well")
    parser.add_argument("--source", action="store_true", help="scan each plan with its configuration (scan --source)")
    parser.add_argument("--states", action="store_true", help="compare with the states instead of the plans")
    options = parser.parse_args()
    entries = [entry for entry in read(options.list) if not options.only or entry.name in options.only]
    if options.states:
        entries = [entry for entry in entries if entry.state is not None]
    if not entries:
        parser.error("the list has no such entry")
    found = [compare(entry, states=options.states, with_source=options.source) for entry in entries]
    for line in report(found):
        print(line)
    if options.diagnostics:
        for line in diagnostics(found):
            print(line)
    return 0 if all(comparison.is_settled for comparison in found) else 1


def read(path: Path) -> Iterator[Entry]:
    """The entries of a list."""
    parser = argparse.ArgumentParser(prog="arguments", add_help=False)
    for name in ("--var", "--var-file"):
        parser.add_argument(name, action="append", default=[])
    parser.add_argument("--workspace", default="default")
    parser.add_argument("--account")
    parser.add_argument("--region")
    for item in yaml.safe_load(path.read_text(encoding="utf-8")):
        given = parser.parse_args(item.get("arguments", []))
        configuration = (path.parent / item["configuration"]).resolve()
        variables = tuple((name, value) for name, _, value in (text.partition("=") for text in given.var))
        files = tuple(ValuesFile(str((configuration / file).resolve())) for file in given.var_file)
        yield Entry(
            item["name"],
            item["repository"],
            item["commit"],
            configuration,
            (path.parent / item["plan"]).resolve(),
            (path.parent / item["state"]).resolve() if "state" in item else None,
            Inputs((*variables, *files), workspace=given.workspace, account=given.account, region=given.region),
            item.get("explained") or {},
        )


def compare(entry: Entry, *, states: bool = False, with_source: bool = False) -> Comparison:
    """Scan both sides of an entry."""
    ours, our_diagnostics = _side(entry.configuration, entry.inputs)
    given = replace(entry.inputs, source=str(entry.configuration)) if with_source else entry.inputs
    other = entry.state if states and entry.state is not None else entry.plan
    theirs, their_diagnostics = _side(other, given)
    found = tuple(_differences(ours, theirs, entry.explained, states=states))
    optional = states or with_source  # the explanations are those of plans alone
    unneeded = set() if optional else set(entry.explained) - {difference.address for difference in found}
    return Comparison(
        entry,
        len({*ours, *theirs}),
        found,
        tuple(sorted(unneeded)),
        {"configuration": our_diagnostics, "state" if states else "plan": their_diagnostics},
    )


def _side(path: Path, inputs: Inputs) -> tuple[dict[str, Aspects], tuple[Diagnostic, ...]]:
    """The principals of one root by address; directories beneath it may be roots of their own, which do not count."""
    directory = path if path.is_dir() else path.parent
    root = os.path.relpath(path, directory)
    report = scan(Options(paths=(root,), directory=directory, inputs=inputs))
    return dict(_principals(report, root)), tuple(found for found in report.diagnostics if found.root in (root, ""))


def _principals(report: Report, root: str) -> Iterator[tuple[str, Aspects]]:
    for document in map(principal_document, report.principals):
        if document["root"] != root:
            continue
        address, console = document["address"], document["console"]
        rules = sorted(found.rule for found in report.findings if (found.principal, found.root) == (address, root))
        yield (
            address,
            {
                "kind": {"": document["kind"]},
                "name": {"": document["name"] or "unknown"},
                "console": {"": console["access"], "via": " ".join(console["via"])},
                "decisions": {
                    f"{item['action']} {item['client']}": item["decision"] for item in document["permissions"]
                }
                | {f"aws login {client}": outcome for client, outcome in document["aws_login"].items()},
                "findings": {"": ", ".join(rules)},
            },
        )


def _shown(aspect: str, answers: Mapping[str, str]) -> str:
    """All that one side answers about an aspect; one word where the answers are all the same."""
    if aspect == "decisions" and len(set(answers.values())) == 1:
        return next(iter(answers.values()))
    separator = ", " if aspect == "decisions" else " "
    return separator.join(f"{question} {word}".strip() for question, word in answers.items() if word) or "none"


def _differences(
    ours: Mapping[str, Aspects], theirs: Mapping[str, Aspects], explained: Mapping[str, str], *, states: bool
) -> Iterator[Disagreement]:
    for address in sorted({*ours, *theirs}):
        own, other, why = ours.get(address), theirs.get(address), explained.get(address)
        if own is None or other is None:
            left, right = ("there" if side is not None else "missing" for side in (own, other))
            yield Disagreement(address, "principal", left, right, why, contradiction=True, settled_by_state=False)
            continue
        different = [aspect for aspect, answers in own.items() if answers != other[aspect]]
        if different:
            left, right = ("; ".join(_shown(aspect, side[aspect]) for aspect in different) for side in (own, other))
            pairs = [(aspect, own[aspect], other[aspect]) for aspect in different]
            contradiction = different == ["findings"] or any(_contradict(*pair) for pair in pairs)
            settled = states and different != ["findings"] and all(_settles(*pair) for pair in pairs)
            yield Disagreement(address, ", ".join(different), left, right, why, contradiction, settled)


def _is_open(word: str) -> bool:
    """Whether an answer leaves something open. A name that is known in part, or not at all, does."""
    return word in _OPEN or "…" in word


def _contradict(aspect: str, left: Mapping[str, str], right: Mapping[str, str]) -> bool:
    """Whether both answer a question definitely and not the same. Findings follow from the other aspects."""
    if aspect == "findings" or any(_is_open(side.get("", "")) for side in (left, right)):
        return False
    asked = [(left[question], right[question]) for question in left]
    return any(own != other and not _is_open(own) and not _is_open(other) for own, other in asked)


def _settles(aspect: str, left: Mapping[str, str], right: Mapping[str, str]) -> bool:
    """Whether the right side says more than the left side leaves open, and is the same otherwise."""
    if aspect == "findings":
        return True
    if aspect == "console" and left[""] != right[""]:
        return _is_open(left[""]) and right[""] != "unknown"
    asked = [(left[question], right[question]) for question in left]
    return all(own == other or (_is_open(own) and not _is_open(other)) for own, other in asked)


def report(found: Iterable[Comparison]) -> Iterator[str]:
    """The table, the disagreements behind it, and what it comes to."""
    comparisons = list(found)
    yield _row("repository", "commit", "configuration", *_COUNTS)
    yield _row(*["---"] * 3, *["---:"] * len(_COUNTS))
    for item in comparisons:
        counts = (count(item) for count in _COUNTS.values())
        yield _row(item.entry.repository, item.entry.commit[:12], item.entry.name, *map(str, counts))
    totals = ", ".join(f"{sum(map(count, comparisons))} {name}" for name, count in _COUNTS.items())
    yield ""
    yield f"{len(comparisons)} configurations: {totals}."
    if any(item.differences for item in comparisons):
        yield ""
        yield _row("configuration", "principal", "what", "configuration says", "the other says", "explanation")
        yield _row(*["---"] * 6)
    for item in comparisons:
        for one in item.differences:
            explanation = "the state knows more" if one.settled_by_state else one.explanation or "**none**"
            mark = "**definite**: " if one.contradiction else ""
            yield _row(
                item.entry.name, f"`{one.address}`", one.aspects, one.configuration, one.other, mark + explanation
            )
    for item in comparisons:
        for address in item.unneeded:
            yield f"\nThe explanation of `{address}` in {item.entry.name} is not needed."


_COUNTS: Mapping[str, Callable[[Comparison], int]] = {
    "principals compared": lambda item: item.compared,
    "agreements": lambda item: item.agreed,
    "the state knows more": lambda item: item.settled_by_state,
    "explained": lambda item: sum(one.explanation is not None for one in item.disagreements),
    "unexplained": lambda item: sum(one.explanation is None for one in item.disagreements),
    "definite on both sides and different": lambda item: item.contradictions,
}


def diagnostics(found: Iterable[Comparison]) -> Iterator[str]:
    """Warnings and errors of both sides."""
    for item in found:
        for side, items in item.diagnostics.items():
            for one in items:
                place = f"{one.span.path}:{one.span.line}"
                yield f"\n{one.severity.value}, {item.entry.name}, {side}: `{place}` {one.message}"


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    sys.exit(main())
