"""``--check-rules``: rule files as their authors want them tried. They are loaded, and their examples scanned.

An example is scanned by itself, with the one rule that names it and no options: what it shows must not depend on who
looks. An example of a rule about changes is a plan, which is compared with the state before it; one of a rule about
drift is a directory with the directories ``code`` and ``account``. ``docs/rules.md`` describes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from scanner import file_system
from scanner.escape import inert, visible
from scanner.lazy_dataclass import dataclass
from scanner.named_files import UsageError
from scanner.options import PRIOR, Options
from scanner.pipeline import scan
from scanner.report.report import Report
from scanner.report.wording import counted
from scanner.rules.loader import builtin_directory, builtin_rules, try_rules
from scanner.rules.problems import Problem
from scanner.rules.rule import Rule
from scanner.rules.selection import rules_path

_MAX_NAMED = 5


@dataclass(frozen=True, slots=True)
class RuleCheck:
    """What is wrong with some rules."""

    rules: tuple[Rule, ...]
    """Those that could be loaded."""
    wrong: tuple[Problem, ...]
    """Mistakes in files that could not be."""
    failing: tuple[Problem, ...]
    """Examples that are not as the rules say."""

    @property
    def exit_status(self) -> int:
        """1 for an example that fails, else 2 for a file that cannot be loaded, else 0."""
        return 1 if self.failing else 2 if self.wrong else 0


def check_rules(paths: Iterable[str], directory: Path) -> RuleCheck:
    """Check the rules of files and directories; paths, as those of the result, are relative to ``directory``."""
    rules, wrong = try_rules([rules_path(path, directory) for path in paths], directory)
    taken = {rule.id for rule in builtin_rules()}
    own = [rule for rule in rules if not _is_builtin(directory / rule.span.path)]
    clashes = [Problem(f'there is already a built-in rule "{rule.id}"', rule.span) for rule in own if rule.id in taken]
    failing = [problem for rule in rules for problem in failing_examples(rule, directory)]
    return RuleCheck(rules, (*wrong, *clashes), tuple(failing))


def render(check: RuleCheck) -> str:
    """A line for everything that is wrong, in the order of files and lines, and a summary."""
    problems = sorted((*check.wrong, *check.failing), key=lambda problem: (problem.span, problem.message))
    return "".join(f"{inert(visible(line))}\n" for line in (*map(str, problems), *_summary(check)))


def failing_examples(rule: Rule, directory: Path) -> Iterator[Problem]:
    """The examples that are not as the rule says, in its order.

    They are named from where the rule file is, those of the rules that come with the scanner from the top of its
    repository.
    ``directory`` is what the rule's own place is relative to.
    """
    file = directory / rule.span.path
    base = builtin_directory().parent if _is_builtin(file) else file.parent
    for named, places, flagged in (
        (rule.examples.flagged, rule.examples.flagged_at, True),
        (rule.examples.passed, rule.examples.passed_at, False),
    ):
        for path, span in zip(named, places, strict=True):
            message = _failing(rule, base, path, flagged=flagged)
            if message is not None:
                yield Problem(message, span)


def _is_builtin(file: Path) -> bool:
    return file_system.real(file).is_relative_to(file_system.real(builtin_directory()))


def _failing(rule: Rule, base: Path, path: str, *, flagged: bool) -> str | None:
    if not file_system.is_there(base / path):
        return f'the example "{path}" does not exist in {base.as_posix()}'
    options = Options(paths=(path,), directory=base, compare_to=PRIOR if rule.is_about_changes else None)
    if rule.is_about_drift:
        options = replace(options, paths=(f"{path}/code",), account_data=(f"{path}/account",))
    try:
        report = scan(options, rules=(rule,))
    except UsageError as problem:
        return f'the example "{path}" cannot be scanned: {problem}'
    if report.errors:
        first = report.errors[0]
        return f'the example "{path}" cannot be scanned: {first.span.place}: {first.message}'
    if not report.principals:
        return f'the example "{path}" has no users, roles or permission sets'
    if flagged and not report.findings:
        return f'it flags nobody in the example "{path}", which has {_principals(report)}'
    if not flagged and report.findings:
        found = report.findings[0]
        return f'it flags {found.principal} in the example "{path}", which it must pass: {found.message}'
    return None


def _principals(report: Report) -> str:
    addresses = [assessed.definition.address for assessed in report.principals]
    more = len(addresses) - _MAX_NAMED
    return ", ".join(addresses[:_MAX_NAMED]) + (f" and {more} more" if more > 0 else "")


def _summary(check: RuleCheck) -> Iterator[str]:
    examples = sum(len(rule.examples.flagged) + len(rule.examples.passed) for rule in check.rules)
    number = len(check.wrong) + len(check.failing)
    result = counted(number, "mistake") if number else "nothing is wrong"
    yield f"{counted(len(check.rules), 'rule')} loaded, {counted(examples, 'example')} scanned: {result}."
    bare = [rule.id for rule in check.rules if not rule.examples.flagged]
    if bare:
        yield f"Without examples: {', '.join(bare)}."
