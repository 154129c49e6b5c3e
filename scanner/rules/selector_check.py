"""Checks a selector against the document: whatever can be seen not to do what its author means is a fault.

jsonpath-ng selects nothing where a key is misspelled, an index meets a mapping or a value does not exist, and a filter
that negates such a thing takes everybody. So the tree of a selector is followed along the schema of the document
(``scanner.rules.document_shape``), as a search would follow the document itself. There are four kinds of faults:

- a step that leads nowhere: a key that the mapping does not have, a key of a list, an index into something else;
- a comparison that comes out the same for every document: with a value that the schema rules out, of another type;
- a test for existence that does: of what is always there;
- a selector that ends at something which is not a principal or inside of one.

What depends on the document is not refused.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Any

from jsonpath_ng import Child, Descendants, Fields, Index, Root, Slice, This
from jsonpath_ng.ext.filter import And, Expression, Filter, Or
from jsonpath_ng.ext.iterable import Keys, Len
from jsonpath_ng.jsonpath import JSONPath, Wildcard

from scanner.rules import document_shape
from scanner.rules.document_places import (
    Place,
    Reached,
    closure,
    elements_are_inside,
    kind_of,
    under_key,
    under_wildcard,
)
from scanner.rules.document_shape import LIST, MAPPING, NULL, NUMBER, STRING, Shape
from scanner.rules.filter_tests import absence_faults, comparison_faults, existence_faults, path_faults
from scanner.rules.problems import did_you_mean
from scanner.rules.selector_syntax import Fault, PlacedText, parse
from scanner.verdicts.question import Question

_MAX_LENGTH = 10_000
_NUMBER = Shape(frozenset({NUMBER}))
_STRING = Shape(frozenset({STRING}))


def faults(text: str, asked: Collection[Question] | None = None) -> Iterator[Fault]:
    """Everything that is wrong with a selector of a rule that asks these questions; None if it may ask any."""
    if len(text) > _MAX_LENGTH:
        yield Fault(f"it is longer than {_MAX_LENGTH} characters", 0)
        return
    check = _Check(asked)
    try:
        check.selector(parse(text))
    except Fault as fault:
        yield fault
    except RecursionError:
        yield Fault("it is nested too deeply", 0)
    yield from check.faults


class _Check:
    def __init__(self, asked: Collection[Question] | None) -> None:
        self._asked = asked
        self.faults: list[Fault] = []
        self._offset = 0
        """Of the last word or number that was passed, for nodes that have none."""

    def selector(self, tree: Any) -> None:
        root = Reached((Place(document_shape.document(), "$", is_inside=False),), is_certain=True)
        found = self._path(tree, root)
        if found is None or any(place.is_inside for place in found.places):
            return
        last = tree.right if isinstance(tree, Child) else tree
        if isinstance(last, Len | Keys):
            self._refuse(f"`{'len' if isinstance(last, Len) else 'keys'}` selects nothing; compare it in a filter")
        elif found.places[0].shape is document_shape.document().keys["principals"]:
            self._refuse("it selects the list of principals and none of them; write $.principals[*]")
        else:
            self._refuse("it never selects a principal; begin with $.principals[?(…)]")

    def _refuse(self, message: str, at: object = None) -> None:
        self.faults.append(Fault(message, getattr(at, "offset", self._offset)))

    # Paths: what they may lead to, or None if that is nothing and has been said.

    def _path(self, node: Any, here: Reached) -> Reached | None:
        match node:
            case Root():
                return Reached((Place(document_shape.document(), "$", is_inside=False),), is_certain=True)
            case This():
                return here
            case Child(left=left, right=right):
                found = self._path(left, here)
                return self._path(right, found) if found is not None else None
            case Descendants(left=left, right=right):
                return self._descendants(left, right, here)
            case Fields():
                return self._fields(node, here)
            case Index() | Slice():
                return self._elements(node, here)
            case Wildcard():
                places = tuple(child for place in here.places for child in under_wildcard(place))
                certain = here.is_certain and all(place.shape.keys or place.shape.least for place in here.places)
                return self._some(places, here, "has neither keys nor elements", certain=certain, one=False)
            case Filter():
                return self._filter(node, here)
            case Len():
                places = tuple(
                    Place(_NUMBER, f"{place.name}.`len`", is_inside=False)
                    for place in here.places
                    if place.shape.types & {LIST, STRING} or place.shape.other is not None
                )
                certain = here.is_certain and all(NULL not in place.shape.types for place in here.places)
                return self._some(places, here, "has no length of its own", certain=certain)
            case Keys():
                places = tuple(
                    Place(_STRING, f"{place.name}.`keys`", is_inside=False)
                    for place in here.places
                    if MAPPING in place.shape.types
                )
                return self._some(places, here, "has no keys", one=False)
            case _:
                self._refuse("there is no arithmetic and no sorting; write the value that you mean")
                return None

    def _some(
        self, places: tuple[Place, ...], here: Reached, lack: str, *, certain: bool = False, one: bool = True
    ) -> Reached | None:
        if not places:
            place = here.places[0]
            self._refuse(f'"{place.name}" {lack}: it is {kind_of(place.shape)}')
            return None
        return Reached(places, certain, here.is_one and one)

    def _descendants(self, left: Any, right: Any, here: Reached) -> Reached | None:
        found = self._path(left, here)
        if found is None:
            return None
        below = tuple(inner for place in found.places for inner in closure(place))
        return self._path(right, Reached(below, is_certain=False, is_one=False))

    def _fields(self, node: Fields, here: Reached) -> Reached | None:
        places: list[Place] = []
        certain = here.is_certain
        for name in node.fields:
            self._offset = getattr(name, "offset", self._offset)
            found = [child for place in here.places for child in under_key(place, name, is_alone=len(here.places) == 1)]
            certain = certain and all(
                name in place.shape.required and place.shape.types == {MAPPING} for place in here.places
            )
            if not found:
                self._no_key(name, here.places)
            places += found
        return Reached(tuple(places), certain, here.is_one and len(node.fields) == 1) if places else None

    def _no_key(self, name: str, places: Sequence[Place]) -> None:
        mappings = [place for place in places if place.shape.keys]
        if len(places) > 1 and mappings:
            known = dict.fromkeys(key for place in mappings for key in place.shape.keys)
            self._refuse(f'nothing there has a key "{name}"{did_you_mean(name, known)}')
            return
        place = (mappings or list(places))[0]
        if place.shape.items is not None:
            inner = f"{place.name}[*].{name}" if name in place.shape.items.keys else f"{place.name}[*]"
            self._refuse(f'"{place.name}" is a list, which has no keys; its elements are {inner}')
        elif not place.shape.keys:
            self._refuse(f'"{place.name}" has no key "{name}": it is {kind_of(place.shape)}')
        else:
            self._refuse(f'"{place.name}" has no key "{name}"{_meant(name, place)}')

    def _elements(self, node: Index | Slice, here: Reached) -> Reached | None:
        if isinstance(node, Index):
            for number in node.indices:
                self._offset = getattr(number, "offset", self._offset)
        elif node.step == 0:
            self._refuse("a slice with step 0 selects nothing")
            return None
        places = tuple(
            Place(place.shape.items, f"{place.name}[{_index(node)}]", elements_are_inside(place))
            for place in here.places
            if place.shape.items is not None
        )
        one = isinstance(node, Index) and len(node.indices) == 1
        least = min(place.shape.least for place in here.places)
        certain = here.is_certain and isinstance(node, Index) and all(-least <= each < least for each in node.indices)
        return self._some(places, here, "has no elements", certain=certain, one=one)

    # Filters: each expression is one question about every candidate.

    def _filter(self, node: Filter, here: Reached) -> Reached | None:
        candidates = tuple(child for place in here.places for child in under_wildcard(place))
        if self._some(candidates, here, "has neither keys nor elements") is None:
            return None
        inside = Reached(tuple(replace(place, name="@") for place in candidates), is_certain=True)
        before = len(self.faults)
        for expression in node.expressions:
            self._expression(expression, inside)
        if len(self.faults) > before:
            return None
        return Reached(candidates, is_certain=False, is_one=here.is_one)  # as few as its author means

    def _expression(self, node: Any, here: Reached) -> None:
        match node:
            case And(operands=operands) | Or(operands=operands):
                for operand in operands:
                    self._expression(operand, here)
            case Expression(target=Fields(fields=(PlacedText(is_quoted=True) as text,)), op="==" | "!=" | "=~"):
                self._refuse(f"the value stands on the right, as in @.kind == '{text}'", text)
            case Expression(target=target, op=operator, value=value):
                found = self._path(target, here)
                other = self._path(value, here) if isinstance(value, JSONPath) else None
                if found is None or (other is None and isinstance(value, JSONPath)):
                    return
                if operator is None:
                    wrong = existence_faults(found)
                elif operator == "!":
                    wrong = absence_faults(found)
                elif other is not None:
                    wrong = path_faults(found, other)
                else:
                    self._offset = getattr(value, "offset", self._offset)
                    wrong = comparison_faults(found, operator, value, self._asked)
                for message in wrong:
                    self._refuse(message)
            case _:
                self._path(node, here)


def _index(node: Index | Slice) -> str:
    if isinstance(node, Index):
        return ",".join(map(str, node.indices))
    return str(node).strip("[]")


def _meant(name: str, place: Place) -> str:
    """What a key that the mapping does not have may be: one further inside, or one of its own."""
    for key, value in place.shape.keys.items():
        inner, step = (value.items, "[*]") if value.items is not None else (value, "")
        if name in inner.keys:
            return f'; did you mean "{place.name}.{key}{step}.{name}"?'
    return did_you_mean(name, place.shape.keys) or f"; it has {', '.join(place.shape.keys)}"
