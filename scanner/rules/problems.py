"""What is wrong with rule files: every mistake with its place."""

from __future__ import annotations

from collections.abc import Iterable

from scanner.lazy_dataclass import dataclass
from scanner.span import Span

_NEAR = 0.6
"""How much of two words is the same, from 0 to 1. The words that are known are few, so a lax measure does no harm."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: a clause without capital and full stop."""

    message: str
    span: Span

    def __str__(self) -> str:
        return f"{self.span.place}: {self.message}"


class RuleError(Exception):
    """Rule files are not as they must be. The text has a line for each mistake, which begins with its place."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A question to be put behind a message, or nothing if no known word is near."""
    by_lowered = {one.lower(): one for one in known}
    from difflib import get_close_matches

    found = get_close_matches(word.lower(), by_lowered, n=1, cutoff=_NEAR)
    return f'; did you mean "{by_lowered[found[0]]}"?' if found else ""
