"""Wildcard patterns and texts, either of which may have holes.

A pattern comes from a policy, a text from the request. A hole stands for a piece of text that is not known. The
question is always the same: does the pattern match the text whatever the holes are (yes), for no filling of the
holes (no), or does it depend on them (undetermined, with the causes of the holes that matter).

Both halves of the answer run the pattern as an automaton (``scanner.iam.automaton``):

- *certainly*: a hole in the text is one letter that nothing matches but a ``*``, which would take up any filling,
  or a hole of the same symbol; a hole in the pattern matches nothing else.
- *possibly*: a hole in the pattern behaves like ``*``; a hole in the text may spell anything.

In an ARN a ``*`` that does not end its segment, and every ``?``, stays inside the segment; a ``*`` at the end of
one may run on across the colons:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from scanner import values
from scanner.cause import Cause
from scanner.iam.automaton import (
    Hole,
    Pattern,
    Text,
    Wildcard,
    compiled,
    is_met,
    letters_of,
    runs,
    widened_pattern,
    word,
)
from scanner.regexes import anywhere
from scanner.symbol import Account, Setting
from scanner.truth import NO, YES, Truth, any_of, undetermined
from scanner.values import Unknown, Value

__all__ = [
    "Hole",
    "Pattern",
    "Text",
    "Wildcard",
    "by_segment",
    "hole",
    "in_arn",
    "literal",
    "lowered",
    "lowered_text",
    "matches",
    "matches_any",
    "parse_wildcards",
    "text_of",
    "word",
    "written",
]


def hole(unknown: Unknown) -> Hole:
    """The hole that an unknown value leaves in a text."""
    causes = frozenset({unknown.cause})
    is_account = isinstance(unknown.symbol, Account) or unknown.is_account_id
    if is_account or isinstance(unknown.symbol, Setting):
        return replace(word(causes, unknown.symbol), is_account_id=is_account)
    return Hole(causes, unknown.symbol, identifies=unknown.identifies)


def text_of(value: Value) -> Text | None:
    """A value as a text with holes; None if it is not a string. Numbers and booleans are written as in JSON."""
    match value.data:
        case bool(flag):
            return ("true" if flag else "false",)
        case int() | Decimal():
            return (str(value.data),)
        case str(text):
            return (text,) if text else ()
        case Unknown():
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


_AT_WILDCARDS = anywhere(r"([*?])")
_WILDCARDS: Mapping[str, Wildcard] = {"*": Wildcard.ANY_TEXT, "?": Wildcard.ANY_CHARACTER}


def parse_wildcards(text: str) -> Pattern:
    """``*`` and ``?`` become wildcards, the rest stays literal."""
    if "*" not in text and "?" not in text:  # as most texts
        return (text,) if text else ()
    return tuple([_WILDCARDS.get(part, part) for part in _AT_WILDCARDS.split(text) if part])


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
    for at, part in enumerate(pattern):
        following = pattern[at + 1] if at + 1 < len(pattern) else ":"
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
    letters = letters_of(text)
    if runs(compiled(pattern), letters):
        return YES
    pattern_holes = [part for part in pattern if isinstance(part, Hole)]
    text_holes = [part for part in text if isinstance(part, Hole)]
    if not pattern_holes and not text_holes:
        return NO
    widened = compiled(widened_pattern(pattern))
    if not runs(widened, letters, spell=text_holes):
        return NO
    return undetermined(*_blame(pattern, letters, pattern_holes, text_holes))


def _blame(
    pattern: Pattern, letters: Sequence[str | Hole], pattern_holes: list[Hole], text_holes: list[Hole]
) -> Iterable[Cause]:
    """The causes that the answer depends on. A hole that both sides have in the same place decides nothing."""
    free = [part for part in text_holes if _is_free(part)]
    if free and all(part.word for part in pattern_holes) and runs(compiled(pattern), letters, free):
        # Whatever the pattern's words are, some text of the request has them in the place, and another one does not.
        return (cause for part in free for cause in part.causes)
    shared = {part.symbol for part in pattern_holes} & {part.symbol for part in text_holes} - {None}
    open_pattern = [part for part in pattern_holes if part.symbol not in shared]
    open_text = [part for part in text_holes if part.symbol not in shared]
    if not runs(compiled(widened_pattern(pattern, open_pattern)), letters, spell=open_text):
        open_pattern, open_text = pattern_holes, text_holes
    # A segment that a wildcard takes up as it is, whatever the rest turns out to be, decides nothing. A policy variable
    # is not a wildcard: when the request settles it, the text may still be open, unless nothing but wildcards can ever
    # stand where the segment does.
    if any(cause.kind.concerns_request for part in open_pattern if not part.one_segment for cause in part.causes):
        open_text = [part for part in open_text if not part.word or is_met(pattern, letters, part, open_text)]
        return (cause for part in (*open_pattern, *open_text) for cause in part.causes)
    widened = compiled(widened_pattern(pattern, open_pattern))
    idle = [
        part for part in open_text if part.one_segment and runs(widened, letters, [h for h in open_text if h != part])
    ]
    if len(idle) < len(open_text) or open_pattern:
        open_text = [part for part in open_text if part not in idle]
    return (cause for part in (*open_pattern, *open_text) for cause in part.causes)


def _is_free(part: Hole) -> bool:
    """Whether the request may have any text there, and nothing else settles which."""
    if part.word or part.single or part.symbol is not None:
        return False
    return all(cause.kind.concerns_request for cause in part.causes)


def matches_any(patterns: Iterable[Pattern], text: Text) -> Truth:
    """Whether one of several patterns matches."""
    return any_of(matches(pattern, text) for pattern in patterns)


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
        if len(pattern) == 1 and len(text) == 1:
            return YES if first == text[0] else NO
        common = min(len(first), len(text[0]))
        if first[:common] != text[0][:common]:
            return NO
    return None
