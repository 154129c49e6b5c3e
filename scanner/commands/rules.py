"""``scan --list-rules`` and ``scan --check-rules PATH``."""

from __future__ import annotations

from pathlib import Path

from scanner.check_rules import check_rules, render
from scanner.commands.messages import fail
from scanner.output import print_text
from scanner.rules.loader import builtin_rules, example_rules


def list_rules() -> int:
    """The built-in rules and the examples, a line each."""
    lines = [
        *(f"{rule.id:<34} {rule.level.value:<8} {rule.title}" for rule in builtin_rules()),
        "",
        "Examples, followed where --rules or --select names them:",
        *(f"{rule.id:<34} {rule.level.value:<8} {rule.title}" for rule in example_rules()),
    ]
    print_text("".join(f"{line}\n" for line in lines))
    return 0


def check(rules: list[str], paths: list[str] | None) -> int:
    """What is wrong with rule files and their examples."""
    if paths:
        return fail(f"--check-rules scans the examples of the rules and nothing else; leave {paths[0]} out")
    found = check_rules(rules, Path.cwd())
    print_text(render(found))
    return found.exit_status
