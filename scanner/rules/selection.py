"""The rules that a scan follows: the built-in ones and the user's own, as far as they are wanted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from scanner.rules.loader import builtin_rules, load_rules
from scanner.rules.problems import Problem, RuleError, did_you_mean
from scanner.rules.rule import Rule


class UnknownRuleError(Exception):
    """A rule that does not exist is selected or ignored."""


def select_rules(
    paths: Sequence[Path], select: Sequence[str], ignore: Sequence[str], directory: Path | None = None
) -> tuple[Rule, ...]:
    """The rules by id: those selected, else all, but for the ignored ones; ``paths`` have rules beside the built-in.

    Messages show paths relative to ``directory``. Raises ``RuleError`` and ``UnknownRuleError``.
    """
    rules = {rule.id: rule for rule in builtin_rules()}
    own = load_rules(paths, directory)
    taken = [Problem(f'there is already a built-in rule "{rule.id}"', rule.span) for rule in own if rule.id in rules]
    if taken:
        raise RuleError(*taken)
    rules |= {rule.id: rule for rule in own}
    for rule_id in (*select, *ignore):
        if rule_id not in rules:
            meant = did_you_mean(rule_id, rules) or "; --list-rules shows them all"
            raise UnknownRuleError(f'there is no rule "{rule_id}"{meant}')
    wanted = select or tuple(rules)
    return tuple(rules[rule_id] for rule_id in sorted(set(wanted) - set(ignore)))
