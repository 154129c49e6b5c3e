"""The rules that a scan follows: the built-in ones, the user's own, and examples that the user names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from scanner import file_system
from scanner.finding import Level
from scanner.rules.loader import builtin_rules, example_file, load_rule, load_rules
from scanner.rules.problems import Problem, RuleError, did_you_mean
from scanner.rules.rule import Rule


class UnknownRuleError(Exception):
    """A rule that does not exist is selected or ignored, or given a level."""

    def __init__(self, rule: str, option: str, known: Iterable[str]) -> None:
        meant = did_you_mean(rule, known) or "; --list-rules shows them all"
        super().__init__(f'there is no rule "{rule}"{meant}')
        self.rule = rule
        self.option = option
        """Which option names it, as a field of ``Options``."""


class NoRuleLeftError(Exception):
    """All rules are left out, so a scan would find nothing whatever there is."""

    def __init__(self, ignored: str, *, selected: bool) -> None:
        which = "every selected rule is ignored, too" if selected else "all rules are ignored"
        super().__init__(f"no rule is left: {which}")
        self.rule = ignored
        """One that is left out."""
        self.option = "ignore"


def rules_path(written: str, directory: Path) -> Path:
    """What the user means by a path of rules: a file, a directory, or an example by its id where neither is there."""
    path = directory / written
    return path if file_system.exists(path) else example_file(written) or path


def select_rules(
    paths: Sequence[Path],
    select: Sequence[str],
    ignore: Sequence[str],
    directory: Path | None = None,
    severity: Mapping[str, Level] | None = None,
) -> tuple[Rule, ...]:
    """The rules by id: those selected, else all, but for the ignored ones; ``paths`` have rules beside the built-in.

    An example is followed where it is selected. ``severity`` has levels of rules that take the place of their own.
    Messages show paths relative to ``directory``. Raises ``RuleError``, ``UnknownRuleError`` and ``NoRuleLeftError``.
    """
    rules = all_rules(paths, directory)
    levels = severity or {}
    examples: dict[str, Rule] = {}
    for option, named in (("select", select), ("ignore", ignore), ("severity", levels)):
        for rule_id in named:
            example = example_file(rule_id) if rule_id not in rules else None
            if example is not None:
                examples[rule_id] = load_rule(example, check=False)
            elif rule_id not in rules:
                raise UnknownRuleError(rule_id, option, rules)
    wanted = select or tuple(rules)
    rules |= examples
    rules |= {rule_id: replace(rules[rule_id], level=level) for rule_id, level in levels.items()}
    followed = sorted(set(wanted) - set(ignore))
    if not followed:
        raise NoRuleLeftError(ignore[-1], selected=bool(select))
    return tuple(rules[rule_id] for rule_id in followed)


def all_rules(paths: Sequence[Path], directory: Path | None = None) -> dict[str, Rule]:
    """The built-in rules and those of the user by id, wanted or not. Raises ``RuleError``."""
    rules = {rule.id: rule for rule in builtin_rules()}
    own = load_rules(paths, directory)
    taken = [Problem(f'there is already a built-in rule "{rule.id}"', rule.span) for rule in own if rule.id in rules]
    if taken:
        raise RuleError(*taken)
    return rules | {rule.id: rule for rule in own}
