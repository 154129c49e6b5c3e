"""Documents of principals as selectors see them: a selector looks once at those that are the same to it.

Ten thousand users who differ in their names are one user to a selector that looks at console access and decisions.
"""

from __future__ import annotations

from collections.abc import Sequence

from scanner.rules.rule import Path, Selector
from scanner.verdicts.document import Document

DOCUMENT_VERSION = 1


class Documents:
    """The documents of all principals, which must not change any more."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._documents = documents
        self._alike: dict[tuple[str, ...], Sequence[list[int]]] = {}
        self._written: dict[int, str] = {}
        self._sameness_of: dict[str, list[object]] = {}

    def selected(self, selector: Selector) -> dict[int, list[Path]]:
        """The principals that a selector selects, by their places, and where in each of them.

        Raises ``EndlessSearchError``.
        """
        if selector.keys is None:
            return self._by_place(selector, self._documents)
        found: dict[int, list[Path]] = {}
        for places in self._groups(tuple(sorted(selector.keys))):
            for inside in self._by_place(selector, (self._documents[places[0]],)).values():
                found |= dict.fromkeys(places, inside)
        return found

    def _by_place(self, selector: Selector, documents: Sequence[Document]) -> dict[int, list[Path]]:
        found: dict[int, list[Path]] = {}
        for path in selector.select({"version": DOCUMENT_VERSION, "principals": [*documents]}):
            match path:
                case ("principals", int(number), *inside):
                    found.setdefault(number, []).append(tuple(inside))
        return found

    def _groups(self, keys: tuple[str, ...]) -> Sequence[list[int]]:
        """The places of principals that have the same under each of the keys, together."""
        if keys not in self._alike:
            groups: dict[tuple[object, ...], list[int]] = {}
            columns = [self._sameness_by_place(key) for key in keys]
            for number in range(len(self._documents)):
                groups.setdefault(tuple([column[number] for column in columns]), []).append(number)
            self._alike[keys] = tuple(groups.values())
        return self._alike[keys]

    def _sameness_by_place(self, key: str) -> list[object]:
        """That of each document, in their order."""
        known = self._sameness_of.get(key)
        if known is None:
            known = self._sameness_of[key] = [self._sameness(document, key) for document in self._documents]
        return known

    def _sameness(self, document: Document, key: str) -> object:
        """Equal for two documents only if they have the same there; of the longest part only if it is one object."""
        if key == "permissions":
            return id(document[key])
        part = document.get(key, _ABSENT)
        if not isinstance(part, list) or len(part) < _LONG:
            return repr(part)
        known = self._written.get(id(part))  # the policies of many are one list
        if known is None:
            known = self._written[id(part)] = repr(part)
        return known


_ABSENT = object()
_LONG = 32
"""Elements of a list from which on it is remembered how it is written."""
