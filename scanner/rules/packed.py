"""The rules that come with the scanner, as they were read when ``make snapshots`` was run.

To read them anew takes PyYAML, whose import takes longer than the rest of a small scan. A rule is known by a digest of
its file: one that was changed since is read as any other.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from scanner.finding import Level
from scanner.rules.rule import Examples, Rule, Selector
from scanner.span import Span
from scanner.verdicts.question import Question

FILE = Path(__file__).parent / "packed.json"


def packed_rule(text: str, path: str) -> Rule | None:
    """The rule in the text of a file; None for a text that is not one of the packed."""
    found = _packed().get(_digest(text))
    if found is None:
        return None

    def span(place: list[int]) -> Span:
        return Span(path, *place, *place)

    flagged, passed, flagged_at, passed_at = found["examples"]
    return Rule(
        found["id"],
        Level(found["level"]),
        found["title"],
        found["message"],
        found["help"],
        tuple(Selector(selector, span(place)) for selector, place in found["selectors"]),
        Examples(tuple(flagged), tuple(passed), tuple(map(span, flagged_at)), tuple(map(span, passed_at))),
        span(found["place"]),
        found["url"],
        tuple(found["tags"]),
        found["description"],
        tuple(Question(action, resource) for action, resource in found["ask"]),
    )


def pack(rules: Iterable[tuple[str, Rule]]) -> str:
    """The content of the file for rules, each with the text of its own."""
    return json.dumps({_digest(text): _written(rule) for text, rule in rules}, indent=1, sort_keys=True) + "\n"


def _written(rule: Rule) -> dict[str, Any]:
    examples = rule.examples
    return {
        "id": rule.id,
        "level": rule.level.value,
        "title": rule.title,
        "message": rule.message,
        "help": rule.help,
        "selectors": [[one.text, _place(one.span or rule.span)] for one in rule.selectors],
        "examples": [
            examples.flagged,
            examples.passed,
            [*map(_place, examples.flagged_at)],
            [*map(_place, examples.passed_at)],
        ],
        "place": _place(rule.span),
        "url": rule.url,
        "tags": rule.tags,
        "description": rule.description,
        "ask": [[one.action, one.resource] for one in rule.ask],
    }


def _place(span: Span) -> list[int]:
    return [span.line, span.column]


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=16).hexdigest()


@lru_cache(maxsize=1)
def _packed() -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return found
