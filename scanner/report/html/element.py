"""Markup as values.

What a row opens is described once. It is written as HTML where the page has to work without JavaScript, and as JSON,
from which the script makes the same elements; so neither can show anything that the other does not.

Texts become harmless where an element is made: nothing that comes from the scanned code gets into a page otherwise.
"""

from __future__ import annotations

from enum import Enum
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, Any, TypeAlias

from scanner.escape import visible
from scanner.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Slot(Enum):
    """What stands in a part that many principals share, and is another for each of them."""

    SUBJECT = "subject"
    """The name by which a sentence calls the principal."""
    PLACE = "place"
    """Where the principal is defined."""


@dataclass(frozen=True, slots=True)
class Part:
    """An element that stands in the page once and is shown wherever its number is."""

    number: int


@dataclass(frozen=True, slots=True)
class Element:
    """Use ``element`` rather than this constructor, which takes texts as they are."""

    tag: str
    attributes: tuple[tuple[str, str], ...]
    children: tuple[Child, ...]


Child: TypeAlias = "str | Element | Part | Slot"


def element(tag: str, *children: Child, **attributes: str) -> Element:
    """An element whose texts are harmless. A name such as ``class_`` or ``aria_label`` is ``class``, ``aria-label``."""
    return Element(
        tag,
        tuple([(_name(name), _harmless(value)) for name, value in attributes.items()]),
        tuple([_harmless(child) if isinstance(child, str) else child for child in children]),
    )


def _harmless(text: str) -> str:
    return text if text.isprintable() and "##" not in text else visible(text)


@lru_cache(maxsize=64)
def _name(attribute: str) -> str:
    return attribute.rstrip("_").replace("_", "-")


def prose(text: str) -> tuple[Child, ...]:
    """A sentence, in which what stands between backquotes is set as code."""
    pieces = text.split("`")
    if len(pieces) % 2 == 0:
        return (text,)
    return tuple(element("code", piece) if number % 2 else piece for number, piece in enumerate(pieces) if piece)


def listed(children: Iterable[Child], **attributes: str) -> Element:
    """A list with an item for each."""
    return element("ul", *(element("li", child) for child in children), **attributes)


def mark(word: str) -> Element:
    """A word of the report with the sign that the style gives it: never told by its colour alone."""
    return element("span", word.replace("_", " "), class_=f"mark {word}")


VOID = frozenset({"input", "meta", "br"})
"""Elements without an end."""


def markup(child: Child, fill: Callable[[Part | Slot], str]) -> str:
    """HTML. ``fill`` gives that of a part or of what stands in a slot."""
    if isinstance(child, str):
        return escape(child)
    if not isinstance(child, Element):
        return fill(child)
    attributes = "".join([f' {name}="{escape(value)}"' for name, value in child.attributes])
    start = f"<{child.tag}{attributes}>"
    if child.tag in VOID:
        return start
    return "".join((start, *(markup(each, fill) for each in child.children), f"</{child.tag}>"))


def tree(child: Child) -> Any:  # any JSON value
    """The same for the script: a text, the number of a part, null for the subject, true for the place, or a list of
    the tag, the attributes (0 without any), and the children."""
    if isinstance(child, str):
        return child
    if isinstance(child, Element):
        return [child.tag, dict(child.attributes) if child.attributes else 0, *map(tree, child.children)]
    if isinstance(child, Part):
        return child.number
    return None if child is Slot.SUBJECT else True


class Parts:
    """Elements that are shown in many places, each once."""

    def __init__(self) -> None:
        self.all: list[Element] = []
        """By number."""
        self._known: dict[Element, Part] = {}

    def add(self, one: Element) -> Part:
        """The part that an element is."""
        known = self._known.get(one)
        if known is None:
            known = self._known[one] = Part(len(self.all))
            self.all.append(one)
        return known
