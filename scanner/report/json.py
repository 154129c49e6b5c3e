"""``--format json``: the public report, version 1. ``schema.json`` beside this file describes it.

The shape is written out, name by name (a principal's in ``verdicts.document``, because rules see the same), and does
not follow from the dataclasses: they may change, it may not. Everything is sorted here, so the order in which things
were found cannot show.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from scanner.report.encoding import encoded_with_shared
from scanner.report.totals import totals
from scanner.verdicts.document import Document, PermissionDocuments, location, principal_document
from scanner.verdicts.sign_in import Client

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scanner.changes.change import Change
    from scanner.changes.standing import Standing
    from scanner.diagnostic import Diagnostic
    from scanner.finding import Finding, Suppression
    from scanner.fix import Edit, Fix
    from scanner.report.report import Report
    from scanner.span import Span
    from scanner.verdicts.assessed_principal import AssessedPrincipal
    from scanner.verdicts.reasons import Reason

VERSION = 1
"""Changes when a reader of the old shape would misread the new one; additions leave it alone."""


def render(report: Report, version: str) -> str:
    """The report as one JSON object and a newline; ``version`` is the scanner's own."""
    permissions = PermissionDocuments()
    principals = [principal_document(each, permissions) for each in sorted(report.principals, key=_order_of_principal)]
    times = Counter(id(each["permissions"]) for each in principals)
    shared = {id(each["permissions"]): each["permissions"] for each in principals if times[id(each["permissions"])] > 1}
    numbers = {one: number for number, one in enumerate(shared)}
    document = {
        "version": VERSION,
        "tool": {"name": "scan", "version": version},
        "summary": totals(report),
        "principals": [
            {**each, "permissions": numbers.get(id(each["permissions"]), each["permissions"])} for each in principals
        ],
        "findings": [_finding(each) for each in sorted(report.findings, key=_order_of_finding)],
        "errors": _diagnostics(report.errors),
        "warnings": _diagnostics(report.warnings),
        **_changes(report),
    }
    return encoded_with_shared(document, "permissions", tuple(shared.values()))


def _finding(finding: Finding) -> Document:
    return {
        "rule": finding.rule,
        "severity": finding.level.value,
        "message": finding.message,
        "principal": finding.principal,
        "root": finding.root,
        "location": location(finding.span),
        "fingerprint": finding.fingerprint,
        "title": finding.title,
        "help": finding.help,
        "related": [{"message": each.message, "location": location(each.span)} for each in finding.related],
        **({"url": finding.url} if finding.url else {}),
        **({"tags": list(finding.tags)} if finding.tags else {}),
        **({"also_in": list(finding.also_in)} if finding.also_in else {}),
        **({"suppressed": _suppression(finding.suppressed)} if finding.suppressed is not None else {}),
        **({"baselined": True} if finding.baselined else {}),
        **({"fixes": [_fix(each) for each in finding.fixes]} if finding.fixes else {}),
    }


def _fix(fix: Fix) -> Document:
    return {
        "description": fix.description,
        "applicability": fix.applicability.value,
        "edits": [_edit(each) for each in fix.edits],
    }


def _edit(edit: Edit) -> Document:
    span = edit.span
    return {
        "path": span.path,
        "start_line": span.line,
        "start_column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
        "text": edit.text,
    }


def _suppression(suppression: Suppression) -> Document:
    return {
        "reason": suppression.reason,
        "until": suppression.until.isoformat() if suppression.until is not None else None,
        "location": location(suppression.span),
    }


def _changes(report: Report) -> Document:
    """What was compared with something, or with an account; nothing otherwise."""
    found = [several for several in (report.changes, report.drift) if several is not None]
    return {"changes": [_change(each) for several in found for each in several]} if found else {}


def _change(change: Change) -> Document:
    subject = change.subject
    return {
        "change": change.kind.value,
        "client": change.client.value if change.client is not None else None,
        "principal": {
            "kind": subject.kind,
            "name": subject.name,
            "account": subject.account,
            "address": subject.address,
            "root": subject.root,
        },
        "before": _standing(change.before, change.client),
        "after": _standing(change.after, change.client),
        "because": _reasons(change.because),
    }


def _standing(standing: Standing | None, client: Client | None) -> Document | None:
    """Where the change is about no client, what is decided for the usual one."""
    if standing is None:
        return None
    of = client or Client.LOCALHOST
    return {
        "address": standing.address,
        "console": standing.console.value,
        "decision": standing.outcome(of).value,
        "reasons": _reasons(standing.reasons(of)),
    }


def _reasons(reasons: Iterable[Reason]) -> list[Document]:
    return [{"text": reason.text, "location": location(reason.span)} for reason in reasons]


def _diagnostics(diagnostics: Iterable[Diagnostic]) -> list[Document]:
    return [
        {"path": found.span.path, "line": found.span.line, "message": found.message}
        for found in sorted(diagnostics, key=_order_of_diagnostic)
    ]


def _order_of_principal(assessed: AssessedPrincipal) -> tuple[str, str, Span]:
    return assessed.definition.root, assessed.definition.address, assessed.definition.span


def _order_of_finding(finding: Finding) -> tuple[str, str, Span, str]:
    return finding.root, finding.principal, finding.span, finding.rule


def _order_of_diagnostic(diagnostic: Diagnostic) -> tuple[str, Span, str]:
    return diagnostic.root, diagnostic.span, diagnostic.message
