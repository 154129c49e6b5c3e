"""Finds rule files and reads them. Mistakes are reported with file and line, all of them at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from scanner import file_system
from scanner.file_system import why
from scanner.rules.packed import packed_rule
from scanner.rules.problems import Problem, RuleError
from scanner.rules.rule import Rule
from scanner.source_file import PLAIN, UnreadableFileError, read_named, read_text
from scanner.span import Span
from scanner.tree import leads_out

EXAMPLES = "examples"
"""The directory of the example rules, below that of the built-in ones."""

_SUFFIXES = (".yaml", ".yml")


def builtin_rules() -> tuple[Rule, ...]:
    """The rules that come with the scanner, by id. Their selectors are checked by tests, not at each start."""
    return load_rules([builtin_directory()], check=False)


def builtin_directory() -> Path:
    """In an installed package beside this file, in a checkout at the top level."""
    installed = Path(__file__).parent / "builtin"
    return installed if file_system.is_directory(installed) else Path(__file__).parent.parent.parent / "rules"


def example_rules() -> tuple[Rule, ...]:
    """The rules that come with the scanner and that nobody follows without naming them, by id."""
    return load_rules([builtin_directory() / EXAMPLES], check=False)


def example_file(rule_id: str) -> Path | None:
    """The file of an example rule; None if there is none of that id."""
    file = builtin_directory() / EXAMPLES / f"{rule_id}.yaml"
    return file if file.name == f"{rule_id}.yaml" and file_system.is_file(file) else None


def load_rules(paths: Iterable[Path], directory: Path | None = None, *, check: bool = True) -> tuple[Rule, ...]:
    """All rules of the files and directories, by id.

    Messages show paths relative to ``directory``, if they are inside. Raises ``RuleError`` with everything that is
    wrong with any of the files, also for an id that appears twice.
    """
    rules, problems = try_rules(paths, directory, check=check)
    if problems:
        raise RuleError(*problems)
    return rules


def try_rules(
    paths: Iterable[Path], directory: Path | None = None, *, check: bool = True
) -> tuple[tuple[Rule, ...], tuple[Problem, ...]]:
    """The same for whoever goes on with the rules that could be read: those, and what is wrong with the others."""
    rules: dict[str, Rule] = {}
    problems: list[Problem] = []
    for found in _files(paths, directory):
        if isinstance(found, Problem):
            problems.append(found)
            continue
        try:
            rule = load_rule(found, directory, check=check)
        except RuleError as wrong:
            problems += wrong.problems
            continue
        if rule.id in rules:
            problems.append(Problem(f'the rule "{rule.id}" is already in {rules[rule.id].span.path}', rule.span))
        else:
            rules[rule.id] = rule
    return tuple(rules[rule_id] for rule_id in sorted(rules)), tuple(problems)


def load_rule(file: Path, directory: Path | None = None, *, check: bool = True) -> Rule:
    """One rule file. Raises ``RuleError``."""
    shown = _shown(file, directory)
    try:
        text = read_text(file, within=PLAIN) if directory is None else read_named(file, directory)
    except UnreadableFileError as problem:
        raise RuleError(Problem(f"the file cannot be read: {problem}", Span.whole_file(shown))) from problem
    packed = None if check else packed_rule(text, shown)
    if packed is not None and packed.id == file.stem:
        return packed
    from scanner.rules.rule_file import read_rule

    return read_rule(text, shown, file.stem, check=check)


def _files(paths: Iterable[Path], directory: Path | None) -> Iterator[Path | Problem]:
    """The rule files, each once, and what is wrong with paths."""
    seen: set[Path] = set()
    for path in paths:
        whole = Span.whole_file(_shown(path, directory))
        if directory is not None and file_system.is_directory(path) and leads_out(path, directory):
            yield Problem("it is a link that leads out of the scanned tree", whole)
            continue
        if file_system.is_directory(path):
            try:
                files = [path / one.name for one in file_system.entries(path) if one.name.endswith(_SUFFIXES)]
            except OSError as problem:
                yield Problem(f"the directory cannot be read: {why(problem)}", whole)
                continue
            if not files:
                yield Problem("the directory has no rule files, whose names end in .yaml or .yml", whole)
        elif file_system.exists(path) and path.suffix not in _SUFFIXES:
            yield Problem("it is not a rule file, whose name ends in .yaml or .yml", whole)
            continue
        else:
            files = [path]
        for file in files:
            real = file_system.real(file)
            if real not in seen:
                seen.add(real)
                yield file


def _shown(path: Path, directory: Path | None) -> str:
    if directory is not None and path.is_relative_to(directory):
        return path.relative_to(directory).as_posix()
    return path.as_posix()
