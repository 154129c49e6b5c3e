"""Outcomes and tasks come back from bytes as they were, and nothing else comes from bytes."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.cause import Cause, CauseKind
from scanner.diagnostic import error
from scanner.iam.managed_document import managed_document
from scanner.iam.policy import PolicyDocument
from scanner.root import Assumption, Inputs, RootKind, ScanRoot, ValuesFile
from scanner.span import Span
from scanner.symbol import Aspect, Call, Named, NameKind, Part, Repetition, Symbol
from scanner.truth import Truth
from scanner.work import codec
from scanner.work.codec import CodecError, decode, encode, sealed, unsealed
from scanner.work.outcome import Outcome, Task
from tests.work.outcomes import of_fixtures

TEXT = st.text(st.characters(), max_size=8)
SPANS = st.builds(Span, TEXT, *[st.integers(1, 1 << 40)] * 4)
SYMBOLS: st.SearchStrategy[Symbol] = st.recursive(
    st.builds(Named, st.sampled_from(NameKind), TEXT) | st.builds(Call, TEXT),
    lambda inner: (
        st.builds(Part, inner, TEXT) | st.builds(Repetition, st.sampled_from(Aspect), inner, st.integers(0, 3))
    ),
    max_leaves=4,
)
ASSUMPTIONS = st.builds(Assumption, SYMBOLS, st.none() | TEXT, st.tuples(TEXT) | st.just(()))
INPUTS = st.builds(
    Inputs,
    variables=st.lists(st.tuples(TEXT, TEXT) | st.builds(ValuesFile, TEXT), max_size=2).map(tuple),
    parameters=st.lists(st.tuples(TEXT, st.none() | TEXT), max_size=2).map(tuple),
    account=st.none() | TEXT,
    assumptions=st.lists(ASSUMPTIONS, max_size=2).map(tuple),
)
TASKS = st.builds(ScanRoot, st.sampled_from(RootKind), TEXT, st.just(Path("/a/b")), st.just(Path("/a")), INPUTS).map(
    Task
)
CAUSES = st.builds(Cause, st.sampled_from(CauseKind), TEXT, st.none() | SPANS)
OUTCOMES = st.builds(
    Outcome,
    diagnostics=st.lists(st.builds(error, TEXT, TEXT, SPANS), max_size=3).map(tuple),
    files=st.frozensets(TEXT, max_size=3),
    undeclared=st.none() | st.frozensets(st.builds(error, TEXT, TEXT, SPANS), max_size=2),
)


def is_same(one: object, other: object) -> bool:
    """Whether two values are equal in everything, in what equality leaves out as well."""
    if type(one) is not type(other):
        return False
    if is_dataclass(one):
        return all(is_same(getattr(one, field.name), getattr(other, field.name)) for field in fields(one))
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(is_same, one, other))
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return [*one] == [*other] and all(is_same(one[key], other[key]) for key in one)
    return one == other


def test_what_fixtures_come_to() -> None:
    found = of_fixtures()
    assert len(found) > 150
    assert sum(len(outcome.principals) for _, outcome in found) > 300
    for task, outcome in found:
        assert is_same(decode(encode(outcome), Outcome), outcome), task.root.path
        assert is_same(decode(encode(task), Task), task)


@given(TASKS | OUTCOMES)
def test_what_comes_back(value: Task | Outcome) -> None:
    kind = type(value)
    assert is_same(decode(encode(value), kind), value)


@given(st.frozensets(CAUSES, min_size=1, max_size=3))
def test_equal_parts_with_places_of_their_own(causes: frozenset[Cause]) -> None:
    truth = Truth(None, causes)
    again = decode(encode(truth), Truth)
    assert {(one, one.span) for one in again.causes} == {(one, one.span) for one in causes}


def test_what_is_shared_stays_shared() -> None:
    symbol: Symbol = Named(NameKind.VALUE, "x" * 1000)
    for _ in range(3):
        symbol = Part(symbol, ".a")
    inputs = Inputs(assumptions=(Assumption(symbol, "1"),) * 100)
    written = encode(inputs)
    assert len(written) < 2000
    again = decode(written, Inputs)
    assert again == inputs
    assert len({id(one) for one in again.assumptions}) == 1


@given(st.binary(max_size=60))
def test_foreign_bytes(data: bytes) -> None:
    with pytest.raises(CodecError):
        decode(data, Outcome)
    with pytest.raises(CodecError):
        unsealed(data)


@given(OUTCOMES, st.data())
def test_changed_bytes(outcome: Outcome, data: st.DataObject) -> None:
    written = encode(outcome)
    place = data.draw(st.integers(0, len(written) - 1))
    changed = written[:place] + bytes([written[place] ^ data.draw(st.integers(1, 255))]) + written[place + 1 :]
    for wrong in (changed, written[:place], written + b"x"):
        with pytest.raises(CodecError):
            decode(wrong, Outcome)


@pytest.mark.parametrize(
    "rows",
    [
        [True, [0, "a", 1, 1, 1, 1], 0],  # a place, which is no outcome
        [True, [999, "a"], 0],
        [True, [0, "a"], 0],
        [True, [0, "a", 1, 1, 1, 1, 1], 0],
        [True, 3, 0],
        [True, 7],
        [True, None],
        [True],
        [],
        3,
        [True, {"x": []}],
        [True, [10_000_000, "os.system"], 0],
    ],
)
def test_bytes_of_another_form(rows: object) -> None:
    """Even those whose checksum is right."""
    body = msgspec.msgpack.encode(rows)
    with pytest.raises(CodecError):
        decode(codec.checksum(body) + body, Outcome)


def test_what_has_no_place() -> None:
    for value in ({1, 2}, object(), Span("a", 1 << 70, 1, 1, 1)):
        with pytest.raises(CodecError):
            encode(value)


def test_documents_of_aws_are_not_copied() -> None:
    document = managed_document("arn:aws:iam::aws:policy/ReadOnlyAccess")
    written = encode(document)
    assert len(written) < 100
    assert decode(written, PolicyDocument) is document
    assert len(encode(PolicyDocument(document.statements))) > 10_000
    assert pickle.loads(pickle.dumps(document)) is document  # noqa: S301 # ours
    assert "statements" in repr(document)


def test_every_type_inside_has_fields_that_are_known() -> None:
    """What is added to a type must be one of the kinds that are written."""
    for kind in codec.RECORDS:
        assert is_dataclass(kind)
        assert all(field.init for field in fields(kind)), kind
    assert all(issubclass(kind, Enum) for kind in codec.WORDS)


def test_several_bytes_as_one() -> None:
    assert unsealed(sealed([b"", b"a", b"\0" * 3])) == [b"", b"a", b"\0" * 3]
    assert unsealed(sealed([])) == []
