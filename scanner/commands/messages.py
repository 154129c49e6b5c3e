"""What is said on standard error beside reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.streams import say

if TYPE_CHECKING:
    from scanner.configuration.settings import Settings
    from scanner.named_files import UsageError
    from scanner.options import Options
    from scanner.rules.problems import RuleError

USAGE = 2
"""The exit status where a scan cannot be done as asked, or is incomplete."""


def tell(line: str) -> None:
    """Say one line."""
    say(f"scan: {line}")


def fail(*lines: str) -> int:
    """Say why something cannot be done; the lines after the first belong to it. Gives the exit status."""
    for number, line in enumerate(lines):
        if number == 0:
            tell(line)
        else:
            say(line)
    return USAGE


def fail_with(wrong: RuleError, options: Options) -> int:
    """Say everything that is wrong with rule files. Gives the exit status."""
    for mistake in wrong.problems:
        tell(f"{mistake}{named_in(options, mistake.span.path)}")
    return USAGE


def named_in(options: Options, path: str | None) -> str:
    """Where the configuration file names a path, to be put behind what is wrong with that; nothing if it does not."""
    place = options.named.get(path) if path is not None else None
    return f" (named in {place.place})" if place is not None else ""


def with_place(problem: UsageError, settings: Settings, options: Options) -> str:
    """What is wrong, and where the configuration file says so if it does."""
    from scanner.rules.selection import NoRuleLeftError, UnknownRuleError

    cause = problem.__cause__
    if problem.path is not None:
        named = named_in(options, problem.path)
        return f"{str(problem).rstrip('.')}{named}" if named else str(problem)
    place = settings.place(cause.option, cause.rule) if isinstance(cause, UnknownRuleError | NoRuleLeftError) else None
    return f"{place.place}: {problem}" if place is not None else str(problem)
