"""``regex``, ``regexall`` and ``replace``: RE2 patterns, translated for a backtracking engine.

RE2 has neither look-around nor back references, so every pattern can be translated; what differs is written out: ASCII
classes, ``$`` only at the end, ungreedy mode. A backtracking engine may need exponential time where RE2 does not:
a pattern is given up after ``TIME_LIMIT`` seconds, and the result is unknown then.

https://github.com/google/re2/wiki/Syntax
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from time import process_time
from typing import TYPE_CHECKING

from scanner.budget import spend
from scanner.chance import by_chance
from scanner.regexes import anywhere
from scanner.session import once
from scanner.terraform.language.functions.re2 import PatternError, Translation, translate
from scanner.terraform.language.functions.sequences import limited
from scanner.terraform.language.functions.signature import (
    Body,
    Function,
    FunctionContext,
    FunctionError,
    Parameter,
    UnsupportedError,
    invalid,
)
from scanner.terraform.language.functions.strings import bounded
from scanner.terraform.language.kinds import ListItems
from scanner.terraform.language.symbols import symbol_of
from scanner.terraform.language.types import STRING
from scanner.values import NULL, Unknown, Value, joined, pieces

if TYPE_CHECKING:
    import regex  # type: ignore[import-untyped] # it ships none

TIME_LIMIT = 2.0
"""Seconds of the processor for all searches of a scan with one pattern, however many texts it is searched in."""
_NOTICEABLE = 0.02
"""Seconds from which on the root's budget pays for a search, many of which would take any time together."""
_STEPS_OF_A_SECOND = 1_000_000

_REFERENCE = anywhere(r"\$(?:\$|(?P<plain>\w+)|\{(?P<braced>\w+)\})")
_PATTERN = Parameter("pattern", STRING)


class _Search:
    """A pattern, and the time that is left to it."""

    def __init__(self, pattern: str) -> None:
        """Raises ``PatternError``."""
        self.translation = _translated(pattern)
        self._left = TIME_LIMIT

    def first(self, text: str, position: int) -> regex.Match[str] | None:
        """The first match from a position on. Raises ``TimeoutError``, or ``BudgetSpentError`` after many slow ones."""
        if self._left <= 0:
            raise TimeoutError
        begun = process_time()
        try:
            return self.translation.compiled.search(text, position, timeout=self._left)
        finally:
            self._took(process_time() - begun)

    def _took(self, seconds: float) -> None:
        self._left -= seconds
        if seconds > _NOTICEABLE:
            by_chance("a slow search")
            spend(int(seconds * _STEPS_OF_A_SECOND))


@lru_cache(maxsize=256)
def _translated(pattern: str) -> Translation:
    return translate(pattern)


def _found(pattern: str, text: str) -> Iterator[tuple[Translation, regex.Match[str]]]:
    """All matches from left to right, without empty ones that touch the match before."""
    try:
        search = once((_Search, pattern), lambda: _Search(pattern), lambda _: len(pattern))
    except PatternError as problem:
        raise invalid("pattern", f"invalid regexp pattern: {problem}") from problem
    position, end = 0, -1
    while position <= len(text):
        match = search.first(text, position)
        if match is None:
            return
        position = max(match.end(), position + (match.end() == position))
        if match.end() > match.start() or match.start() != end:
            yield search.translation, match
        end = match.end()


def _bounded_time(body: Callable[..., Value]) -> Body:
    def timed(arguments: tuple[Value, ...], _: FunctionContext) -> Value:
        try:
            return body(*(argument.text for argument in arguments))
        except TimeoutError:
            by_chance("a search that took too long")
            raise UnsupportedError(f"the pattern takes more than {TIME_LIMIT:g} seconds to match") from None

    return timed


def _captures(translation: Translation, match: regex.Match[str]) -> Value:
    groups = [NULL if text is None else Value(text) for text in match.groups()]
    if not groups:
        return Value(match.group())
    if translation.names[0] is None:
        return Value(tuple(groups))
    return Value({name: group for name, group in zip(translation.names, groups, strict=True) if name is not None})


def _checked(translation: Translation) -> None:
    if len({name is None for name in translation.names}) > 1:
        raise invalid("pattern", "invalid regexp pattern: cannot mix both named and unnamed capture groups")


def _regex(pattern: str, text: str) -> Value:
    for translation, match in _found(pattern, text):
        _checked(translation)
        return _captures(translation, match)
    raise FunctionError("pattern did not match any part of the given string.")


def _regexall(pattern: str, text: str) -> Value:
    rows: list[Value] = []
    for translation, match in _found(pattern, text):
        _checked(translation)
        limited(len(rows))
        rows.append(_captures(translation, match))
    return Value(ListItems(rows))


def _replace_pattern(text: str, pattern: str, template: str) -> Value:
    parts: list[str] = []
    position = length = 0
    for translation, match in _found(pattern, text):
        parts += [text[position : match.start()], _expanded(template, translation, match)]
        position = match.end()
        length += len(parts[-1]) + len(parts[-2])
        bounded(length)
    return Value("".join([*parts, text[position:]]))


def _expanded(template: str, translation: Translation, match: regex.Match[str]) -> str:
    """Go's ``$1``, ``$name``, ``${name}`` and ``$$``; a name that no group has is nothing."""

    def value(reference: re.Match[str]) -> str:
        name = reference["plain"] or reference["braced"]
        if name is None:
            return "$"
        if name.isdecimal() and name.isascii():
            number = int(name) if len(name) < 5 else len(translation.names) + 1
            return match.group(number) or "" if number <= len(translation.names) else ""
        matching = [group for known, group in zip(translation.names, match.groups(), strict=True) if known == name]
        return next((group for group in matching if group is not None), "")

    return _REFERENCE.sub(value, template)


_timed_replace = _bounded_time(_replace_pattern)


def _replace(arguments: tuple[Value, ...], context: FunctionContext) -> Value | None:
    """Literal pieces keep what they are when no match can reach into a hole."""
    text, wanted = arguments[0], arguments[1].text
    if wanted is None:
        return None
    if len(wanted) > 1 and wanted[0] == wanted[-1] == "/":
        if text.text is None or arguments[2].text is None:
            return None
        return _timed_replace((text, Value(wanted[1:-1]), arguments[2]), context)
    parts = pieces(text) or ()
    if not wanted:
        known, by_known = text.text, arguments[2].text
        if known is None or by_known is None:
            return None
        bounded((len(known) + 1) * len(by_known))
        return Value(known.replace("", by_known))
    if text.unknown is not None and (not text.unknown.pieces or _reaches_hole(parts, wanted)):
        return None
    by = pieces(arguments[2]) or ()
    replaced: list[str | Unknown] = []
    for part in parts:
        if isinstance(part, Unknown):
            replaced.append(Unknown(part.cause, symbol_of("replace", (Value(part), *arguments[1:]))))
            continue
        first, *others = part.split(wanted)
        bounded(len(part) + len(others) * sum(len(each) for each in by if isinstance(each, str)))
        replaced.append(first)
        for other in others:
            replaced += [*by, other]
    return joined(replaced)


def _reaches_hole(parts: tuple[str | Unknown, ...], wanted: str) -> bool:
    """Whether the text that is searched for could lie across the border of a hole."""
    for index, part in enumerate(parts):
        if isinstance(part, Unknown):
            continue
        after = index > 0
        before = index + 1 < len(parts)
        cuts = range(1, len(wanted))
        if before and any(part.endswith(wanted[:cut]) for cut in cuts):
            return True
        if after and any(part.startswith(wanted[cut:]) for cut in cuts):
            return True
        if before and after and part in wanted and part != wanted:
            return True
    return False


_FUNCTIONS = (
    Function("regex", (_PATTERN, Parameter("string", STRING)), _bounded_time(_regex)),
    Function("regexall", (_PATTERN, Parameter("string", STRING)), _bounded_time(_regexall)),
    Function(
        "replace",
        (Parameter("str", STRING), Parameter("substr", STRING), Parameter("replace", STRING)),
        _replace,
        reads_holes=True,
    ),
)
FUNCTIONS: Mapping[str, Function] = {function.name: function for function in _FUNCTIONS}
