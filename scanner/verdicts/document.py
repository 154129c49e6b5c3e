"""An assessed principal as plain data: the object that JSON reports print and that rules select from.

Its names are public and stable; ``docs/rules.md`` and the JSON schema describe them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from scanner.iam.pattern import literal
from scanner.principals.definition import PrincipalDefinition
from scanner.span import Span
from scanner.verdicts.assessed_principal import AssessedPrincipal
from scanner.verdicts.reasons import reasons
from scanner.verdicts.sign_in import Client, Permission

Document = dict[str, Any]


def location(span: Span) -> Document:
    """A place: lines are counted from 1, the last one is part of it."""
    return {"path": span.path, "start_line": span.line, "end_line": span.last_line}


class PermissionDocuments:
    """``permissions`` of principals: one and the same list for all that share what is decided and what explains it.

    ``further`` makes what there is to add to each permission, by its number.
    """

    def __init__(self, further: Callable[[AssessedPrincipal, int], Document] | None = None) -> None:
        self._further = further
        self._known: dict[tuple[object, ...], tuple[AssessedPrincipal, list[Document]]] = {}

    def of(self, assessed: AssessedPrincipal) -> list[Document]:
        """Not to be changed."""
        definition = assessed.definition
        shared = (assessed.asked, assessed.without_mfa, definition.principal.boundaries)
        key = (id(assessed.aws_login), definition.span, *(tuple(map(id, parts)) for parts in shared))
        if key not in self._known:
            self._known[key] = (
                assessed,
                [
                    {
                        **_permission(definition, permission),
                        **(self._further(assessed, number) if self._further is not None else {}),
                    }
                    for number, permission in enumerate(assessed.permissions)
                ],
            )
        return self._known[key][1]


class _NoPermissions(PermissionDocuments):
    def of(self, assessed: AssessedPrincipal) -> list[Document]:  # noqa: ARG002 # whoever it is
        return []


NO_PERMISSIONS = _NoPermissions()
"""For those who do not look at permissions."""


def _permission(definition: PrincipalDefinition, permission: Permission) -> Document:
    return {
        "action": permission.action,
        "client": permission.client.value if permission.client is not None else None,
        "resource": permission.resource,
        "decision": permission.decision.outcome.value,
        "reasons": [
            {"text": reason.text, "location": location(reason.span), **_source(definition, reason.span)}
            for reason in reasons(definition, permission.decision)
        ],
    }


def _source(definition: PrincipalDefinition, span: Span) -> Document:
    """Which of the two speaks, where there is account data beside the code."""
    if not definition.files_of_account:
        return {}
    return {"source": "account" if span.path in definition.files_of_account else "code"}


def principal_document(assessed: AssessedPrincipal, permissions: PermissionDocuments | None = None) -> Document:
    """One element of ``principals``. With others, who may share their permissions with it."""
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
        "permissions": (permissions or PermissionDocuments()).of(assessed),
    }
