"""What the script works on, as JSON inside of the page.

Columns rather than rows: most of what principals have is a number, and the page has up to a hundred thousand of them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from scanner.report.html.element import tree

if TYPE_CHECKING:
    from scanner.report.html.element import Parts
    from scanner.report.html.rows import Facet, Row, Table

_ESCAPED = {letter: f"\\u{ord(letter):04x}" for letter in "<>&\u2028\u2029"}
"""In JSON they can stand in strings only. Without them nothing in it ends the element, or begins a comment."""


def encoded(table: Table, parts: Parts) -> str:
    """The rows and the parts, without a line break."""
    opened: dict[tuple[int, ...], int] = {}
    opens = [opened.setdefault(tuple(part.number for part in row.details), len(opened)) for row in table.rows]
    document = {
        "names": [row.name for row in table.rows],
        "addresses": [row.address for row in table.rows],
        "places": [row.place.number for row in table.rows],
        "facets": [_facet(facet, table.rows) for facet in table.facets],
        "opens": opens,
        "details": [*opened],
        "parts": [tree(one) for one in parts.all],
    }
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    for letter, escaped in _ESCAPED.items():
        text = text.replace(letter, escaped)
    return text


def _facet(facet: Facet, rows: tuple[Row, ...]) -> dict[str, Any]:
    """With what each row has: a number, or a list of numbers where that is not one."""
    numbers = {value: number for number, value in enumerate(facet.values)}
    has = [[numbers[value] for value in row.values.get(facet.key, ())] for row in rows]
    return {
        "key": facet.key,
        "label": facet.label,
        "column": facet.column,
        "values": facet.values,
        "rows": [one[0] if len(one) == 1 else one for one in has],
    }
