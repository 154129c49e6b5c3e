"""What rules ask to have decided, as they write it; ``questions`` decides it."""

from __future__ import annotations

from scanner.lazy_dataclass import dataclass

ANY = "*"
"""What stands in a question for what nothing fixes."""


@dataclass(frozen=True, slots=True, order=True)
class Question:
    """An action and a resource, as they are written."""

    action: str
    resource: str = ANY


@dataclass(frozen=True, slots=True)
class Questions:
    """What is decided about each principal beside ``aws login``."""

    asked: tuple[Question, ...] = ()
    """In the order in which the answers are reported."""
    without_mfa: bool = False
    """Whether everything is decided for sessions without MFA as well."""
