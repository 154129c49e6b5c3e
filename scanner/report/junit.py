"""``--format junit``: JUnit XML, for CI systems that show test results and nothing else.

A suite for each rule, and in it a test case for each principal: one that the rule flags has failed, one whose finding
is suppressed or in the baseline is skipped, any other has passed, so that a CI system can say what has been mended. One
more suite is about the input: what could not be read is an error, what was not followed is skipped. It is never empty,
since Jenkins takes a report without a test case for a failure.

The document is valid by the schema of Jenkins' xUnit plugin, which refuses others. There is no time of day in it: the
same input gives the same bytes. Two limits of GitLab's are kept: of test cases with one name it shows the first, so
names are unique; and it refuses a report of many elements, so there are at most so many test cases that have passed.

It is written with the standard library. junitparser and junit-xml build the same elements out of more code, and take
five times as long to import.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from itertools import chain, count
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from scanner.diagnostic import Diagnostic, Severity
from scanner.escape import inert, visible
from scanner.finding import Finding
from scanner.lazy_dataclass import dataclass
from scanner.report.report import Report
from scanner.report.wording import repository_path, worst_first

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scanner.repository import Seen
    from scanner.span import Span

MAX_CASES = 10_000
"""Where rules times principals come to more than this, one test case of each rule stands for all that it passes."""
INPUT = "input"
"""The suite about what was scanned."""
_OTHERS = "all other principals"
_READ = "everything was read"


def render(report: Report, directory: Seen = "") -> str:
    """The XML document. ``directory`` is the working directory as its repository sees it."""
    suites = [*_suites(report, directory), _Suite(INPUT, tuple(_of_input(report, directory)))]
    root = ET.Element("testsuites", {"name": "scan"} | _counts([case for suite in suites for case in suite.cases]))
    for suite in suites:
        taken: set[str] = set()
        counts = _counts(suite.cases)
        skipped = sum(case.outcome == "skipped" for case in suite.cases)
        of_suite = {"name": suite.name, **counts, "skipped": str(skipped), "time": "0"}
        element = ET.SubElement(root, "testsuite", of_suite)
        for case in suite.cases:
            element.append(_written(case, suite.name, taken))
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


@dataclass(frozen=True, slots=True)
class _Case:
    name: str
    outcome: str = ""
    """``failure``, ``error``, ``skipped``; empty if it has passed."""
    kind: str = ""
    message: str = ""
    details: tuple[str, ...] = ()
    """Lines; GitLab shows these and not the message."""


@dataclass(frozen=True, slots=True)
class _Suite:
    name: str
    cases: tuple[_Case, ...]


def _suites(report: Report, directory: Seen) -> Iterator[_Suite]:
    flagged: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in worst_first(report.findings):
        flagged[finding.rule].append(finding)
    names = sorted({rule.id for rule in report.rules} | flagged.keys())
    principals = {
        (each.definition.root, each.definition.address): None
        for each in sorted(report.principals, key=lambda each: (each.definition.root, each.definition.address))
    }
    folded = len(names) * len(principals) > MAX_CASES
    for name in names:
        found = flagged[name]
        met = {(root, finding.principal) for finding in found for root in (finding.root, *finding.also_in)}
        passed = [_Case(_name(root, address, directory)) for root, address in principals if (root, address) not in met]
        if folded and passed:
            passed = [_Case(_OTHERS)]
        cases = (*(_of_finding(finding, directory) for finding in found), *passed)
        if cases:
            yield _Suite(visible(name), cases)


def _name(root: str, address: str, directory: Seen) -> str:
    """Stays the same from scan to scan, wherever it was started: CI systems compare by it."""
    place = repository_path(root, directory)
    return visible(address if place in ("", ".") else f"{address} in {place}")


def _of_finding(finding: Finding, directory: Seen) -> _Case:
    name = _name(finding.root, finding.principal, directory)
    kind, message = finding.level.value, visible(finding.message)
    if finding.suppressed is not None:
        until = f" until {finding.suppressed.until.isoformat()}" if finding.suppressed.until is not None else ""
        reason = f"suppressed{until}: {visible(finding.suppressed.reason)}"
        details = (f"{reason} ({_place(finding.suppressed.span, directory)})", f"{kind}: {message}")
        return _Case(name, "skipped", kind, reason, details)
    if finding.baselined:
        return _Case(name, "skipped", kind, "in the baseline", ("in the baseline", f"{kind}: {message}"))
    return _Case(name, "failure", kind, message, tuple(_details(finding, directory)))


def _details(finding: Finding, directory: Seen) -> Iterator[str]:
    yield f"{_place(finding.span, directory)}: {finding.level.value}: {visible(finding.message)}"
    yield f"who: {visible(finding.principal)}"
    for each in finding.related:
        yield f"why: {_place(each.span, directory)}: {visible(each.message)}"
    if finding.help.strip():
        yield f"fix: {visible(' '.join(finding.help.split()))}"
    for root in finding.also_in:
        yield f"also in: {visible(repository_path(root, directory))}"
    if finding.url:
        yield f"see: {visible(finding.url)}"


def _of_input(report: Report, directory: Seen) -> Iterator[_Case]:
    if not report.errors:
        yield _Case(_READ)
    for diagnostic in report.diagnostics:
        yield _of_diagnostic(diagnostic, directory)


def _of_diagnostic(diagnostic: Diagnostic, directory: Seen) -> _Case:
    message = visible(diagnostic.message)
    path = visible(repository_path(diagnostic.span.path, directory))
    outcome = "error" if diagnostic.severity is Severity.ERROR else "skipped"
    details = (f"{_place(diagnostic.span, directory)}: {message}",)
    return _Case(f"{path}: {visible(diagnostic.summary)}", outcome, diagnostic.severity.value, message, details)


def _place(span: Span, directory: Seen) -> str:
    return visible(replace(span, path=repository_path(span.path, directory)).place)


def _counts(cases: Iterable[_Case]) -> dict[str, str]:
    outcomes = Counter(case.outcome for case in cases)
    counted = {"tests": outcomes.total(), "failures": outcomes["failure"], "errors": outcomes["error"]}
    return {name: str(number) for name, number in counted.items()}


def _written(case: _Case, suite: str, taken: set[str]) -> ET.Element:
    numbered = (f"{case.name} ({number})" for number in count(2))
    name = next(name for name in chain([case.name], numbered) if name not in taken)
    taken.add(name)
    # Jenkins shows what is before the last full stop of a class name as the package.
    element = ET.Element("testcase", {"classname": f"scan.{suite}", "name": name, "time": "0"})
    if case.outcome:
        outcome = ET.SubElement(element, case.outcome, {"message": case.message, "type": case.kind})
        outcome.text = "\n".join(inert(line) for line in case.details)
    return element
