"""The request that a decision is about. Symbolic: what nothing fixes stays free.

Context keys compare without case. A key is fixed (with one value or several), absent, or free.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import Enum

from scanner.cause import Cause, CauseKind
from scanner.iam.pattern import Text
from scanner.lazy_dataclass import dataclass
from scanner.symbol import Symbol


class Presence(Enum):
    """What is known of a context key that has no known value."""

    ABSENT = "absent"
    FREE = "free"
    """Perhaps there, with any value."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """A context key with its values; a single-valued key has one."""

    values: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A context key that is perhaps there, with any value; the causes say what would settle it."""

    causes: frozenset[Cause]


@dataclass(frozen=True, slots=True)
class OneOf:
    """A context key with one of several texts; the cause says what would settle which."""

    texts: tuple[Text, ...]
    cause: Cause


ContextValue = Fixed | OneOf | Unsettled | Presence


@dataclass(frozen=True, slots=True)
class Request:
    """Who asks is the principal's part; this is what for, and in which circumstances."""

    action: str
    resource: Text
    context: Mapping[str, ContextValue]
    """By lower-cased key. A key that ends in ``/`` speaks for all keys that begin with it and are not named."""
    symbols: Mapping[Symbol, Text] = field(default_factory=dict)
    """What stands in policies for the code's own account, partition and region, in this request."""

    def lookup(self, key: str) -> Fixed | OneOf | Unsettled | None:
        """What is known about a context key: its values, what would settle it, or None when it is absent."""
        lowered = key.lower()
        found = self.context.get(lowered)
        if found is None and "/" in lowered:
            found = self.context.get(lowered[: lowered.index("/") + 1])
        match found:
            case Presence.ABSENT:
                return None
            case Presence.FREE | None:
                return Unsettled(frozenset({Cause(CauseKind.CONTEXT_KEY, key)}))
        return found
