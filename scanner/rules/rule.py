"""A rule: what it selects, and what it says about what it has selected."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from scanner.finding import Level
from scanner.span import Span

PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True)
class Selector:
    """A JSONPath over the document of principals; compiled when it is first used."""

    text: str

    @cached_property
    def _compiled(self) -> Any:
        from jsonpath_ng.ext.parser import parse

        return parse(self.text)

    def select(self, document: dict[str, Any]) -> Iterator[object]:
        """The parts of the document that it selects."""
        return (found.value for found in self._compiled.find(document))


@dataclass(frozen=True, slots=True)
class Examples:
    """Inputs beside the rule: what it must flag, and what it must pass."""

    flagged: tuple[str, ...] = ()
    passed: tuple[str, ...] = ()
    flagged_at: tuple[Span, ...] = field(default=(), compare=False)
    """Where the rule file names each of them."""
    passed_at: tuple[Span, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class AskedPermission:
    """What a rule wants decided for each principal beside the permissions of ``aws login``."""

    action: str
    resource: str
    """``*`` for any."""


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
    ask: tuple[AskedPermission, ...] = ()
