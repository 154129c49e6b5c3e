"""Who else there is: whom the same block makes, and who is in the same group."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scanner.iam.evaluate import Outcome
from scanner.iam.principal import How
from scanner.principals.definition import ANY_KEY
from scanner.regexes import anywhere
from scanner.span import Span
from scanner.verdicts.assessed_principal import AssessedPrincipal
from scanner.verdicts.sign_in import Client

Home = tuple[str, str]
"""Root and address."""

_CALL = anywhere(r'(?:\A|\.)module\.[^.\[\]"]++(?:\[((?:"(?:[^"\\]|\\.)*+"|[^\[\]"]++))\])?')
_LAST_KEY = anywhere(r'\[((?:"(?:[^"\\]|\\.)*+"|[^\[\]"]++))\]\Z')


class Peers:
    """The principals of all roots; ``needy`` are those who are to be granted something."""

    def __init__(self, everybody: Iterable[AssessedPrincipal], needy: Iterable[Home]) -> None:
        self._needy = frozenset(needy)
        self._keys: dict[tuple[str, Span, bool], tuple[str, ...] | None] = {}
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
        """The keys, as addresses have them, of the instances of its block that are to be granted it the same way,
        with policies of their own or without; None for all.

        Empty where no text in the block can mean just them: its module is there several times, each time with other
        needs, and somebody is among them who neither needs nor has what is granted.
        """
        place = assessed.definition.root, assessed.definition.span
        way = *place, _has_own(assessed)
        if way not in self._keys:
            self._keys[way] = self._needy_keys(self._of_block.get(place, ()), _has_own(assessed))
        return self._keys[way]

    def _needy_keys(self, same: Sequence[AssessedPrincipal], has_own: bool) -> tuple[str, ...] | None:
        blocks = [_parted(one) for one in same]
        is_one = len({block for block, _ in blocks}) == 1
        meant = [self._is_needy(one) and (not is_one or _has_own(one) is has_own) for one in same]
        others = [one for one, is_meant in zip(same, meant, strict=True) if not is_meant]
        if not others:
            return None
        by_module: dict[str, set[str]] = {}
        for (block, key), is_meant in zip(blocks, meant, strict=True):
            by_module.setdefault(block, set()).update([key] if key is not None and is_meant else [])
        found, *different = by_module.values()
        if any(keys != found for keys in different) or (different and not found):
            return None if all(map(_has_it, others)) else ()
        return None if not found or ANY_KEY.strip("[]") in found else tuple(sorted(found))

    def call_keys(self, assessed: AssessedPrincipal) -> tuple[str, ...] | None:
        """The keys of the instances of its module in which somebody whom its block makes is to be granted it; None for
        all."""
        definition = assessed.definition
        same = self._of_block.get((definition.root, definition.span), ())
        same = [one for one in same if one.definition.trail == definition.trail]
        if all(self._is_needy(one) for one in same):
            return None
        found = {key for one in same if self._is_needy(one) and (key := _call_key(one)) is not None}
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


def _has_own(one: AssessedPrincipal) -> bool:
    return any(policy.how is How.ATTACHED and policy.group is None for policy in one.principal.policies)


def _call_key(one: AssessedPrincipal) -> str | None:
    """That of the innermost module."""
    calls = [found[1] for found in _CALL.finditer(one.definition.address)]
    return calls[-1] if calls else None
