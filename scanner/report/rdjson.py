"""``--format rdjson``: the Reviewdog Diagnostic Format, for review comments.

https://github.com/reviewdog/reviewdog/tree/master/proto/rdf, ``reviewdog.proto`` there. ``docs/formats/rdjson.md`` says
to users what is where and why.

Paths are relative to the working directory, as the scan has them: reviewdog puts its own working directory before them.
Ranges are of whole lines: a column counts bytes of UTF-8 there, which no span knows, and comments are about lines.

A suggestion is about one range, and reviewdog has no place for a second range in the comment: so a fix is suggested
where it is one change of the file that the diagnostic is about, and of several fixes the first one.

Most of reviewdog's reporters show a message as Markdown, the others as it stands. A word in which Markdown would see
anything becomes a code span, which is harmless and looks right in both: a link, a tag, or the ``*:*`` of an ARN.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scanner.diagnostic import Diagnostic, Severity
from scanner.escape import visible
from scanner.finding import Level, RelatedLocation
from scanner.regexes import anywhere
from scanner.report.changed_lines import changes
from scanner.report.encoding import encoded
from scanner.report.places import Place, paragraphs, places
from scanner.report.wording import place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from scanner.report.report import Report
    from scanner.span import Span
    from scanner.verdicts.document import Document

SOURCE = "aws-login-scan"
_SEVERITIES = {Level.ERROR: "ERROR", Level.WARNING: "WARNING", Level.NOTE: "INFO"}
_OF_SEVERITY = {
    Severity.ERROR: (Level.ERROR, "scan/incomplete"),
    Severity.WARNING: (Level.WARNING, "scan/not-followed"),
}

_CODE_SPAN = anywhere(r"(`[^`]*`)")
_ODD_BACKQUOTES = anywhere(r"``|\\`")
"""With these in it, which backquotes belong together is not what it seems."""
_WORD = anywhere(r"\S+")
_MARKUP = anywhere(r"[*_<>\[\]!~|&#\\$]|://|@|www\.", re.IGNORECASE)


def render(report: Report, lines: Callable[[str], Sequence[str]] | None = None) -> str:
    """The report as one ``DiagnosticResult`` and a newline: findings that count, the worst first, then trouble.

    ``lines`` gives those of a file, without which nothing is suggested.
    """
    return encoded(
        {
            "source": {"name": SOURCE},
            "diagnostics": [
                *(_of_place(each, lines) for each in places(report.open_findings)),
                *(_of_diagnostic(each) for each in _sorted(report.errors)),
                *(_of_diagnostic(each) for each in _sorted(report.warnings)),
            ],
        }
    )


def markdown(text: str) -> str:
    """One line that Markdown shows as it is, but for code spans around words that have something special in them."""
    shown = visible(text)
    if shown.count("`") % 2 or _ODD_BACKQUOTES.search(shown):
        shown = shown.replace("`", "'")
    parts = _CODE_SPAN.split(shown)
    return "".join(part if number % 2 else _quoted(part) for number, part in enumerate(parts))


def _quoted(text: str) -> str:
    return _WORD.sub(_as_code, text)


def _as_code(found: re.Match[str]) -> str:
    """A word in a code span if it has something special in it; punctuation at its end stays out."""
    word = found[0]
    inner = word.rstrip(",.;:") or word[0]
    return f"`{inner}`{word[len(inner) :]}" if _MARKUP.search(inner) else word


def _of_place(found: Place, lines: Callable[[str], Sequence[str]] | None) -> Document:
    first = found.first
    suggestion = _suggestion(found, lines)
    level = first.level.value
    return {
        "message": "\n\n".join(paragraphs(found, markdown)),
        "location": _location(first.span),
        "severity": _SEVERITIES[first.level],
        "code": {"value": first.rule, **({"url": first.url} if first.url else {})},
        "original_output": f"{place(first.span)}: {level}[{visible(first.rule)}]: {visible(found.blocks[0].message)}",
        **({"related_locations": [_related(each) for each in found.related]} if found.related else {}),
        **({"suggestions": [suggestion]} if suggestion is not None else {}),
    }


def _suggestion(found: Place, lines: Callable[[str], Sequence[str]] | None) -> Document | None:
    """The first fix that is one change of the diagnostic's file; None if there is none."""
    path = found.first.span.path
    fixes = (found.best_fix for found in found.findings)
    for fix in dict.fromkeys(fix for fix in fixes if fix is not None):
        if {edit.span.path for edit in fix.edits} == {path} and len(made := changes(fix, lines)) == 1:
            return {"range": _range(made[0].span), "text": "\n".join(made[0].text)}
    return None


def _related(related: RelatedLocation) -> Document:
    return {"message": markdown(related.message), "location": _location(related.span)}


def _sorted(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    found = {(each.span, each.message): each for each in diagnostics}
    return [found[key] for key in sorted(found)]


def _of_diagnostic(diagnostic: Diagnostic) -> Document:
    level, code = _OF_SEVERITY[diagnostic.severity]
    return {
        "message": markdown(diagnostic.message),
        "location": _location(diagnostic.span),
        "severity": _SEVERITIES[level],
        "code": {"value": code},
        "original_output": f"{place(diagnostic.span)}: {level.value}: {visible(diagnostic.message)}",
    }


def _location(span: Span) -> Document:
    return {"path": span.path, "range": _range(span)}


def _range(span: Span) -> Document:
    line = max(span.line, 1)
    return {"start": {"line": line}, "end": {"line": max(span.last_line, line)}}
