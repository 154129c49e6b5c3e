"""``--explain RULE``: what a rule is about, why it is there, and what it selects."""

from __future__ import annotations

from textwrap import TextWrapper
from typing import TYPE_CHECKING

from scanner.escape import inert, visible
from scanner.report.encoding import encoded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.rules.rule import Rule

_MARGIN = " " * 10
_NARROWEST = 40


def render(rule: Rule, width: int | None) -> str:
    """The rule as text; ``width`` is where lines wrap, if they do."""
    return "".join(f"{inert(line)}\n" for line in _lines(rule, width))


def _lines(rule: Rule, width: int | None) -> Iterator[str]:
    yield from _wrapped(f"{rule.level.value}[{rule.id}]: {rule.title}", width, "", "  ")
    for paragraph in rule.description.split("\n\n"):
        if paragraph:
            yield ""
            yield from _wrapped(paragraph, width, "", "")
    yield ""
    entries = [
        ("message", rule.message),
        ("fix", rule.help),
        *(("selects", selector.text) for selector in rule.selectors),
        *(("asks", f"{question.action} on {question.resource}") for question in rule.ask),
        ("tags", ", ".join(rule.tags)),
        ("file", rule.span.path),
        ("page", rule.url),
    ]
    for label, text in entries:
        if text:
            yield from _wrapped(" ".join(text.split()), width, f"{label:<10}", _MARGIN)


def _wrapped(text: str, width: int | None, first: str, rest: str) -> list[str]:
    text = visible(text)
    if width is None or len(first) + len(text) <= width:
        return [f"{first}{text}"]
    limit = max(width, _NARROWEST)
    wrapper = TextWrapper(
        limit, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )
    return wrapper.wrap(text)


def render_json(rule: Rule, version: str) -> str:
    """The same as one JSON object."""
    return encoded(
        {
            "version": 1,
            "tool": {"name": "scan", "version": version},
            "rule": {
                "id": rule.id,
                "severity": rule.level.value,
                "title": rule.title,
                "description": rule.description,
                "message": rule.message,
                "help": rule.help,
                "select": [selector.text for selector in rule.selectors],
                "ask": [{"action": one.action, "resource": one.resource} for one in rule.ask],
                "tags": list(rule.tags),
                "url": rule.url or None,
                "path": rule.span.path,
            },
        }
    )
