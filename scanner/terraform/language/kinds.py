"""The kinds of sequences and mappings: list, set and tuple; map and object.

To most readers a sequence is a ``tuple`` of values and a mapping a ``Mapping``, whatever Terraform calls it, so the
kind is a subclass: a plain ``tuple`` is a tuple, a plain mapping an object, as literals make them. Conversions and
functions make lists, sets and maps of them. The kind decides whether values are equal (``var.list == []`` never
is), what the first name of a ``for`` stands for, and to which type two values unify.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from scanner.lazy_dataclass import dataclass
from scanner.values import Value


class Collection:
    """What lists, sets and maps have in common: elements of one type."""

    empty_of: object = None
    """The type of the elements of a collection that has none and was made for some; of others it shows."""


class ListItems(tuple[Value, ...], Collection):  # noqa: SLOT001 # it has an attribute
    """The elements of a list."""


class SetItems(tuple[Value, ...], Collection):  # noqa: SLOT001 # it has an attribute
    """The elements of a set, without duplicates and in Terraform's order."""


class Unsettled(tuple[Value, ...]):
    """Elements that are all definitely there, while unknowns leave open in what order and how many equal ones.

    This is what a set with unknown elements is, and what is made of one. To read it as a tuple is safe where only
    membership matters; a result that depends on length or order is unknown.
    """

    __slots__ = ()


class UnsettledList(ListItems, Unsettled):
    """A list that was made of an unsettled set."""


class UnsettledSet(SetItems, Unsettled):
    """A set with unknown elements."""


class ProviderItems(tuple[Value, ...]):
    """A list or a set, which of them only the schema of a provider says. To most readers it is a tuple."""

    __slots__ = ()


class MapEntries(dict[str, Value], Collection):
    """The elements of a map."""


@dataclass(frozen=True, slots=True, eq=False)
class TypedNull(Value):
    """Null where a value of some type is wanted. It is equal to any other null, but the other arm of a conditional and
    the other elements of a list are converted to its type, and no splat can be applied to a list that is null.
    """

    type: object = None
    """A ``scanner.terraform.language.types.Type``; None in a value that is copied as a plain null."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Value) and other.is_null

    def __hash__(self) -> int:
        return hash((None,))


def as_list(items: Iterable[Value], *, unsettled: bool = False) -> ListItems:
    """Elements as a list."""
    return UnsettledList(items) if unsettled else ListItems(items)


KindOfCollection = TypeVar("KindOfCollection", ListItems, SetItems, MapEntries)


def made_for(element: object, collection: KindOfCollection) -> KindOfCollection:
    """The collection, knowing the type of its elements even if it has none."""
    if not collection and collection.empty_of != element:
        collection = type(collection)()
        collection.empty_of = element
    return collection


def like(source: tuple[Value, ...], items: Iterable[Value]) -> tuple[Value, ...]:
    """Elements as a sequence of the same kind as ``source``, settled or not as that one."""
    kind = type(source)
    return kind(items) if kind in _KINDS else tuple(items)


_KINDS = frozenset({ListItems, SetItems, Unsettled, UnsettledList, UnsettledSet})
