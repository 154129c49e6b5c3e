"""A rule: what it selects, and what it says about what it has selected."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import field
from functools import cached_property
from typing import Any

from scanner.finding import Level
from scanner.lazy_dataclass import dataclass
from scanner.span import Span
from scanner.verdicts.questions import Question

Path = tuple[str | int, ...]
"""Where something is in the document: keys and positions, from the top."""

_BRACES = re.compile(r"\{\{|\}\}|\{([a-z_]+)\}")
_ANY_BRACES = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


def filled(text: str, said: Callable[[str], str]) -> str:
    """A text with something in place of each placeholder, and a brace for each that is written twice."""
    return _BRACES.sub(lambda found: said(found[1]) if found[1] is not None else found[0][0], text)


def placeholders(text: str) -> list[str]:
    """The names of the placeholders in a text."""
    return [found[1] for found in _BRACES.finditer(text) if found[1] is not None]


def split_at(text: str, name: str) -> tuple[str, ...]:
    """What a text has around a placeholder, everything else as it is written."""
    parts, end = [], 0
    for found in _BRACES.finditer(text):
        if found[1] == name:
            parts.append(text[end : found.start()])
            end = found.end()
    return (*parts, text[end:])


def braces(text: str) -> Iterator[tuple[int, str | None]]:
    """Where braces are that are not written twice, and what they have inside; None for one alone."""
    for found in _ANY_BRACES.finditer(text):
        if found[0] not in ("{{", "}}"):
            yield found.start(), found[1]


@dataclass(frozen=True)
class Selector:
    """A JSONPath over the document of principals; compiled when it is first used."""

    text: str
    span: Span | None = field(default=None, compare=False)
    """Where it begins in its rule file."""

    @cached_property
    def _compiled(self) -> Any:
        from jsonpath_ng.ext.parser import parse

        tree = parse(self.text)
        if "=~" not in self.text:
            return tree
        from scanner.rules.bounded_match import bounded

        return bounded(tree)

    def select(self, document: dict[str, Any]) -> Iterator[Path]:
        """Where the parts of the document are that it selects; what it makes anew (a length) is nowhere.

        Raises ``EndlessSearchError`` for a regular expression that takes too long.
        """
        return (tuple(_steps(found)) for found in self._compiled.find(document))


def _steps(found: Any) -> list[str | int]:
    """The way to a match, from the top; jsonpath-ng has it from the bottom, each step as a JSONPath of its own."""
    from jsonpath_ng import Fields, Index

    steps: list[str | int] = []
    while found.context is not None:
        match found.path:
            case Fields(fields=(name,)):
                steps.append(name)
            case Index(indices=(number,)):
                steps.append(number)
            case _:
                return []
        found = found.context
    steps.reverse()
    return steps


@dataclass(frozen=True, slots=True)
class Examples:
    """Inputs beside the rule: what it must flag, and what it must pass."""

    flagged: tuple[str, ...] = ()
    passed: tuple[str, ...] = ()
    flagged_at: tuple[Span, ...] = field(default=(), compare=False)
    """Where the rule file names each of them."""
    passed_at: tuple[Span, ...] = field(default=(), compare=False)


_EVERYTHING = ("..", ".*")
"""Steps that lead to keys without naming them."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule file."""

    id: str
    level: Level
    title: str
    message: str
    """May name facts about the principal as ``{placeholders}``; ``scanner.rules.view`` lists them."""
    help: str
    """The same."""
    selectors: tuple[Selector, ...]
    """A principal that one of them selects is flagged."""
    examples: Examples
    span: Span = field(compare=False)
    url: str = ""
    """A page about it."""
    tags: tuple[str, ...] = ()
    """Words by which reports group rules."""
    description: str = ""
    """Why it is there, in whole sentences: the comment that its file begins with."""
    ask: tuple[Question, ...] = ()
    """What is to be decided about every principal, so that selectors see it."""

    def sees(self, key: str) -> bool:
        """Whether its selectors may look at a key of the document, or its texts have a placeholder of that name."""
        return any(f"{{{key}}}" in text for text in (self.message, self.help)) or any(
            step in selector.text for selector in self.selectors for step in (key, *_EVERYTHING)
        )
