"""``count`` and ``for_each``: from one block to its instances, or to one that stands for all when they are not known.

https://developer.hashicorp.com/terraform/language/meta-arguments/for_each
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from scanner.cause import Cause
from scanner.span import Span
from scanner.symbol import Aspect, Block, Repetition
from scanner.terraform.address import InstanceKey, Wildcard
from scanner.terraform.language import nodes
from scanner.terraform.language.conversion import ConversionError, to_number
from scanner.terraform.language.expressions import evaluate_whole
from scanner.terraform.language.scope import BoundError, EvaluationError, Scope
from scanner.values import NULL, Unknown, Value, same_text

MAX_INSTANCES = 50_000
"""Instances of one block. More of them is an error that names this bound."""


@dataclass(frozen=True, slots=True)
class Instance:
    """One instance of a block: its key and what ``each`` and ``count`` are in it."""

    key: InstanceKey
    bindings: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Expansion:
    """The instances of a block."""

    kind: str
    """``single``, ``count`` or ``for_each``"""
    instances: Mapping[InstanceKey, Instance]
    unknown: Unknown | None = None
    """Set when not all instances are known: then one has the wildcard as its key and stands for the rest. The symbol
    names what it hangs on: two blocks that hang on the same have the same instances."""


Unexpanded = Callable[[str], "tuple[Expansion, Callable[[Instance], Value]] | None"]
"""Finds a resource whose instances are not known by its address: its expansion, and how to make one instance of it."""


def expand(body: nodes.Body, scope: Scope, address: str, unexpanded: Unexpanded) -> Expansion:
    """The instances of a resource or module block. Raises ``EvaluationError`` for what Terraform would refuse."""
    count, for_each = body.attributes.get("count"), body.attributes.get("for_each")
    if count is not None:
        return _count(evaluate_whole(count.value, scope), address, count.span, scope)
    if for_each is not None:
        return _for_each(evaluate_whole(for_each.value, scope), address, for_each.span, unexpanded, scope)
    return Expansion("single", {None: Instance(None)})


def _count(value: Value, address: str, span: Span, scope: Scope) -> Expansion:
    if value.is_null:
        raise EvaluationError("count is null", span)
    try:
        number = to_number(value).data
    except ConversionError as problem:
        raise EvaluationError(f"count must be a number: {problem}", span) from problem
    if isinstance(number, Unknown):
        cause = _cause("count", address, number, scope)
        hangs_on = Unknown(cause, Repetition(Aspect.COUNT, number.symbol or Block(address)))
        index = Value(_one(hangs_on, Aspect.INDEX))
        return _wildcard("count", hangs_on, {"count": _object(index=index)})
    if not isinstance(number, int | Decimal) or number != int(number) or number < 0:
        raise EvaluationError("count must be a whole number that is not negative", span)
    _bound(int(number), span)
    instances = {index: Instance(index, {"count": _object(index=Value(index))}) for index in range(int(number))}
    return Expansion("count", dict(instances.items()))


def _for_each(value: Value, address: str, span: Span, unexpanded: Unexpanded, scope: Scope) -> Expansion:
    match value.data:
        case Unknown() as unknown:
            same = unexpanded(unknown.symbol.address) if isinstance(unknown.symbol, Block) else None
            if same is not None:
                return _beside(*same)
            cause = _cause("for_each", address, unknown, scope)
            hangs_on = Unknown(cause, Repetition(Aspect.FOR_EACH, unknown.symbol or Block(address)))
            key = Value(_one(hangs_on, Aspect.KEY))
            element = Value(_one(hangs_on, Aspect.VALUE))
            return _wildcard("for_each", hangs_on, {"each": _object(key=key, value=element)})
        case tuple() as items:
            return _set(items, address, span, scope)
        case Mapping() as entries:
            _bound(len(entries), span)
            return Expansion(
                "for_each",
                {key: Instance(key, {"each": _object(key=Value(key), value=entries[key])}) for key in sorted(entries)},
            )
    raise EvaluationError("for_each must be a map or a set of texts", span)


def _beside(expansion: Expansion, make: Callable[[Instance], Value]) -> Expansion:
    """One instance for each instance of another resource (``for_each = aws_iam_user.all``)."""
    instances: dict[InstanceKey, Instance] = {}
    for key, instance in expansion.instances.items():
        each = instance.bindings.get("each")
        name = each.data["key"] if each is not None and isinstance(each.data, Mapping) else Value(str(key))
        instances[key] = Instance(key, {"each": _object(key=name, value=make(instance))})
    return Expansion("for_each", instances, expansion.unknown)


def _set(items: tuple[Value, ...], address: str, span: Span, scope: Scope) -> Expansion:
    """Known elements are instances of their own; unknown ones share one instance that stands for all of them.

    A text that is known in part, an ARN without its account for instance, is one instance for sure; its key shows ``…``
    for what is missing.
    """
    _bound(len(items), span)
    instances: dict[InstanceKey, Instance] = {}
    unknown: Unknown | None = None
    for item in items:
        binding = {"each": _object(key=item, value=item)}
        if isinstance(item.data, Unknown) and item.data.pieces:
            key = "".join(piece if isinstance(piece, str) else "…" for piece in item.data.pieces)
            instances[key] = Instance(key, binding)
        elif isinstance(item.data, Unknown):
            cause = _cause("for_each", address, item.data, scope)
            unknown = Unknown(cause, Repetition(Aspect.FOR_EACH, Block(address)))
            instances[Wildcard.ANY] = Instance(Wildcard.ANY, binding)
        elif item.text is None:
            raise EvaluationError("for_each must be a map or a set of texts", span)
        else:
            instances[item.text] = Instance(item.text, binding)
    return Expansion("for_each", instances, unknown)


def _one(repetition: Unknown, aspect: Aspect) -> Unknown:
    """What ``each`` or ``count`` has in the instance that stands for all."""
    return Unknown(repetition.cause, Repetition(aspect, repetition.symbol) if repetition.symbol is not None else None)


def _cause(what: str, address: str, unknown: Unknown, scope: Scope) -> Cause:
    cause = unknown.cause
    return scope.host.questions.derived(cause, Cause(cause.kind, f"{what} of {address}: {cause.detail}", cause.span))


def _wildcard(kind: str, unknown: Unknown, bindings: Mapping[str, Value]) -> Expansion:
    return Expansion(kind, {Wildcard.ANY: Instance(Wildcard.ANY, bindings)}, unknown)


def refused(address: str, cause: Cause) -> Expansion:
    """For ``count`` or ``for_each`` that Terraform would refuse: one instance that stands for whatever was meant.

    The resource must not vanish: somebody meant it to exist, and the mistake may be ours.
    """
    unknown = Unknown(cause, Repetition(Aspect.FOR_EACH, Block(address)))
    key = Value(_one(unknown, Aspect.KEY))
    return _wildcard("for_each", unknown, {"each": _object(key=key, value=key), "count": _object(index=key)})


def instance_at(expansion: Expansion, key: Value) -> Instance | None:
    """The instance of an expansion that is not wholly known under a key.

    Under the key of the one that stands for all it is that; under a known one an instance of which only the key is
    known; None under any other, which may be that of any of them.
    """
    standing = expansion.instances[Wildcard.ANY]
    if isinstance(key.data, bool) or not isinstance(key.data, str | int) or expansion.unknown is None:
        own = standing.bindings.get("count" if expansion.kind == "count" else "each", NULL).data
        name = "index" if expansion.kind == "count" else "key"
        return standing if isinstance(own, Mapping) and same_text(own[name], key).is_yes else None
    if key.data in expansion.instances:
        return expansion.instances[key.data]
    if expansion.kind == "count":
        return Instance(int(key.data) if str(key.data).isdecimal() else str(key.data), {"count": _object(index=key)})
    each = _object(key=Value(str(key.data)), value=Value(Unknown(expansion.unknown.cause)))
    return Instance(str(key.data), {"each": each})


def at_keys(expansion: Expansion, keys: tuple[InstanceKey, ...]) -> Expansion:
    """The same with these instances, which are all there are. Of one that it does not have only the key is known."""
    kind = "count" if all(isinstance(key, int) for key in keys) else "for_each"
    known = replace(expansion, kind=kind)
    found = [(key, instance_at(known, Value(key))) for key in keys if isinstance(key, int | str)]
    return Expansion(kind, {key: replace(instance, key=key) for key, instance in found if instance is not None})


def _bound(number: int, span: Span) -> None:
    if number > MAX_INSTANCES:
        raise BoundError(f"there would be {number} instances; the limit is {MAX_INSTANCES}", span)


def _object(**entries: Value) -> Value:
    return Value(dict(entries))
