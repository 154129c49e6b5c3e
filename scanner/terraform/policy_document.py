"""``data.aws_iam_policy_document``: the JSON that the provider renders, as a value whose parts keep their places.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scanner.cause import Cause, CauseKind
from scanner.iam import json_text
from scanner.values import Unknown, Value, joined, pieces

_ELEMENTS = {
    "actions": "Action",
    "not_actions": "NotAction",
    "resources": "Resource",
    "not_resources": "NotResource",
}
Entries = Mapping[str, Value]
_INCOMPLETE = Value(Unknown(Cause(CauseKind.MALFORMED, "a condition of a policy document has no test or no variable")))
"""Stands for all conditions of the statement, which must not count as unconditional."""


def document(arguments: Entries) -> Value:
    """The document as a value. A source that is not known becomes a statement that is not known."""
    statements: list[Value] = []
    version = arguments["version"] if not arguments["version"].is_null else Value("2012-10-17")
    for source in _listed(arguments, "source_policy_documents", "source_json"):
        version = _add(statements, _elements(source), version)
    _merge(statements, Value(tuple(_own(arguments))))
    for source in _listed(arguments, "override_policy_documents", "override_json"):
        version = _add(statements, _elements(source), version)
    if not statements:
        return Value({"Version": version})
    return Value({"Version": version, "Statement": Value(tuple(statements))})


def _add(statements: list[Value], elements: Entries, version: Value) -> Value:
    """Merge a further document in; the later version of the policy language counts."""
    _merge(statements, elements.get("Statement"))
    further = elements.get("Version")
    return further if further is not None and (further.text or "") > (version.text or "") else version


def _merge(statements: list[Value], further: Value | None) -> None:
    """A statement replaces an earlier one with the same Sid; statements without one are added."""
    found = () if further is None else further.data if isinstance(further.data, tuple) else (further,)
    for statement in found:
        sid = _sid(statement)
        place = next((number for number, other in enumerate(statements) if sid and _sid(other) == sid), None)
        if place is None:
            statements.append(statement)
        else:
            statements[place] = statement


def _sid(statement: Value) -> str | None:
    if not isinstance(statement.data, Mapping):
        return None
    return statement.data["Sid"].text if "Sid" in statement.data else None


def _listed(arguments: Entries, plural: str, singular: str) -> Iterator[Value]:
    listed = arguments[plural]
    if isinstance(listed.data, tuple):
        yield from (item for item in listed.data if not item.is_null)
    elif not listed.is_null:
        yield listed
    if not arguments[singular].is_null:
        yield arguments[singular]


def _elements(source: Value) -> Entries:
    """The elements of a whole document given as JSON; as its statement what is no document or is not known."""
    if source.encodes is None:
        if source.text == "":
            return {}
        if source.unknown is not None and not source.unknown.pieces:
            return {"Statement": source}
        try:
            source = json_text.read(source, last_counts=True)
        except json_text.JSONTextError:
            return {"Statement": source}  # no object, so the policy parser will say what is wrong with it
    else:
        source = source.encodes
    return source.data if isinstance(source.data, Mapping) else {"Statement": source}


def _own(arguments: Entries) -> Iterator[Value]:
    blocks = arguments["statement"]
    for block in blocks.data if isinstance(blocks.data, tuple) else () if blocks.is_null else (blocks,):
        if isinstance(block.data, Mapping):
            yield Value(dict(_statement(block.data)), block.span)
        else:
            yield block


def _statement(block: Entries) -> Iterator[tuple[str, Value]]:
    if not block["sid"].is_null and block["sid"].text != "":
        yield "Sid", block["sid"]
    yield "Effect", block["effect"] if not block["effect"].is_null else Value("Allow")
    for argument, element in _ELEMENTS.items():
        value = block[argument]
        if not value.is_null and value.data != ():
            yield element, _with_variables(value)
    for argument, element in (("principals", "Principal"), ("not_principals", "NotPrincipal")):
        if _blocks(block[argument]):
            yield element, _principals(_blocks(block[argument]))
    conditions = _blocks(block["condition"])
    if conditions:
        yield "Condition", _conditions(conditions)


def _blocks(value: Value) -> tuple[Value, ...]:
    if isinstance(value.data, tuple):
        return value.data
    return () if value.is_null else (value,)


def _with_variables(value: Value) -> Value:
    """``&{`` is how a policy variable is written here, so that it is no interpolation."""
    match value.data:
        case tuple() as items:
            return Value(tuple(_with_variables(item) for item in items), value.span)
        case str() | Unknown():
            found = pieces(value) or ()
            if not any(isinstance(piece, str) and "&{" in piece for piece in found):
                return value
            return joined(
                (piece.replace("&{", "${") if isinstance(piece, str) else piece for piece in found), value.span
            )
    return value


def _principals(blocks: tuple[Value, ...]) -> Value:
    merged: dict[str, list[Value]] = {}
    for block in blocks:
        if not isinstance(block.data, Mapping):
            return block
        kind, identifiers = block.data["type"], _with_variables(block.data["identifiers"])
        if kind.unknown is not None or isinstance(identifiers.data, Unknown):
            doubt = kind if kind.unknown is not None else identifiers
            if kind.text is None:
                return doubt
            merged.setdefault(kind.text, []).append(doubt)
            continue
        merged.setdefault(kind.text or "", []).extend(identifiers.data if isinstance(identifiers.data, tuple) else ())
    everybody = merged.get("*")
    if everybody is not None and len(merged) == 1 and [item.text for item in everybody] == ["*"]:
        return Value("*", blocks[0].span)
    return Value({kind: Value(tuple(items)) for kind, items in merged.items()}, blocks[0].span)


def _conditions(blocks: tuple[Value, ...]) -> Value:
    merged: dict[str, dict[str, list[Value]]] = {}
    for block in blocks:
        if not isinstance(block.data, Mapping):
            return block
        test, variable = block.data["test"], block.data["variable"]
        for part in (test, variable):
            if part.text is None:
                return part if part.unknown is not None else _INCOMPLETE
        found = _with_variables(block.data["values"])
        items = list(found.data) if isinstance(found.data, tuple) else [found]
        merged.setdefault(test.text or "", {}).setdefault(variable.text or "", []).extend(items)
    return Value(
        {
            test: Value({key: Value(tuple(items)) for key, items in keys.items()}, blocks[0].span)
            for test, keys in merged.items()
        },
        blocks[0].span,
    )
