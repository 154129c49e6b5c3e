"""Principals as rows: what stands in the columns, what people filter by, and which parts a row opens."""

from __future__ import annotations

from collections import Counter
from dataclasses import field
from typing import TYPE_CHECKING

from scanner.escape import visible
from scanner.finding import LEVELS
from scanner.iam.evaluate import WORST_FIRST
from scanner.iam.pattern import literal
from scanner.lazy_dataclass import dataclass
from scanner.report.html.details import Details
from scanner.report.html.findings import BASELINED, SUPPRESSED, state
from scanner.report.wording import worst_first
from scanner.verdicts.console import Access
from scanner.verdicts.document import NO_PERMISSIONS, principal_document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from scanner.changes.change import Change
    from scanner.finding import Finding
    from scanner.report.html.element import Part
    from scanner.report.html.places import Places
    from scanner.report.report import Report
    from scanner.verdicts.assessed_principal import AssessedPrincipal

NONE = "none"
"""Stands for a principal without findings."""
UNKNOWN = "not known"
"""Stands for an account."""
_OUTCOMES = tuple(outcome.value for outcome in WORST_FIRST)
_STATES = (*(level.value for level in LEVELS), SUPPRESSED, BASELINED, NONE)


@dataclass(frozen=True, slots=True)
class Row:
    """One principal."""

    name: str
    """Its address where the name is not wholly known."""
    address: str
    place: Part
    values: Mapping[str, tuple[str, ...]] = field(compare=False)
    """By the keys of facets."""
    details: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Facet:
    """Something to filter by."""

    key: str
    """Its name in the address of the page."""
    label: str
    values: tuple[str, ...]
    """Those that some row has, in the order in which they are shown."""
    column: str = ""
    """How its column is set; empty where it has none."""


WORDS, ASKED = "words", "asked"
"""Columns: what every report has, and what rules ask for, of which there may be many."""


@dataclass(frozen=True, slots=True)
class Table:
    """All rows, those with the worst findings first."""

    rows: tuple[Row, ...]
    facets: tuple[Facet, ...]
    findings: tuple[Finding, ...]
    """Those of principals that have no row."""


def table(report: Report, places: Places) -> Table:
    """The principals of a report."""
    details = Details(places)
    findings: dict[tuple[str, str], list[Finding]] = {}
    for finding in worst_first(report.findings):
        findings.setdefault((finding.root, finding.principal), []).append(finding)
    changes: dict[tuple[str, str], list[Change]] = {}
    for change in (*(report.changes or ()), *(report.drift or ())):
        changes.setdefault((change.subject.root, change.subject.address), []).append(change)
    asked = tuple(dict.fromkeys((one.action, one.resource) for each in report.principals for one in each.asked))
    rows = []
    met = set()
    for assessed in report.principals:
        key = (assessed.definition.root, assessed.definition.address)
        met.add(key)
        rows.append(_row(assessed, findings.get(key, ()), changes.get(key, ()), details, places))
    rows.sort(key=lambda row: min(map(_STATES.index, row.values["severity"])))
    return Table(
        tuple(rows),
        tuple(_facets(rows, asked, is_compared=bool(changes))),
        tuple(finding for key, found in findings.items() if key not in met for finding in found),
    )


def _row(
    assessed: AssessedPrincipal,
    findings: Sequence[Finding],
    changes: Sequence[Change],
    details: Details,
    places: Places,
) -> Row:
    document = principal_document(assessed, NO_PERMISSIONS)
    name = literal(assessed.principal.name) or assessed.definition.address
    values = {
        "severity": tuple(dict.fromkeys(map(state, findings))) or (NONE,),
        "verdict": (document["aws_login"]["localhost"],),
        "remote": (document["aws_login"]["remote"],),
        "console": (document["console"]["access"],),
        "kind": (document["kind"],),
        "rule": tuple(dict.fromkeys(finding.rule for finding in findings)),
        "change": tuple(dict.fromkeys(change.kind.value for change in changes)),
        "account": (assessed.principal.account or UNKNOWN,),
        "root": (document["root"],),
        **{visible(_asked(one.action, one.resource)): (one.decision.outcome.value,) for one in assessed.asked},
    }
    return Row(
        visible(name),
        visible(assessed.definition.address),
        places.at(assessed.definition.span),
        {key: tuple(map(visible, each)) for key, each in values.items()},
        details.of(assessed, name, findings, changes),
    )


def _asked(action: str, resource: str) -> str:
    return f"{action} on {resource}"


def _facets(rows: Sequence[Row], asked: Iterable[tuple[str, str]], *, is_compared: bool) -> Iterable[Facet]:
    access = tuple(each.value for each in (Access.YES, Access.POSSIBLE, Access.UNKNOWN, Access.NO))
    make = _Maker(rows)
    yield make.facet("severity", "Findings", _STATES.index)
    yield make.facet("verdict", "This device", _OUTCOMES.index, WORDS)
    yield make.facet("remote", "Another device", _OUTCOMES.index, WORDS)
    for one in asked:
        name = visible(_asked(*one))
        yield make.facet(name, name.removesuffix(" on *"), _OUTCOMES.index, ASKED)
    yield make.facet("console", "Console", access.index, WORDS)
    yield make.facet("kind", "Kind", column=WORDS)
    yield make.facet("rule", "Rule")
    if is_compared:
        yield make.facet("change", "Change")
    yield make.facet("account", "Account")
    yield make.facet("root", "Root")


class _Maker:
    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = rows

    def facet(self, key: str, label: str, order: Callable[[str], int] | None = None, column: str = "") -> Facet:
        """In the order that is given, else what most rows have first."""
        counts = Counter(value for row in self._rows for value in row.values.get(key, ()))
        values = (
            sorted(counts, key=order) if order is not None else sorted(counts, key=lambda each: (-counts[each], each))
        )
        return Facet(key, label, tuple(values), column)
