"""What becomes of addresses by ``moved`` blocks, or by what a plan says was moved (``previous_address``).

It is done as Terraform does it with a state: statement by statement, those first whose results others move on or move
around; what would come to a place that is taken stays where it is. Statements that go in a circle are refused there, so
none of them counts here.

https://developer.hashicorp.com/terraform/language/block/moved
https://github.com/hashicorp/terraform/blob/main/internal/refactoring/move_execute.go
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from scanner.regexes import anywhere

Move = tuple[str, str]
"""From and to: of an instance, of a resource with all its instances, or of a module with all that is in it."""

_PART = anywhere(r'[^.\[]++|\[(?:"(?:[^"\\]++|\\.)*+"|[^\["\]]*+)\]')
"""A name in an address, or a key."""


def former_addresses(addresses: Iterable[str], moves: Iterable[Move]) -> Mapping[str, str]:
    """What there was before, by the addresses at which it is once the moves are made."""
    held = _Held(addresses)
    every = sorted(set(moves))
    for source, target in _in_order(every):
        held.move(source, target)
    named = {_without_key(one) for move in every for one in move}
    return {**held.former, **dict(_implied(held.former, named))}


def _implied(former: Mapping[str, str], named: set[str]) -> Iterator[tuple[str, str]]:
    """Where a resource without a key would be with ``count``, and the other way round, if no block names it.

    Where it is not known how many there are (``[*]``), one alone is any of them. It is there under one of these
    addresses, so whoever asks for the one that is there finds what it was.
    """
    instances: dict[str, list[str]] = {}
    for address in former:
        instances.setdefault(_without_key(address), []).append(address)
    for resource, every in instances.items():
        known = (resource, f"{resource}[0]")
        others = known if len(every) > 1 else (*known, f"{resource}[*]")
        for address in every:
            if resource not in named and address in others:
                yield from ((other, former[address]) for other in others if other not in former)


class _Held:
    """Addresses of principals, while they are moved."""

    def __init__(self, addresses: Iterable[str]) -> None:
        self.former: dict[str, str] = {}
        self._inside: dict[str, dict[str, None]] = {}
        """The addresses in a module, of a resource, or of an instance."""
        self._modules: Counter[str] = Counter()
        """How many there are in each instance of a module, and in none below it."""
        for address in addresses:
            self._put(address, address)

    def move(self, source: str, target: str) -> None:
        """Move what one statement is about, unless there is something already where it would be."""
        of_module = _is_module(source)
        of_instance = "]" in (source[-1:], target[-1:])
        places: dict[str, list[tuple[str, str]]] = {}
        for address in self._inside.get(source, ()):
            rest = address[len(source) :]
            if of_instance and rest[:1] == "[":
                continue  # of a resource or a call with keys, and what is meant has none
            moved = target + rest
            places.setdefault(_module(moved) if of_module else target, []).append((address, moved))
        for place, found in places.items():
            if not self._is_taken(place, of_module=of_module, of_instance=of_instance):
                for address, moved in found:
                    self._put(moved, self._take(address))

    def _is_taken(self, place: str, *, of_module: bool, of_instance: bool) -> bool:
        if of_module:
            return self._modules[place] > 0
        return place in self.former if of_instance else bool(self._inside.get(place))

    def _put(self, address: str, before: str) -> None:
        self.former[address] = before
        self._modules[_module(address)] += 1
        for around in _around(address):
            self._inside.setdefault(around, {})[address] = None

    def _take(self, address: str) -> str:
        self._modules[_module(address)] -= 1
        for around in _around(address):
            del self._inside[around][address]
        return self.former.pop(address)


def _in_order(moves: Iterable[Move]) -> Iterable[Move]:
    """Each after those whose results it moves on, or moves as a whole; none if they go in a circle."""
    every = tuple(moves)
    by_source: dict[str, list[Move]] = {}
    by_target: dict[str, list[Move]] = {}
    for move in every:
        by_source.setdefault(move[0], []).append(move)
        by_target.setdefault(move[1], []).append(move)
    found: TopologicalSorter[Move] = TopologicalSorter()
    for move in every:
        source, target = move
        around_source, around_target = tuple(_around(source)), tuple(_around(target))
        of_modules = [one for one in around_target if one != target and _is_module(one)]
        earlier = (first for one in (*around_source, *of_modules) for first in by_target.get(one, ()))
        found.add(move, *(first for first in earlier if first != move))
        inside = [one for one in around_source if one != source and _is_module(one)]
        inside += [one for one in around_target if one != target]
        for one in inside:
            for later in by_source.get(one, ()):
                if later != move:
                    found.add(later, move)
    try:
        return tuple(found.static_order())
    except CycleError:
        return ()


def _around(address: str) -> Iterator[str]:
    """Everything that an address is in or of, itself last."""
    return (address[: part.end()] for part in _PART.finditer(address))


def _parts(address: str) -> list[str]:
    return [part[0] for part in _PART.finditer(address)]


def _without_key(address: str) -> str:
    parts = _parts(address)
    return address[: -len(parts[-1])] if parts and parts[-1].startswith("[") else address


def _is_module(address: str) -> bool:
    """Whether it is a module call, or one instance of it."""
    names = [part for part in _parts(address) if not part.startswith("[")]
    return len(names) % 2 == 0 and all(one == "module" for one in names[::2])


def _module(address: str) -> str:
    """The instance of a module that a resource is in; empty for the root module."""
    end, expected = 0, True
    for part in _PART.finditer(address):
        if part[0].startswith("["):
            end = part.end() if expected and end else end
        elif not expected:
            end, expected = part.end(), True
        elif part[0] == "module":
            expected = False
        else:
            break
    return address[:end]


def resource_type(address: str) -> str:
    """The type of the resource that has an address."""
    rest = address[len(_module(address)) :].removeprefix(".")
    return rest.split(".", 1)[0]
