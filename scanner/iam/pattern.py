"""Wildcard patterns and texts, either of which may have holes.

A pattern comes from a policy, a text from the request. A hole stands for a piece of text that is not known. The
question is always the same: does the pattern match the text whatever the holes are (yes), for no filling of the
holes (no), or does it depend on them (undetermined, with the causes of the holes that matter).

Both halves of the answer run the pattern as a nondeterministic automaton whose states are the bits of one
integer, one step for each character of the text, so a hostile pattern costs time linear in the text:

- *certainly*: a hole in the text is one letter that nothing matches but a ``*``, which would take up any filling,
  or a hole of the same symbol; a hole in the pattern matches nothing else.
- *possibly*: a hole in the pattern behaves like ``*``; a hole in the text may spell anything.

In an ARN a ``*`` that does not end its segment, and every ``?``, stays inside the segment; a ``*`` at the end of
one may run on across the colons:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from functools import lru_cache

from scanner import values
from scanner.cause import Cause
from scanner.symbol import Account, Setting, Symbol
from scanner.truth import NO, YES, Truth, undetermined
from scanner.values import Unknown, Value


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


def hole(unknown: Unknown) -> Hole:
    """The hole that an unknown value leaves in a text."""
    is_account = isinstance(unknown.symbol, Account) or unknown.is_account_id
    one_segment = is_account or isinstance(unknown.symbol, Setting)
    return Hole(frozenset({unknown.cause}), unknown.symbol, one_segment, is_account)


def text_of(value: Value) -> Text | None:
    """A value as a text with holes; None if it is no text. Numbers and booleans are written as JSON writes them."""
    match value.data:
        case bool(flag):
            return ("true" if flag else "false",)
        case int() | Decimal():
            return (str(value.data),)
        case str() | Unknown():
            parts = values.pieces(value) or ()
            return tuple(part if isinstance(part, str) else hole(part) for part in parts)
    return None


def literal(text: Text) -> str | None:
    """The text when it has no hole."""
    if not text:
        return ""
    if len(text) == 1 and isinstance(text[0], str):
        return text[0]
    if any(isinstance(part, Hole) for part in text):
        return None
    return "".join(part for part in text if isinstance(part, str))


def parse_wildcards(text: str) -> Pattern:
    """``*`` and ``?`` become wildcards, the rest stays literal."""
    parts: list[str | Wildcard | Hole] = []
    start = 0
    for position, character in enumerate(text):
        if character in "*?":
            if position > start:
                parts.append(text[start:position])
            parts.append(Wildcard(character))
            start = position + 1
    if start < len(text):
        parts.append(text[start:])
    return tuple(parts)


def by_segment(pattern: Pattern) -> Pattern:
    """The pattern of an ARN operator: each of the six parts is matched by itself, so no wildcard leaves its segment.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN
    """
    if pattern == (Wildcard.ANY_TEXT,):
        return pattern
    inside = {Wildcard.ANY_TEXT: Wildcard.ANY_IN_SEGMENT, Wildcard.ANY_CHARACTER: Wildcard.CHARACTER_IN_SEGMENT}
    result: list[str | Wildcard | Hole] = []
    colons = 0
    for part in pattern:
        if isinstance(part, str):
            colons += part.count(":")
        elif isinstance(part, Hole) and not part.one_segment:
            colons = 5
        result.append(inside.get(part, part) if isinstance(part, Wildcard) and colons < 5 else part)
    return tuple(result)


def in_arn(pattern: Pattern) -> Pattern:
    """The pattern of an ARN: wildcards that stay inside their segment are told from those that may leave it."""
    if pattern == (Wildcard.ANY_TEXT,):
        return pattern
    result: list[str | Wildcard | Hole] = []
    colons = 0
    for part, following in zip(pattern, (*pattern[1:], ":"), strict=True):
        if isinstance(part, str):
            colons += part.count(":")
        elif isinstance(part, Hole) and not part.one_segment:
            colons = 5
        inside = isinstance(part, Wildcard) and colons < 5
        if inside and part is Wildcard.ANY_CHARACTER:
            result.append(Wildcard.CHARACTER_IN_SEGMENT)
        elif inside and not (isinstance(following, str) and following.startswith(":")):
            result.append(Wildcard.ANY_IN_SEGMENT)
        else:
            result.append(part)
    return tuple(result)


def matches(pattern: Pattern, text: Text) -> Truth:
    """Whether the pattern matches the text, whatever the holes of either turn out to be."""
    quick = _by_first_piece(pattern, text)
    if quick is not None:
        return quick
    letters = _letters(text)
    if _runs(_compile(pattern), letters):
        return YES
    pattern_holes = [part for part in pattern if isinstance(part, Hole)]
    text_holes = [part for part in text if isinstance(part, Hole)]
    if not pattern_holes and not text_holes:
        return NO
    widened = _compile(_widen(pattern))
    if not _runs(widened, letters, spell=text_holes):
        return NO
    return undetermined(*_blame(pattern, letters, pattern_holes, text_holes))


def _blame(
    pattern: Pattern, letters: Sequence[str | Hole], pattern_holes: list[Hole], text_holes: list[Hole]
) -> Iterable[Cause]:
    """The causes that the answer depends on. A hole that both sides have in the same place decides nothing."""
    shared = {part.symbol for part in pattern_holes} & {part.symbol for part in text_holes} - {None}
    open_pattern = [part for part in pattern_holes if part.symbol not in shared]
    open_text = [part for part in text_holes if part.symbol not in shared]
    if not _runs(_compile(_widen(pattern, open_pattern)), letters, spell=open_text):
        open_pattern, open_text = pattern_holes, text_holes
    # A segment that a wildcard takes up as it is, whatever the rest turns out to be, decides nothing. A policy variable
    # is no wildcard: when the request settles it, the text may still be open.
    if any(cause.kind.concerns_request for part in open_pattern if not part.one_segment for cause in part.causes):
        return (cause for part in (*open_pattern, *open_text) for cause in part.causes)
    widened = _compile(_widen(pattern, open_pattern))
    idle = [
        part for part in open_text if part.one_segment and _runs(widened, letters, [h for h in open_text if h != part])
    ]
    if len(idle) < len(open_text) or open_pattern:
        open_text = [part for part in open_text if part not in idle]
    return (cause for part in (*open_pattern, *open_text) for cause in part.causes)


def matches_any(patterns: Iterable[Pattern], text: Text) -> Truth:
    """Whether one of several patterns matches."""
    result = NO
    for pattern in patterns:
        result = result | matches(pattern, text)
        if result.is_yes:
            break
    return result


def lowered(pattern: Pattern) -> Pattern:
    """For comparisons without case; fold the text with ``lowered_text``."""
    return tuple(part.lower() if isinstance(part, str) else part for part in pattern)


def lowered_text(text: Text) -> Text:
    """The text for a comparison without case."""
    return tuple(part.lower() if isinstance(part, str) else part for part in text)


def written(pattern: Pattern | Text) -> str:
    """For people: the pattern as it stands in a policy, each hole as ``…``."""
    return "".join(
        part if isinstance(part, str) else part.value[0] if isinstance(part, Wildcard) else "…" for part in pattern
    )


def _by_first_piece(pattern: Pattern, text: Text) -> Truth | None:
    """The answer that the beginning alone gives: most statements speak of another service altogether."""
    if not pattern:
        return YES if not text else None
    first = pattern[0]
    if first is Wildcard.ANY_TEXT and len(pattern) == 1:
        return YES
    if isinstance(first, str) and text and isinstance(text[0], str):
        common = min(len(first), len(text[0]))
        if first[:common] != text[0][:common]:
            return NO
    return None


def _letters(text: Text) -> Sequence[str | Hole]:
    if len(text) == 1 and isinstance(text[0], str):
        return text[0]
    return [letter for part in text for letter in (part if isinstance(part, str) else (part,))]


def _widen(pattern: Pattern, only: Sequence[Hole] | None = None) -> Pattern:
    """The pattern with its holes (or only some of them) as wildcards: all that it could turn out to match."""
    return tuple(
        (Wildcard.ANY_IN_SEGMENT if part.one_segment else Wildcard.ANY_TEXT)
        if isinstance(part, Hole) and (only is None or part in only)
        else part
        for part in pattern
    )


@dataclass(frozen=True, slots=True)
class _Automaton:
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
    accepting: int
    everything: int


@lru_cache(maxsize=16384)
def _compile(pattern: Pattern) -> _Automaton:
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
    return _Automaton(
        takes,
        takes_any,
        takes_in_segment,
        loops_any,
        loops_in_segment,
        loops_any | loops_in_segment,
        tuple(found_holes),
        takes.get(":", 0),
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


def _runs(automaton: _Automaton, letters: Iterable[str | Hole], spell: Sequence[Hole] = ()) -> bool:
    """Whether an accepting state is reached after the last letter; the holes in ``spell`` may be any text."""
    loops_in_segment = automaton.loops_any | automaton.loops_in_segment
    states = 1 | (automaton.skips & 1) << 1
    for letter in letters:
        if isinstance(letter, Hole):
            advance = _spell if letter in spell else _take_hole
            states = advance(automaton, states, letter)
        elif letter == ":":
            step = automaton.literal_colons | automaton.takes_any
            states = (states & step) << 1 | (states & automaton.loops_any)
        else:
            step = automaton.takes.get(letter, 0) | automaton.takes_any | automaton.takes_in_segment
            states = (states & step) << 1 | (states & loops_in_segment)
        if not states:
            return False
        states |= (states & automaton.skips) << 1
    return bool(states & automaton.accepting)


def _take_hole(automaton: _Automaton, states: int, letter: Hole) -> int:
    loops = automaton.loops_any | (automaton.loops_in_segment if letter.one_segment else 0)
    result = states & loops
    if letter.symbol is not None:
        for bit, other in automaton.holes:
            if states & bit and other.symbol == letter.symbol:
                result |= bit << 1
    return result


def _spell(automaton: _Automaton, states: int, letter: Hole) -> int:
    """Every state that some filling of the hole leads to."""
    passable = automaton.everything & ~automaton.accepting
    if letter.one_segment:
        passable &= ~automaton.literal_colons
    while True:
        following = states | (states & passable) << 1
        if following == states:
            return states
        states = following
