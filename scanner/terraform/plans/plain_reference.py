"""What a configuration beside a plan confirms of an expression: that it is a plain reference, or a list of such."""

from __future__ import annotations

from scanner.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class PlainReference:
    """An expression that is only a reference."""

    references: tuple[str, ...]
    """As a plan lists them."""
    steps: tuple[str, ...]
    """The attributes after an index that is not a constant, at which the references end."""


@dataclass(frozen=True, slots=True)
class Plain:
    """An expression that is a plain reference, or a list of such."""

    items: tuple[PlainReference, ...]
    is_list: bool
