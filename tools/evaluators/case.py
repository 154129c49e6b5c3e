"""One question to every evaluator: policies, boundary, SCPs and a request of which everything is settled."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

Document = dict[str, Any]
ACCOUNT = "111122223333"
PRINCIPAL = f"arn:aws:iam::{ACCOUNT}:user/team/alice"
FULL_ACCESS: Document = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
MULTIVALUED = frozenset({"aws:TagKeys", "aws:PrincipalOrgPaths"})


@dataclass(frozen=True, slots=True)
class Case:
    """All context keys are in ``context`` or absent."""

    identity: tuple[Document, ...]
    boundary: tuple[Document, ...]
    """At most one."""
    scps: tuple[Document, ...]
    """One level."""
    action: str
    resource: str
    context: Mapping[str, tuple[str, ...]]

    @property
    def documents(self) -> tuple[Document, ...]:
        """Of every layer."""
        return (*self.identity, *self.boundary, *self.scps)

    @property
    def statements(self) -> Iterator[tuple[Document, Document]]:
        """Each statement with its document."""
        for document in self.documents:
            for statement in listed(document["Statement"]):
                yield document, statement

    @property
    def key(self) -> str:
        """The same text for the same case."""
        return json.dumps(self.plain(), sort_keys=True)

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "identity": list(self.identity),
            "boundary": list(self.boundary),
            "scps": list(self.scps),
            "action": self.action,
            "resource": self.resource,
            "context": {key: list(values) for key, values in self.context.items()},
        }


def listed(value: Any) -> list[Any]:
    """One thing or several, as a list."""
    return value if isinstance(value, list) else [value]


def conditions(statement: Document) -> Iterator[tuple[str, str, list[str]]]:
    """Operator, key and values of each condition."""
    for operator, block in statement.get("Condition", {}).items():
        for key, values in block.items():
            yield operator, key, listed(values)


def smaller(case: Case) -> Iterator[Case]:
    """Every case that is one step simpler."""
    for layer in ("identity", "boundary", "scps"):
        documents: tuple[Document, ...] = getattr(case, layer)
        for number, document in enumerate(documents):
            before, after = documents[:number], documents[number + 1 :]
            yield _with(case, layer, (*before, *after))
            for simpler in _smaller_documents(document):
                yield _with(case, layer, (*before, simpler, *after))
    for key in case.context:
        yield replace(case, context={name: values for name, values in case.context.items() if name != key})


def _with(case: Case, layer: str, documents: tuple[Document, ...]) -> Case:
    changed: dict[str, Any] = {layer: documents}
    return replace(case, **changed)


def _smaller_documents(document: Document) -> Iterator[Document]:
    if document.get("Version") != "2012-10-17":
        yield {**document, "Version": "2012-10-17"}
    statements = listed(document["Statement"])
    for number, statement in enumerate(statements):
        before, after = statements[:number], statements[number + 1 :]
        if len(statements) > 1:
            yield {**document, "Statement": [*before, *after]}
        for simpler in _smaller_statements(statement):
            yield {**document, "Statement": [*before, simpler, *after]}


def _smaller_statements(statement: Document) -> Iterator[Document]:
    if "Sid" in statement:
        yield {name: value for name, value in statement.items() if name != "Sid"}
    for name in ("Action", "NotAction", "Resource", "NotResource"):
        if name not in statement:
            continue
        values = listed(statement[name])
        if values != ["*"] or name.startswith("Not"):
            rest = {other: value for other, value in statement.items() if other != name}
            yield {**rest, name.removeprefix("Not"): "*"}
        if len(values) > 1:
            for number in range(len(values)):
                yield {**statement, name: [*values[:number], *values[number + 1 :]]}
    blocks = statement.get("Condition")
    if blocks is None:
        return
    yield {name: value for name, value in statement.items() if name != "Condition"}
    for operator, block in blocks.items():
        others = {name: value for name, value in blocks.items() if name != operator}
        if others:
            yield {**statement, "Condition": others}
        for key, values in block.items():
            rest = {name: value for name, value in block.items() if name != key}
            if rest:
                yield {**statement, "Condition": {**others, operator: rest}}
            items = listed(values)
            if len(items) > 1:
                for number in range(len(items)):
                    left = [*items[:number], *items[number + 1 :]]
                    yield {**statement, "Condition": {**others, operator: {**rest, key: left}}}
