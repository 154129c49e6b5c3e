"""The totals as a picture: what `aws login` comes to for principals with each kind of console access."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from scanner.iam.evaluate import WORST_FIRST
from scanner.report.html.element import Element, element, mark, prose
from scanner.verdicts.console import Access
from scanner.verdicts.sign_in import Client

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scanner.verdicts.assessed_principal import AssessedPrincipal

_LEFT, _BAR, _RIGHT = 130, 470, 80
_ROW, _HEIGHT = 26, 18
_ORDER = (Access.YES, Access.POSSIBLE, Access.UNKNOWN, Access.NO)
_LEGIBLE = 26
"""Pixels that a number needs."""


def chart(principals: Iterable[AssessedPrincipal]) -> Element:
    """A bar for each kind of console access that there is, divided by what is decided for this device; and a legend."""
    counts: dict[Access, Counter[str]] = {access: Counter() for access in _ORDER}
    for one in principals:
        counts[one.console.access][one.aws_login.outcome(Client.LOCALHOST).value] += 1
    shown = {access: found for access, found in counts.items() if found}
    bars = [bar for row, (access, found) in enumerate(shown.items()) for bar in _bar(row, access, found)]
    said = "; ".join(f"console {access.value}: {_in_words(found)}" for access, found in shown.items())
    picture = element(
        "svg",
        *bars,
        class_="chart",
        viewBox=f"0 0 {_LEFT + _BAR + _RIGHT} {_ROW * max(len(shown), 1)}",
        role="img",
        aria_label=f"aws login on this device, by console access. {said or 'Nobody'}",
    )
    present = {word for found in shown.values() for word in found}
    legend = (element("li", mark(each.value)) for each in WORST_FIRST if each.value in present)
    caption = element(
        "figcaption", element("span", *prose("`aws login` on this device, by console access")), element("ul", *legend)
    )
    return element("figure", caption, picture, class_="totals")


def _in_words(found: Counter[str]) -> str:
    return ", ".join(
        f"{found[each.value]:,} {each.value.replace('_', ' ')}" for each in WORST_FIRST if found[each.value]
    )


def _bar(row: int, access: Access, found: Counter[str]) -> Iterable[Element]:
    top, total = row * _ROW + (_ROW - _HEIGHT) // 2, found.total()
    base = str(top + _HEIGHT - 5)
    yield element("text", f"console {access.value}", x="0", y=base)
    before = 0
    for outcome in WORST_FIRST:
        number = found[outcome.value]
        if not number:
            continue
        left, end = (_LEFT + _BAR * edge // total for edge in (before, before + number))
        before += number
        width = max(end - left, 1)
        where = {"x": str(left), "y": str(top), "width": str(width), "height": str(_HEIGHT)}
        title = element("title", f"console {access.value}, {outcome.value.replace('_', ' ')}: {number:,}")
        inside = (_number(left, base, number),) if width > _LEGIBLE + 7 * len(f"{number:,}") else ()
        yield element("g", title, element("rect", **where), *inside, class_=f"segment {outcome.value}")
    yield element("text", f"{total:,}", x=str(_LEFT + _BAR + 8), y=base, class_="total")


def _number(left: int, base: str, number: int) -> Element:
    return element("text", f"{number:,}", x=str(left + 6), y=base)
