"""Parses a selector so that its tree knows where its words stand, and refuses what jsonpath-ng takes but rules do not.

The dialect is jsonpath-ng's with its extensions (``docs/rules.md`` has the table). What is refused here is deprecated
there, fails on some documents, or means something else than people think.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Never

from jsonpath_ng.exceptions import JSONPathError
from jsonpath_ng.ext.parser import ExtendedJsonPathLexer, ExtendedJsonPathParser

from scanner.regexes import anywhere

_SHOWN = 30
"""How many characters before a mistake are quoted."""

_WORDS = {"and": "&&", "or": "||", "not": "!"}
_FUNCTIONS = {
    "length": "write `len` behind the path, as in @.policies.`len` > 10",
    "count": "write `len` behind the path, as in @.policies.`len` > 10",
    "match": "write =~ and a regular expression, as in @.name =~ '^admin'",
    "search": "write =~ and a regular expression, as in @.name =~ 'admin'",
    "value": "compare the path itself",
}
_NAMED_OPERATORS = {
    "this": "write @",
    "parent": "select what is inside; the principal around it is what is flagged",
    "str()": "compare the value as it is",
    "sorted": "the order of lists has no meaning",
    "path": "compare values, not paths",
}
_MATCH = "write =~ and a regular expression, as in @.name =~ '^admin'"
_ARITHMETIC = "there is no arithmetic and no sorting; write the number that you mean"


class Fault(Exception):  # noqa: N818 # it is said of a selector, and most are collected, not raised
    """What is wrong with a selector, at an offset into its text."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


class PlacedText(str):
    """A name or a string of a selector that knows its place."""

    __slots__ = ("is_quoted", "offset")
    offset: int
    is_quoted: bool


class PlacedNumber(int):
    """The same for a whole number."""

    offset: int


def parse(text: str) -> Any:  # a tree of jsonpath-ng, which has no types
    """The tree of a selector. Raises ``Fault``."""
    _refuse_escapes(text)
    tokens = _tokens(text)
    for before, token, after in zip((None, *tokens), tokens, (*tokens[1:], None), strict=False):
        _refuse(before, token, after)
    taken: list[Any] = []
    try:
        return ExtendedJsonPathParser().parse_token_stream(_taking(tokens, taken))
    except JSONPathError as problem:
        raise _unexpected(text, tokens, taken) from problem


_QUOTED = anywhere(r"""'(?:[^'\\]|\\.)*+'?|"(?:[^"\\]|\\.)*+"?""", re.DOTALL)
_ESCAPED = anywhere(r"\\(.)", re.DOTALL)
_CLASSES = {"d": "[0-9]", "w": "[A-Za-z0-9_]", "s": "[ ]", ".": "[.]"}


def _refuse_escapes(text: str) -> None:
    """Raise ``Fault`` for a backslash that is lost: in quotes it only says that the next character is itself."""
    for quoted in _QUOTED.finditer(text):
        for escape in _ESCAPED.finditer(text, quoted.start(), quoted.end()):
            letter = escape[1]
            if letter not in "\\'\"":
                other = f"{_CLASSES[letter]} or " if letter in _CLASSES else ""
                raise Fault(
                    f"\\{letter} in quotes is {letter} alone; write {other}\\\\{letter} in a regular expression",
                    escape.start(),
                )


class _Lexer(ExtendedJsonPathLexer):
    def t_error(self, t: Any) -> Never:
        """What jsonpath-ng calls at a character with which nothing begins."""
        text = t.lexer.lexdata
        aside = (
            f"; quote a key that is not of plain letters, as in @.tags['{t.value[0]}']" if t.value[0].isalpha() else ""
        )
        raise Fault(f"it is not a JSONPath: {t.value[0]} is unexpected {_after(text[: t.lexpos])}{aside}", t.lexpos)


def _tokens(text: str) -> list[Any]:
    found: list[Any] = []
    try:
        for token in _Lexer().tokenize(text):
            if token.type == "ID" and getattr(token, "quoted", False):
                token.lexpos = text.rfind(text[token.lexpos], 0, token.lexpos)  # it stands at the closing mark
            token.value = _placed(token)
            found.append(token)
    except JSONPathError as problem:
        after = found[-1].lexpos if found else 0
        raise Fault("it is not a JSONPath: a quotation mark is not closed", after) from problem
    return found


def _placed(token: Any) -> Any:
    match token.value:
        case str() if token.type == "ID":
            text = PlacedText(token.value)
            text.offset = token.lexpos
            text.is_quoted = getattr(token, "quoted", False)
            return text
        case int() if token.type == "NUMBER":
            number = PlacedNumber(token.value)
            number.offset = token.lexpos
            return number
        case value:
            return value


def _refuse(before: Any, token: Any, after: Any) -> None:
    """Raise ``Fault`` for a token that no selector may have in this place."""
    after_operator = before is not None and before.type == "FILTER_OP"
    match token.type:
        case "FILTER_OP" if token.value == "=":
            message = "write == to compare"
        case "&":
            message = "write && for and"
        case "|":
            message = 'write || for or; "select" may also be a list of selectors'
        case "SORT_DIRECTION" if after_operator and before.value == "=~":
            message = "write the regular expression in quotes, as in =~ '^admin'"
        case "SORT_DIRECTION" | "+" | "-" | "/":
            message = _ARITHMETIC
        case "WHERE" | "WHERENOT":
            key = f"['{token.value}']"
            message = f"{token.value} is not supported; write a filter, as in [?(@.access_keys[0])], or {key} for a key"
        case "NAMED_OPERATOR" if token.value not in ("len", "keys"):
            message = f"`{token.value}` is not supported; {_NAMED_OPERATORS.get(token.value, _MATCH)}"
        case "ID" if after_operator and not token.value.is_quoted:
            message = f"write '{token.value}' in quotes"
        case "ID" if (
            not token.value.is_quoted and token.value in _FUNCTIONS and after is not None and after.type == "("
        ):
            message = f"there is no function {token.value}(); {_FUNCTIONS[token.value]}"
        case _:
            return
    raise Fault(message, token.lexpos)


def _taking(tokens: Sequence[Any], taken: list[Any]) -> Iterator[Any]:
    for token in tokens:
        taken.append(token)
        yield token


def _unexpected(text: str, tokens: Sequence[Any], taken: Sequence[Any]) -> Fault:
    """The parser takes one token after the other: the last one that it took is the one that does not fit."""
    if len(taken) == len(tokens) and _is_cut_short(text, tokens):
        return Fault(f"it is not a JSONPath: something is missing {_after(text)}", len(text.rstrip()) - 1)
    token = taken[-1]
    message = f"it is not a JSONPath: {_word(token)} is unexpected {_after(text[: token.lexpos])}"
    if token.type == "ID" and token.value in _WORDS:
        message = f"write {_WORDS[token.value]} for {token.value}"
    elif any(one.type == "!" for one in taken):
        message += "; ! stands before a path only, as in !@.groups[0], and != compares"
    elif token.type == "ID" and token.value == "in":
        message = "there is no operator in; compare with each value, with || between"
    return Fault(message, token.lexpos)


def _is_cut_short(text: str, tokens: Sequence[Any]) -> bool:
    """Whether the whole text may be the beginning of a selector: a bracket is open, or it ends in an operator."""
    opened = sum(text.count(mark) for mark in "([")
    closed = sum(text.count(mark) for mark in ")]")
    return not tokens or opened > closed or tokens[-1].type in (".", "DOUBLEDOT", "AND", "OR", "FILTER_OP", "!")


def _word(token: Any) -> str:
    return f"'{token.value}'" if getattr(token, "quoted", False) else str(token.value)


def _after(text: str) -> str:
    text = " ".join(text.split())
    if not text:
        return "at its beginning"
    return f'after "{text if len(text) <= _SHOWN else "…" + text[-_SHOWN:]}"'
