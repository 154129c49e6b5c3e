"""``--format sarif``: SARIF 2.1.0, for GitHub code scanning in the first place.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html (§ in this folder) and
https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning.
``docs/formats/sarif.md`` says to users what is where and why.

What GitHub makes of SARIF decides here:

- One alert is one rule in one file at one line: ``upload-sarif`` hashes the line, and no other fingerprint counts. So
  a result is a ``Place``, and lists everybody.
- A pull request shows a result only if all its lines are in the difference. So the region is where the block begins;
  the whole block is the context region.
- Everything in ``results`` is an open alert, whatever ``suppressions`` say. So what is suppressed or in the baseline
  stands in the properties of the run, as results, and a notification counts it.
- Notifications are shown nowhere, and an alert that does not come again counts as fixed. So trouble in the input is a
  result as well.
- ``uriBaseId`` is not looked at: files are named from the top of the repository.

The shape is written out, as in ``scanner.report.json``, and the schema checks it in tests. No library is beneath:
sarif-om has stood still since 2019 and wants attrs and pbr, sarif-pydantic wants pydantic, and neither knows GitHub.
"""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

from scanner.lazy_dataclass import dataclass
from scanner.regexes import whole
from scanner.report.encoding import encoded
from scanner.report.sarif.results import CUT, LEFT_OUT, Results
from scanner.report.sarif.rules import INCOMPLETE, NOT_FOLLOWED, descriptors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scanner.excerpt import Excerpt
    from scanner.report.report import Report
    from scanner.repository import Seen
    from scanner.span import Span
    from scanner.verdicts.document import Document

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
TOOL = "aws-login-scan"

MAX_RESULTS = 25_000
"""GitHub refuses a run with more."""
SHOWN_RESULTS = 5_000
"""GitHub keeps these, the worst."""
MAX_BYTES = 10_000_000
"""GitHub refuses a file that is larger after gzip (it says 10 MB)."""
MOST_INSTANCES = 100
"""Principals of a result that are kept where the file would be too large."""
MOST_NOTIFICATIONS = 1000
"""The same for notifications of trouble, which is among the results as well."""

_NOTIFICATIONS = {
    INCOMPLETE: "Part of the input could not be read",
    NOT_FOLLOWED: "Something legal could not be followed",
    LEFT_OUT: "Findings that are suppressed or in the baseline",
    CUT: "What is not in this file, or not shown",
}
_VERSION = whole(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)([-+][0-9A-Za-z.+-]+)?")


def render(
    report: Report,
    version: str,
    directory: Seen = "",
    category: str = "",
    excerpt: Callable[[Span], Excerpt | None] | None = None,
) -> str:
    """The report as one SARIF log and a newline, no larger than GitHub takes it.

    ``version`` is the scanner's own, ``directory`` the working directory as its repository sees it, ``category`` what
    tells this analysis from others of the repository (§3.17.3); without it there are no ``automationDetails``.
    ``excerpt`` gives lines of source, which say how long the first line of a block is.
    """
    made = Results(report, descriptors(report), directory, excerpt)
    log = _Log(made, version, category)
    every = made.open()
    text = log.written(every[:MAX_RESULTS], len(every))
    if not _is_too_large(text):
        return text
    kept = [_shortened(result) for result in every[:MAX_RESULTS]]
    while True:
        text = log.written(kept, len(every), is_short=True)
        if not kept or not _is_too_large(text):
            return text
        kept = kept[: len(kept) * 3 // 4]


def _is_too_large(text: str) -> bool:
    data = text.encode()
    return len(data) > MAX_BYTES and len(gzip.compress(data, 6, mtime=0)) > MAX_BYTES


def _shortened(result: Document) -> Document:
    """Without fixes, and with fewer instances."""
    result = {key: value for key, value in result.items() if key != "fixes"}
    (location,) = result["locations"]
    instances = location.get("logicalLocations", [])
    if len(instances) <= MOST_INSTANCES:
        return result
    return {**result, "locations": [{**location, "logicalLocations": instances[:MOST_INSTANCES]}]}


@dataclass(frozen=True, slots=True)
class _Log:
    made: Results
    version: str
    category: str

    def written(self, results: list[Document], wanted: int, *, is_short: bool = False) -> str:
        """The whole. ``wanted`` is how many results there are; a short log has no more than has to be in it."""
        made = self.made
        left_out = [] if is_short else made.left_out()
        notifications = [
            *made.troubles()[: MOST_NOTIFICATIONS if is_short else None],
            *(made.notice(LEFT_OUT, text) for text in made.what_is_left_out(are_listed=not is_short)),
            *(made.notice(CUT, text) for text in _cut(len(results), wanted, is_short=is_short)),
        ]
        run = {
            "tool": {"driver": self._driver()},
            "invocations": [
                {
                    "executionSuccessful": made.is_complete,
                    **({"toolExecutionNotifications": notifications} if notifications else {}),
                }
            ],
            **({"automationDetails": {"id": self.category}} if self.category else {}),
            "columnKind": "unicodeCodePoints",
            "results": results,
            **({"properties": {"suppressedResults": left_out}} if left_out else {}),
        }
        return encoded({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})

    def _driver(self) -> Document:
        version = self.version
        return {
            "name": TOOL,
            "version": version,
            **({"semanticVersion": version} if _VERSION.fullmatch(version) else {}),
            "rules": [each.document() for each in self.made.descriptors],
            "notifications": [
                {"id": name, "shortDescription": {"text": text}} for name, text in _NOTIFICATIONS.items()
            ],
        }


def _cut(kept: int, wanted: int, *, is_short: bool) -> Iterator[str]:
    if kept < wanted:
        yield (
            f"{wanted - kept:,} of {wanted:,} results are not here, for GitHub takes {MAX_RESULTS:,} and 10 MB. "
            "The worst are; --format json has all."
        )
    elif kept > SHOWN_RESULTS:
        yield f"GitHub shows the worst {SHOWN_RESULTS:,} of {kept:,} results."
    if is_short:
        yield (
            f"The whole would be too large for GitHub. A result lists {MOST_INSTANCES} principals at most and no "
            f"fixes, notifications stop after {MOST_NOTIFICATIONS:,}, and what is suppressed or in the baseline is not "
            "listed; --format json has all."
        )
