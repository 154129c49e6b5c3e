"""The rules that a scan follows: the built-in ones and the user's own, as far as they are wanted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

from scanner.finding import Level
from scanner.rules.loader import RuleError, builtin_rules, load_rules
from scanner.rules.rule import Rule


class UnknownRuleError(Exception):
    """A rule that does not exist is selected or ignored, or given a level."""

    def __init__(self, rule: str, option: str, near: Sequence[str]) -> None:
        meant = f'did you mean "{near[0]}"? ' if near else ""
        super().__init__(f'there is no rule "{rule}"; {meant}--list-rules shows them all')
        self.rule = rule
        self.option = option
        """Which option names it, as a field of ``Options``."""


def select_rules(
    paths: Sequence[Path],
    select: Sequence[str],
    ignore: Sequence[str],
    severity: Mapping[str, Level] | None = None,
) -> tuple[Rule, ...]:
    """The rules by id: those selected, else all, but for the ignored ones; ``paths`` have rules beside the built-in.

    ``severity`` has levels of rules that take the place of their own. Raises ``RuleError`` and ``UnknownRuleError``.
    """
    severity = severity or {}
    rules = {rule.id: rule for rule in builtin_rules()}
    for rule in load_rules(paths):
        if rule.id in rules:
            raise RuleError(f'there is already a rule "{rule.id}"', rule.span)
        rules[rule.id] = rule
    for option, named in (("select", select), ("ignore", ignore), ("severity", severity)):
        for rule_id in named:
            if rule_id not in rules:
                raise UnknownRuleError(rule_id, option, get_close_matches(rule_id, rules, 1))
    rules |= {rule_id: replace(rules[rule_id], level=level) for rule_id, level in severity.items()}
    wanted = select or tuple(rules)
    return tuple(rules[rule_id] for rule_id in sorted(set(wanted) - set(ignore)))
