"""A rule: what it selects, and what it says about what it has selected."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import field
from functools import cached_property, lru_cache
from typing import Any

from scanner.finding import Level
from scanner.lazy_dataclass import dataclass
from scanner.regexes import anywhere
from scanner.span import Span
from scanner.verdicts.question import Question

Path = tuple[str | int, ...]
"""Where something is in the document: keys and positions, from the top."""

_BRACES = anywhere(r"\{\{|\}\}|\{([a-z_]+)\}")
_ANY_BRACES = anywhere(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


def filled(text: str, said: Callable[[str], str]) -> str:
    """A text with something in place of each placeholder, and a brace for each that is written twice."""
    return _BRACES.sub(lambda found: said(found[1]) if found[1] is not None else found[0][0], text)


def placeholders(text: str) -> list[str]:
    """The names of the placeholders in a text."""
    return [found[1] for found in _BRACES.finditer(text) if found[1] is not None]


@lru_cache(maxsize=256)
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
    """A JSONPath over the document of principals; compiled when one of its text is first used."""

    text: str
    span: Span | None = field(default=None, compare=False)
    """Where it begins in its rule file."""

    @cached_property
    def _compiled(self) -> Any:
        if "=~" not in self.text:
            return _parsed(self.text)
        from scanner.rules.bounded_match import bounded

        return bounded(_parser().parse(self.text))  # for each by itself, which has its own time

    @cached_property
    def keys(self) -> frozenset[str] | None:
        """The keys of a principal that tell whether it selects that principal, and what in it.

        None if it may look at any key, or at more than one principal at a time.
        """
        return _keys_by_text(self.text) if "=~" not in self.text else _keys_of_each(self._compiled)

    def select(self, document: dict[str, Any]) -> Iterator[Path]:
        """Where the parts of the document are that it selects; what it makes anew (a length) is nowhere.

        Raises ``EndlessSearchError`` for a regular expression that takes too long.
        """
        return (tuple(_steps(found)) for found in self._compiled.find(document))


@lru_cache(maxsize=256)
def _parsed(text: str) -> Any:
    """Once for all selectors of a text: the rules of many repositories are the same ones."""
    return _parser().parse(text)


@lru_cache(maxsize=256)
def _keys_by_text(text: str) -> frozenset[str] | None:
    return _keys_of_each(_parsed(text))


@lru_cache(maxsize=1)
def _parser() -> Any:
    """For all selectors: to make a parser takes longer than to parse."""
    from jsonpath_ng.ext.parser import ExtendedJsonPathParser

    return ExtendedJsonPathParser()


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


def _keys_of_each(tree: Any) -> frozenset[str] | None:
    """The keys that a selector of the form ``$.principals[…]…`` looks at in each of the principals; None for any."""
    from jsonpath_ng import Child, Fields, Root
    from jsonpath_ng.ext.filter import Filter
    from jsonpath_ng.jsonpath import Wildcard

    steps: list[Any] = []
    while isinstance(tree, Child):
        steps.append(tree.right)
        tree = tree.left
    match (tree, *reversed(steps)):
        case (Root(), Fields(fields=("principals",)), Filter() | Wildcard() as each, *inside):
            tests = each.expressions if isinstance(each, Filter) else ()
            if all(map(_stays_below, (*tests, *inside))):
                return _together(map(_keys_of, (*tests, *inside[:1])))
    return None


def _together(several: Iterable[frozenset[str] | None]) -> frozenset[str] | None:
    found: frozenset[str] = frozenset()
    for keys in several:
        if keys is None:
            return None
        found |= keys
    return found


def _stays_below(node: Any) -> bool:
    """Whether a part of a selector leads to nothing but what is inside of where it begins."""
    from jsonpath_ng import Child, Descendants, Fields, Index, Slice, This
    from jsonpath_ng.ext.filter import And, Expression, Filter, Or
    from jsonpath_ng.ext.iterable import Keys, Len
    from jsonpath_ng.jsonpath import JSONPath, Wildcard

    match node:
        case Child() | Descendants():
            return _stays_below(node.left) and _stays_below(node.right)
        case Filter():
            return all(map(_stays_below, node.expressions))
        case And() | Or():
            return all(map(_stays_below, node.operands))
        case Expression():
            return _stays_below(node.target) and (not isinstance(node.value, JSONPath) or _stays_below(node.value))
    return isinstance(node, Fields | Index | Slice | This | Wildcard | Keys | Len)


def _keys_of(node: Any) -> frozenset[str] | None:
    """The keys of a mapping that a part of a selector looks at, beginning there; None if it may be any."""
    from jsonpath_ng import Child, Fields, This
    from jsonpath_ng.ext.filter import And, Expression, Or
    from jsonpath_ng.jsonpath import JSONPath

    match node:
        case Fields() if "*" not in node.fields:
            return frozenset(node.fields)
        case Child(left=This()):
            return _keys_of(node.right)
        case Child():
            return _keys_of(node.left)
        case And() | Or():
            parts = node.operands
        case Expression():
            parts = [node.target, *([node.value] if isinstance(node.value, JSONPath) else [])]
        case _:
            return None
    return _together(map(_keys_of, parts))


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

    @property
    def is_about_changes(self) -> bool:
        """Whether it selects nobody unless it is known what there was before."""
        return all("@.change." in selector.text for selector in self.selectors)

    @property
    def is_about_drift(self) -> bool:
        """Whether it selects nobody unless it is known what is in the account."""
        return all("@.drift." in selector.text for selector in self.selectors)

    @property
    def is_about_differences(self) -> bool:
        """Whether it is about what is not as it was, or not as it is somewhere else."""
        return self.is_about_changes or self.is_about_drift

    def sees(self, key: str) -> bool:
        """Whether its selectors may look at a key of the document, or its texts have a placeholder of that name."""
        return any(f"{{{key}}}" in text for text in (self.message, self.help)) or any(
            step in selector.text for selector in self.selectors for step in (key, *_EVERYTHING)
        )
