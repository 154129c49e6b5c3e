"""The rules that a scan follows: the built-in ones and the user's own, as far as they are wanted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from scanner.rules.loader import RuleError, builtin_rules, load_rules
from scanner.rules.rule import Rule


class UnknownRuleError(Exception):
    """A rule that does not exist is selected or ignored."""


def select_rules(paths: Sequence[Path], select: Sequence[str], ignore: Sequence[str]) -> tuple[Rule, ...]:
    """The rules by id: those selected, else all, but for the ignored ones; ``paths`` have rules beside the built-in.

    Raises ``RuleError`` and ``UnknownRuleError``.
    """
    rules = all_rules(paths)
    for rule_id in (*select, *ignore):
        if rule_id not in rules:
            raise UnknownRuleError(f'there is no rule "{rule_id}"; --list-rules shows them all')
    wanted = select or tuple(rules)
    return tuple(rules[rule_id] for rule_id in sorted(set(wanted) - set(ignore)))


def all_rules(paths: Sequence[Path]) -> dict[str, Rule]:
    """The rules that there are by id, wanted or not. Raises ``RuleError``."""
    rules = {rule.id: rule for rule in builtin_rules()}
    for rule in load_rules(paths):
        if rule.id in rules:
            raise RuleError(f'there is already a rule "{rule.id}"', rule.span)
        rules[rule.id] = rule
    return rules
