"""An assessed principal as plain data: the object that JSON reports print and that rules select from.

Its names are public and stable; ``docs/rules.md`` and the JSON schema describe them.
"""

from __future__ import annotations

from typing import Any

from scanner.iam.pattern import literal
from scanner.span import Span
from scanner.verdicts.assessed_principal import AssessedPrincipal
from scanner.verdicts.reasons import reasons
from scanner.verdicts.sign_in import Client

Document = dict[str, Any]


def location(span: Span) -> Document:
    """A place: lines are counted from 1, the last one is part of it."""
    return {"path": span.path, "start_line": span.line, "end_line": span.last_line}


def principal_document(assessed: AssessedPrincipal) -> Document:
    """One element of ``principals``."""
    definition, console, login = assessed.definition, assessed.console, assessed.aws_login
    return {
        "kind": definition.principal.kind.value,
        "name": literal(definition.principal.name) or None,
        "address": definition.address,
        "origin": definition.root_kind.value,
        "root": definition.root,
        "location": location(definition.span),
        "console": {"access": console.access.value, "via": [via.value for via in console.via]},
        "aws_login": {client.value: login.outcome(client).value for client in Client},
        "permissions": [
            {
                "action": permission.action,
                "client": permission.client.value if permission.client is not None else None,
                "resource": permission.resource,
                "decision": permission.decision.outcome.value,
                "reasons": [
                    {"text": reason.text, "location": location(reason.span)}
                    for reason in reasons(definition, permission.decision)
                ],
            }
            for permission in assessed.permissions
        ],
    }
