"""Where a comment may suppress what is found of a principal.

It may stand at the block that defines the principal, at what gives it console access, at what the rule chooses inside
the principal, and at the module calls and nested stacks on the way to it. Each block can make many instances; the
principal's address says which one it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from scanner.finding import Place
from scanner.regexes import beginning
from scanner.root import RootKind
from scanner.span import Span

if TYPE_CHECKING:
    from scanner.verdicts.assessed_principal import AssessedPrincipal

OPEN = "*"
"""The key of an instance that stands for all, or for one whose key is not known."""

_KEY = r'(?:\[("(?:[^"\\]|\\.)*"|\d+|\*)\])?'
_STEP = beginning(rf"module\.[\w-]+{_KEY}\.")
_RESOURCE = beginning(rf"(?:data\.)?[\w-]+\.[\w-]+{_KEY}\Z")
_CUT = "…"
"""Stands in a key for the part of it that is not known."""


def places(assessed: AssessedPrincipal, chosen: Iterable[Span] = ()) -> tuple[Place, ...]:
    """The blocks, each with the key of the instance that the principal is or comes from; ``chosen`` are the rule's."""
    return tuple(dict.fromkeys(_places(assessed, chosen)))


def _places(assessed: AssessedPrincipal, chosen: Iterable[Span]) -> Iterator[Place]:
    definition = assessed.definition
    in_template = definition.root_kind is RootKind.CLOUDFORMATION_TEMPLATE
    way, own = (_stacks_and_own if in_template else _calls_and_own)(definition.address)
    notes = (span for _, span in definition.notes)
    for span in (definition.span, *notes, *assessed.console.evidence, *chosen):
        yield Place(span, own)
    trail = definition.trail
    keys = way[len(way) - len(trail) :] if len(way) >= len(trail) else (None,) * len(trail)
    for span, key in zip(trail, keys, strict=True):
        yield Place(span, key)


def _calls_and_own(address: str) -> tuple[tuple[str | None, ...], str | None]:
    """The keys of the module calls in a Terraform address, outermost first, and of the resource."""
    way: list[str | None] = []
    position = 0
    while (step := _STEP.match(address, position)) is not None:
        way.append(_known(step[1]))
        position = step.end()
    resource = _RESOURCE.match(address, position)
    return tuple(way), _known(resource[1]) if resource is not None else None


def _stacks_and_own(address: str) -> tuple[tuple[str | None, ...], str | None]:
    """The same of a template's address, in which logical IDs of nested stacks stand before that of the resource."""
    *way, own = (OPEN if OPEN in logical_id else f'"{logical_id}"' for logical_id in address.split("/"))
    return tuple(way), own


def _known(key: str | None) -> str | None:
    return OPEN if key is not None and _CUT in key else key
