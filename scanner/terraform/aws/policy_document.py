"""``data.aws_iam_policy_document``: the document that the provider renders, as a value whose parts keep their places.

What is rendered follows ``internal/service/iam/policy_document_data_source.go`` of the provider: a list of one is
written as a text, a set in descending order, principals and conditions by name; the statements of documents that
are merged in are read and written again, so that they look the same.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from scanner import json_text
from scanner.budget import spend
from scanner.cause import Cause, CauseKind
from scanner.span import Span
from scanner.terraform.language.conversion import ConversionError, convert
from scanner.terraform.language.types import STRING, List, Set, Type
from scanner.values import NULL, Unknown, Value, joined, pieces

_ELEMENTS = {
    "actions": "Action",
    "not_actions": "NotAction",
    "resources": "Resource",
    "not_resources": "NotResource",
}
_DOCUMENT = ("Version", "Id", "Statement")
_STATEMENT = (
    *("Sid", "Effect", "Action", "NotAction", "Resource", "NotResource"),
    *("Principal", "NotPrincipal", "Condition"),
)
"""The elements of a statement, in the order in which they are written. All others get lost."""
Entries = Mapping[str, Value]
_WITHOUT_VARIABLES = "2008-10-17"
_STEPS = 20
"""What it costs to write a statement again."""
_INCOMPLETE = Value(
    Unknown(Cause(CauseKind.MALFORMED, "a condition of a policy document without a test or a variable"))
)
"""Stands for all conditions of the statement, which must not count as unconditional."""


class RefusedDocumentError(Exception):
    """What the provider refuses to render, and where that is written, as far as it is known."""

    def __init__(self, message: str, span: Span | None) -> None:
        super().__init__(message)
        self.span = span


def document(arguments: Entries) -> Value:
    """The document as a value. A source that is not known becomes a statement that is not known.

    Raises ``RefusedDocumentError`` for what the provider refuses.
    """
    statements: list[Value] = []
    version = _text(arguments["version"]) if not arguments["version"].is_null else Value("2012-10-17")
    identifiers = [arguments["policy_id"]]
    merged: list[Value] = []
    for source in _listed(arguments, "source_policy_documents", "source_json"):
        elements = _elements(source)
        merged += elements.get("Statement", NULL).elements
        identifiers.insert(-1, elements.get("Id", NULL))
        version = _add(statements, elements, version, replaces=False)
    _refuse_twice(merged, "source_policy_documents")
    own = tuple(_own(arguments))
    _refuse_twice(own, "statement blocks")
    _merge(statements, Value(own))
    for source in _listed(arguments, "override_policy_documents", "override_json"):
        elements = _elements(source)
        identifiers.append(elements.get("Id", NULL))
        version = _add(statements, elements, version)
    identifier = next((item for item in reversed(identifiers) if not _is_empty(item)), NULL)
    whole = {"Version": version, "Id": identifier, "Statement": Value(tuple(statements))}
    return Value({name: value for name, value in whole.items() if not _is_empty(value)})


def _refuse_twice(statements: Iterable[Value], where: str) -> None:
    seen: set[str] = set()
    for one in statements:
        sid = _sid(one)
        if sid and sid in seen:
            raise RefusedDocumentError(f'two {where} have the Sid "{sid}"', one.span)
        seen.add(sid or "")


def _is_empty(value: Value) -> bool:
    """What the provider leaves out."""
    return value.is_null or value.data == "" or value.data == () or value.data == {}


def _add(statements: list[Value], elements: Entries, version: Value, *, replaces: bool = True) -> Value:
    """Merge a further document in; the later version of the policy language counts."""
    _merge(statements, elements.get("Statement"), replaces=replaces)
    further = elements.get("Version")
    return further if further is not None and (further.text or "") > (version.text or "") else version


def _merge(statements: list[Value], further: Value | None, *, replaces: bool = True) -> None:
    """A statement replaces an earlier one with the same Sid; statements without one are added.

    Among source documents two statements with one Sid are refused, so none of them replaces another.
    """
    found = () if further is None else further.elements
    places = {sid: number for number, one in reversed(list(enumerate(statements))) if (sid := _sid(one))}
    for statement in found:
        if replaces and statement.unknown is not None:
            _perhaps_replace(statements, statement, statement.unknown)
        sid = _sid(statement)
        place = places.get(sid) if sid else None
        if place is None or _sid(statements[place]) != sid:
            if sid:
                places[sid] = len(statements)
            statements.append(statement)
        else:
            statements[place] = statement


def _perhaps_replace(statements: list[Value], further: Value, unknown: Unknown) -> None:
    """A statement that is not known may have the Sid of an earlier one, which is not there then."""
    there = [one for one in unknown.candidates if one is not None] or [further]
    sids = [one.data.get("Sid", NULL) if isinstance(one.data, Mapping) else one for one in there]
    for place, earlier in enumerate(statements):
        sid = _sid(earlier)
        if sid and any(one.unknown is not None or one.text == sid for one in sids):
            statements[place] = Value(Unknown(unknown.cause, candidates=(earlier, None)), earlier.span)


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


# Documents that are given as JSON


def _elements(source: Value) -> Entries:
    """The elements of a whole document given as JSON; as its statement what is not a document or is not known."""
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
    if not isinstance(source.data, Mapping):
        return {"Statement": source}
    elements = _named(source.data, _DOCUMENT)
    statements = elements.get("Statement", NULL)
    if isinstance(statements.data, tuple):
        written = tuple(_written_again(item) for item in statements.data if not item.is_null)
        elements["Statement"] = Value(written, statements.span, statements.trail)
    elif statements.unknown is not None:
        elements["Statement"] = statements
    elif not statements.is_null:
        raise RefusedDocumentError("a document to merge has a Statement that is not a list", source.span)
    return elements


def _named(entries: Entries, names: Sequence[str]) -> dict[str, Value]:
    """The elements of these names, whatever their case, in this order: Go reads the keys of JSON so."""
    exact = {name.lower(): name for name in names}
    found = {exact[key.lower()]: entries[key] for key in entries if key.lower() in exact}
    return {name: found[name] for name in names if name in found and not found[name].is_null}


def _written_again(statement: Value) -> Value:
    spend(_STEPS)
    if not isinstance(statement.data, Mapping):
        return statement
    found = _named(statement.data, _STATEMENT)
    for name in ("Principal", "NotPrincipal"):
        principals = found.get(name, NULL)
        if isinstance(principals.data, Mapping):
            found[name] = _principals([(Value(kind), principals.data[kind]) for kind in principals.data], principals)
    condition = found.get("Condition", NULL)
    if isinstance(condition.data, Mapping):
        found["Condition"] = _conditions(_triples(condition.data), condition)
    return Value({name: value for name, value in found.items() if not _is_empty(value)}, statement.span)


def _triples(condition: Entries) -> Iterator[tuple[Value, Value, Value]]:
    """Test, variable and values. A number in place of the values gets lost, as it does in the provider."""
    for test in condition:
        keys = condition[test]
        if not isinstance(keys.data, Mapping):
            yield Value(test), keys, keys
            continue
        for key in keys.data:
            found = keys.data[key]
            if isinstance(found.data, str | bool | tuple | Unknown):
                yield Value(test), Value(key), _text(found) if not isinstance(found.data, tuple) else found


# Statements that are written as blocks


def _own(arguments: Entries) -> Iterator[Value]:
    blocks, version = arguments["statement"], arguments["version"].text
    for block in blocks.data if isinstance(blocks.data, tuple) else () if blocks.is_null else (blocks,):
        yield _written_block(block, version)


def _written_block(block: Value, version: str | None) -> Value:
    """The statement of a block, also of one that may not be there."""
    match block.data:
        case Mapping() as entries:
            return Value(dict(_statement(entries, version)), block.span)
        case Unknown(candidates=candidates) as unknown if candidates:
            found = tuple(None if one is None else _written_block(one, version) for one in candidates)
            return Value(replace(unknown, candidates=found), block.span)
    return block


def _statement(block: Entries, version: str | None) -> Iterator[tuple[str, Value]]:
    if not _is_empty(block["sid"]):
        yield "Sid", _text(block["sid"])
    yield "Effect", block["effect"] if not block["effect"].is_null else Value("Allow")
    for argument, element in _ELEMENTS.items():
        value = _one_or_many(block[argument])
        if not _is_empty(value):
            yield element, _with_variables(value, version) if "esources" in argument else value
    for argument, element in (("principals", "Principal"), ("not_principals", "NotPrincipal")):
        blocks = _blocks(block[argument])
        if blocks:
            yield element, _principals_of(blocks, version)
    conditions = _blocks(block["condition"])
    if conditions:
        yield "Condition", _conditions_of(conditions, version)


def _blocks(value: Value) -> tuple[Value, ...]:
    if isinstance(value.data, tuple):
        return value.data
    return () if value.is_null else (value,)


def _text(value: Value) -> Value:
    return _converted(value, STRING)


def _converted(value: Value, wanted: Type) -> Value:
    """The value as the argument's type; as it is if it cannot be converted, and the policy parser will refuse it."""
    try:
        return convert(value, wanted)
    except ConversionError:
        return value


def _one_or_many(value: Value) -> Value:
    """A set of texts: one stands for itself, several are written in descending order as far as they are known."""
    found = _converted(value, Set(STRING))
    if not isinstance(found.data, tuple):
        return found
    items = [item for item in found.data if not item.is_null]
    return _collapsed(_descending(items), found)


def _descending(items: Sequence[Value]) -> Sequence[Value]:
    if all(item.text is not None for item in items):
        return sorted(items, key=lambda item: item.text or "", reverse=True)
    return items


def _collapsed(items: Sequence[Value], like: Value) -> Value:
    return items[0] if len(items) == 1 else Value(tuple(items), like.span, like.trail)


def _with_variables(value: Value, version: str | None) -> Value:
    """``&{`` is how a policy variable is written here, so that it is not an interpolation.

    Documents of the first version have no variables.
    """
    match value.data:
        case tuple() as items:
            return Value(tuple(_with_variables(item, version) for item in items), value.span)
        case str() | Unknown():
            found = pieces(value) or ()
            if not any(isinstance(piece, str) and "&{" in piece for piece in found):
                return value
            if version == _WITHOUT_VARIABLES:
                raise RefusedDocumentError(
                    f"there is a policy variable, which version {version} does not have", value.span
                )
            return joined(
                (piece.replace("&{", "${") if isinstance(piece, str) else piece for piece in found), value.span
            )
    return value


# Principals and conditions, of either


def _open(block: Value) -> Value:
    """What stands for all blocks of a kind when one of them may not be there, or there may be more of it."""
    return Value(Unknown(block.unknown.cause), block.span) if block.unknown is not None else block


def _principals_of(blocks: tuple[Value, ...], version: str | None) -> Value:
    pairs: list[tuple[Value, Value]] = []
    for block in blocks:
        if not isinstance(block.data, Mapping):
            return _open(block)
        pairs.append((_text(block.data["type"]), _with_variables(_one_or_many(block.data["identifiers"]), version)))
    return _principals(pairs, blocks[0])


def _principals(pairs: Sequence[tuple[Value, Value]], like: Value) -> Value:
    merged: dict[str, list[Value]] = {}
    for kind, identifiers in pairs:
        if kind.text is None:
            return kind
        found = identifiers.elements
        merged.setdefault(kind.text, []).extend(_descending(found))
    if len(pairs) == 1 and [item.text for item in merged.get("*", ())] == ["*"]:
        return Value("*", like.span)
    return Value({kind: _collapsed(merged[kind], like) for kind in sorted(merged)}, like.span)


def _conditions_of(blocks: tuple[Value, ...], version: str | None) -> Value:
    triples: list[tuple[Value, Value, Value]] = []
    for block in blocks:
        if not isinstance(block.data, Mapping):
            return _open(block)
        found = _with_variables(_converted(block.data["values"], List(STRING)), version)
        triples.append((_text(block.data["test"]), _text(block.data["variable"]), found))
    return _conditions(triples, blocks[0])


def _conditions(triples: Iterable[tuple[Value, Value, Value]], like: Value) -> Value:
    merged: dict[str, dict[str, list[Value]]] = {}
    for test, variable, found in triples:
        for part in (test, variable):
            if part.text is None:
                return part if part.unknown is not None else _INCOMPLETE
        items = found.elements
        merged.setdefault(test.text or "", {}).setdefault(variable.text or "", []).extend(items)
    return Value(
        {
            test: Value({key: _collapsed(keys[key], like) for key in sorted(keys)}, like.span)
            for test, keys in sorted(merged.items())
        },
        like.span,
    )
