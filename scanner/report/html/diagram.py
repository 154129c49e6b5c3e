"""The way of a permission, drawn: from the principal through a group and a policy to a statement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from scanner.escape import visible
from scanner.iam.principal import PolicyType
from scanner.lazy_dataclass import dataclass
from scanner.report.html.element import Element, element
from scanner.verdicts.reasons import arrival

if TYPE_CHECKING:
    from scanner.iam.evaluate import Decision, StatementMatch
    from scanner.iam.principal import Principal

MOST = 8
"""Statements that are drawn; the list below the drawing has more."""
_COLUMNS = ((0, 104), (126, 176), (324, 226), (572, 198), (792, 128))
"""Where boxes begin, and how wide they are: principal, group or layer, policy, statement, decision."""
_WIDTH = 920
_ROW, _BOX = 44, 30
_LETTER = 7
"""Width of a letter, at the size that the style gives it."""
_BLOCKS = "implicit_deny"
_STATES = {True: "matches", False: "does not match", None: "may match"}
_LINES = {True: "yes", False: "no", None: "perhaps"}


@dataclass(frozen=True, slots=True)
class _Way:
    through: str | None
    """The group that it comes through; its layer where it only limits what others allow."""
    policy: str
    statement: str
    effect: str
    known: bool | None
    """Whether the statement matches."""


def diagram(principal: Principal, decision: Decision) -> Element:
    """A drawing, and a sentence that says the same to who cannot see it."""
    ways = tuple(dict.fromkeys((*_blocking(principal, decision), *map(_way, decision.matches))))
    who, outcome = principal.kind.value.replace("_", " "), decision.outcome.value.replace("_", " ")
    if not ways:
        ways = (_Way(None, "its policies" if principal.policies else "no policy", "no statement names it", "", None),)
    shown = ways[:MOST]
    height = _ROW * len(shown)
    boxes = (_Boxes(0), _Boxes(1), _Boxes(2), _Boxes(3), _Boxes(4))
    lines: list[Element] = []
    for number, way in enumerate(shown):
        middle = number * _ROW + _ROW // 2
        boxes[2].at(way.policy, middle)
        boxes[3].at((way.policy, way.statement), middle, way.statement, f"{way.effect} {_LINES[way.known]}".strip())
        if way.through is not None:
            boxes[1].at(way.through, middle)
    boxes[0].at(who, height // 2)
    boxes[4].at(outcome, height // 2, outcome, decision.outcome.value)
    for way in shown:
        line = _LINES[way.known]
        stops = [(0, who), *([(1, way.through)] if way.through is not None else []), (2, way.policy)]
        lines += (_line(boxes, *start, *end, "yes") for start, end in pairwise(stops))
        lines.append(_line(boxes, 2, way.policy, 3, (way.policy, way.statement), "yes" if way.effect else "no"))
        lines.append(_line(boxes, 3, (way.policy, way.statement), 4, outcome, line if way.effect else "no"))
    drawn = tuple(dict.fromkeys(lines))
    said = f"{'; '.join(_sentence(who, way) for way in shown)}: {outcome}"
    size = f"0 0 {_WIDTH} {height}"
    contents = (*drawn, *(box for column in boxes for box in column.drawn()))
    picture = element("svg", *contents, class_="way", viewBox=size, role="img", aria_label=said)
    more = (element("p", f"and {len(ways) - MOST:,} more statements"),) if len(ways) > MOST else ()
    return element(
        "div", picture, *more, class_="drawing", tabindex="0", role="group", aria_label="Way of the permission"
    )


def _blocking(principal: Principal, decision: Decision) -> Iterator[_Way]:
    """The layers that stand in the way because nothing in them allows the request."""
    if PolicyType.SCP in decision.blocked_by:
        yield _Way(PolicyType.SCP.value, "any of them", "does not allow it", _BLOCKS, known=True)
    if PolicyType.BOUNDARY in decision.blocked_by:
        for boundary in principal.boundaries:
            yield _Way(boundary.policy_type.value, boundary.name, "does not allow it", _BLOCKS, known=True)


def _way(match: StatementMatch) -> _Way:
    policy, statement = match.policy, match.statement
    effect = {True: "Allow", False: "Deny", None: "Allow or Deny"}[statement.allows.known]
    label = f"{effect}{f' {statement.sid}' if statement.sid else ''}, {_STATES[match.matched.known]}"
    through = f"group {policy.group}" if policy.group is not None else None
    if policy.policy_type is not PolicyType.IDENTITY:
        through = policy.policy_type.value
    name = policy.name if through is not None else f"{policy.name} ({arrival(policy)})"
    return _Way(through, name, label, effect.split(" ", 1)[0].lower(), match.matched.known)


def _sentence(who: str, way: _Way) -> str:
    through = f", {way.through}" if way.through is not None else ""
    return f"{who}{through}, {way.policy}, {way.statement}"


class _Boxes:
    """The boxes of a column, each in the middle of the rows that it belongs to."""

    def __init__(self, column: int) -> None:
        self._column = column
        self._rows: dict[object, list[int]] = {}
        self._said: dict[object, tuple[str, str]] = {}

    def at(self, key: object, middle: int, text: str | None = None, kind: str = "plain") -> None:
        self._rows.setdefault(key, []).append(middle)
        self._said[key] = (str(key) if text is None else text, kind)

    def middle(self, key: object) -> int:
        rows = self._rows[key]
        return sum(rows) // len(rows)

    def drawn(self) -> Iterable[Element]:
        left, width = _COLUMNS[self._column]
        for key, (text, kind) in self._said.items():
            top = self.middle(key) - _BOX // 2
            box = element("rect", x=str(left), y=str(top), width=str(width), height=str(_BOX), rx="4")
            where = {"x": str(left + 8), "y": str(top + _BOX // 2 + 4)}
            label = element("text", _cut(text, (width - 14) // _LETTER), **where)
            yield element("g", element("title", text), box, label, class_=f"box {kind}")


def _line(boxes: tuple[_Boxes, ...], column: int, key: object, to: int, other: object, kind: str) -> Element:
    left, width = _COLUMNS[column]
    start, end = left + width, _COLUMNS[to][0]
    first, last = boxes[column].middle(key), boxes[to].middle(other)
    bend = (end - start) // 2 if to - column == 1 else 14
    path = f"M{start} {first}C{start + bend} {first} {end - bend} {last} {end} {last}"
    return element("path", d=path, class_=f"line {kind}")


def _cut(text: str, letters: int) -> str:
    shown = visible(text)
    return shown if len(shown) <= letters else f"{shown[: letters - 1]}…"
