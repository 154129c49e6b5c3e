"""Translates RE2 patterns, as Go reads them, to patterns of the ``regex`` module.

alternatives = sequence ("|" sequence)*        sequence = (atom repetition?)*
atom = character | class | "(" flags? alternatives ")" | "^" | "$" | "." | escape
"""

from __future__ import annotations

import re
from dataclasses import field, replace
from typing import TYPE_CHECKING

from scanner.lazy_dataclass import dataclass
from scanner.regexes import beginning

if TYPE_CHECKING:
    import regex  # type: ignore[import-untyped] # it ships none

MAX_REPEAT = 1000
"""RE2's own limit, also for repetitions inside one another."""
MAX_PATTERN_DEPTH = 100
"""Groups inside one another; RE2 takes 1000."""

_LAST = 0x10FFFF
_WORD = "[0-9A-Za-z_]"
_BOUNDARY = f"(?:(?<={_WORD})(?!{_WORD})|(?<!{_WORD})(?={_WORD}))"
_NO_BOUNDARY = f"(?:(?<={_WORD})(?={_WORD})|(?<!{_WORD})(?!{_WORD}))"
_ANCHORS = {"A": r"\A", "z": r"\Z", "b": _BOUNDARY, "B": _NO_BOUNDARY}
_CONTROLS = {"a": "\a", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_PERL = {"d": "09", "s": "\t\n\f\r  ", "w": "09AZ__az"}
_POSIX = {
    "alnum": "09AZaz", "alpha": "AZaz", "ascii": "\x00\x7f", "blank": "\t\t  ", "cntrl": "\x00\x1f\x7f\x7f",
    "digit": "09", "graph": "!~", "lower": "az", "print": " ~", "punct": "!/:@[`{~", "space": "\t\r  ",
    "upper": "AZ", "word": "09AZ__az", "xdigit": "09AFaf",
}  # fmt: skip
_REPETITION = beginning(r"\{(\d{1,9})(,(\d{0,9}))?\}", re.ASCII)
_FLAGS = beginning(r"\?([imsU]*)(?:-([imsU]+))?([:)])")
_NAME = beginning(r"\?P?<(\w+)>", re.ASCII)
_OCTAL = beginning(r"[0-7]{1,2}")
_HEXADECIMAL = beginning(r"\{([0-9A-Fa-f]{1,6})\}|([0-9A-Fa-f]{2})")
_POSIX_CLASS = beginning(r"\[:(\^?)(\w+):\]", re.ASCII)
_PROPERTY = beginning(r"(?:\{(\^?)([A-Za-z_]+)\}|([A-Z]))")


class PatternError(Exception):
    """RE2 would refuse this pattern."""


@dataclass(frozen=True, slots=True)
class Translation:
    """A compiled pattern, and for each of its groups the name it has in the original, or None."""

    compiled: regex.Pattern[str]
    names: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class _Flags:
    ignore_case: bool = False
    multi_line: bool = False
    dot_all: bool = False
    ungreedy: bool = False


def translate(pattern: str) -> Translation:
    """Translate and compile. Raises ``PatternError``."""
    parser = _Parser(pattern)
    translated, _ = parser.alternatives(_Flags(), 0)
    if parser.position < len(pattern):
        raise PatternError(f"unexpected ) in {pattern}")
    import regex

    try:
        return Translation(regex.compile(translated, regex.V0), tuple(parser.names))
    except regex.error as problem:
        raise PatternError(str(problem)) from problem


@dataclass(slots=True)
class _Parser:
    """A position in one pattern. Each method returns translated text and how often its atoms repeat at most."""

    pattern: str
    position: int = 0
    names: list[str | None] = field(default_factory=list)

    def rest(self) -> str:
        return self.pattern[self.position : self.position + 64]

    def take(self, prefix: str) -> bool:
        found = self.pattern.startswith(prefix, self.position)
        self.position += len(prefix) if found else 0
        return found

    def next(self) -> str:
        if self.position >= len(self.pattern):
            raise PatternError(f"trailing backslash at end of expression in {self.pattern}")
        self.position += 1
        return self.pattern[self.position - 1]

    def alternatives(self, flags: _Flags, depth: int) -> tuple[str, int]:
        if depth > MAX_PATTERN_DEPTH:
            raise PatternError("expression nests too deeply")
        parts: list[str] = []
        heaviest = last_weight = 1
        repeatable = repeated = False
        while self.position < len(self.pattern) and not self.rest().startswith(")"):
            if self.take("|"):
                parts.append("|")
                repeatable = repeated = False
                continue
            bounds = self.repetition()
            if bounds is not None:
                if repeated:
                    raise PatternError("invalid nested repetition operator")
                if not repeatable:
                    raise PatternError("missing argument to repetition operator")
                weight = self.weigh(bounds, last_weight)
                parts.append(self.quantifier(bounds, flags))
                heaviest, repeated = max(heaviest, weight), True
                continue
            changed = self.flag_change(flags)
            if changed is not None:
                flags, repeatable = changed, False
                continue
            atom, last_weight = self.atom(flags, depth)
            parts.append(atom)
            heaviest, repeatable, repeated = max(heaviest, last_weight), True, False
        return "".join(parts), heaviest

    def repetition(self) -> tuple[int, int | None] | None:
        """The bounds of ``*``, ``+``, ``?`` or ``{n,m}`` at this place; None where something else stands."""
        for symbol, bounds in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self.take(symbol):
                return bounds
        match = _REPETITION.match(self.pattern, self.position)
        if match is None:
            return None
        self.position = match.end()
        low = int(match[1])
        high = low if match[2] is None else int(match[3]) if match[3] else None
        if low > MAX_REPEAT or (high is not None and (high > MAX_REPEAT or high < low)):
            raise PatternError(f"invalid repeat count in {match[0]}")
        return low, high

    def weigh(self, bounds: tuple[int, int | None], weight: int) -> int:
        low, high = bounds
        total = weight * max(low, high or 1, 1)
        if total > MAX_REPEAT:
            raise PatternError(f"invalid repeat count in {self.pattern}")
        return total

    def quantifier(self, bounds: tuple[int, int | None], flags: _Flags) -> str:
        low, high = bounds
        lazy = self.take("?") != flags.ungreedy
        return f"{{{low},{'' if high is None else high}}}" + ("?" if lazy else "")

    def flag_change(self, flags: _Flags) -> _Flags | None:
        """``(?i)``, which holds until the end of the group; None where something else stands."""
        match = _FLAGS.match(self.pattern, self.position + 1) if self.rest().startswith("(?") else None
        if match is None or match[3] != ")":
            return None
        self.position = match.end()
        return _changed(flags, match)

    def atom(self, flags: _Flags, depth: int) -> tuple[str, int]:
        c = self.next()
        match c:
            case "(":
                return self.group(flags, depth)
            case "[":
                return _cased(self.character_class(), flags), 1
            case "^":
                return ("(?m:^)" if flags.multi_line else r"\A"), 1
            case "$":
                return ("(?m:$)" if flags.multi_line else r"\Z"), 1
            case ".":
                return (f"[{_range(0, _LAST)}]" if flags.dot_all else r"[^\n]"), 1
            case "\\":
                return self.escape(flags), 1
            case _:
                return _cased(_literal(c), flags), 1

    def group(self, flags: _Flags, depth: int) -> tuple[str, int]:
        opening = "("
        if self.rest().startswith("?"):
            named = _NAME.match(self.pattern, self.position)
            flagged = _FLAGS.match(self.pattern, self.position)
            if named is not None:
                self.position = named.end()
                self.names.append(named[1])
            elif flagged is not None and flagged[3] == ":":
                self.position = flagged.end()
                flags, opening = _changed(flags, flagged), "(?:"
            else:
                raise PatternError(f"invalid or unsupported Perl syntax in ({self.rest()[:2]}")
        else:
            self.names.append(None)
        inner, weight = self.alternatives(flags, depth + 1)
        if not self.take(")"):
            raise PatternError(f"missing closing ) in {self.pattern}")
        return f"{opening}{inner})", weight

    def escape(self, flags: _Flags) -> str:
        if self.take("Q"):
            end = self.pattern.find("\\E", self.position)
            text = self.pattern[self.position : end if end != -1 else len(self.pattern)]
            self.position += len(text) + (2 if end != -1 else 0)
            if not text:
                return "(?:)"
            # A repetition after \E belongs to the last character alone.
            return "".join(_cased(_literal(c), flags) for c in text)
        if self.rest()[:1] in _ANCHORS:
            return _ANCHORS[self.next()]
        return _cased(f"[{self.class_escape()}]", flags)

    def class_escape(self) -> str:
        """What stands after a backslash, as a part of a class."""
        perl = self.rest()[:1]
        if perl and perl.lower() in _PERL:
            self.position += 1
            return _pairs(_PERL[perl.lower()], negated=perl.isupper())
        if perl and perl in "pP":
            self.position += 1
            found = _PROPERTY.match(self.pattern, self.position)
            if found is None:
                raise PatternError(f"invalid character class range in \\{perl}")
            self.position = found.end()
            negated = (perl == "P") != bool(found[1])
            return rf"\{'P' if negated else 'p'}{{{found[2] or found[3]}}}"
        return _literal(self.escaped_character())

    def escaped_character(self) -> str:
        c = self.next()
        if c in _CONTROLS:
            return _CONTROLS[c]
        if c == "x":
            match = _HEXADECIMAL.match(self.pattern, self.position)
            if match is not None and int(match[1] or match[2], 16) <= _LAST:
                self.position = match.end()
                return chr(int(match[1] or match[2], 16))
        octal = _OCTAL.match(self.pattern, self.position)
        if c == "0" or ("1" <= c <= "7" and octal is not None):
            digits = c + (octal[0] if octal is not None else "")
            self.position += len(digits) - 1
            return chr(int(digits, 8))
        if c.isascii() and not c.isalnum():
            return c
        raise PatternError(f"invalid escape sequence in \\{c}")

    def character_class(self) -> str:
        negated = self.take("^")
        parts: list[str] = []
        while not parts or not self.rest().startswith("]"):
            if self.position >= len(self.pattern):
                raise PatternError(f"missing closing ] in {self.pattern}")
            parts.append(self.class_item())
        self.position += 1
        return f"[{'^' if negated else ''}{''.join(parts)}]"

    def class_item(self) -> str:
        posix = _POSIX_CLASS.match(self.pattern, self.position)
        if posix is not None:
            if posix[2] not in _POSIX:
                raise PatternError(f"invalid character class range in {posix[0]}")
            self.position = posix.end()
            return _pairs(_POSIX[posix[2]], negated=bool(posix[1]))
        if self.rest()[:1] == "\\" and self.rest()[1:2].lower() in (*_PERL, "p") and self.rest()[1:2]:
            self.position += 1
            return self.class_escape()
        low = self.class_character()
        if not self.rest().startswith("-") or self.rest()[1:2] in ("", "]"):
            return _literal(low)
        self.position += 1
        high = self.class_character()
        if high < low:
            raise PatternError(f"invalid character class range in {low}-{high}")
        return _range(ord(low), ord(high))

    def class_character(self) -> str:
        c = self.next()
        return self.escaped_character() if c == "\\" else c


def _changed(flags: _Flags, match: re.Match[str]) -> _Flags:
    names = {"i": "ignore_case", "m": "multi_line", "s": "dot_all", "U": "ungreedy"}
    changes = {names[c]: True for c in match[1]} | {names[c]: False for c in match[2] or ""}
    return replace(flags, **changes)


def _cased(atom: str, flags: _Flags) -> str:
    return f"(?i:{atom})" if flags.ignore_case else atom


def _literal(c: str) -> str:
    return c if c.isascii() and c.isalnum() else f"\\U{ord(c):08x}"


def _range(low: int, high: int) -> str:
    return f"\\U{low:08x}-\\U{high:08x}"


def _pairs(bounds: str, *, negated: bool) -> str:
    """Ranges given by their first and last characters, in order."""
    pairs = [(ord(low), ord(high)) for low, high in zip(bounds[::2], bounds[1::2], strict=True)]
    if not negated:
        return "".join(_range(low, high) for low, high in pairs)
    starts = [0, *(high + 1 for _, high in pairs)]
    ends = [*(low - 1 for low, _ in pairs), _LAST]
    return "".join(_range(low, high) for low, high in zip(starts, ends, strict=True) if low <= high)
