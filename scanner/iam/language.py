"""Sets of texts that a request may have in one place, and whether policies let one of them through.

A trust policy is not asked whether it lets one request in but whether there is one that it lets in: a sign-in endpoint
in any region, a user of any name. So a place of the request has a *language*, all the texts that may stand there, and
the statements are *tests* on the text. Is there a text that passes all tests of an Allow and, for every Deny, fails one
of its tests?

Every pattern is an automaton, and so is the language; they are run together, over all texts at once, and what counts is
which patterns match where the language ends. That is exact: nothing is sampled. A hole of the language is a piece that
every text has there and that is not known.

Patterns may name a piece by its symbol, "the region that the code is applied in", which is one of those that the
language spells out. So the language has the sentence once more with the symbol in its place, and each question is asked
of the sentence that can answer it: what a pattern says by a symbol, of the one with the symbol.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from scanner.budget import spend
from scanner.cause import Cause, CauseKind
from scanner.iam.automaton import Hole, Pattern, advanced, closed, compiled, widened_pattern
from scanner.lazy_dataclass import dataclass
from scanner.symbol import Symbol
from scanner.truth import NO, YES, Truth, all_of, any_of, undetermined

MAX_STATES = 50_000
"""Steps after which the question is given up. Written policies take some hundred."""
MAX_WORK = 400_000
"""The same for steps of single automata, of which each pattern has two."""
GIVEN_UP = Cause(CauseKind.UNSUPPORTED, "the patterns of the trust policy, which have more combinations than are tried")


@dataclass(frozen=True, slots=True)
class Run:
    """One or more characters of a set."""

    characters: frozenset[str]


@dataclass(frozen=True, slots=True)
class Once:
    """One character of a set."""

    characters: frozenset[str]


@dataclass(frozen=True, slots=True)
class Chosen:
    """A piece by its symbol, of which another sentence of the language has every filling."""

    hole: Hole


Sentence: TypeAlias = "tuple[str | Run | Once | Hole | Chosen, ...]"
"""Texts that are made alike, piece by piece."""
Language: TypeAlias = "tuple[Sentence, ...]"
"""The texts of all its sentences."""


@dataclass(frozen=True, slots=True)
class Question:
    """What one condition asks of the text: that one of the patterns matches it, or that none does."""

    patterns: tuple[Pattern, ...]
    negated: bool = False
    folded: bool = False
    """Without case; the patterns are in lower case."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What one statement asks: all of its tests, and what does not depend on the text."""

    otherwise: Truth = YES
    tests: tuple[Question, ...] = ()


def admits(language: Language, allow: Rule, denies: tuple[Rule, ...]) -> Truth:
    """Whether a text of the language meets the one rule and none of the others."""
    found, work = _searched(language, allow, denies)
    spend(work)  # as much when it is known already: what a root may cost does not depend on those before it
    if not found.causes:
        return found
    # Equal questions have equal causes, but each has its own places.
    own: dict[Cause, Cause] = {}
    for cause in sorted(_causes(language, (allow, *denies)), key=Cause.sort_key):
        own.setdefault(cause, cause)
    return undetermined(*(own.get(cause, cause) for cause in found.causes))


def _causes(language: Language, rules: Iterable[Rule]) -> Iterator[Cause]:
    """All that an answer may depend on."""
    texts: list[Iterable[object]] = [*language]
    for rule in rules:
        yield from rule.otherwise.causes
        texts += (pattern for test in rule.tests for pattern in test.patterns)
    for piece in (piece for text in texts for piece in text):
        hole = piece.hole if isinstance(piece, Chosen) else piece
        if isinstance(hole, Hole):
            yield from hole.causes


@lru_cache(maxsize=4096)
def _searched(language: Language, allow: Rule, denies: tuple[Rule, ...]) -> tuple[Truth, int]:
    """The answer, and how much work it was."""
    denies = tuple(deny for deny in denies if not deny.otherwise.is_no)
    if allow.otherwise.is_no:
        return NO, 1
    search = _Search(allow, denies)
    return search.over(language), search.work


class _State(NamedTuple):
    """Where a sentence has got to, and all automata with it."""

    number: int
    place: int
    automata: tuple[int, ...]
    plural: bool = False
    """Several texts come here, which no pattern tells apart."""


class _Search:
    def __init__(self, allow: Rule, denies: tuple[Rule, ...]) -> None:
        self._allow, self._denies = allow, denies
        tests = (*allow.tests, *(test for deny in denies for test in deny.tests))
        self._patterns = tuple(dict.fromkeys((part, test.folded) for test in tests for part in test.patterns))
        self._places = {key: place for place, key in enumerate(self._patterns)}
        certain = [compiled(part) for part, _ in self._patterns]
        possible = [compiled(widened_pattern(part)) for part, _ in self._patterns]
        self._automata = (*certain, *possible)
        self._folded = tuple(folded for _, folded in self._patterns) * 2
        self.work = 1
        """Steps of single automata so far."""
        self._known = frozenset(letter for automaton in self._automata for letter in automaton.takes)
        self._symbols = frozenset(
            piece.symbol for part, _ in self._patterns for piece in part if isinstance(piece, Hole) and piece.symbol
        )

    def over(self, language: Language) -> Truth:
        """The answer for the best text."""
        found = NO
        seen: set[_State] = set()
        chosen = {piece.hole.symbol for sentence in language for piece in sentence if isinstance(piece, Chosen)}
        language = tuple(sentence for sentence in language if self._is_asked(sentence))
        sentences = [tuple(_steps(sentence)) for sentence in language]
        start = tuple(closed(automaton, 1) for automaton in self._automata)
        waiting = [_State(number, 0, start) for number in range(len(sentences))]
        while waiting:
            state = waiting.pop()
            if state in seen:
                continue
            seen.add(state)
            if len(seen) > MAX_STATES or self.work > MAX_WORK:
                return found | undetermined(GIVEN_UP)
            steps = sentences[state.number]
            if state.place == len(steps) or not any(state.automata):  # no pattern matches any more, whatever follows
                found = found | self._verdict(state, language[state.number], chosen)
                if found.is_yes:
                    return YES
                continue
            step = steps[state.place]
            for letter, stands_for in self._letters(step):
                plural = state.plural or stands_for > 1
                after = _State(state.number, state.place + 1, self._after(state.automata, letter), plural)
                waiting.append(after)
                if isinstance(step, Run):
                    waiting.append(after._replace(place=state.place))
        return found

    def _is_asked(self, sentence: Sentence) -> bool:
        """Whether patterns name what the sentence has by its symbol; otherwise others say the same."""
        return all(piece.hole.symbol in self._symbols for piece in sentence if isinstance(piece, Chosen))

    def _letters(self, step: str | Hole | Run | Once) -> Iterator[tuple[str | Hole, int]]:
        """The letters that patterns tell apart, and one that stands for all the others; with how many each is."""
        if isinstance(step, str | Hole):
            yield step, 1
            return
        known = {letter for letter in step.characters if letter in self._known or letter.lower() in self._known}
        yield from ((letter, 1) for letter in sorted(known))
        others = sorted(step.characters - known)
        yield from ((letter, len(others)) for letter in others[:1])

    def _after(self, states: tuple[int, ...], letter: str | Hole) -> tuple[int, ...]:
        found = []
        half = len(self._patterns)
        self.work += 2 * half
        for place, (automaton, state) in enumerate(zip(self._automata, states, strict=True)):
            one = letter.lower() if self._folded[place] and isinstance(letter, str) else letter
            spell = (one,) if isinstance(one, Hole) and place >= half else ()
            found.append(closed(automaton, advanced(automaton, state, one, spell)) if state else 0)
        return tuple(found)

    def _verdict(self, state: _State, sentence: Sentence, chosen: set[Symbol | None]) -> Truth:
        half, states = len(self._patterns), state.automata
        own = [piece.hole if isinstance(piece, Chosen) else piece for piece in sentence]
        spelled = chosen - {piece.symbol for piece in own if isinstance(piece, Hole)}
        answers = []
        for place, (part, _) in enumerate(self._patterns):
            if states[place] & self._automata[place].accepting:
                answers.append(YES)
            elif states[half + place] & self._automata[half + place].accepting:
                holes = [piece for piece in (*part, *own) if isinstance(piece, Hole)]
                if state.plural and all(piece.symbol in spelled for piece in holes):
                    answers.append(NO)  # of several texts one at least is not the one that the symbol stands for
                else:
                    answers.append(undetermined(*(cause for piece in holes for cause in piece.causes)))
            else:
                answers.append(NO)
        denied = any_of(self._met(deny, answers) for deny in self._denies)
        return self._met(self._allow, answers) & ~denied

    def _met(self, rule: Rule, answers: list[Truth]) -> Truth:
        return rule.otherwise & all_of(self._passes(test, answers) for test in rule.tests)

    def _passes(self, test: Question, answers: list[Truth]) -> Truth:
        found = any_of(answers[self._places[part, test.folded]] for part in test.patterns)
        return ~found if test.negated else found


def _steps(sentence: Sentence) -> Iterator[str | Hole | Run | Once]:
    """One letter, hole or set after the other."""
    for piece in sentence:
        if isinstance(piece, str):
            yield from piece
        else:
            yield piece.hole if isinstance(piece, Chosen) else piece
