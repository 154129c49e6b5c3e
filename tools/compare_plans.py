"""Compares what is read in configurations with what is read in Terraform's plans of them, and prints Markdown.

    python tools/compare_plans.py LIST.yaml [--only NAME …] [--source] [--diagnostics] > table.md

The list names configurations and the plan that Terraform made of each (``terraform show -json``). Paths are relative to
the list. Neither configurations nor plans are part of this project; ``docs/terraform.md`` has the last table.

    - name: iam-user                                # of this entry
      repository: terraform-aws-modules/terraform-aws-iam
      commit: 981121bcd17618b8ed032223c0d9e647b9277ef9
      configuration: iam/examples/iam-user          # a directory with a root module
      plan: plans/iam-user.json
      arguments: [--var-file, fixtures.tfvars]      # what the plan was made with: --var, --var-file, --workspace;
                                                    # and, for both sides, --account, --region
      explained:                                    # by address: what only the account or the apply can tell
        aws_iam_user.this: the group's policy is read from the account

Both sides have to give the same principals, by address, and each the same kind, name, console access, decisions and
findings, and the same errors. With ``--source`` the plan is scanned with its configuration at hand. The exit status
is 1 when they do not and the list has no explanation, and when an
explanation is not needed.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from scanner.config import Options
from scanner.diagnostic import Diagnostic, Severity
from scanner.document import principal_document
from scanner.finding import Report
from scanner.pipeline import scan
from scanner.root import Inputs

Aspects = Mapping[str, str]
"""What is compared of one principal: an aspect's name and how one side answers."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One configuration with its plan."""

    name: str
    repository: str
    commit: str
    configuration: Path
    plan: Path
    inputs: Inputs
    explained: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A principal about which the two sides say something different, and what each says about that."""

    address: str
    aspects: str
    configuration: str
    plan: str
    explanation: str | None


@dataclass(slots=True)
class Comparison:
    """One row of the table and what is behind it."""

    entry: Entry
    compared: int
    disagreements: tuple[Disagreement, ...]
    unneeded: tuple[str, ...]
    """Addresses that are explained although the sides agree."""
    diagnostics: Mapping[str, tuple[Diagnostic, ...]] = field(default_factory=dict)
    """By side."""

    @property
    def agreed(self) -> int:
        """Principals that both sides have and agree about in everything."""
        return self.compared - len(self.disagreements)

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
    options = parser.parse_args()
    entries = [entry for entry in read(options.list) if not options.only or entry.name in options.only]
    if not entries:
        parser.error("the list has no such entry")
    found = [compare(entry, with_source=options.source) for entry in entries]
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
        variables = tuple(tuple(text.split("=", 1)) for text in given.var)
        files = tuple(str((configuration / file).resolve()) for file in given.var_file)
        yield Entry(
            item["name"],
            item["repository"],
            item["commit"],
            configuration,
            (path.parent / item["plan"]).resolve(),
            Inputs(variables, files, workspace=given.workspace, account=given.account, region=given.region),
            item.get("explained") or {},
        )


def compare(entry: Entry, *, with_source: bool = False) -> Comparison:
    """Scan both sides of an entry."""
    ours, our_diagnostics = _side(entry.configuration, entry.inputs)
    given = replace(entry.inputs, source=str(entry.configuration)) if with_source else entry.inputs
    theirs, their_diagnostics = _side(entry.plan, given)
    found = tuple(_disagreements(ours, theirs, entry.explained))
    unneeded = set() if with_source else set(entry.explained) - {disagreement.address for disagreement in found}
    return Comparison(
        entry,
        len({*ours, *theirs}),
        found,
        tuple(sorted(unneeded)),
        {"configuration": our_diagnostics, "plan": their_diagnostics},
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
                "kind": document["kind"],
                "name": str(document["name"]),
                "console": " ".join([console["access"], *console["via"]]),
                "decisions": _decisions(document),
                "findings": ", ".join(rules),
            },
        )


def _decisions(document: Mapping[str, Any]) -> str:
    """All four, and what they come to; one word where they are all the same."""
    decisions = [f"{item['action']} {item['client']} {item['decision']}" for item in document["permissions"]]
    words = {*document["aws_login"].values(), *(item["decision"] for item in document["permissions"])}
    return words.pop() if len(words) == 1 else ", ".join(decisions)


def _disagreements(
    ours: Mapping[str, Aspects], theirs: Mapping[str, Aspects], explained: Mapping[str, str]
) -> Iterator[Disagreement]:
    for address in sorted({*ours, *theirs}):
        why = explained.get(address)
        if address not in ours or address not in theirs:
            own, other = ("there" if address in side else "missing" for side in (ours, theirs))
            yield Disagreement(address, "principal", own, other, why)
            continue
        different = [aspect for aspect, own in ours[address].items() if own != theirs[address][aspect]]
        if different:
            own, other = ("; ".join(side[address][aspect] or "none" for aspect in different) for side in (ours, theirs))
            yield Disagreement(address, ", ".join(different), own, other, why)


def report(found: Iterable[Comparison]) -> Iterator[str]:
    """The table, the disagreements behind it, and what it comes to."""
    comparisons = list(found)
    yield _row("repository", "commit", "configuration", "principals compared", "agreements", "explained", "unexplained")
    yield _row(*["---"] * 3, *["---:"] * 4)
    for item in comparisons:
        explained = sum(one.explanation is not None for one in item.disagreements)
        counts = (item.compared, item.agreed, explained, len(item.disagreements) - explained)
        yield _row(item.entry.repository, item.entry.commit[:12], item.entry.name, *map(str, counts))
    total, agreed = (sum(getattr(item, name) for item in comparisons) for name in ("compared", "agreed"))
    yield ""
    yield f"{len(comparisons)} configurations, {total} principals compared, {agreed} agreements."
    if any(item.disagreements for item in comparisons):
        yield ""
        yield _row("configuration", "principal", "what", "configuration says", "plan says", "explanation")
        yield _row(*["---"] * 6)
    for item in comparisons:
        for one in item.disagreements:
            shown = (f"`{one.address}`", one.aspects, one.configuration, one.plan, one.explanation or "**none**")
            yield _row(item.entry.name, *shown)
    for item in comparisons:
        for address in item.unneeded:
            yield f"\nThe explanation of `{address}` in {item.entry.name} is not needed."


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
