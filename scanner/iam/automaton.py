"""Patterns with wildcards and holes as automata that read a text one letter after the other.

A pattern comes from a policy, a text from the request; both may have holes, pieces that are not known. The automaton is
nondeterministic, and its states are the bits of one integer, one step for each letter, so a hostile pattern costs time
linear in the text:

- a hole in the text is one letter that nothing matches but a ``*``, which would take up any filling, or a hole of the
  same symbol; a hole in the pattern matches nothing else;
- a hole in the pattern can be widened to a ``*``, and one in the text can be spelled, which is to say that it may
  be anything.
"""

from __future__ import annotations

import string
from collections.abc import Iterable, Sequence
from dataclasses import replace
from enum import Enum
from functools import lru_cache

from scanner.budget import spend
from scanner.cause import Cause
from scanner.lazy_dataclass import dataclass
from scanner.symbol import Symbol


@dataclass(frozen=True, slots=True)
class Hole:
    """A piece of text that is not known."""

    causes: frozenset[Cause]
    symbol: Symbol | None = None
    """Holes with the same symbol stand for the same text."""
    one_segment: bool = False
    """True when the text cannot contain a colon, as an account ID or a region cannot."""
    is_account_id: bool = False
    """True when it is the ID of an account, or no principal at all."""
    identifies: str = ""
    """Of which kind of identity it is the unique ID, if it is one."""
    word: bool = False
    """True for a text of letters, digits and hyphens that is never empty: an account ID, a region, a partition."""
    single: bool = False
    """True for one character that is not a colon."""


def word(causes: frozenset[Cause], symbol: Symbol | None = None) -> Hole:
    """The hole of an account ID, a region or a partition."""
    return Hole(causes, symbol, one_segment=True, word=True)


class Wildcard(Enum):
    """What a pattern may have where a text has letters."""

    ANY_TEXT = "*"
    ANY_CHARACTER = "?"
    ANY_IN_SEGMENT = "*:"
    CHARACTER_IN_SEGMENT = "?:"


Text = tuple[str | Hole, ...]
"""Literal pieces and holes."""
Pattern = tuple[str | Wildcard | Hole, ...]
"""Literal pieces (in which ``*`` has no special meaning), wildcards and holes."""


def letters_of(text: Text) -> Sequence[str | Hole]:
    """What an automaton reads of a text."""
    if len(text) == 1 and isinstance(text[0], str):
        return text[0]
    return [letter for part in text for letter in (part if isinstance(part, str) else (part,))]


def widened_pattern(pattern: Pattern, only: Sequence[Hole] | None = None) -> Pattern:
    """The pattern with its holes (or only some of them) as wildcards: all that it could turn out to match."""
    return tuple(
        (Wildcard.ANY_IN_SEGMENT if part.one_segment else Wildcard.ANY_TEXT)
        if isinstance(part, Hole) and (only is None or part in only)
        else part
        for part in pattern
    )


_OF_WORDS = frozenset(string.ascii_letters + string.digits + "-")


@dataclass(frozen=True, slots=True)
class Automaton:
    """State ``i`` means: the first ``i`` items of the pattern are used up. Each mask has a bit for each state."""

    takes: dict[str, int]
    """For a character: states whose item is that literal character."""
    takes_any: int
    takes_in_segment: int
    """States whose item takes any one character, or any but a colon."""
    loops_any: int
    loops_in_segment: int
    """States that stay where they are on any character, or on any but a colon."""
    skips: int
    """States that may be left without reading: those whose item takes any number of characters."""
    holes: tuple[tuple[int, Hole], ...]
    literal_colons: int
    literal_signs: int
    """States whose item is a character that no word has."""
    accepting: int
    everything: int


@lru_cache(maxsize=16384)
def compiled(pattern: Pattern) -> Automaton:
    """The automaton of a pattern, whose holes match only themselves."""
    takes: dict[str, int] = {}
    takes_any = takes_in_segment = loops_any = loops_in_segment = 0
    found_holes: list[tuple[int, Hole]] = []
    bit = 1
    for item in _items(pattern):
        match item:
            case str():
                takes[item] = takes.get(item, 0) | bit
            case Wildcard.ANY_CHARACTER:
                takes_any |= bit
            case Wildcard.CHARACTER_IN_SEGMENT:
                takes_in_segment |= bit
            case Wildcard.ANY_TEXT:
                loops_any |= bit
            case Wildcard.ANY_IN_SEGMENT:
                loops_in_segment |= bit
            case Hole():
                found_holes.append((bit, item))
        bit <<= 1
    return Automaton(
        takes,
        takes_any,
        takes_in_segment,
        loops_any,
        loops_in_segment,
        loops_any | loops_in_segment,
        tuple(found_holes),
        takes.get(":", 0),
        sum(states for character, states in takes.items() if character not in _OF_WORDS),
        bit,
        (bit << 1) - 1,
    )


def _items(pattern: Pattern) -> Iterable[str | Wildcard | Hole]:
    """Single letters, wildcards and holes; of several adjacent ``*`` the widest, so that skipping takes one step."""
    pending: Wildcard | None = None
    for part in pattern:
        if part is Wildcard.ANY_TEXT or part is Wildcard.ANY_IN_SEGMENT:
            pending = Wildcard.ANY_TEXT if Wildcard.ANY_TEXT in (part, pending) else Wildcard.ANY_IN_SEGMENT
            continue
        if pending is not None:
            yield pending
            pending = None
        if isinstance(part, str):
            yield from part
        else:
            yield part
    if pending is not None:
        yield pending


_STEPS = 3
"""What it costs to read a letter."""


def runs(automaton: Automaton, letters: Iterable[str | Hole], spell: Sequence[Hole] = ()) -> bool:
    """Whether an accepting state is reached after the last letter; the holes in ``spell`` may be any text."""
    states = closed(automaton, 1)
    letters = tuple(letters)
    spend(_STEPS * len(letters))
    for letter in letters:
        states = advanced(automaton, states, letter, spell)
        if not states:
            return False
        states = closed(automaton, states)
    return bool(states & automaton.accepting)


def closed(automaton: Automaton, states: int) -> int:
    """With the states that are reached without reading."""
    return states | (states & automaton.skips) << 1


def advanced(automaton: Automaton, states: int, letter: str | Hole, spell: Sequence[Hole] = ()) -> int:
    """The states after one letter."""
    if isinstance(letter, Hole):
        return _spell(automaton, states, letter) if letter in spell else _take_hole(automaton, states, letter)
    if letter == ":":
        step = automaton.literal_colons | automaton.takes_any
        return (states & step) << 1 | (states & automaton.loops_any)
    step = automaton.takes.get(letter, 0) | automaton.takes_any | automaton.takes_in_segment
    return (states & step) << 1 | (states & (automaton.loops_any | automaton.loops_in_segment))


def _take_hole(automaton: Automaton, states: int, letter: Hole) -> int:
    loops = automaton.loops_any | (automaton.loops_in_segment if letter.one_segment else 0)
    result = states & loops
    if letter.single:
        result |= (states & (automaton.takes_any | automaton.takes_in_segment)) << 1
    if letter.symbol is not None:
        for bit, other in automaton.holes:
            if states & bit and other.symbol == letter.symbol:
                result |= bit << 1
    return result


def _spell(automaton: Automaton, states: int, letter: Hole) -> int:
    """Every state that some filling of the hole leads to."""
    if not letter.word and not letter.single:
        return _any_text(automaton, states, letter)
    begun = closed(automaton, _one_character(automaton, states, letter))
    return begun if letter.single else _any_text(automaton, begun, letter)


def _one_character(automaton: Automaton, states: int, letter: Hole) -> int:
    loops = automaton.loops_any | automaton.loops_in_segment
    return (states & _passable(automaton, letter) & ~loops) << 1 | (states & loops)


def _any_text(automaton: Automaton, states: int, letter: Hole) -> int:
    passable = _passable(automaton, letter)
    while True:
        following = states | (states & passable) << 1
        if following == states:
            return states
        states = following


def _passable(automaton: Automaton, letter: Hole) -> int:
    """States whose item may be a piece of what the hole stands for."""
    passable = automaton.everything & ~automaton.accepting
    if letter.one_segment or letter.single:
        passable &= ~automaton.literal_colons
    return passable & ~automaton.literal_signs if letter.word else passable


def is_met(pattern: Pattern, letters: Sequence[str | Hole], met: Hole, spell: Sequence[Hole]) -> bool:
    """Whether a match can bring anything but a wildcard to a hole of the text: a letter, or a hole of the pattern."""
    automaton = compiled(pattern)
    wildcards = automaton.loops_any | automaton.loops_in_segment
    widened = _with_loops(automaton)
    untouched, touched = closed(widened, 1), 0
    for letter in letters:
        if letter == met:
            begun = closed(widened, _one_character(widened, untouched & ~wildcards, met))
            touched = _spell(widened, touched, met) | _any_text(widened, begun, met)
            untouched &= wildcards
        else:
            untouched = advanced(widened, untouched, letter, spell)
            touched = advanced(widened, touched, letter, spell)
        untouched, touched = closed(widened, untouched), closed(widened, touched)
    return bool(touched & automaton.accepting)


def _with_loops(automaton: Automaton) -> Automaton:
    """The automaton whose holes take any text, and are still the items that they were."""
    loops_any, loops_in_segment = automaton.loops_any, automaton.loops_in_segment
    for bit, part in automaton.holes:
        if part.one_segment:
            loops_in_segment |= bit
        else:
            loops_any |= bit
    return replace(
        automaton, loops_any=loops_any, loops_in_segment=loops_in_segment, skips=loops_any | loops_in_segment, holes=()
    )
