"""Who else there is: whom the same block makes, and who is in the same group."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scanner.principals.definition import ANY_KEY
from scanner.regexes import anywhere
from scanner.span import Span
from scanner.verdicts.assessed_principal import AssessedPrincipal

Home = tuple[str, str]
"""Root and address."""

_LAST_KEY = anywhere(r'\[((?:"(?:[^"\\]|\\.)*+"|[^\[\]"]++))\]\Z')


class Peers:
    """The principals of all roots; ``needy`` are those who are to be granted something."""

    def __init__(self, everybody: Iterable[AssessedPrincipal], needy: Iterable[Home]) -> None:
        self._needy = frozenset(needy)
        self._keys: dict[tuple[str, Span], tuple[str, ...] | None] = {}
        self._all: dict[tuple[str, str], bool] = {}
        self._of_block: dict[tuple[str, Span], list[AssessedPrincipal]] = {}
        self._members: dict[tuple[str, str], list[AssessedPrincipal]] = {}
        for one in everybody:
            definition = one.definition
            self._of_block.setdefault((definition.root, definition.span), []).append(one)
            for group in {policy.group for policy in definition.principal.policies if policy.group is not None}:
                self._members.setdefault((definition.root, group), []).append(one)

    def all_need_it(self, assessed: AssessedPrincipal, group: str) -> bool:
        """Whether everybody who is or may be in a group of the principal, which has policies, is to be granted it."""
        place = assessed.definition.root, group
        if place not in self._all:
            members = self._members.get(place, ())
            self._all[place] = bool(members) and all(self._is_needy(one) for one in members)
        return self._all[place]

    def keys(self, assessed: AssessedPrincipal) -> tuple[str, ...] | None:
        """The keys, as addresses have them, of the instances of its block that are to be granted it; None for all."""
        place = assessed.definition.root, assessed.definition.span
        if place not in self._keys:
            self._keys[place] = self._needy_keys(self._of_block.get(place, ()))
        return self._keys[place]

    def _needy_keys(self, same: Sequence[AssessedPrincipal]) -> tuple[str, ...] | None:
        if all(self._is_needy(one) for one in same):
            return None
        found = {key for one in same if self._is_needy(one) and (key := _key(one)) is not None}
        return None if not found or ANY_KEY.strip("[]") in found else tuple(sorted(found))

    def _is_needy(self, one: AssessedPrincipal) -> bool:
        return (one.definition.root, one.definition.address) in self._needy


def _key(one: AssessedPrincipal) -> str | None:
    found = _LAST_KEY.search(one.definition.address)
    return found[1] if found is not None else None
