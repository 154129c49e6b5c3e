"""Terraform's types.

Values carry no type, but their kind tells a list from a tuple and a map from an object (``kinds``), so the type of a
value can be read off it (``unification``), up to the unknowns in it.

https://developer.hashicorp.com/terraform/language/expressions/type-constraints
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias, assert_never

from scanner.lazy_dataclass import dataclass
from scanner.values import NULL, Value

if TYPE_CHECKING:
    from scanner.cause import Cause


class Primitive(Enum):
    """The types without parts."""

    ANY = "any"
    STRING = "string"
    NUMBER = "number"
    BOOL = "bool"


@dataclass(frozen=True, slots=True)
class List:
    """``list(T)``"""

    element: Type


@dataclass(frozen=True, slots=True)
class Set:
    """``set(T)``"""

    element: Type


@dataclass(frozen=True, slots=True)
class Map:
    """``map(T)``"""

    element: Type


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of an object type: ``T``, ``optional(T)`` or ``optional(T, default)``."""

    type: Type
    optional: bool = False
    default: Value = NULL


@dataclass(frozen=True, slots=True)
class Object:
    """``object({…})``"""

    attributes: Mapping[str, Attribute]


@dataclass(frozen=True, slots=True)
class Tuple:
    """``tuple([…])``"""

    elements: tuple[Type, ...]


@dataclass(frozen=True, slots=True)
class Undecided:
    """The common type of something whose type is not known and something else.

    When an unknown decides whether a number stays one or becomes a text, there is a cause. Resources and module outputs
    have a type, but to look at it would evaluate all that they have, so they are left as they are, without a cause.
    """

    cause: Cause | None


Type: TypeAlias = "Primitive | List | Set | Map | Object | Tuple | Undecided"

ANY = Primitive.ANY
STRING = Primitive.STRING
NUMBER = Primitive.NUMBER
BOOL = Primitive.BOOL


def type_name(constraint: Type) -> str:
    """A type as messages name it."""
    match constraint:
        case Primitive():
            return constraint.value
        case List(element=element):
            return f"list of {type_name(element)}"
        case Set(element=element):
            return f"set of {type_name(element)}"
        case Map(element=element):
            return f"map of {type_name(element)}"
        case Object():
            return "object"
        case Tuple():
            return "tuple"
        case Undecided():
            return "any"
    assert_never(constraint)
