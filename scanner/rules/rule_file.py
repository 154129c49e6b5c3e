"""One rule file: from YAML to a rule, or to everything that is wrong with it.

``docs/rules.md`` describes the format, ``rules/schema.json`` is the same for editors. The file is only composed, never
constructed: tags, anchors and merge keys make nothing, and every value knows its line.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import field
from itertools import groupby, islice, takewhile
from typing import Any

import yaml

from scanner.finding import Level
from scanner.lazy_dataclass import dataclass
from scanner.regexes import beginning, whole
from scanner.rules.ask import wrong_action, wrong_resource
from scanner.rules.problems import Problem, RuleError, did_you_mean
from scanner.rules.rule import Examples, Rule, Selector, braces
from scanner.rules.view import PLACEHOLDERS
from scanner.span import LineIndex, Span
from scanner.verdicts.question import ANY, Question

REQUIRED = ("id", "severity", "title", "select", "message", "help")
KEYS = (*REQUIRED, "examples", "ask", "url", "tags")
EXAMPLES = ("flagged", "passed")
ASKED = ("action", "resource")

_MAX_SIZE = 200_000
"""Characters of a rule file; people write a few thousand."""
_ID = whole(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_URL = whole(r"https?://\S+")
_MODELINE = beginning(r"#\s*yaml-language-server:")
_MOST_MISTAKES = 20
"""Of one kind in one text. Each is looked for in it, and nobody reads more."""
_TOO_DEEP = "the file is nested too deeply"
_STRING = "tag:yaml.org,2002:str"
# libyaml's parser gives the same nodes as Python's, much faster, but is not in every PyYAML.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_rule(text: str, path: str, stem: str, *, check: bool) -> Rule:
    """The rule in the text of a file. ``stem`` is the name of the file without its ending.

    Selectors are compared with the document only with ``check``, which takes a while. Raises ``RuleError`` with all
    mistakes in the order of their lines.
    """
    reader = _Reader(path, text, check)
    rule = reader.rule(_composed(text, path), stem, _description(text))
    if rule is None:
        raise RuleError(*sorted(reader.problems, key=lambda problem: problem.span))
    return rule


def _composed(text: str, path: str) -> yaml.MappingNode:
    whole = Span.whole_file(path)
    if len(text) > _MAX_SIZE:
        raise RuleError(Problem(f"the file is longer than {_MAX_SIZE} characters", whole))
    try:
        node: yaml.Node | None = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as problem:
        raise RuleError(_syntax_problem(problem, text, path)) from problem
    except yaml.reader.ReaderError as problem:
        span = LineIndex(path, text).span(problem.position, problem.position)
        raise RuleError(Problem("the file is not valid YAML: it has a control character", span)) from problem
    except RecursionError as problem:
        raise RuleError(Problem(_TOO_DEEP, whole)) from problem
    if node is None:
        raise RuleError(Problem("the file is empty", whole))
    if not isinstance(node, yaml.MappingNode):
        raise RuleError(Problem("a rule file must be a mapping, with keys such as id and select", whole))
    return node


def _syntax_problem(problem: yaml.MarkedYAMLError, text: str, path: str) -> Problem:
    mark = problem.problem_mark or problem.context_mark
    last = text.rstrip().count("\n") + 1
    line = min(mark.line + 1, last) if mark is not None else 1
    if isinstance(problem, yaml.composer.ComposerError) and "single document" in (problem.context or ""):
        return Problem("the file has more than one YAML document; a rule is one", Span(path, line, 1, line, 1))
    if problem.problem is not None and "nesting depth" in problem.problem:
        return Problem(_TOO_DEEP, Span.whole_file(path))
    what = problem.problem or "it cannot be read"
    return Problem(f"the file is not valid YAML: {what}", Span(path, line, 1, line, 1))


def _description(text: str) -> str:
    """The comment at the top, but for what it says to editors; an empty line of it parts two paragraphs, as here."""
    comment = takewhile(lambda line: line.startswith("#"), text.splitlines())
    lines = [line.lstrip("#").strip() for line in comment if not _MODELINE.match(line)]
    paragraphs = (" ".join(group) for filled, group in groupby(lines, key=bool) if filled)
    return "\n\n".join(paragraphs)


@dataclass(slots=True)
class _Reader:
    """Reads key after key. What is wrong with one is noted, and stands for None."""

    path: str
    text: str
    check: bool
    problems: list[Problem] = field(default_factory=list)

    def rule(self, node: yaml.MappingNode, stem: str, description: str) -> Rule | None:
        found = self._entries(node, KEYS, "a rule")
        for key in REQUIRED:
            if key not in found:
                self._problem(f'the key "{key}" is missing')
        rule_id = self._id(found, stem)
        level = self._level(found)
        title = self._one_line(found, "title")
        message = self._with_placeholders(found, "message")
        instructions = self._with_placeholders(found, "help")
        ask = tuple(dict.fromkeys(self._asked(found)))
        selectors = tuple(self._selectors(found, ask))
        examples = self._examples(found)
        url = self._url(found)
        tags = tuple(dict.fromkeys(text for text, _ in self._texts(found, "tags")))
        if (
            self.problems
            or rule_id is None
            or level is None
            or title is None
            or message is None
            or instructions is None
        ):
            return None
        place = self._span(found["id"])
        return Rule(
            rule_id, level, title, message, instructions, selectors, examples, place, url, tags, description, ask
        )

    # Nodes.

    def _span(self, node: yaml.Node | None) -> Span:
        if node is None:
            return Span.whole_file(self.path)
        line, column = node.start_mark.line + 1, node.start_mark.column + 1
        return Span(self.path, line, column, line, column)

    def _problem(self, message: str, node: yaml.Node | None = None) -> None:
        self.problems.append(Problem(message, self._span(node)))

    def _entries(self, node: yaml.MappingNode, known: tuple[str, ...], where: str) -> dict[str, yaml.Node]:
        found: dict[str, yaml.Node] = {}
        first: dict[str, yaml.Node] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._problem(f"a key of {where} must be one of {', '.join(known)}", key)
            elif key.value not in known:
                near = did_you_mean(key.value, known) or f"; the keys are {', '.join(known)}"
                self._problem(f'{where} has no key "{key.value}"{near}', key)
            elif key.value in found:
                line = first[key.value].start_mark.line + 1
                self._problem(f'the key "{key.value}" is already in line {line}', key)
            else:
                found[key.value], first[key.value] = value, key
        return found

    def _string(self, node: yaml.Node, what: str) -> str | None:
        """A text that is not blank, without spaces around it."""
        if not isinstance(node, yaml.ScalarNode) or node.tag not in (_STRING, "!"):
            aside = "; put it in quotes" if isinstance(node, yaml.ScalarNode) and node.value else ""
            self._problem(f"{what} must be a string{aside}", node)
            return None
        text = str(node.value).strip()
        if not text:
            self._problem(f"{what} must not be empty", node)
            return None
        return text

    def _text(self, found: Mapping[str, yaml.Node], key: str) -> str | None:
        return self._string(found[key], f'"{key}"') if key in found else None

    def _texts(self, found: Mapping[str, yaml.Node], key: str) -> Iterator[tuple[str, yaml.Node]]:
        """The strings of a list that may be missing, but not empty."""
        node = found.get(key)
        if node is None:
            return
        if not isinstance(node, yaml.SequenceNode):
            self._problem(f'"{key}" must be a list of strings', node)
            return
        if not node.value:
            self._problem(f'"{key}" must have at least one entry', node)
        for item in node.value:
            text = self._string(item, f'each entry of "{key}"')
            if text is not None:
                yield text, item

    # Keys.

    def _id(self, found: Mapping[str, yaml.Node], stem: str) -> str | None:
        rule_id = self._text(found, "id")
        if rule_id is None:
            return None
        if not _ID.fullmatch(rule_id):
            self._problem('"id" must be made of letters, digits, "-", "_" and "."', found["id"])
        elif rule_id != stem:
            self._problem(f'the id "{rule_id}" is not the name of the file, which is "{stem}"', found["id"])
        return rule_id

    def _level(self, found: Mapping[str, yaml.Node]) -> Level | None:
        value = self._text(found, "severity")
        if value is None:
            return None
        levels = [level.value for level in Level]
        if value not in levels:
            near = did_you_mean(value, levels)
            self._problem(f'"severity" must be error, warning or note{near}', found["severity"])
            return None
        return Level(value)

    def _one_line(self, found: Mapping[str, yaml.Node], key: str) -> str | None:
        text = self._text(found, key)
        if text is not None and "\n" in text:
            self._problem(f'"{key}" must be one line', found[key])
        return text

    def _with_placeholders(self, found: Mapping[str, yaml.Node], key: str) -> str | None:
        written = self._text(found, key)
        wrong = ((offset, name) for offset, name in braces(written or "") if name not in PLACEHOLDERS)
        for offset, name in islice(wrong, _MOST_MISTAKES):
            if name is None:
                message = "a brace that belongs to no placeholder is written twice: {{ or }}"
            else:
                near = did_you_mean(name.strip(), PLACEHOLDERS)
                listed = f"; the placeholders are {', '.join(sorted(PLACEHOLDERS))}"
                message = f"there is no placeholder {{{name}}}{near or listed}; braces are written {{{{ and }}}}"
            line = self._line_of(found[key], len(found[key].value) - len(found[key].value.lstrip()) + offset)
            self.problems.append(Problem(message, Span(self.path, line, 1, line, 1)))
        return written

    def _url(self, found: Mapping[str, yaml.Node]) -> str:
        url = self._text(found, "url") or ""
        if url and not (_URL.fullmatch(url) and url.isprintable()):
            self._problem('"url" must be an address that begins with https:// or http://', found["url"])
        return url

    def _selectors(self, found: Mapping[str, yaml.Node], ask: Collection[Question]) -> Iterator[Selector]:
        node = found.get("select")
        if node is None:
            return
        if isinstance(node, yaml.MappingNode):
            self._problem('"select" must be a JSONPath or a list of them', node)
            return
        if isinstance(node, yaml.SequenceNode):
            written = list(self._texts(found, "select"))
        else:
            text = self._text(found, "select")
            written = [(text, node)] if text is not None else []
        for text, place in written:
            if self.check:
                self._check(text, place, ask)
            yield Selector(text, self._span(place))

    def _check(self, text: str, node: yaml.Node, ask: Collection[Question]) -> None:
        from scanner.rules.selector_check import faults

        skipped = len(node.value) - len(node.value.lstrip())
        for fault in faults(text, ask):
            line = self._line_of(node, skipped + fault.offset)
            self.problems.append(Problem(f"the selector is wrong: {fault.message}", Span(self.path, line, 1, line, 1)))

    def _line_of(self, node: yaml.Node, offset: int) -> int:
        """The line of a character of a string, which YAML may have folded."""
        first = int(node.start_mark.line)
        lines = self.text.split("\n")[first : node.end_mark.line + 1]
        written = " " * node.start_mark.column + lines[0][node.start_mark.column :] + "\n" + "\n".join(lines[1:])
        place = -1
        for letter in node.value[: offset + 1]:
            if not letter.isspace():
                place = written.find(letter, place + 1)
            if place == -1:  # YAML has another way to write it
                return first + 1
        return first + 1 + written.count("\n", 0, place)

    def _examples(self, found: Mapping[str, yaml.Node]) -> Examples:
        node = found.get("examples")
        if node is None:
            return Examples()
        if not isinstance(node, yaml.MappingNode):
            self._problem('"examples" must have the lists "flagged" and "passed"', node)
            return Examples()
        lists = self._entries(node, EXAMPLES, '"examples"')
        for key in EXAMPLES:
            if key not in lists:
                self._problem(f'"examples" must also have the list "{key}"', node)
        flagged, passed = (tuple(self._texts(lists, key)) for key in EXAMPLES)
        return Examples(
            tuple(text for text, _ in flagged),
            tuple(text for text, _ in passed),
            tuple(self._span(item) for _, item in flagged),
            tuple(self._span(item) for _, item in passed),
        )

    def _asked(self, found: Mapping[str, yaml.Node]) -> Iterator[Question]:
        node = found.get("ask")
        if node is None:
            return
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            self._problem('"ask" must be a list of {action: SERVICE:NAME, resource: ARN}', node)
            return
        for item in node.value:
            if not isinstance(item, yaml.MappingNode):
                self._problem('an element of "ask" must be {action: SERVICE:NAME, resource: ARN}', item)
                continue
            entry = self._entries(item, ASKED, 'an element of "ask"')
            if "action" not in entry:
                self._problem('an element of "ask" must have an action', item)
            action = self._right(entry, "action", wrong_action)
            resource = self._right(entry, "resource", wrong_resource) if "resource" in entry else ANY
            if action is not None and resource is not None:
                yield Question(action, resource)

    def _right(self, entry: Mapping[str, yaml.Node], key: str, wrong: Callable[[str], Iterator[str]]) -> str | None:
        text = self._text(entry, key)
        problem = next(wrong(text), None) if text is not None else None
        if problem is not None:
            self._problem(problem, entry[key])
            return None
        return text
