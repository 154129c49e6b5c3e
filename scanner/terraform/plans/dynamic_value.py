"""Values as plan files hold them: MessagePack of Terraform's type system, without the provider's schema.

The types are those that MessagePack has: an object and a map are both a map, a list, a set and a tuple an array, a
nested block a map in an array. A number that no integer and no double equals is a text. None of that matters to
identities, whose attributes are texts, lists and blocks. What is known after apply is an extension value.

https://github.com/zclconf/go-cty/blob/main/docs/refinements.md
"""

from __future__ import annotations

import math
from typing import Any, TypeAlias

import msgspec

from scanner.budget import spend
from scanner.terraform.plans.plan_document import PlanError
from scanner.terraform.plans.planned_instances import MAX_NESTING

_UNKNOWN_CODES = frozenset({0, 12})
"""Nothing is known; something is, such as how a text begins. We take both for unknown, as the JSON of a plan does."""
MAX_BYTES = 4 * 1024 * 1024
"""Of one value, in which every byte can be an object. IAM allows no document of more than some kilobytes."""
_BYTES = 4
"""A power of two: so many bytes are a step."""
_STEPS = 4
"""Of a part of a value."""
Split: TypeAlias = "tuple[Any, Any]"


class _Unknown:
    """What is known after apply."""


_UNKNOWN = _Unknown()


def known_and_unknown(encoded: memoryview) -> Split:
    """A value without what is unknown in it, and where that is: ``after`` and ``after_unknown`` of a plan in JSON.

    Raises ``PlanError``.
    """
    if len(encoded) > MAX_BYTES:
        raise PlanError(f"a value in it is larger than {MAX_BYTES} bytes")
    try:
        spend(len(encoded) >> _BYTES)
        return _split(msgspec.msgpack.decode(encoded, ext_hook=_extension), MAX_NESTING + 2)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as problem:
        raise PlanError(f"a value in it is damaged: {problem}") from problem


def _extension(code: int, data: memoryview) -> _Unknown:
    if code not in _UNKNOWN_CODES:
        raise msgspec.DecodeError(f"extension {code} with {len(data)} bytes is not known")
    return _UNKNOWN


def _split(value: Any, levels: int) -> Split:  # whatever MessagePack can hold
    """Both sides. What is deeper than a value may be is left out: who reads it says that it is too deep."""
    if levels == 0 or isinstance(value, _Unknown):
        return None, True
    if isinstance(value, list):
        if len(value) == 2 and isinstance(value[0], bytes):
            return _split(value[1], levels - 1)  # an attribute of any type: the type, in JSON, and the value
        spend(_STEPS * len(value))
        pairs = [_split(item, levels - 1) for item in value]
        return [known for known, _ in pairs], [unknown for _, unknown in pairs]
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise PlanError("a value in it is damaged: a key is not a string")
        spend(_STEPS * len(value))
        split = {key: _split(item, levels - 1) for key, item in value.items()}
        known = {key: pair[0] for key, pair in split.items() if pair[1] is not True}
        return known, {key: pair[1] for key, pair in split.items() if pair[1] is not False}
    if isinstance(value, float) and not math.isfinite(value):
        return str(value), False
    if value is None or isinstance(value, str | bool | int | float):
        return value, False
    raise PlanError(f"a value in it is damaged: it holds {type(value).__name__}")
