"""The kinds of sequences and mappings: list, set and tuple; map and object.

To most readers a sequence is a ``tuple`` of values and a mapping a ``Mapping``, whatever Terraform calls it, so the
kind is a subclass: a plain ``tuple`` is a tuple, a plain mapping an object, as literals make them. Conversions and
functions make lists, sets and maps of them. The kind decides whether values are equal (``var.list == []`` never
is), what the first name of a ``for`` stands for, and to which type two values unify.
"""

from __future__ import annotations

from collections.abc import Iterable

from scanner.values import Value


class ListItems(tuple[Value, ...]):
    """The elements of a list, all of one type."""

    __slots__ = ()


class SetItems(tuple[Value, ...]):
    """The elements of a set, without duplicates and in Terraform's order."""

    __slots__ = ()


class Unsettled(tuple[Value, ...]):
    """Elements that are all definitely there, while unknowns leave open in what order and how many equal ones.

    This is what a set with unknown elements is, and what is made of one. To read it as a tuple is safe where only
    membership matters; a result that depends on length or order is unknown.
    """

    __slots__ = ()


class UnsettledList(ListItems, Unsettled):
    """A list that was made of an unsettled set."""

    __slots__ = ()


class UnsettledSet(SetItems, Unsettled):
    """A set with unknown elements."""

    __slots__ = ()


class MapEntries(dict[str, Value]):
    """The elements of a map, all of one type."""

    __slots__ = ()


def as_list(items: Iterable[Value], *, unsettled: bool = False) -> ListItems:
    """Elements as a list."""
    return UnsettledList(items) if unsettled else ListItems(items)


def like(source: tuple[Value, ...], items: Iterable[Value]) -> tuple[Value, ...]:
    """Elements as a sequence of the same kind as ``source``, settled or not as that one."""
    kind = type(source)
    return kind(items) if kind in _KINDS else tuple(items)


_KINDS = frozenset({ListItems, SetItems, Unsettled, UnsettledList, UnsettledSet})
