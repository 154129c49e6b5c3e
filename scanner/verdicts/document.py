"""An assessed principal as plain data: the object that JSON reports print and that rules select from.

Its names are public and stable; ``docs/rules.md`` and the JSON schema describe them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

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
        self._known: dict[tuple[object, ...], _Known] = {}

    def of(self, assessed: AssessedPrincipal) -> list[Document]:
        """Not to be changed."""
        definition = assessed.definition
        shared = (assessed.asked, assessed.without_mfa, definition.principal.boundaries)
        at = definition.span if self._further is not None else definition.files_of_account
        key = (id(assessed.aws_login), at, *(tuple(map(id, parts)) for parts in shared))
        known = self._known.get(key)
        if known is None:
            place = location(definition.span)
            documents = [
                {
                    **_permission(definition, permission, place),
                    **(self._further(assessed, number) if self._further is not None else {}),
                }
                for number, permission in enumerate(assessed.permissions)
            ]
            known = self._known[key] = _Known(assessed, place, documents)
        return known.documents if known.is_about(definition) else known.at(location(definition.span))


class _Known(NamedTuple):
    """Permissions of one principal, which are those of others but for the place where each of them is defined."""

    assessed: AssessedPrincipal
    place: Document
    documents: list[Document]

    def is_about(self, definition: PrincipalDefinition) -> bool:
        """Whether everything is the same for a principal that is defined there."""
        return definition.span == self.assessed.definition.span or not any(
            reason["location"] is self.place for each in self.documents for reason in each["reasons"]
        )

    def at(self, place: Document) -> list[Document]:
        """Those of a principal that is defined in another place."""
        return [
            {
                **each,
                "reasons": [
                    {**reason, "location": place} if reason["location"] is self.place else reason
                    for reason in each["reasons"]
                ],
            }
            for each in self.documents
        ]


class _NoPermissions(PermissionDocuments):
    def of(self, assessed: AssessedPrincipal) -> list[Document]:  # noqa: ARG002 # whoever it is
        return []


NO_PERMISSIONS = _NoPermissions()
"""For those who do not look at permissions."""


def _permission(definition: PrincipalDefinition, permission: Permission, place: Document) -> Document:
    """``place`` is where the principal is defined, for reasons that point there."""
    return {
        "action": permission.action,
        "client": permission.client.value if permission.client is not None else None,
        "resource": permission.resource,
        "decision": permission.decision.outcome.value,
        "reasons": [
            {
                "text": reason.text,
                "location": place if reason.span is definition.span else location(reason.span),
                **_source(definition, reason.span),
            }
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
