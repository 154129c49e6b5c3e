"""``ask`` in a rule file: what the rule wants to have decided about every principal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from scanner.rules.rule import Rule
from scanner.verdicts.questions import ANY, Question, Questions

_KEYS = ("action", "resource")
_ACTION = re.compile(r"[A-Za-z0-9-]+:[A-Za-z0-9_-]+")
_SEGMENT = re.compile(r"[A-Za-z0-9-]*")


@dataclass(frozen=True, slots=True)
class Lines:
    """Where a value of a rule file is written, and what is in it; lines are counted from 1."""

    line: int
    keys: Mapping[str, int] = field(default_factory=dict)
    """Of a mapping the line of each key."""
    items: tuple[Lines, ...] = ()
    """Of a list each element."""


class AskError(ValueError):
    """A question is not as it must be."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line
        """In the rule file, counted from 1."""


def parse_ask(data: Any, lines: Lines) -> tuple[Question, ...]:
    """The questions that ``data`` holds, each of them once. Raises ``AskError``."""
    if not isinstance(data, list) or not data:
        raise AskError('"ask" must be a list of {action: SERVICE:NAME, resource: ARN}', lines.line)
    found = (_question(item, place) for item, place in zip(data, lines.items, strict=True))
    return tuple(dict.fromkeys(found))


def questions_of(rules: Iterable[Rule]) -> Questions:
    """What all of the rules want decided, in an order that does not depend on theirs."""
    followed = tuple(rules)
    asked = {question for rule in followed for question in rule.ask}
    return Questions(tuple(sorted(asked)), any(rule.sees("without_mfa") for rule in followed))


def _question(item: Any, lines: Lines) -> Question:
    if not isinstance(item, dict):
        raise AskError('an element of "ask" must be {action: SERVICE:NAME, resource: ARN}', lines.line)
    for key in item:
        if key not in _KEYS:
            message = f'an element of "ask" has no key "{key}"; the keys are {", ".join(_KEYS)}'
            raise AskError(message, lines.keys.get(str(key), lines.line))
    if "action" not in item:
        raise AskError('an element of "ask" must have an action', lines.line)
    action, resource = item["action"], item.get("resource", ANY)
    for key, value, problems in (("action", action, _wrong_action), ("resource", resource, _wrong_resource)):
        problem = next(problems(value), None)
        if problem is not None:
            raise AskError(problem, lines.keys.get(key, lines.line))
    return Question(action, resource)


def _wrong_action(action: Any) -> Iterator[str]:
    if not isinstance(action, str):
        yield '"action" must be a string'
    elif "*" in action or "?" in action:
        yield f'the action "{action}" has a wildcard; ask for one action, or for several by one element each'
    elif not _ACTION.fullmatch(action):
        yield f'the action "{action}" does not have the form SERVICE:NAME'


def _wrong_resource(resource: Any) -> Iterator[str]:
    if not isinstance(resource, str):
        yield '"resource" must be a string'
        return
    if resource == ANY:
        return
    segments = resource.split(":", 5)
    if len(segments) != 6 or segments[0] != "arn" or not segments[5]:
        yield f'the resource "{resource}" is neither "*" nor an ARN (arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE)'
        return
    if "?" in resource or "${" in resource:
        yield f'the resource "{resource}" has a "?" or a variable; only "*" stands for what is open'
    _, partition, service, region, account, _ = segments
    named = (("partition", partition, False), ("service", service, False), ("region", region, True))
    for what, segment, may_be_empty in (*named, ("account", account, True)):
        if not _SEGMENT.fullmatch(segment) and (segment != ANY or what == "service"):
            yield f'the {what} of the resource "{resource}" must be a name{"" if what == "service" else " or *"}'
        if not segment and not may_be_empty:
            yield f'the resource "{resource}" has no {what}'
