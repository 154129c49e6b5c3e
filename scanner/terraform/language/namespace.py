"""Mappings whose entries are evaluated when they are looked up: ``var``, ``local``, a resource, a module."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from scanner.values import Value


class Namespace(Mapping[str, Value]):
    """A mapping whose values are made on demand and kept. ``missing`` says what an entry that is not listed is.

    Where the configuration ``declares`` the names (variables, resources), one that is not there is no evaluation error:
    Terraform refuses the reference before it evaluates anything.
    """

    __slots__ = ("_load", "_missing", "_names", "_values", "declares")

    def __init__(
        self,
        names: Callable[[], Collection[str]],
        load: Callable[[str], Value],
        missing: Callable[[str], Value] | None = None,
        declares: str | None = None,
    ) -> None:
        self._names = names
        self._load = load
        self._missing = missing
        self.declares = declares
        self._values: dict[str, Value] = {}

    def __getitem__(self, name: str) -> Value:
        found = self._values.get(name)
        if found is None:
            if name in self._names():
                found = self._load(name)
            elif self._missing is not None:
                found = self._missing(name)
            else:
                raise KeyError(name)
            self._values[name] = found
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._names())

    def __len__(self) -> int:
        return len(self._names())

    def __contains__(self, name: object) -> bool:
        return name in self._names()

    @property
    def is_open(self) -> bool:
        """True when names that are not listed have values too: those that a provider computes."""
        return self._missing is not None
