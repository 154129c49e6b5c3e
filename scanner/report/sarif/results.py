"""Findings and trouble as SARIF's results (§3.27) and notifications (§3.58)."""

from __future__ import annotations

import hashlib
from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING

from scanner.diagnostic import Diagnostic, Severity
from scanner.finding import LEVELS, Finding, Level, RelatedLocation, Suppression
from scanner.regexes import anywhere
from scanner.report.places import Place, paragraphs, places
from scanner.report.sarif.locations import begins, place, plain, uri, whole
from scanner.report.sarif.rules import INCOMPLETE, NOT_FOLLOWED, Descriptor
from scanner.report.wording import counted, worst_first

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from scanner.excerpt import Excerpt
    from scanner.fix import Edit, Fix
    from scanner.report.report import Report
    from scanner.repository import Seen
    from scanner.span import Span
    from scanner.verdicts.document import Document

LEFT_OUT = "scan/left-out"
CUT = "scan/cut"

FINGERPRINT = "awsLoginScan/v1"
"""Key of our own fingerprints; the version changes with what they are made of."""
MAX_RELATED = 99
"""GitHub keeps 100 locations of a result, its own among them."""
MAX_FIXES = 100
"""Of a result with many principals. Nobody reads more, and they are in the report in JSON."""
MOST_LINKS = 8
"""Places that a message names."""

_OF_SEVERITY = {Severity.ERROR: (INCOMPLETE, Level.ERROR), Severity.WARNING: (NOT_FOLLOWED, Level.WARNING)}
_INSTANCE_KEY = anywhere(r'\[(?:"(?:[^"\\]|\\.)*+"|[^\[\]"]*+)\]')


class Results:
    """Makes the results of one report. ``directory`` is the working directory as its repository sees it."""

    def __init__(
        self,
        report: Report,
        descriptors: Sequence[Descriptor],
        directory: Seen,
        excerpt: Callable[[Span], Excerpt | None] | None,
    ) -> None:
        self.descriptors = descriptors
        self.is_complete = not report.errors
        """Whether all of the input could be read."""
        self._report = report
        self._directory = directory
        self._excerpt = excerpt
        self._index = {each.id: number for number, each in enumerate(descriptors)}

    def open(self) -> list[Document]:
        """What is an alert: findings that count, and trouble after those of its level; the worst first."""
        found = [(each.first.level, self._result(each)) for each in places(self._report.open_findings)]
        found += [(_OF_SEVERITY[each[0].severity][1], self._trouble(each)) for each in self._by_place()]
        found.sort(key=lambda one: LEVELS.index(one[0]))
        return _with_fingerprints_of_their_own(result for _, result in found)

    def left_out(self) -> list[Document]:
        """What is suppressed or in the baseline, with SARIF's words for that."""
        grouped: dict[Suppression | None, list[Finding]] = {}
        for finding in worst_first(self._report.findings):
            if not finding.is_open:
                grouped.setdefault(finding.suppressed, []).append(finding)
        return _with_fingerprints_of_their_own(
            {**self._result(each), **self._suppressed(each.first)}
            for found in grouped.values()
            for each in places(found)
        )

    def troubles(self) -> list[Document]:
        """All trouble as notifications, each by itself."""
        return [self._notification(each) for each in _sorted(self._report.diagnostics)]

    def what_is_left_out(self, *, are_listed: bool) -> Iterator[str]:
        """How much of it there is, and where; nothing if there is none."""
        report = self._report
        numbers = ((report.suppressed, "suppressed"), (report.baselined, "in the baseline"))
        said = " and ".join(f"{counted(number, 'finding')} {word}" for number, word in numbers if number)
        where = " See suppressedResults in the properties of the run." if are_listed else ""
        if said:
            yield f"Not among the results: {said}.{where}"
        if report.hidden:
            yield f"Not in this file: {counted(report.hidden, 'finding')} below --min-severity."

    def notice(self, name: str, text: str) -> Document:
        """A notification about the log itself."""
        return {"descriptor": {"id": name}, "level": Level.NOTE.value, "message": {"text": plain(text)}}

    def _result(self, found: Place) -> Document:
        first = found.first
        related = found.related
        fixes = _fixes(found)
        said = [*paragraphs(found, plain), *_links(related)]
        return {
            "ruleId": first.rule,
            "ruleIndex": self._index[first.rule],
            "level": first.level.value,
            "message": {"text": "\n".join(said)},
            "locations": [
                {
                    "physicalLocation": begins(first.span, self._directory, self._excerpt),
                    "logicalLocations": [_instance(each) for each in found.findings],
                }
            ],
            **({"relatedLocations": self._related(related)} if related else {}),
            "partialFingerprints": {FINGERPRINT: _fingerprint(found)},
            **({"fixes": [self._fix(each) for each in fixes]} if fixes else {}),
        }

    def _fix(self, fix: Fix) -> Document:
        """One that has edits (§3.55)."""
        by_path = groupby(fix.edits, lambda edit: edit.span.path)
        return {
            "description": {"text": plain(fix.description)},
            "artifactChanges": [
                {
                    "artifactLocation": {"uri": uri(path, self._directory)},
                    "replacements": [_replacement(each) for each in edits],
                }
                for path, edits in by_path
            ],
            "properties": {"applicability": fix.applicability.value},
        }

    def _related(self, related: Sequence[RelatedLocation]) -> list[Document]:
        return [
            {
                "id": number,
                "physicalLocation": whole(each.span, self._directory),
                "message": {"text": plain(each.message)},
            }
            for number, each in enumerate(related[:MAX_RELATED], 1)
        ]

    def _suppressed(self, finding: Finding) -> Document:
        suppression = finding.suppressed
        if suppression is None:
            return {
                "baselineState": "unchanged",
                "suppressions": [{"kind": "external", "status": "accepted", "justification": "It is in the baseline."}],
            }
        is_in_source = suppression.span.path in {finding.span.path, *(each.span.path for each in finding.places)}
        until = suppression.until
        return {
            "suppressions": [
                {
                    "kind": "inSource" if is_in_source else "external",
                    "status": "accepted",
                    "justification": suppression.reason,
                    "location": {"physicalLocation": whole(suppression.span, self._directory)},
                    **({"properties": {"until": until.isoformat()}} if until is not None else {}),
                }
            ]
        }

    def _by_place(self) -> list[list[Diagnostic]]:
        found: dict[tuple[Severity, str, int], list[Diagnostic]] = {}
        for each in _sorted(self._report.diagnostics):
            found.setdefault((each.severity, each.span.path, each.span.line), []).append(each)
        return list(found.values())

    def _trouble(self, found: list[Diagnostic]) -> Document:
        rule, level = _OF_SEVERITY[found[0].severity]
        messages = list(dict.fromkeys(each.message for each in found))
        where = uri(found[0].span.path, self._directory)
        return {
            "ruleId": rule,
            "ruleIndex": self._index[rule],
            "level": level.value,
            "message": {"text": "\n".join(map(plain, messages))},
            "locations": [{"physicalLocation": begins(found[0].span, self._directory, self._excerpt)}],
            "partialFingerprints": {FINGERPRINT: _digest(rule, where, *messages)},
        }

    def _notification(self, diagnostic: Diagnostic) -> Document:
        name, level = _OF_SEVERITY[diagnostic.severity]
        return {
            "descriptor": {"id": name},
            "level": level.value,
            "message": {"text": plain(diagnostic.message)},
            "locations": [{"physicalLocation": place(diagnostic.span, self._directory)}],
            **({"properties": {"root": diagnostic.root}} if diagnostic.root else {}),
        }


def _sorted(diagnostics: Sequence[Diagnostic]) -> list[Diagnostic]:
    """Errors first, then by place."""
    severities = list(Severity)
    return sorted(diagnostics, key=lambda each: (severities.index(each.severity), each.span, each.message, each.root))


def _links(related: Sequence[RelatedLocation]) -> Iterator[str]:
    for number, each in enumerate(related[:MOST_LINKS], 1):
        yield f"Why: [{plain(_place(each.span))}]({number}): {plain(each.message)}"
    if len(related) > MOST_LINKS:
        yield f"Why: {counted(len(related) - MOST_LINKS, 'more place')}"


def _place(span: Span) -> str:
    return span.place


def _instance(finding: Finding) -> Document:
    """A principal as a logical location (§3.33): exactly as the JSON report has it."""
    return {
        "fullyQualifiedName": finding.principal,
        "kind": "resource",
        "properties": {
            "root": finding.root,
            "message": finding.message,
            "fingerprint": finding.fingerprint,
            **({"also_in": list(finding.also_in)} if finding.also_in else {}),
        },
    }


def _fixes(found: Place) -> list[Fix]:
    """Those with edits, each once."""
    every = dict.fromkeys(fix for finding in found.findings for fix in finding.fixes if fix.edits)
    return list(every)[:MAX_FIXES]


def _replacement(edit: Edit) -> Document:
    """§3.57. A region in which is nothing is where the text is put in (§3.30)."""
    span = edit.span
    return {
        "deletedRegion": {
            "startLine": span.line,
            "startColumn": span.column,
            "endLine": span.end_line,
            "endColumn": span.end_column,
        },
        **({"insertedContent": {"text": edit.text}} if edit.text else {}),
    }


def _fingerprint(found: Place) -> str:
    """The finding's own where there is one. Of more, that of the block: without instance keys, which come and go."""
    if len(found.findings) == 1:
        return found.first.fingerprint
    blocks = {(each.source or each.root, _INSTANCE_KEY.sub("", each.principal)) for each in found.findings}
    return _digest(found.first.rule, *(part for block in sorted(blocks) for part in block))


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _with_fingerprints_of_their_own(results: Iterable[Document]) -> list[Document]:
    """Those that would have the fingerprint of an earlier one get another: some readers keep one of a kind."""
    seen: Counter[str] = Counter()
    found = []
    for result in results:
        fingerprint = result["partialFingerprints"][FINGERPRINT]
        seen[fingerprint] += 1
        if seen[fingerprint] > 1:
            result["partialFingerprints"] = {FINGERPRINT: _digest(fingerprint, str(seen[fingerprint]))}
        found.append(result)
    return found
