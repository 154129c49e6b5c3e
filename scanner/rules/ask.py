"""``ask`` in a rule file: what the rule wants to have decided about every principal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scanner.regexes import whole
from scanner.rules.rule import Rule
from scanner.verdicts.question import ANY, Questions

_ACTION = whole(r"[A-Za-z0-9-]+:[A-Za-z0-9_-]+")
_SEGMENT = whole(r"[A-Za-z0-9-]*")


def questions_of(rules: Iterable[Rule]) -> Questions:
    """What all of the rules want decided, in an order that does not depend on theirs."""
    followed = tuple(rules)
    asked = {question for rule in followed for question in rule.ask}
    return Questions(tuple(sorted(asked)), any(rule.sees("without_mfa") for rule in followed))


def wrong_action(action: str) -> Iterator[str]:
    """What is wrong with the action of a question."""
    if "*" in action or "?" in action:
        yield f'the action "{action}" has a wildcard; ask for one action, or for several by one element each'
    elif not _ACTION.fullmatch(action):
        yield f'the action "{action}" does not have the form SERVICE:NAME'


def wrong_resource(resource: str) -> Iterator[str]:
    """What is wrong with its resource."""
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
