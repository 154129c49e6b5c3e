"""Reads TOML with places."""

from __future__ import annotations

import tomllib
from datetime import date, datetime, time
from typing import Any

from scanner.configuration.errors import MistakeError
from scanner.configuration.toml_places import Path, Places, places
from scanner.configuration.tree import Entry, Listing, Node, Scalar, ScalarKind, Table
from scanner.regexes import anywhere
from scanner.span import LineIndex, Span

_AT = anywhere(r" \(at line (\d+), column (\d+)\)$|(?<!\s)\s*+\(at end of document\)$")


def parse_toml(text: str, path: str) -> Table:
    """What the file says. Raises ``MistakeError``."""
    text = text.replace("\r\n", "\n")  # as TOML has it; it changes no line
    try:
        found = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as problem:
        message = str(problem) if isinstance(problem, tomllib.TOMLDecodeError) else "it is nested too deep"
        at = _AT.search(message)
        line, column = (int(at[1]), int(at[2])) if at is not None and at[1] else (text.count("\n") + 1, 1)
        if at is None:
            line, column = 1, 1
        message = f"it is not valid TOML: {_AT.sub('', message)}"
        raise MistakeError(message, Span(path, line, column, line, column)) from problem
    table = _Builder(LineIndex(path, text), places(text)).node(found, ())
    if not isinstance(table, Table):
        raise TypeError(table)
    return table


class _Builder:
    def __init__(self, lines: LineIndex, found: Places) -> None:
        self._lines = lines
        self._places = found

    def node(self, value: Any, path: Path) -> Node:
        span = self._span(path)
        match value:
            case dict():
                entries = (
                    Entry(key, self._lines.span(*self._places.keys[*path, key]), self.node(inner, (*path, key)))
                    for key, inner in value.items()
                )
                return Table(tuple(entries), span)
            case list():
                return Listing(tuple(self.node(item, (*path, number)) for number, item in enumerate(value)), span)
            case bool():
                return Scalar(ScalarKind.BOOLEAN, "true" if value else "false", span)
            case int() | float():
                return Scalar(ScalarKind.NUMBER, str(value), span)
            case date() | datetime() | time():
                return Scalar(ScalarKind.DATE, value.isoformat(), span)
            case _:
                return Scalar(ScalarKind.STRING, str(value), span)

    def _span(self, path: Path) -> Span:
        region = self._places.values.get(path) or self._places.keys.get(path) or (0, 0)
        return self._lines.span(*region)
