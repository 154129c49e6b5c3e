"""The rules that a scan follows: the built-in ones, the user's own, and examples that the user names."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from scanner.rules.loader import RuleError, builtin_rules, example_file, load_rule, load_rules
from scanner.rules.rule import Rule


class UnknownRuleError(Exception):
    """A rule that does not exist is selected or ignored."""


def rules_path(written: str, directory: Path) -> Path:
    """What the user means by a path of rules: a file, a directory, or an example by its id where neither is there."""
    path = directory / written
    return path if path.exists() else example_file(written) or path


def select_rules(paths: Sequence[Path], select: Sequence[str], ignore: Sequence[str]) -> tuple[Rule, ...]:
    """The rules by id: those selected, else all, but for the ignored ones; ``paths`` have rules beside the built-in.

    An example is followed where it is selected. Raises ``RuleError`` and ``UnknownRuleError``.
    """
    rules = {rule.id: rule for rule in builtin_rules()}
    for rule in load_rules(paths):
        if rule.id in rules:
            raise RuleError(f'there is already a rule "{rule.id}"', rule.span)
        rules[rule.id] = rule
    examples: dict[str, Rule] = {}
    for rule_id in (*select, *ignore):
        example = example_file(rule_id) if rule_id not in rules else None
        if example is not None:
            examples[rule_id] = load_rule(example)
        elif rule_id not in rules:
            raise UnknownRuleError(f'there is no rule "{rule_id}"; --list-rules shows them all')
    wanted = select or tuple(rules)
    rules |= examples
    return tuple(rules[rule_id] for rule_id in sorted(set(wanted) - set(ignore)))
