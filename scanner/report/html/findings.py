"""What rules say of a principal, what would mend it, and what has changed for it."""

from __future__ import annotations

from difflib import SequenceMatcher
from functools import reduce
from typing import TYPE_CHECKING

from scanner.regexes import beginning
from scanner.report.changed_lines import changes
from scanner.report.differences import Difference, differences
from scanner.report.html.element import Child, Element, Part, Slot, element, listed, mark, prose
from scanner.report.wording import OPTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scanner.changes.change import Change
    from scanner.finding import Finding, Suppression
    from scanner.fix import Fix
    from scanner.report.html.places import Places
    from scanner.span import Span

SUPPRESSED, BASELINED = "suppressed", "baselined"
_MOST_PLACES = 20


def state(finding: Finding) -> str:
    """The level of a finding that counts, else why it does not."""
    if finding.suppressed is not None:
        return SUPPRESSED
    return BASELINED if finding.baselined else finding.level.value


def told(finding: Finding, places: Places, name: str = "", own: Span | None = None) -> Part:
    """A finding with all that is known of it. Where the principal has this name, and is defined at a place of its own,
    those are left open, so that others share the rest."""
    message = finding.around if finding.around and finding.subject == name else (finding.message,)
    related = listed(
        (
            element("span", each.message, places.of(each.span, own))
            for each in dict.fromkeys(finding.related[:_MOST_PLACES])
        ),
        class_="related",
    )
    more = len(finding.related) - _MOST_PLACES
    one = element(
        "section",
        element("h3", mark(state(finding)), " ", _rule(finding)),
        element("p", *_joined(message), class_="message"),
        *((related,) if finding.related else ()),
        *((element("p", f"and {more:,} more places, which --format json lists"),) if more > 0 else ()),
        *(element("p", *prose(line), class_="help") for line in finding.help.splitlines() if line.strip()),
        *(_fix(fix, places) for fix in finding.fixes),
        *((_suppression(finding.suppressed, places),) if finding.suppressed is not None else ()),
        *((element("p", f"Also found in {', '.join(finding.also_in)}"),) if finding.also_in else ()),
        class_=f"finding {state(finding)}",
    )
    return places.parts.add(one)


def _joined(around: tuple[str, ...]) -> tuple[Child, ...]:
    """The texts with the subject between them."""
    return reduce(lambda before, text: (*before, Slot.SUBJECT, *prose(text)), around[1:], prose(around[0]))


def _rule(finding: Finding) -> Element:
    name = element("code", finding.rule)
    if not beginning(r"https?://[^/]").match(finding.url) or not finding.url.isprintable():
        return name
    return element("a", name, href=finding.url, rel="noopener noreferrer")


def _suppression(suppression: Suppression, places: Places) -> Element:
    until = f", until {suppression.until.isoformat()}" if suppression.until is not None else ""
    return element("div", f"Suppressed: {suppression.reason}{until}", places.at(suppression.span), class_="suppression")


def _fix(fix: Fix, places: Places) -> Element:
    options = OPTIONS[fix.effective]
    said = (f" ({options})",) if options else ()
    label = element("span", "edit" if options else "hint", class_="label")
    return element("div", label, *prose(f" {fix.description}"), *said, *_difference(fix, places), class_="fix")


def _difference(fix: Fix, places: Places) -> tuple[Element, ...]:
    """Lines that go and lines that come; nothing where a line cannot be shown."""
    lines = places.sources.lines
    if lines is None:
        return ()
    return tuple(
        element(
            "div",
            element("code", f"{change.path}:{change.line}", class_="path"),
            *_lines(lines(change.path)[change.line - 1 : change.last_line], change.text),
            class_="difference",
        )
        for change in changes(fix, lines)
    )


def _lines(before: Sequence[str], after: Sequence[str]) -> Iterator[Element]:
    for kind, start, end, first, last in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            yield from (element("span", _line(line), class_="same") for line in before[start:end])
        else:
            yield from (element("del", _line(line)) for line in before[start:end])
            yield from (element("ins", _line(line)) for line in after[first:last])


def _line(text: str) -> str:
    return text.removesuffix("\r").replace("\t", "    ")


def told_changes(found: Sequence[Change], places: Places) -> tuple[Part, ...]:
    """What has changed for one principal: a part, or none."""
    shown = differences(found)
    if not shown:
        return ()
    section = element("section", element("h3", "Changes"), *map(difference, shown), class_="changes")
    return (places.parts.add(section),)


def difference(one: Difference, who: str = "") -> Element:
    """One change, and why it is; with its principal where that is not plain."""
    because = listed(
        (element("span", text, element("div", element("code", where), class_="place")) for text, where in one.because)
    )
    heading = element("p", mark(one.label), " ", *((element("strong", who), " ") if who else ()), *prose(one.what))
    return element("div", heading, *((because,) if one.because else ()), class_="change")
