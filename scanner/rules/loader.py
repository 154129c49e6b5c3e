"""Reads rule files. Mistakes are reported with file and line.

``docs/rules.md`` describes the format.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby, takewhile
from pathlib import Path
from typing import Any

import yaml

from scanner.finding import Level
from scanner.rules.rule import PLACEHOLDER, Examples, Rule, Selector, SelectorError
from scanner.rules.view import PLACEHOLDERS
from scanner.span import Span

_REQUIRED = ("id", "severity", "title", "select", "message", "help")
_KEYS = (*_REQUIRED, "examples", "url", "tags")


class RuleError(Exception):
    """A rule file is not as it must be. The text begins with the place."""

    def __init__(self, message: str, span: Span) -> None:
        super().__init__(f"{span.path}:{span.line}: {message}")
        self.span = span


def builtin_rules() -> tuple[Rule, ...]:
    """The rules that come with the scanner, by id."""
    return load_rules([builtin_directory()])


def builtin_directory() -> Path:
    """In an installed package beside this file, in a checkout at the top level."""
    installed = Path(__file__).parent / "builtin"
    return installed if installed.is_dir() else Path(__file__).parent.parent.parent / "rules"


def load_rules(paths: Iterable[Path]) -> tuple[Rule, ...]:
    """All rules of the files and directories, by id. Raises ``RuleError``, also for an id that appears twice."""
    rules: dict[str, Rule] = {}
    for file in _files(paths):
        rule = load_rule(file)
        if rule.id in rules:
            raise RuleError(f'the rule "{rule.id}" is already in {rules[rule.id].span.path}', rule.span)
        rules[rule.id] = rule
    return tuple(rules[rule_id] for rule_id in sorted(rules))


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(file for file in path.iterdir() if file.suffix in (".yaml", ".yml"))
        else:
            yield path


def load_rule(file: Path) -> Rule:
    """One rule file. Raises ``RuleError``."""
    shown = file.as_posix()
    whole = Span.whole_file(shown)
    try:
        text = file.read_text(encoding="utf-8")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        data = yaml.safe_load(text)
    except (OSError, UnicodeDecodeError) as problem:
        raise RuleError(f"the file cannot be read: {problem}", whole) from problem
    except (yaml.YAMLError, RecursionError) as problem:
        mark = getattr(problem, "problem_mark", None)
        line = mark.line + 1 if mark is not None else 1
        raise RuleError("the file is not valid YAML", Span(shown, line, 1, line, 1)) from problem
    if not isinstance(data, dict) or not isinstance(node, yaml.MappingNode):
        raise RuleError("a rule file must be a mapping", whole)
    return _Reader(shown, data, _lines(node)).rule(file.stem, _description(text))


def _description(text: str) -> str:
    """The comment at the top; an empty line of it parts two paragraphs, as it does here."""
    lines = [line.lstrip("#").strip() for line in takewhile(lambda line: line.startswith("#"), text.splitlines())]
    paragraphs = (" ".join(group) for filled, group in groupby(lines, key=bool) if filled)
    return "\n\n".join(paragraphs)


def _lines(node: yaml.MappingNode) -> dict[str, int]:
    return {str(key.value): key.start_mark.line + 1 for key, _ in node.value}


class _Reader:
    def __init__(self, path: str, data: dict[str, Any], lines: dict[str, int]) -> None:
        self._path = path
        self._data = data
        self._lines = lines

    def rule(self, stem: str, description: str) -> Rule:
        for key in self._data:
            if key not in _KEYS:
                raise self._error(str(key), f'there is no key "{key}"; the keys are {", ".join(_KEYS)}')
        for key in _REQUIRED:
            if key not in self._data:
                raise RuleError(f'the key "{key}" is missing', Span.whole_file(self._path))
        rule_id = self._text("id")
        if rule_id != stem:
            raise self._error("id", f'the id "{rule_id}" is not the name of the file')
        return Rule(
            rule_id,
            self._level(),
            self._text("title"),
            self._with_placeholders("message"),
            self._with_placeholders("help"),
            tuple(self._selectors()),
            self._examples() if "examples" in self._data else Examples((), ()),
            self._span("id"),
            self._url(),
            self._tags(),
            description,
        )

    def _span(self, key: str) -> Span:
        line = self._lines.get(key, 1)
        return Span(self._path, line, 1, line, 1)

    def _error(self, key: str, message: str) -> RuleError:
        return RuleError(message, self._span(key))

    def _text(self, key: str) -> str:
        value = self._data[key]
        if not isinstance(value, str) or not value.strip():
            raise self._error(key, f'"{key}" must be a string')
        return value.strip()

    def _url(self) -> str:
        if "url" not in self._data:
            return ""
        url = self._text("url")
        if not url.startswith(("https://", "http://")) or not url.isprintable() or " " in url:
            raise self._error("url", '"url" must be an address that begins with https:// or http://')
        return url

    def _tags(self) -> tuple[str, ...]:
        found = self._data.get("tags", [])
        if not isinstance(found, list) or not all(isinstance(tag, str) and tag.strip() for tag in found):
            raise self._error("tags", '"tags" must be a list of strings')
        return tuple(dict.fromkeys(found))

    def _level(self) -> Level:
        value = self._data["severity"]
        if value not in [level.value for level in Level]:
            raise self._error("severity", '"severity" must be error, warning or note')
        return Level(value)

    def _with_placeholders(self, key: str) -> str:
        written = self._text(key)
        for name in PLACEHOLDER.findall(written):
            if name not in PLACEHOLDERS:
                known = ", ".join(sorted(PLACEHOLDERS))
                raise self._error(key, f"there is no placeholder {{{name}}}; the placeholders are {known}")
        return written

    def _selectors(self) -> Iterator[Selector]:
        written = self._data["select"]
        for text in written if isinstance(written, list) else [written]:
            if not isinstance(text, str):
                raise self._error("select", '"select" must be a JSONPath or a list of them')
            selector = Selector(text)
            try:
                selector.check()
            except SelectorError as problem:
                raise self._error("select", f"the selector is not a JSONPath: {problem}") from problem
            yield selector

    def _examples(self) -> Examples:
        examples = self._data["examples"]
        if not isinstance(examples, dict) or set(examples) != {"flagged", "passed"}:
            raise self._error("examples", '"examples" must have the lists "flagged" and "passed"')
        found: dict[str, tuple[str, ...]] = {}
        for key, paths in examples.items():
            if not isinstance(paths, list) or not paths or not all(isinstance(path, str) for path in paths):
                raise self._error("examples", f'"{key}" must be a list of at least one path')
            found[key] = tuple(paths)
        return Examples(**found)
