"""Places in the code, with the line of source that is meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.lazy_dataclass import dataclass
from scanner.report.html.element import Element, Part, Parts, Slot, element
from scanner.report.wording import place

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scanner.excerpt import Excerpt
    from scanner.report.explanation import Node
    from scanner.span import Span

_BEFORE, _MEANT, _AFTER = 120, 240, 120
"""Characters of a line: a template may be one line."""
_MORE = "…"


@dataclass(frozen=True, slots=True)
class Sources:
    """Lines of the scanned files; None where reports do without."""

    excerpt: Callable[[Span], Excerpt | None] | None = None
    lines: Callable[[str], Sequence[str]] | None = None


class Places:
    """Makes parts of places, each once."""

    def __init__(self, parts: Parts, sources: Sources) -> None:
        self.parts = parts
        self.sources = sources
        self._known: dict[Span, Part] = {}

    def at(self, span: Span) -> Part:
        """The path and the line, and what stands there."""
        if span not in self._known:
            excerpt = self.sources.excerpt(span) if self.sources.excerpt is not None else None
            shown = (_source(excerpt),) if excerpt is not None else ()
            self._known[span] = self.parts.add(element("div", element("code", place(span)), *shown, class_="place"))
        return self._known[span]

    def of(self, span: Span, own: Span | None) -> Part | Slot:
        """The same, but for where the principal itself is defined: that is left open, so that others share the rest."""
        return Slot.PLACE if span == own else self.at(span)

    def node(self, node: Node, own: Span | None = None) -> Element:
        """A sentence of an explanation with all that it rests on, as an item of a list."""
        where = (self.of(node.span, own),) if node.span is not None else ()
        below = (element("ul", *(self.node(child, own) for child in node.children)),) if node.children else ()
        return element("li", node.text, *where, *below)


def _source(excerpt: Excerpt) -> Element:
    before, meant, after = (
        part.replace("\t", "    ")
        for part in (
            excerpt.text[: excerpt.start],
            excerpt.text[excerpt.start : excerpt.end],
            excerpt.text[excerpt.end :],
        )
    )
    if len(before) > _BEFORE:
        before = _MORE + before[-_BEFORE:]
    if len(meant) > _MEANT:
        meant, after = meant[:_MEANT] + _MORE, ""
    if len(after) > _AFTER:
        after = after[:_AFTER] + _MORE
    number = element("span", str(excerpt.line), class_="number")
    return element("div", number, element("code", before, element("mark", meant), after), class_="source")
