"""A document whose entries become values when somebody asks for them.

Most of a template says nothing of identities, so its resources need not become values with places one by one. What
is needed of each of them stands in a ``Glance``: plain data without places, and the functions that are called in it.

An outline is made only of a document of which it is certain that reading it as a whole would find nothing wrong with
its text, and that no macro stands inside of it. Its readers (``yaml_outline``, ``json_outline``) give up where they are
not sure, and then the document is read as a whole. What an outline gives for an entry is what reading the whole gives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, KeysView, Mapping
from typing import NamedTuple

from scanner.cloudformation.template.keys import is_macro
from scanner.values import Value

MAX_NODES = 400_000
"""What certainly has fewer may become an outline: its entries cost nobody anything when they are made."""
SECTIONS = frozenset({"Conditions", "Mappings", "Outputs", "Parameters", "Resources"})
"""The sections whose entries stand by themselves."""

Call = tuple[str, object]
"""A function and its argument."""


class UnsureError(Exception):
    """The document has to be read as a whole."""


class Glance(NamedTuple):
    """What there is to see of an entry without making a value of it.

    In plain data a mapping is a ``dict``, a list is a ``list`` and a text a ``str``; what is none of these is a scalar
    of another type. Functions have their long form.
    """

    plain: object
    calls: tuple[Call, ...]


class Entries(Mapping[str, Value]):
    """A mapping whose values are made one by one."""

    __slots__ = ("_made", "_make", "glances")

    def __init__(self, glances: Mapping[str, Glance], make: Callable[[str], Value]) -> None:
        self.glances = glances
        self._make = make
        self._made: dict[str, Value] = {}

    def __getitem__(self, key: str) -> Value:
        made = self._made.get(key)
        if made is None:
            if key not in self.glances:
                raise KeyError(key)
            made = self._made[key] = self._make(key)
        return made

    def __contains__(self, key: object) -> bool:
        return key in self.glances

    def __iter__(self) -> Iterator[str]:
        return iter(self.glances)

    def __len__(self) -> int:
        return len(self.glances)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mapping) and self.keys() == other.keys() and dict(self) == dict(other)

    __hash__ = None  # type: ignore[assignment] # as for any mapping that can be compared

    def keys(self) -> KeysView[str]:
        """The keys, for which no value is made."""
        return self.glances.keys()


class Outline(Entries):
    """The sections of a document."""

    __slots__ = ("sections",)

    def __init__(
        self, glances: Mapping[str, Glance], sections: Mapping[str, Mapping[str, Glance]], make: Callable[[str], Value]
    ) -> None:
        super().__init__(glances, make)
        self.sections = sections
        """Those that are in ``SECTIONS``, with what is in each."""


def note(entries: dict[str, object], calls: list[Call]) -> None:
    """Note a mapping that is a call. Raises ``UnsureError`` for macros."""
    if len(entries) == 1:
        ((name, argument),) = entries.items()
        if name == "Ref" or name.startswith("Fn::"):
            if is_macro(name):
                raise UnsureError
            calls.append((name, argument))
    elif "Fn::" in "".join(entries) and any(map(is_macro, entries)):
        raise UnsureError
