"""What a filter asks of the places that a path leads to. A test that comes out the same for every document is a fault.

Each function yields what is wrong with one kind of test, as messages.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from scanner.regexes import anywhere, whole
from scanner.rules import document_shape
from scanner.rules.bounded_match import BoundedPattern, EndlessSearchError, PatternError
from scanner.rules.document_places import Place, Reached, kind_of, literal
from scanner.rules.document_shape import BOOLEAN, MAPPING, NULL, NUMBER, STRING, Shape, type_of
from scanner.rules.problems import did_you_mean
from scanner.verdicts.question import Question
from scanner.verdicts.sign_in import ACTIONS

_ORDERINGS = ("<", "<=", ">", ">=")
_SIGN_IN_RESOURCE = whole(r"arn:[^:]+:signin:[^:]+:[^:]+:oauth2/public-client/(?:localhost|remote)")


def existence_faults(found: Reached) -> Iterator[str]:
    """Of a test that is true where something is there."""
    if found.is_certain:
        name = found.places[0].name
        yield f'"{name}" is always there, so the test is always true; write {_test(found.places[0])}'


def absence_faults(found: Reached) -> Iterator[str]:
    """Of a test that is true where nothing is there."""
    if found.is_certain:
        place = found.places[0]
        yield f'"{place.name}" is always there, so ! is never true; write {_opposite(place)}'


def path_faults(found: Reached, other: Reached) -> Iterator[str]:
    """Of two paths that are compared."""
    one, two = found.places[0], other.places[0]
    types = _types(found) & _types(other)
    if one.name == two.name and found.is_one:
        yield f'"{one.name}" is compared with itself'
    elif not types:
        yield f'"{one.name}" never equals "{two.name}": one is {kind_of(one.shape)}, the other {kind_of(two.shape)}'
    elif types <= {STRING, NULL} and not _values_meet(found, other):
        yield f'"{one.name}" and "{two.name}" have no value in common'


def comparison_faults(found: Reached, operator: str, value: Any, asked: Collection[Question] | None) -> Iterator[str]:
    """Of a path that is compared with a value, in a rule that asks these questions; None if it may ask any."""
    place = found.places[0]
    shapes = [each.shape for each in found.places]
    if operator == "=~":
        yield from _pattern(found, value)
        return
    fitting = [shape for shape in shapes if type_of(value) in shape.types]
    if not fitting:
        yield from _other_type(place, value)
    elif operator == "!=" and not found.is_one:
        yield from _one_of_many(place, value)
    elif place.name.endswith("`len`") and (outcome := _of_any_length(operator, value)) is not None:
        yield f'"{place.name}" {operator} {value} is {outcome} true: it is 0 or more'
    elif operator in _ORDERINGS and type_of(value) in (NULL, BOOLEAN):
        yield f"{literal(value)} has no order; write == or !="
    elif operator in _ORDERINGS and type_of(value) == STRING and all(shape.values for shape in fitting):
        yield f'"{place.name}" has no order; compare with each value, with || between'
    elif operator not in _ORDERINGS and not any(_admits(shape, value) for shape in fitting):
        yield from _other_value(place, fitting[0], value)
    elif operator not in _ORDERINGS and asked is not None:
        yield from _unasked(place, fitting, str(value), asked)


def _unasked(place: Place, shapes: Sequence[Shape], value: str, asked: Collection[Question]) -> Iterator[str]:
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
        yield f'"{place.name}" is never {literal(value)}{meant}'


def _other_type(place: Place, value: Any) -> Iterator[str]:
    shape, name = place.shape, place.name
    if shape.items is not None:
        inner = shape.items
        if inner.keys:
            key = next(
                (key for key, each in inner.keys.items() if type_of(value) in each.types), next(iter(inner.keys))
            )
            how = f"compare a key of its elements: {name}[*].{key}"
        else:
            how = f"compare its elements: {name}[*] == {literal(_example(inner, value))}"
        yield f'"{name}" is a list; {how}'
    elif shape.keys:
        yield f'"{name}" is a mapping; compare one of its keys: {", ".join(shape.keys)}'
    elif MAPPING in shape.types:
        yield f'"{name}" is a mapping; compare one of its keys'
    elif value is None:
        yield f'"{name}" is {kind_of(shape)}, never null'
    else:
        yield f'"{name}" is {kind_of(shape)}, never {literal(value)}'


def _other_value(place: Place, shape: Shape, value: Any) -> Iterator[str]:
    meant = did_you_mean(value, (one for one in shape.values or () if one)) if isinstance(value, str) else ""
    what = kind_of(shape) if shape.values is not None or not shape.pattern else f"a string that matches {shape.pattern}"
    yield f'"{place.name}" is {what}, never {literal(value)}{meant}'


def _one_of_many(place: Place, value: Any) -> Iterator[str]:
    """``!=`` behind ``[*]`` is true where one element is another, and where there is none."""
    listed, star, rest = place.name.rpartition("[*]")
    if star:
        inner = f"@{rest}"
        aside = (
            f"write !{listed}[?({inner} == {literal(value)})] for none is, "
            f"{listed}[?({inner} != {literal(value)})] for one is not"
        )
    else:
        aside = "compare with the elements in a filter of their own"
    yield f'"{place.name}" may be many; {aside}'


def _pattern(found: Reached, value: Any) -> Iterator[str]:
    if not isinstance(value, str) or (value == "null" and not hasattr(value, "offset")):
        yield "write the regular expression in quotes, as in =~ '^admin'"
        return
    try:
        compiled = BoundedPattern(value)
    except PatternError as problem:
        yield f"'{value}' is not a regular expression: {problem}"
        return
    try:
        yield from _always_or_never(found, compiled)
    except EndlessSearchError as problem:
        yield str(problem)


def _always_or_never(found: Reached, compiled: BoundedPattern) -> Iterator[str]:
    place, value = found.places[0], compiled.text
    shapes = [each.shape for each in found.places]
    texts = [shape for shape in shapes if STRING in shape.types]
    if not texts:
        yield f'"{place.name}" never matches: it is {kind_of(place.shape)}{_into(place)}'
    elif all(shape.values is not None and not _matches(compiled, shape.values) for shape in texts):
        yield f"\"{place.name}\" never matches '{value}': it is {kind_of(texts[0])}"
    elif found.is_certain and all(_always_matches(compiled, shape) for shape in shapes):
        yield f"\"{place.name}\" always matches '{value}': it is {kind_of(texts[0])}"


def _types(found: Reached) -> frozenset[str]:
    return frozenset().union(*(place.shape.types for place in found.places))


def _values_meet(found: Reached, other: Reached) -> bool:
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


def _example(shape: Shape, value: Any) -> Any:
    """The value, if it can stand there, or one that can."""
    if type_of(value) in shape.types and _admits(shape, value):
        return value
    if shape.values is not None:
        return shape.values[0]
    return "…"


def _test(place: Place) -> str:
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
        return f"{name} == {literal(shape.values[0])}"
    if shape.keys:
        return f"a comparison of one of its keys: {', '.join(shape.keys)}"
    if MAPPING in shape.types:
        return f"{name}.* for one that is not empty"
    return f"a comparison, such as {name} {'> 0' if NUMBER in shape.types else '== …'}"


def _opposite(place: Place) -> str:
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


def _into(place: Place) -> str:
    return f"; its elements are {place.name}[*]" if place.shape.items is not None else ""
