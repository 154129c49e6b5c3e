"""Classes of disagreements and who is right by AWS's text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class DisagreementClass:
    """Disagreements with one reason."""

    name: str
    applies: Callable[[Any, Any, Any], bool]
    """Of the smallest case, our answer and theirs."""


def class_of(classes: tuple[DisagreementClass, ...], what: object, own: object, theirs: object) -> str:
    """The name of the first class that fits; empty for none."""
    return next((found.name for found in classes if found.applies(what, own, theirs)), "")


SIMULATOR_CLASSES: tuple[DisagreementClass, ...] = ()
MOTO_CLASSES: tuple[DisagreementClass, ...] = ()
VALIDATION_CLASSES: tuple[DisagreementClass, ...] = ()
