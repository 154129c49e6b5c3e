"""Keys of a mapping that stand for other entries than themselves."""

from __future__ import annotations

FOR_EACH = "Fn::ForEach::"
TRANSFORM = "Fn::Transform"
UNREADABLE = "Fn::?"
"""The key of an unknown that stands for entries whose keys cannot be read. Like a function it says that the mapping is
something else than what is written there."""


def is_macro(key: str) -> bool:
    """Whether something else makes the entries that a key stands for."""
    return key in (TRANSFORM, UNREADABLE) or key.startswith(FOR_EACH)
