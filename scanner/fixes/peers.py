"""Who else there is: whom the same block makes, and who is in the same group."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scanner.iam.evaluate import Outcome
from scanner.principals.definition import ANY_KEY
from scanner.regexes import anywhere
from scanner.span import Span
from scanner.verdicts.assessed_principal import AssessedPrincipal
from scanner.verdicts.sign_in import Client

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
        """The keys, as addresses have them, of the instances of its block that are to be granted it; None for all.

        Empty where no text in the block can mean just them: its module is there several times, each time with other
        needs, and somebody is among them who neither needs nor has what is granted.
        """
        place = assessed.definition.root, assessed.definition.span
        if place not in self._keys:
            self._keys[place] = self._needy_keys(self._of_block.get(place, ()))
        return self._keys[place]

    def _needy_keys(self, same: Sequence[AssessedPrincipal]) -> tuple[str, ...] | None:
        others = [one for one in same if not self._is_needy(one)]
        if not others:
            return None
        by_module: dict[str, set[str]] = {}
        for one in same:
            block, key = _parted(one)
            by_module.setdefault(block, set()).update([key] if key is not None and self._is_needy(one) else [])
        found, *different = by_module.values()
        if any(keys != found for keys in different) or (different and not found):
            return None if all(map(_has_it, others)) else ()
        return None if not found or ANY_KEY.strip("[]") in found else tuple(sorted(found))

    def _is_needy(self, one: AssessedPrincipal) -> bool:
        return (one.definition.root, one.definition.address) in self._needy


def _parted(one: AssessedPrincipal) -> tuple[str, str | None]:
    """The address of the block in its module, and the key of the instance."""
    address = one.definition.address
    found = _LAST_KEY.search(address)
    return (address[: found.start()], found[1]) if found is not None else (address, None)


def _has_it(one: AssessedPrincipal) -> bool:
    return one.aws_login.outcome(Client.LOCALHOST) in (Outcome.ALLOWED, Outcome.CONDITIONAL)
