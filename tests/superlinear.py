"""Finds, in a regular expression itself, that some text takes a backtracking search more than linear time.

That is so if a part of the text can be read in two ways over and over: there are places ``p`` and ``q`` in loops of
the expression, and a text that leads from ``p`` to ``p``, from ``p`` to ``q`` and from ``q`` to ``q`` (Weber and Seidl,
"On the degree of ambiguity of finite automata", 1991; for expressions: Wüstholz et al., "Static Detection of DoS
Vulnerabilities in Programs that use Regular Expressions", 2017). A search is a loop over the places where it may begin.
What an atomic group decides between stays decided, so it counts inside of the group only; and where the whole has
matched, nothing else is tried.

A long counted repetition counts as an endless one, a look-behind of more than one character as nothing: that may accuse
an innocent expression, never acquit a slow one.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import reduce
from itertools import pairwise, product
from operator import or_
from re import _constants as sre  # type: ignore[attr-defined] # typeshed does not know the module
from re import _parser  # type: ignore[attr-defined] # nor this one
from typing import Any

MOST_COPIES = 100
"""Of what is repeated, in places of the automaton; more counts as endless."""
_SAMPLES = "\0\t\n\r\x1c !#/09:AZ_az~\x85\xa0\u00c9\u00e9\u0663\u00b2\u2028\ufeff\u017f\u212a\U0001f600"


@dataclass(eq=False)
class _Node:
    """Reads one character of ``reads``; or none, and goes on if what is around it is as ``around`` says."""

    groups: tuple[int, ...]
    reads: int = 0
    around: tuple[tuple[int, int], ...] = ()
    """Sets of the character before and of the one behind."""
    doubtful: bool = False
    """Whether it goes on in some of these cases only."""
    then: list[_Node] = field(default_factory=list)


@dataclass(frozen=True)
class _Step:
    """A way from one character to the next: the nodes between them, and what the next one may be at most."""

    way: tuple[_Node, ...]
    next: int

    def stays(self, group: int | None, since: int = 0) -> bool:
        return group is None or all(group in node.groups for node in self.way[since:])


class _Automaton:
    def __init__(self, pattern: str | bytes, flags: int, *, searches: bool, whole: bool) -> None:
        self.whole = whole
        tree = _parser.parse(pattern, flags)
        self.flags = tree.state.flags
        self.letters = _letters(pattern)
        self.end = 1 << len(self.letters)
        self.all = self.end - 1
        self.groups = dict(_groups(tree))
        self.count = 0
        self.nodes: list[_Node] = []
        self.accept = self.node(())
        begin = self.sequence(tree, self.accept, (), self.flags)
        if searches:
            here = self.node((), then=[begin])
            here.then.append(self.node((), reads=self.all, then=[here]))
        self.begin = here if searches else begin
        self.known_ends: dict[_Node, bool] = {}
        self.known: dict[tuple[_Node, int], list[_Step]] = {}
        sets = [node.reads for node in self.nodes] + [
            one for node in self.nodes for both in node.around for one in both
        ]
        alike = {tuple(bool(one & letter) for one in sets): letter for letter in _bits(self.all)}
        self.telling = sum(alike.values())

    def node(self, groups: tuple[int, ...], **rest: Any) -> _Node:
        self.nodes.append(_Node(groups, **rest))
        return self.nodes[-1]

    def atomic(self, groups: tuple[int, ...]) -> tuple[int, ...]:
        self.count += 1
        return (*groups, self.count)

    def sequence(self, tree: Any, then: _Node, groups: tuple[int, ...], flags: int) -> _Node:
        for kind, value in reversed(list(tree)):
            then = self.item(kind, value, then, groups, flags)
        return then

    def item(self, kind: Any, value: Any, then: _Node, groups: tuple[int, ...], flags: int) -> _Node:
        one = self.one(kind, value, flags)
        if one is not None:
            return self.node(groups, reads=one, then=[then])
        match kind, value:
            case sre.BRANCH, (_, ways):
                return self.node(groups, then=[self.sequence(way, then, groups, flags) for way in ways])
            case sre.SUBPATTERN, (_, added, removed, inside):
                return self.sequence(inside, then, groups, (flags | added) & ~removed)
            case sre.ATOMIC_GROUP, inside:
                inner = self.atomic(groups)
                return self.node(inner, then=[self.sequence(inside, self.node(groups, then=[then]), inner, flags)])
            case ((sre.MAX_REPEAT | sre.MIN_REPEAT | sre.POSSESSIVE_REPEAT), (least, most, inside)):
                return self.repeat(kind is sre.POSSESSIVE_REPEAT, least, most, inside, then, groups, flags)
            case sre.AT, where:
                return self.node(groups, around=self.at(where, flags), then=[then])
            case ((sre.ASSERT | sre.ASSERT_NOT), (direction, inside)):
                return self.look(kind is sre.ASSERT, direction > 0, inside, then, groups, flags)
            case sre.GROUPREF, number:
                return self.sequence(self.groups[number], then, groups, flags)
        raise NotImplementedError(f"{kind} in a pattern of the scanner")

    def repeat(
        self, possessive: bool, least: int, most: Any, inside: Any, then: _Node, groups: tuple[int, ...], flags: int
    ) -> _Node:
        one = self.one(*inside[0], flags) if len(inside) == 1 else None
        outer, inner = groups, groups
        if possessive:
            outer = self.atomic(groups)
            inner = outer if one is not None else self.atomic(outer)
            is_greedy = one is not None and most is sre.MAXREPEAT
            around = ((self.all | self.end, (self.all & ~(one or 0)) | self.end),) if is_greedy else ()
            then = self.node(groups, around=around, then=[then])
        before = len(self.nodes)
        least = min(least, MOST_COPIES)
        again = self.node(outer)
        first = self.sequence(inside, again, inner, flags)
        size = len(self.nodes) - before
        if most is not sre.MAXREPEAT and most * size <= MOST_COPIES * 4 and most <= MOST_COPIES:
            again.then = [then]
            begin = then
            for number in range(most, 0, -1):
                body = self.sequence(inside, begin, inner, flags)
                begin = self.node(outer, then=[body, then] if number > least else [body])
            return begin
        again.then = [first, then]
        begin = again
        for _ in range(least):
            begin = self.sequence(inside, begin, inner, flags)
        return self.node(outer, then=[begin])

    def one(self, kind: Any, value: Any, flags: int) -> int | None:
        """The set that an expression of one character is; None for any other."""
        if kind is sre.SUBPATTERN and len(value[3]) == 1:
            return self.one(*value[3][0], (flags | value[1]) & ~value[2])
        if kind not in (sre.LITERAL, sre.NOT_LITERAL, sre.ANY, sre.IN):
            return None
        return sum(1 << index for index, letter in enumerate(self.letters) if _is_one(kind, value, letter, flags))

    def at(self, where: Any, flags: int) -> tuple[tuple[int, int], ...]:
        any_one, line = self.all | self.end, 1 << self.letters.index("\n")
        if where in (sre.AT_BEGINNING, sre.AT_BEGINNING_STRING):
            many = flags & re.MULTILINE and where is sre.AT_BEGINNING
            return ((self.end | line if many else self.end, any_one),)
        if where in (sre.AT_END, sre.AT_END_STRING):
            return ((any_one, self.end if where is sre.AT_END_STRING else self.end | line),)
        word = self.one(sre.IN, [(sre.CATEGORY, sre.CATEGORY_WORD)], flags) or 0
        other = any_one & ~word
        return ((word, other), (other, word)) if where is sre.AT_BOUNDARY else ((word, word), (other, other))

    def look(self, wanted: bool, ahead: bool, inside: Any, then: _Node, groups: tuple[int, ...], flags: int) -> _Node:
        any_one = self.all | self.end
        ways = [inside] if inside[0][0] is not sre.BRANCH or len(inside) > 1 else inside[0][1][1]
        sets = [self.edge(way, flags, wanted=wanted) for way in ways]
        if None not in sets:
            found = reduce(or_, (one or 0 for one in sets))
            found = found if wanted else any_one & ~found
            return self.node(groups, around=((any_one, found) if ahead else (found, any_one),), then=[then])
        rest = self.node(groups, then=[then], doubtful=True)
        if not ahead:
            return rest
        return self.node(groups, then=[self.sequence(inside, self.node(groups), self.atomic(groups), flags), rest])

    def edge(self, way: Any, flags: int, *, wanted: bool) -> int | None:
        """What one character beside a place decides; a longer look that is wanted needs its first one at least."""
        if len(way) == 1 and way[0] == (sre.AT, sre.AT_END) and not flags & re.MULTILINE:
            return self.end | (1 << self.letters.index("\n") if wanted else 0)
        if len(way) == 1 and way[0] == (sre.AT, sre.AT_END_STRING):
            return self.end
        return self.one(*way[0], flags) if len(way) == 1 else None

    def steps(self, node: _Node, last: int) -> list[_Step]:
        """All ways from a place, after the character ``last``, to what reads the next one or to the end."""
        found = self.known.get((node, last))
        if found is None:
            found = self.known[node, last] = list(self._steps(node.then, last, (), self.all | self.end))
        return found

    def _steps(self, nodes: list[_Node], last: int, way: tuple[_Node, ...], following: int) -> Iterator[_Step]:
        for node in nodes:
            if way and (way[-1], node) in pairwise(way):
                continue  # around a loop without reading
            here, after = (*way, node), following
            if node.around:
                after &= reduce(or_, (behind for before, behind in node.around if before & last), 0)
            if node.reads or node is self.accept:
                after &= node.reads or self.all | self.end
                if after:
                    yield _Step(here, after)
            elif after:
                yield from self._steps(node.then, last, here, after)

    def ends(self, node: _Node) -> bool:
        """Whether the whole has matched wherever there is a way on from the place, so that nothing else is tried."""
        if node not in self.known_ends:
            self.known_ends[node] = all(self._ends(node, last) for last in _bits(node.reads & self.telling))
        return self.known_ends[node]

    def _ends(self, node: _Node, last: int) -> bool:
        accepted = staying = others = 0
        for step in self.steps(node, last):
            if step.way[-1] is self.accept:
                is_sure = not any(one.doubtful for one in step.way)
                accepted |= step.next & (self.end if self.whole else -1) if is_sure else 0
            elif step.way[-1] is node:
                staying |= step.next
            else:
                others |= step.next
        return accepted | staying == self.all | self.end or not (staying | others) & ~accepted


def slow_part(pattern: str | bytes, flags: int = 0, *, searches: bool = False, whole: bool = False) -> str | None:
    """A text that, many times over, takes a search more than linear time; None if there is none."""
    automaton = _Automaton(pattern, flags, searches=searches, whole=whole)
    readers = [node for node in automaton.nodes if node.reads]
    after = {
        node: {step.way[-1] for last in _bits(node.reads & automaton.telling) for step in automaton.steps(node, last)}
        for node in readers
    }
    after[automaton.accept] = set()
    reach = {node: _reached(node, after) for node in readers}
    reachable = _reached(automaton.node((), reads=1, then=[automaton.begin]), after, automaton)
    looping = [node for node in readers if node in reach[node] and node in reachable]
    rounds = {node: {other for other in reach[node] if node in reach.get(other, ())} for node in looping}
    towards = {q: {node for node in readers if q in reach[node]} | {q} for q in looping}
    for p in looping:
        forks = list(_forks(automaton, p, rounds[p]))
        for q in looping if forks else ():
            if q in reach[p]:
                text = _pumped(automaton, p, q, rounds[p], rounds[q], towards[q], forks)
                if text is not None:
                    return text
    return None


def _forks(automaton: _Automaton, p: _Node, round_p: set[_Node]) -> Iterator[tuple[int, _Step, _Step, int | None]]:
    """Two ways on from p after one character, the first of which can come back; the group that both must stay in."""
    for last in _bits(p.reads & automaton.telling):
        ways = automaton.steps(p, last)
        for a in ways if len(ways) > 1 else ():
            for b in ways if a.way[-1] in round_p else ():
                if a is b or not a.next & b.next:
                    continue
                since = next(i for i, (x, y) in enumerate(zip(a.way, b.way, strict=False)) if x is not y)
                group = next(reversed(a.way[since - 1].groups if since else p.groups), None)
                if a.stays(group, since) and b.stays(group, since):
                    yield last, a, b, group


def _pumped(
    automaton: _Automaton,
    p: _Node,
    q: _Node,
    round_p: set[_Node],
    round_q: set[_Node],
    towards_q: set[_Node],
    forks: list[tuple[int, _Step, _Step, int | None]],
) -> str | None:
    """A text that leads from p to p, from p to q by another way, and from q to q."""
    found: dict[Any, str] = {}
    queue: deque[Any] = deque()

    def go(a: _Step, b: _Step, c: _Step, group: int | None, text: str) -> None:
        following = a.next & b.next & c.next
        state = (a.way[-1], b.way[-1], c.way[-1], following, group)
        if following and c.way[-1] in round_q and state not in found and not automaton.ends(state[2]):
            found[state] = text
            queue.append(state)

    for last, a, b, group in forks:
        if last & q.reads and b.way[-1] in towards_q:
            for c in automaton.steps(q, last):
                go(a, b, c, group, _shown(automaton, last))
    while queue:
        state = queue.popleft()
        *nodes, following, group = state
        if nodes == [p, q, q]:
            return found[state]
        for last in _bits(following & automaton.telling):
            text = found[state] + _shown(automaton, last)
            first, second, third = (automaton.steps(node, last) for node in nodes)
            first = [step for step in first if step.way[-1] in round_p and step.stays(group)]
            second = [step for step in second if step.way[-1] in towards_q and step.stays(group)]
            for a, b, c in product(first, second, third):
                go(a, b, c, group, text)
    return None


def _reached(node: _Node, after: dict[_Node, set[_Node]], automaton: _Automaton | None = None) -> set[_Node]:
    found: set[_Node] = set()
    begin = {step.way[-1] for step in automaton.steps(node, automaton.end)} if automaton else after[node]
    waiting = list(begin)
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += after[one]
    return found


def _groups(tree: Any) -> Iterator[tuple[int, Any]]:
    if isinstance(tree, tuple | list | _parser.SubPattern):
        for one in tree:
            if isinstance(one, tuple) and one[0] is sre.SUBPATTERN:
                yield one[1][0], one[1][3]
            yield from _groups(one)


def _bits(mask: int) -> Iterator[int]:
    while mask:
        yield mask & -mask
        mask &= mask - 1


def _shown(automaton: _Automaton, last: int) -> str:
    return automaton.letters[last.bit_length() - 1] if last <= automaton.all else ""


def _letters(pattern: str | bytes) -> str:
    """Characters that stand for all: those of the pattern with their neighbours, and one at least of each class."""
    is_text = isinstance(pattern, str)
    written = re.sub(
        r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))",
        lambda found: chr(int(found[1] or found[2] or found[3], 16)),
        pattern if isinstance(pattern, str) else pattern.decode("latin-1"),
    )
    near = {chr(min(max(ord(letter) + by, 0), 0x10FFFF)) for letter in written for by in (-1, 0, 1)}
    both = {other for letter in near | {*_SAMPLES} for other in (letter, letter.swapcase()) if len(other) == 1}
    return "".join(sorted(letter for letter in both if is_text or ord(letter) < 256))


_CATEGORIES = {sre.CATEGORY_DIGIT: r"\d", sre.CATEGORY_SPACE: r"\s", sre.CATEGORY_WORD: r"\w"} | {
    sre.CATEGORY_NOT_DIGIT: r"\D", sre.CATEGORY_NOT_SPACE: r"\S", sre.CATEGORY_NOT_WORD: r"\W"
}  # fmt: skip


def _is_one(kind: Any, value: Any, letter: str, flags: int) -> bool:
    codes = {ord(letter)}
    if flags & re.IGNORECASE:
        codes |= {ord(other) for other in (letter.lower(), letter.upper(), letter.swapcase()) if len(other) == 1}
    match kind:
        case sre.LITERAL:
            return value in codes
        case sre.NOT_LITERAL:
            return value not in codes
        case sre.ANY:
            return bool(flags & re.DOTALL) or letter != "\n"
        case sre.RANGE:
            return any(value[0] <= code <= value[1] for code in codes)
        case sre.CATEGORY:
            ascii_only = re.ASCII if flags & re.ASCII or not flags & re.UNICODE else re.NOFLAG
            return re.fullmatch(_CATEGORIES[value], letter, ascii_only) is not None
    negated = bool(value) and value[0][0] is sre.NEGATE
    return negated != any(_is_one(*one, letter, flags) for one in (value[1:] if negated else value))
