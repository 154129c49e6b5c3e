"""Filling in an unknown may settle what a function gives, and never contradicts it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner import values
from scanner.terraform.configuration.known_functions import FUNCTIONS
from scanner.terraform.language.equality import equal
from scanner.terraform.language.functions import FunctionError, call
from scanner.terraform.language.kinds import Unsettled
from scanner.values import Unknown, Value
from tests.examples import examples
from tests.terraform.function_calls import SPAN, apply, context, missing, shown, text

pytestmark = pytest.mark.slow

HOLES = {f"var.{name}": name for name in "pqr"}
FILLINGS = st.one_of(st.text("abAB/-: é", max_size=3), st.integers(-2, 3), st.booleans(), st.none())
TEXTS = st.text("abAB/-: é", max_size=4)
BARE = st.sampled_from(sorted(HOLES)).map(missing)
PARTLY = st.lists(st.one_of(TEXTS, st.sampled_from(sorted(HOLES)).map(missing)), min_size=1, max_size=3).map(
    lambda parts: text(*parts)
)
LEAVES = st.one_of(TEXTS.map(Value), st.integers(-2, 3).map(Value), st.booleans().map(Value), BARE, PARTLY)
LISTS = st.lists(st.one_of(LEAVES, st.just(Value(None))), max_size=4).map(lambda items: Value(tuple(items)))
MAPS = st.dictionaries(st.sampled_from("abc"), LEAVES, max_size=3).map(Value)
NESTED = st.lists(st.one_of(LISTS, LEAVES), max_size=3).map(lambda items: Value(tuple(items)))
TEXTLIKE = st.one_of(TEXTS.map(Value), BARE, PARTLY)
JSON = st.tuples(st.sampled_from([('["', '", 1]'), ('{"a": ', "}"), ('{"', '": "b"}'), ("", "")]), BARE).map(
    lambda drawn: text(drawn[0][0], drawn[1], drawn[0][1])
)
SIGNATURES: dict[str, tuple[st.SearchStrategy[Value], ...]] = {
    "lower": (TEXTLIKE,), "upper": (TEXTLIKE,), "trimspace": (TEXTLIKE,), "title": (TEXTLIKE,),
    "startswith": (TEXTLIKE, TEXTLIKE), "endswith": (TEXTLIKE, TEXTLIKE), "strcontains": (TEXTLIKE, TEXTLIKE),
    "trimprefix": (TEXTLIKE, TEXTLIKE), "trimsuffix": (TEXTLIKE, TEXTLIKE),
    "replace": (TEXTLIKE, TEXTLIKE, TEXTLIKE), "join": (TEXTLIKE, LISTS), "split": (TEXTLIKE, TEXTLIKE),
    "concat": (LISTS, LISTS), "flatten": (NESTED,), "compact": (LISTS,), "distinct": (LISTS,), "toset": (LISTS,),
    "tolist": (LISTS,), "sort": (LISTS,), "reverse": (LISTS,), "length": (st.one_of(LISTS, MAPS, TEXTLIKE),),
    "element": (LISTS, st.integers(0, 4).map(Value)), "contains": (LISTS, LEAVES), "index": (LISTS, LEAVES),
    "slice": (LISTS, st.integers(0, 2).map(Value), st.integers(0, 4).map(Value)), "one": (LISTS,),
    "coalesce": (LEAVES, LEAVES, LEAVES), "coalescelist": (LISTS, LISTS), "alltrue": (LISTS,), "anytrue": (LISTS,),
    "keys": (MAPS,), "values": (MAPS,), "merge": (MAPS, MAPS), "lookup": (MAPS, TEXTLIKE, LEAVES), "tomap": (MAPS,),
    "zipmap": (LISTS, LISTS), "setproduct": (LISTS, LISTS), "setunion": (LISTS, LISTS), "setsubtract": (LISTS, LISTS),
    "format": (st.sampled_from(["%s-%s", "%v/%q", "%3s%-4s", "%d%s", "%t%%%v"]).map(Value), LEAVES, LEAVES),
    "formatlist": (st.sampled_from(["%s-%s", "%v/%q"]).map(Value), LISTS, LEAVES),
    "jsonencode": (st.one_of(LISTS, MAPS, LEAVES),), "tostring": (LEAVES,), "chunklist": (LISTS, st.just(Value(2))),
    "tobool": (LEAVES,), "tonumber": (LEAVES,), "basename": (TEXTLIKE,), "jsondecode": (JSON,), "yamldecode": (JSON,),
    "sensitive": (LEAVES,), "nonsensitive": (LEAVES,), "flip_sensitive": (LEAVES,), "ephemeralasnull": (LEAVES,),
    "provider::aws::arn_build": (TEXTLIKE,) * 5,
}  # fmt: skip
ELSEWHERE = {
    **dict.fromkeys(("bcrypt", "timestamp", "uuid"), "never known"),
    **dict.fromkeys(("templatefile", "templatestring"), "tested as templates"),
    "issensitive": "known of constants only",
}
"""Functions that take unknown arguments and are not tried here, and why."""


def test_every_function_that_takes_unknowns_is_tried() -> None:
    takes = {name for name, function in FUNCTIONS.items() if function.reads_holes}
    missing = sorted(takes - SIGNATURES.keys() - ELSEWHERE.keys())
    assert not missing, (
        f"{missing} have reads_holes=True: add their arguments to SIGNATURES here, so that they are tried"
    )


def filled(value: Value, filling: dict[str, object]) -> Value:
    match value.data:
        case Unknown(pieces=(), symbol=symbol):
            return values.of(filling[str(symbol)])
        case Unknown(pieces=parts):
            inner = [part if isinstance(part, str) else filled(Value(part), filling) for part in parts]
            pieces = [part if isinstance(part, str) else apply("tostring", part).data for part in inner]
            if any(piece is None for piece in pieces):
                raise FunctionError("null in a text")
            return Value("".join(str(piece) for piece in pieces))
        case tuple() as items:
            return Value(tuple(filled(item, filling) for item in items))
        case dict() as entries:
            return Value({name: filled(item, filling) for name, item in entries.items()})
        case _:
            return value


def agrees(before: Value, after: Value) -> bool:
    """Whether a result could be what it turned out to be."""
    match before.data, after.data:
        case (Unknown(pieces=()), _):
            return True
        case (Unknown(), _):
            return not equal(before, after).is_no
        case (Unsettled() as xs, tuple() as ys):
            return all(any(agrees(x, y) for y in ys) for x in xs)
        case (tuple() as xs, tuple() as ys):
            return len(xs) == len(ys) and all(agrees(x, y) for x, y in zip(xs, ys, strict=True))
        case (dict() as xs, dict() as ys):
            return xs.keys() == ys.keys() and all(agrees(xs[key], ys[key]) for key in xs)
        case _:
            return type(before.data) is type(after.data) and before.data == after.data


@examples(300)
@given(st.data())
def test_filling_in_an_unknown_never_contradicts(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(SIGNATURES)))
    arguments = tuple(data.draw(strategy) for strategy in SIGNATURES[name])
    filling = {symbol: data.draw(FILLINGS) for symbol in HOLES}
    try:
        after = call(FUNCTIONS[name], tuple(filled(argument, filling) for argument in arguments), context(), SPAN)
    except FunctionError:
        return  # Terraform would not plan this configuration at all
    before = call(FUNCTIONS[name], arguments, context(), SPAN)
    assert agrees(before, after), (shown(before), shown(after))
