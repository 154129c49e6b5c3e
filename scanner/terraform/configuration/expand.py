"""``count`` and ``for_each``: from one block to its instances, or to one that stands for all when they are not known.

https://developer.hashicorp.com/terraform/language/meta-arguments/for_each
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import field, replace
from decimal import Decimal
from enum import Enum

from scanner import values
from scanner.cause import Cause, CauseKind
from scanner.lazy_dataclass import dataclass
from scanner.span import Span
from scanner.symbol import Aspect, Block, Named, NameKind, Repetition, Symbol
from scanner.terraform.address import InstanceKey, Wildcard
from scanner.terraform.language import nodes
from scanner.terraform.language.conversion import ConversionError, to_bool, to_number
from scanner.terraform.language.errors import BoundError, EvaluationError, KindError
from scanner.terraform.language.expressions import evaluate_whole
from scanner.terraform.language.kinds import ProviderItems, SetItems
from scanner.terraform.language.namespace import Namespace
from scanner.terraform.language.open_maps import OpenEntries, open_entries
from scanner.terraform.language.scope import Scope
from scanner.terraform.language.steps import spend_at
from scanner.terraform.language.symbols import symbol_of
from scanner.values import NULL, Unknown, Value, same_text

MAX_INSTANCES = 50_000
"""Instances of one block. More of them is an error that names this bound."""
_STEPS = 100
"""What an instance costs, beside what is asked of it."""


@dataclass(frozen=True, slots=True)
class Instance:
    """One instance of a block: its key and what ``each`` and ``count`` are in it."""

    key: InstanceKey
    bindings: Mapping[str, Value] = field(default_factory=dict)


class Repeats(Enum):
    """What says how many instances a block has."""

    ONCE = "nothing"
    COUNT = "count"
    FOR_EACH = "for_each"
    ENABLED = "lifecycle.enabled"


@dataclass(frozen=True, slots=True)
class Expansion:
    """The instances of a block."""

    kind: Repeats
    instances: Mapping[InstanceKey, Instance]
    unknown: Unknown | None = None
    """Set when not all instances are known: then one has the wildcard as its key and stands for the rest. The symbol
    names what it depends on: two blocks that depend on the same have the same instances."""

    @property
    def is_open(self) -> bool:
        """Whether further instances than those listed may exist, under keys that are not known."""
        return self.unknown is not None and self.kind is not Repeats.ENABLED


Unexpanded = Callable[[str], "tuple[Expansion, Callable[[Instance], Value]] | None"]
"""Finds a resource whose instances are not known by its address: its expansion, and how to make one instance of it."""


def called(symbol: Symbol | None) -> str:
    """The address under which a resource or a module call with all its instances is kept; empty for anything else."""
    match symbol:
        case Block(address=address):
            return address
        case Named(kind=NameKind.VALUE, name=name):
            return name
    return ""


def expand(body: nodes.Body, scope: Scope, address: str, unexpanded: Unexpanded) -> Expansion:
    """The instances of a resource or module block. Raises ``EvaluationError`` for what Terraform would refuse."""
    count, for_each = body.attributes.get("count"), body.attributes.get("for_each")
    enabled = _enabled_argument(body)
    chosen = [argument for argument in (count, for_each, enabled) if argument is not None]
    if len(chosen) > 1:
        message = "only one of count, for_each and lifecycle.enabled is allowed"
        raise KindError(message, chosen[1].span)
    if enabled is not None:
        return _enabled(evaluate_whole(enabled.value, scope), address, enabled.span, scope)
    if count is not None:
        return _count(evaluate_whole(count.value, scope), address, count.span, scope)
    if for_each is not None:
        return _for_each(evaluate_whole(for_each.value, scope), address, for_each.span, unexpanded, scope)
    if body.unread is not None:
        cause = Cause(
            CauseKind.MALFORMED, f"the instances of {address}, which cannot be read ({body.unread})", body.span
        )
        return refused(address, cause)
    return Expansion(Repeats.ONCE, {None: Instance(None)})


def _enabled_argument(body: nodes.Body) -> nodes.Attribute | None:
    lifecycle = (block.body.attributes for block in body.blocks if block.type == "lifecycle")
    return next((attributes["enabled"] for attributes in lifecycle if "enabled" in attributes), None)


def _enabled(value: Value, address: str, span: Span, scope: Scope) -> Expansion:
    """OpenTofu's ``lifecycle { enabled = … }``: one instance without a key, or none.

    https://opentofu.org/docs/language/meta-arguments/enabled/
    """
    if value.is_null:
        raise EvaluationError("enabled is null", span)
    try:
        found = to_bool(scope.host.questions.condition(value, span)).data
    except ConversionError as problem:
        raise KindError(f"enabled must be true or false: {problem}", span) from problem
    if isinstance(found, Unknown):
        depends_on = Unknown(
            _cause("enabled", address, found, scope), Repetition(Aspect.ENABLED, found.symbol or Block(address))
        )
        return Expansion(Repeats.ENABLED, {None: Instance(None)}, depends_on)
    return Expansion(Repeats.ENABLED, {None: Instance(None)} if found else {})


def _count(value: Value, address: str, span: Span, scope: Scope) -> Expansion:
    if value.is_null:
        raise EvaluationError("count is null", span)
    try:
        number = to_number(value).data
    except ConversionError as problem:
        raise _misplaced(value, f"count must be a number: {problem}", span) from problem
    if isinstance(number, Unknown):
        cause = _cause("count", address, number, scope)
        depends_on = Unknown(cause, Repetition(Aspect.COUNT, number.symbol or Block(address)))
        index = Value(_one(depends_on, Aspect.INDEX))
        return _wildcard(Repeats.COUNT, depends_on, {"count": _object(index=index)})
    if not isinstance(number, int | Decimal) or number != int(number) or number < 0:
        raise EvaluationError("count must be a whole number that is not negative", span)
    _bound(int(number), span)
    instances = {index: Instance(index, {"count": _object(index=Value(index))}) for index in range(int(number))}
    return Expansion(Repeats.COUNT, dict(instances.items()))


def _for_each(value: Value, address: str, span: Span, unexpanded: Unexpanded, scope: Scope) -> Expansion:
    match value.data:
        case OpenEntries(is_distinct=True) as found:
            _bound(len(found.entries), span)
            pairs = ((key, _object(key=key, value=item)) for key, item in found.listed())
            return Expansion(Repeats.FOR_EACH, _keyed(pairs))
        case Unknown() as unknown:
            same = unexpanded(called(unknown.symbol))
            if same is not None:
                return _beside(*same)
            cause = _cause("for_each", address, unknown, scope)
            depends_on = Unknown(cause, Repetition(Aspect.FOR_EACH, unknown.symbol or Block(address)))
            key = Value(_one(depends_on, Aspect.KEY))
            element = key if unknown.is_set else Value(_one(depends_on, Aspect.VALUE))
            return _wildcard(Repeats.FOR_EACH, depends_on, {"each": _object(key=key, value=element)})
        case SetItems() | ProviderItems() as items:
            return _set(items, address, span, scope)
        case tuple():
            message = "for_each must be a map or a set of strings, not a list; use toset()"
            raise KindError(message, span)
        case Mapping() as entries:
            _bound(len(entries), span)
            return Expansion(
                Repeats.FOR_EACH,
                {key: Instance(key, {"each": _object(key=Value(key), value=entries[key])}) for key in sorted(entries)},
            )
    raise _misplaced(value, "for_each must be a map or a set of strings", span)


def _misplaced(value: Value, message: str, span: Span) -> EvaluationError:
    """The error for a value of a wrong kind, or for a null, which another value of a variable may not be."""
    return EvaluationError(message, span) if value.is_null else KindError(message, span)


def _beside(expansion: Expansion, make: Callable[[Instance], Value]) -> Expansion:
    """One instance for each instance of another resource (``for_each = aws_iam_user.all``)."""
    instances: dict[InstanceKey, Instance] = {}
    for key, instance in expansion.instances.items():
        instances[key] = Instance(key, {"each": _object(key=_each_key(instance), value=make(instance))})
    return Expansion(Repeats.FOR_EACH, instances, expansion.unknown)


def _set(items: tuple[Value, ...], address: str, span: Span, scope: Scope) -> Expansion:
    """Known elements are instances of their own; those of which nothing is known share one that stands for them.

    A text that is known in part, an ARN without its account for instance, is one instance for sure.
    """
    _bound(len(items), span)
    if any(item.unknown is None and item.text is None for item in items):
        raise KindError("the elements of the set for for_each must be strings", span)
    dark = [item.data for item in items if isinstance(item.data, Unknown) and not item.data.pieces]
    known = (item for item in items if item.text is not None or (item.unknown is not None and item.unknown.pieces))
    instances = _keyed((item, _object(key=item, value=item)) for item in known)
    if not dark:
        return Expansion(Repeats.FOR_EACH, instances)
    cause = _cause("for_each", address, dark[-1], scope)
    whole = symbol_of("toset", (Value(items),))  # what is made over the same set has the same instances
    unknown = Unknown(cause, Repetition(Aspect.FOR_EACH, whole or Block(address)))
    element = Value(dark[0] if len(dark) == 1 else _one(unknown, Aspect.KEY))
    instances[Wildcard.ANY] = Instance(Wildcard.ANY, {"each": _object(key=element, value=element)})
    return Expansion(Repeats.FOR_EACH, instances, unknown)


def _keyed(pairs: Iterable[tuple[Value, Value]]) -> dict[InstanceKey, Instance]:
    """One instance for each key; ``…`` stands in it for what is not known. The same key twice is one instance."""
    instances: dict[InstanceKey, Instance] = {}
    keys: dict[InstanceKey, Value] = {}
    for key, each in pairs:
        parts = values.pieces(key) or ()
        shown = name = "".join(piece if isinstance(piece, str) else "…" for piece in parts)
        number = 1
        while name in keys and not same_text(keys[name], key).is_yes:
            number += 1
            name = f"{shown} ({number})"
        keys[name] = key
        instances[name] = Instance(name, {"each": each})
    return instances


def by_key(expansion: Expansion, make: Callable[[InstanceKey], Value]) -> Value:
    """All instances of a ``for_each`` as the mapping that a reference to them is."""
    keys = {key: _each_key(instance) for key, instance in expansion.instances.items()}
    if any(each.unknown is not None for each in keys.values()):
        return Value(open_entries([(each, make(key)) for key, each in keys.items()], is_distinct=True))
    names = {str(key): key for key in expansion.instances}
    return Value(Namespace(lambda: names, lambda name: make(names[name])))


def _each_key(instance: Instance) -> Value:
    each = instance.bindings.get("each")
    return each.data["key"] if each is not None and isinstance(each.data, Mapping) else Value(str(instance.key))


def _one(repetition: Unknown, aspect: Aspect) -> Unknown:
    """What ``each`` or ``count`` has in the instance that stands for all."""
    return Unknown(repetition.cause, Repetition(aspect, repetition.symbol) if repetition.symbol is not None else None)


def _cause(what: str, address: str, unknown: Unknown, scope: Scope) -> Cause:
    cause = unknown.cause
    return scope.host.questions.derived(
        cause, Cause(cause.kind, f"{what} of {address}, which depends on {cause.detail}", cause.span)
    )


def _wildcard(kind: Repeats, unknown: Unknown, bindings: Mapping[str, Value]) -> Expansion:
    return Expansion(kind, {Wildcard.ANY: Instance(Wildcard.ANY, bindings)}, unknown)


def refused(address: str, cause: Cause) -> Expansion:
    """For ``count`` or ``for_each`` that Terraform would refuse: one instance that stands for whatever was meant.

    The resource must not vanish: somebody meant it to exist, and the mistake may be ours.
    """
    unknown = Unknown(cause, Repetition(Aspect.FOR_EACH, Block(address)))
    key = Value(_one(unknown, Aspect.KEY))
    return _wildcard(Repeats.FOR_EACH, unknown, {"each": _object(key=key, value=key), "count": _object(index=key)})


def instance_at(expansion: Expansion, key: Value) -> Instance | None:
    """The instance of an expansion that is not wholly known under a key.

    Under the key of the one that stands for all it is that; under a known one an instance of which only the key is
    known; None under any other, which may be that of any of them.
    """
    standing = expansion.instances[Wildcard.ANY]
    if isinstance(key.data, bool) or not isinstance(key.data, str | int) or expansion.unknown is None:
        own = standing.bindings.get("count" if expansion.kind is Repeats.COUNT else "each", NULL).data
        name = "index" if expansion.kind is Repeats.COUNT else "key"
        return standing if isinstance(own, Mapping) and same_text(own[name], key).is_yes else None
    if key.data in expansion.instances:
        return expansion.instances[key.data]
    if expansion.kind is Repeats.COUNT:
        return Instance(int(key.data) if str(key.data).isdecimal() else str(key.data), {"count": _object(index=key)})
    each = _object(key=Value(str(key.data)), value=Value(Unknown(expansion.unknown.cause)))
    return Instance(str(key.data), {"each": each})


def at_keys(expansion: Expansion, keys: tuple[InstanceKey, ...]) -> Expansion:
    """The same with these instances, which are all there are. Of one that it does not have only the key is known."""
    kind = Repeats.COUNT if all(isinstance(key, int) for key in keys) else Repeats.FOR_EACH
    known = replace(expansion, kind=kind)
    found = [(key, instance_at(known, Value(key))) for key in keys if isinstance(key, int | str)]
    return Expansion(kind, {key: replace(instance, key=key) for key, instance in found if instance is not None})


def _bound(number: int, span: Span) -> None:
    if number > MAX_INSTANCES:
        raise BoundError(f"there would be {number} instances; the limit is {MAX_INSTANCES}", span)
    spend_at(number * _STEPS, span)


def _object(**entries: Value) -> Value:
    return Value(dict(entries))
