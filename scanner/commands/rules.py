"""``scan --list-rules`` and ``scan --check-rules PATH``."""

from __future__ import annotations

from pathlib import Path

from scanner.check_rules import check_rules, render
from scanner.commands.messages import fail, fail_with
from scanner.escape import visible
from scanner.options import Options
from scanner.rules.loader import builtin_rules, example_rules
from scanner.rules.problems import RuleError
from scanner.rules.rule import Rule
from scanner.rules.selection import all_rules, rules_path
from scanner.streams import show


def show_all(options: Options) -> int:
    """The built-in rules, those of the user, and the examples, a line each."""
    examples = example_rules()
    paths = [rules_path(path, options.directory) for path in options.rule_paths]
    try:
        everything = all_rules(paths, options.directory)
    except RuleError as wrong:
        return fail_with(wrong, options)
    builtin = builtin_rules()
    own = [rule for rule in everything.values() if rule not in builtin and rule not in examples]
    lines = [
        *map(_line, builtin),
        *(["", "Your own:", *map(_line, own)] if own else []),
        "",
        "Examples, followed where --rules or --select names them:",
        *map(_line, examples),
    ]
    show("".join(f"{visible(line)}\n" for line in lines))
    return 0


def _line(rule: Rule) -> str:
    return f"{rule.id:<34} {rule.level.value:<8} {rule.title}"


def check(rules: list[str], paths: list[str] | None, directory: Path) -> int:
    """What is wrong with rule files and their examples."""
    if paths:
        return fail(f"--check-rules scans the examples of the rules and nothing else; leave {paths[0]} out")
    found = check_rules(rules, directory)
    show(render(found))
    return found.exit_status
