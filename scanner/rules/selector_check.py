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

from scanner.lazy_dataclass import dataclass
from scanner.regexes import anywhere, whole
from scanner.rules import document_shape
from scanner.rules.bounded_match import BoundedPattern, EndlessSearchError, PatternError
from scanner.rules.document_shape import BOOLEAN, LIST, MAPPING, NULL, NUMBER, STRING, Shape, type_of
from scanner.rules.problems import did_you_mean
from scanner.rules.selector_syntax import Fault, PlacedText, parse
from scanner.verdicts.question import Question
from scanner.verdicts.sign_in import ACTIONS

_MAX_LENGTH = 10_000
_MAX_VALUES = 8
_ORDERINGS = ("<", "<=", ">", ">=")
_SIGN_IN_RESOURCE = whole(r"arn:[^:]+:signin:[^:]+:[^:]+:oauth2/public-client/(?:localhost|remote)")
_NUMBER = Shape(frozenset({NUMBER}))
_STRING = Shape(frozenset({STRING}))


@dataclass(frozen=True, slots=True)
class _Place:
    """A place of the document that a path may lead to."""

    shape: Shape
    name: str
    """The path, as messages show it."""
    is_inside: bool
    """Whether it is a principal, or inside of one."""


@dataclass(frozen=True, slots=True)
class _Found:
    """What a path may lead to."""

    places: tuple[_Place, ...]
    is_certain: bool
    """Whether it leads somewhere in every document."""
    is_one: bool = True
    """Whether it leads to one place at most, but for filters: those say how many their author means."""


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
        root = _Found((_Place(document_shape.document(), "$", is_inside=False),), is_certain=True)
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

    def _path(self, node: Any, here: _Found) -> _Found | None:
        match node:
            case Root():
                return _Found((_Place(document_shape.document(), "$", is_inside=False),), is_certain=True)
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
                places = tuple(child for place in here.places for child in _children(place))
                certain = here.is_certain and all(place.shape.keys or place.shape.least for place in here.places)
                return self._some(places, here, "has neither keys nor elements", certain=certain, one=False)
            case Filter():
                return self._filter(node, here)
            case Len():
                places = tuple(
                    _Place(_NUMBER, f"{place.name}.`len`", is_inside=False)
                    for place in here.places
                    if place.shape.types & {LIST, STRING} or place.shape.other is not None
                )
                certain = here.is_certain and all(NULL not in place.shape.types for place in here.places)
                return self._some(places, here, "has no length of its own", certain=certain)
            case Keys():
                places = tuple(
                    _Place(_STRING, f"{place.name}.`keys`", is_inside=False)
                    for place in here.places
                    if MAPPING in place.shape.types
                )
                return self._some(places, here, "has no keys", one=False)
            case _:
                self._refuse("there is no arithmetic and no sorting; write the value that you mean")
                return None

    def _some(
        self, places: tuple[_Place, ...], here: _Found, lack: str, *, certain: bool = False, one: bool = True
    ) -> _Found | None:
        if not places:
            place = here.places[0]
            self._refuse(f'"{place.name}" {lack}: it is {_kind(place.shape)}')
            return None
        return _Found(places, certain, here.is_one and one)

    def _descendants(self, left: Any, right: Any, here: _Found) -> _Found | None:
        found = self._path(left, here)
        if found is None:
            return None
        below = tuple(inner for place in found.places for inner in _closure(place))
        return self._path(right, _Found(below, is_certain=False, is_one=False))

    def _fields(self, node: Fields, here: _Found) -> _Found | None:
        places: list[_Place] = []
        certain = here.is_certain
        for name in node.fields:
            self._offset = getattr(name, "offset", self._offset)
            found = [child for place in here.places for child in _child(place, name, is_alone=len(here.places) == 1)]
            certain = certain and all(
                name in place.shape.required and place.shape.types == {MAPPING} for place in here.places
            )
            if not found:
                self._no_key(name, here.places)
            places += found
        return _Found(tuple(places), certain, here.is_one and len(node.fields) == 1) if places else None

    def _no_key(self, name: str, places: Sequence[_Place]) -> None:
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
            self._refuse(f'"{place.name}" has no key "{name}": it is {_kind(place.shape)}')
        else:
            self._refuse(f'"{place.name}" has no key "{name}"{_meant(name, place)}')

    def _elements(self, node: Index | Slice, here: _Found) -> _Found | None:
        if isinstance(node, Index):
            for number in node.indices:
                self._offset = getattr(number, "offset", self._offset)
        elif node.step == 0:
            self._refuse("a slice with step 0 selects nothing")
            return None
        places = tuple(
            _Place(place.shape.items, f"{place.name}[{_index(node)}]", _is_inside(place))
            for place in here.places
            if place.shape.items is not None
        )
        one = isinstance(node, Index) and len(node.indices) == 1
        least = min(place.shape.least for place in here.places)
        certain = here.is_certain and isinstance(node, Index) and all(-least <= each < least for each in node.indices)
        return self._some(places, here, "has no elements", certain=certain, one=one)

    # Filters: each expression is one question about every candidate.

    def _filter(self, node: Filter, here: _Found) -> _Found | None:
        candidates = tuple(child for place in here.places for child in _children(place))
        if self._some(candidates, here, "has neither keys nor elements") is None:
            return None
        inside = _Found(tuple(replace(place, name="@") for place in candidates), is_certain=True)
        before = len(self.faults)
        for expression in node.expressions:
            self._expression(expression, inside)
        if len(self.faults) > before:
            return None
        return _Found(candidates, is_certain=False, is_one=here.is_one)  # as few as its author means

    def _expression(self, node: Any, here: _Found) -> None:
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
                    self._existence(found)
                elif operator == "!":
                    self._absence(found)
                elif other is not None:
                    self._against(found, other)
                else:
                    self._comparison(found, operator, value)
            case _:
                self._path(node, here)

    def _existence(self, found: _Found) -> None:
        if found.is_certain:
            name = found.places[0].name
            self._refuse(f'"{name}" is always there, so the test is always true; write {_test(found.places[0])}')

    def _absence(self, found: _Found) -> None:
        if found.is_certain:
            place = found.places[0]
            self._refuse(f'"{place.name}" is always there, so ! is never true; write {_opposite(place)}')

    def _against(self, found: _Found, other: _Found) -> None:
        """Two paths that are compared."""
        one, two = found.places[0], other.places[0]
        types = _types(found) & _types(other)
        if one.name == two.name and found.is_one:
            self._refuse(f'"{one.name}" is compared with itself')
        elif not types:
            self._refuse(
                f'"{one.name}" never equals "{two.name}": one is {_kind(one.shape)}, the other {_kind(two.shape)}'
            )
        elif types <= {STRING, NULL} and not _values_meet(found, other):
            self._refuse(f'"{one.name}" and "{two.name}" have no value in common')

    def _comparison(self, found: _Found, operator: str, value: Any) -> None:
        self._offset = getattr(value, "offset", self._offset)
        place = found.places[0]
        shapes = [each.shape for each in found.places]
        if operator == "=~":
            self._pattern(found, value)
            return
        fitting = [shape for shape in shapes if type_of(value) in shape.types]
        if not fitting:
            self._other_type(place, value)
        elif operator == "!=" and not found.is_one:
            self._one_of_many(place, value)
        elif place.name.endswith("`len`") and (outcome := _of_any_length(operator, value)) is not None:
            self._refuse(f'"{place.name}" {operator} {value} is {outcome} true: it is 0 or more')
        elif operator in _ORDERINGS and type_of(value) in (NULL, BOOLEAN):
            self._refuse(f"{_literal(value)} has no order; write == or !=")
        elif operator in _ORDERINGS and type_of(value) == STRING and all(shape.values for shape in fitting):
            self._refuse(f'"{place.name}" has no order; compare with each value, with || between')
        elif operator not in _ORDERINGS and not any(_admits(shape, value) for shape in fitting):
            self._other_value(place, fitting[0], value)
        elif operator not in _ORDERINGS and self._asked is not None:
            self._unasked(place, fitting, str(value), self._asked)

    def _unasked(self, place: _Place, shapes: Sequence[Shape], value: str, asked: Collection[Question]) -> None:
        """An action or a resource that none of the permissions has for which the rule may look."""
        permission = document_shape.principal().keys["permissions"].items
        assert permission is not None  # noqa: S101 # the file says so
        if all(shape is permission.keys["action"] for shape in shapes):
            known = {*ACTIONS, *(question.action for question in asked)}
            is_known = value in known
        elif all(shape is permission.keys["resource"] for shape in shapes):
            known = {question.resource for question in asked}
            is_known = value in known or _SIGN_IN_RESOURCE.fullmatch(value) is not None
        else:
            return
        if not is_known:
            meant = did_you_mean(value, known) or '; the rule does not ask for it ("ask")'
            self._refuse(f'"{place.name}" is never {_literal(value)}{meant}')

    def _other_type(self, place: _Place, value: Any) -> None:
        shape, name = place.shape, place.name
        if shape.items is not None:
            inner = shape.items
            if inner.keys:
                key = next(
                    (key for key, each in inner.keys.items() if type_of(value) in each.types), next(iter(inner.keys))
                )
                how = f"compare a key of its elements: {name}[*].{key}"
            else:
                how = f"compare its elements: {name}[*] == {_literal(_example(inner, value))}"
            self._refuse(f'"{name}" is a list; {how}')
        elif shape.keys:
            self._refuse(f'"{name}" is a mapping; compare one of its keys: {", ".join(shape.keys)}')
        elif MAPPING in shape.types:
            self._refuse(f'"{name}" is a mapping; compare one of its keys')
        elif value is None:
            self._refuse(f'"{name}" is {_kind(shape)}, never null')
        else:
            self._refuse(f'"{name}" is {_kind(shape)}, never {_literal(value)}')

    def _other_value(self, place: _Place, shape: Shape, value: Any) -> None:
        meant = did_you_mean(value, (one for one in shape.values or () if one)) if isinstance(value, str) else ""
        what = (
            _kind(shape) if shape.values is not None or not shape.pattern else f"a string that matches {shape.pattern}"
        )
        self._refuse(f'"{place.name}" is {what}, never {_literal(value)}{meant}')

    def _one_of_many(self, place: _Place, value: Any) -> None:
        """``!=`` behind ``[*]`` is true where one element is another, and where there is none."""
        listed, star, rest = place.name.rpartition("[*]")
        if star:
            inner = f"@{rest}"
            aside = (
                f"write !{listed}[?({inner} == {_literal(value)})] for none is, "
                f"{listed}[?({inner} != {_literal(value)})] for one is not"
            )
        else:
            aside = "compare with the elements in a filter of their own"
        self._refuse(f'"{place.name}" may be many; {aside}')

    def _pattern(self, found: _Found, value: Any) -> None:
        if not isinstance(value, str) or (value == "null" and not hasattr(value, "offset")):
            self._refuse("write the regular expression in quotes, as in =~ '^admin'")
            return
        try:
            compiled = BoundedPattern(value)
        except PatternError as problem:
            self._refuse(f"'{value}' is not a regular expression: {problem}")
            return
        try:
            self._always_or_never(found, compiled)
        except EndlessSearchError as problem:
            self._refuse(str(problem))

    def _always_or_never(self, found: _Found, compiled: BoundedPattern) -> None:
        place, value = found.places[0], compiled.text
        shapes = [each.shape for each in found.places]
        texts = [shape for shape in shapes if STRING in shape.types]
        if not texts:
            self._refuse(f'"{place.name}" never matches: it is {_kind(place.shape)}{_into(place)}')
        elif all(shape.values is not None and not _matches(compiled, shape.values) for shape in texts):
            self._refuse(f"\"{place.name}\" never matches '{value}': it is {_kind(texts[0])}")
        elif found.is_certain and all(_always_matches(compiled, shape) for shape in shapes):
            self._refuse(f"\"{place.name}\" always matches '{value}': it is {_kind(texts[0])}")


def _children(place: _Place) -> Iterator[_Place]:
    """What a wildcard leads to."""
    shape = place.shape
    if shape.items is not None:
        yield _Place(shape.items, f"{place.name}[*]", _is_inside(place))
    for key, value in shape.keys.items():
        yield _Place(value, f"{place.name}.{key}", place.is_inside)
    if shape.other is not None:
        yield _Place(shape.other, f"{place.name}.*", place.is_inside)


def _child(place: _Place, name: str, *, is_alone: bool) -> Iterator[_Place]:
    """What stands under a key. Among several places, a name is never taken for a key that may be anything."""
    found = place.shape.keys.get(name, place.shape.other if is_alone else None)
    if found is not None:
        shown = f".{name}" if whole(r"[A-Za-z_]\w*").fullmatch(name) else f"['{name}']"
        yield _Place(found, place.name + shown, place.is_inside)


def _is_inside(place: _Place) -> bool:
    """Whether the elements of a list are principals, or inside of one."""
    return place.is_inside or place.shape is document_shape.document().keys["principals"]


def _closure(place: _Place) -> Iterator[_Place]:
    yield place
    for child in _children(place):
        yield from _closure(child)


def _index(node: Index | Slice) -> str:
    if isinstance(node, Index):
        return ",".join(map(str, node.indices))
    return str(node).strip("[]")


def _types(found: _Found) -> frozenset[str]:
    return frozenset().union(*(place.shape.types for place in found.places))


def _values_meet(found: _Found, other: _Found) -> bool:
    one, two = ([place.shape.values for place in each.places] for each in (found, other))
    if any(values is None for values in (*one, *two)):
        return True
    return not {value for values in one for value in values or ()}.isdisjoint(
        value for values in two for value in values or ()
    )


def _admits(shape: Shape, value: Any) -> bool:
    """Whether a value of a fitting type can stand there."""
    if shape.values is not None:
        return any(type_of(one) == type_of(value) and one == value for one in shape.values)
    if isinstance(value, str):
        return shape.pattern is None or anywhere(shape.pattern).search(value) is not None
    return not (shape.whole and isinstance(value, float) and not value.is_integer())


def _of_any_length(operator: str, value: float) -> str | None:
    """``always`` or ``never`` for a comparison of a length that comes out the same for all of them."""
    if value < 0:
        return "always" if operator in (">", ">=", "!=") else "never"
    if value == 0:
        return {">=": "always", "<": "never"}.get(operator)
    return None


def _matches(pattern: BoundedPattern, values: Sequence[Any]) -> bool:
    return any(pattern.finds(value) for value in values)


def _always_matches(pattern: BoundedPattern, shape: Shape) -> bool:
    return shape.values is not None and all(pattern.finds(value) for value in shape.values)


# Words.


def _literal(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case str():
            return f"'{value}'"
        case _:
            return str(value)


def _kind(shape: Shape) -> str:
    """What stands there: ``'user', 'role' or 'permission_set'``, ``a string or null``."""
    if shape.values is not None:
        shown = [_literal(value) for value in shape.values[:_MAX_VALUES]]
        return _either(shown)
    named = {
        STRING: "a string",
        NUMBER: "a whole number" if shape.whole else "a number",
        BOOLEAN: "true or false",
        LIST: "a list",
        MAPPING: "a mapping",
    }
    shown = [text for kind, text in named.items() if kind in shape.types]
    return _either([*shown, *(["null"] if NULL in shape.types else [])])


def _either(words: Sequence[str]) -> str:
    return " or ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]


def _meant(name: str, place: _Place) -> str:
    """What a key that the mapping does not have may be: one further inside, or one of its own."""
    for key, value in place.shape.keys.items():
        inner, step = (value.items, "[*]") if value.items is not None else (value, "")
        if name in inner.keys:
            return f'; did you mean "{place.name}.{key}{step}.{name}"?'
    return did_you_mean(name, place.shape.keys) or f"; it has {', '.join(place.shape.keys)}"


def _example(shape: Shape, value: Any) -> Any:
    """The value, if it can stand there, or one that can."""
    if type_of(value) in shape.types and _admits(shape, value):
        return value
    if shape.values is not None:
        return shape.values[0]
    return "…"


def _test(place: _Place) -> str:
    """A test of a place that depends on the principal."""
    shape, name = place.shape, place.name
    if name.endswith("`len`"):
        return f"{name} > 0"
    if shape.items is not None:
        return f"{name}[0] for a list that is not empty"
    if NULL in shape.types and shape.values is None:
        return f"{name} != null for a value that is known"
    if BOOLEAN in shape.types:
        return f"{name} == true"
    if shape.values is not None:
        return f"{name} == {_literal(shape.values[0])}"
    if shape.keys:
        return f"a comparison of one of its keys: {', '.join(shape.keys)}"
    if MAPPING in shape.types:
        return f"{name}.* for one that is not empty"
    return f"a comparison, such as {name} {'> 0' if NUMBER in shape.types else '== …'}"


def _opposite(place: _Place) -> str:
    """A test that is true where people might expect a negated one to be."""
    shape, name = place.shape, place.name
    if name.endswith("`len`"):
        return f"{name} == 0"
    if shape.items is not None:
        return f"!{name}[0] for an empty list"
    if NULL in shape.types and shape.values is None:
        return f"{name} == null for a value that is not known"
    if BOOLEAN in shape.types:
        return f"{name} == false"
    if shape.other is not None:
        return f"!{name}.* for an empty one"
    return _test(place)


def _into(place: _Place) -> str:
    return f"; its elements are {place.name}[*]" if place.shape.items is not None else ""
