"""Rules as SARIF describes them (§3.49), within what GitHub takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.finding import Finding, Level
from scanner.lazy_dataclass import dataclass
from scanner.report.places import sentence
from scanner.report.wording import worst_first
from scanner.rules.rule import filled, placeholders

if TYPE_CHECKING:
    from scanner.report.report import Report
    from scanner.rules.rule import Rule
    from scanner.verdicts.document import Document

MAX_TEXT = 1024
"""Characters of a description or of help."""
MAX_TAGS = 20

SECURITY_SEVERITY = {Level.ERROR: "8.0", Level.WARNING: "5.5", Level.NOTE: "2.0"}
"""For rules with the tag ``security`` only: the middles of what GitHub calls high, medium and low."""
_PROBLEM_SEVERITY = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "recommendation"}

INCOMPLETE = "scan/incomplete"
"""No rule file can have this id, for it would be the name of the file."""
NOT_FOLLOWED = "scan/not-followed"

_EACH_SAYS = "What to do depends on the principal: each result says it."


@dataclass(frozen=True, slots=True)
class Descriptor:
    """What is the same in all results of a rule."""

    id: str
    level: Level
    title: str
    description: str
    help: str
    url: str = ""
    tags: tuple[str, ...] = ()

    def document(self) -> Document:
        """A ``reportingDescriptor``."""
        tags = self.tags[:MAX_TAGS]
        body = "\n\n".join(dict.fromkeys(text for text in (self.description, self.help) if text))
        return {
            "id": self.id,
            "shortDescription": {"text": _cut(self.title)},
            "fullDescription": {"text": _cut(self.description or sentence(self.title))},
            **({"helpUri": self.url} if self.url else {}),
            "help": {
                "text": _with_end(body, self.url),
                # a link in angle brackets ends where it should, whatever it ends in
                "markdown": _with_end(body, f"<{self.url}>" if self.url else ""),
            },
            "defaultConfiguration": {"level": self.level.value},
            "properties": {
                **({"tags": list(tags)} if tags else {}),
                "precision": "very-high",
                "problem.severity": _PROBLEM_SEVERITY[self.level],
                **({"security-severity": SECURITY_SEVERITY[self.level]} if "security" in tags else {}),
            },
        }


_TROUBLE = (
    Descriptor(
        INCOMPLETE,
        Level.ERROR,
        "Scan incomplete",
        "Part of the input could not be read. Nobody has looked at what stands there, so findings may be missing.",
        "Correct what the result names, or leave the file out of the scan.",
    ),
    Descriptor(
        NOT_FOLLOWED,
        Level.WARNING,
        "Not followed",
        "Something legal in the input could not be followed. What depends on it is not known, and what it defines is "
        "missing.",
        "Do what the result says, such as running `terraform init` before the scan.",
    ),
)


def descriptors(report: Report) -> tuple[Descriptor, ...]:
    """One for each rule that was followed, by id, and one for each kind of trouble in the input after them."""
    found = {rule.id: _of_rule(rule) for rule in report.rules}
    for finding in worst_first(report.findings):
        found.setdefault(finding.rule, _of_finding(finding))
    return (*(found[name] for name in sorted(found)), *_TROUBLE)


def _of_rule(rule: Rule) -> Descriptor:
    description = rule.description or sentence(filled(rule.message, lambda _: "…"))
    return Descriptor(rule.id, rule.level, rule.title, description, _general(rule.help), rule.url, rule.tags)


def _of_finding(finding: Finding) -> Descriptor:
    return Descriptor(
        finding.rule, finding.level, finding.title or finding.rule, "", _EACH_SAYS, finding.url, finding.tags
    )


def _general(text: str) -> str:
    """What of a rule's help holds for all principals. ``{remedy}`` is whole sentences: the rest stands without it."""
    named = set(placeholders(text))
    if named - {"remedy"}:
        return _EACH_SAYS
    rest = filled(text, lambda _: " ")
    return f"{' '.join(rest.split())} {_EACH_SAYS}".strip() if named else rest


def _cut(text: str, room: int = MAX_TEXT) -> str:
    return text if len(text) <= room else f"{text[: room - 1]}…"


def _with_end(text: str, end: str) -> str:
    room = MAX_TEXT - len(end) - 2
    return f"{_cut(text, room)}\n\n{end}" if end and room > 0 else _cut(text)
