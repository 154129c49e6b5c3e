"""Template text, YAML or JSON, to values with their places.

A document is read as an ``Outline`` where that can be done, so that only what somebody asks for becomes a value. Where
there may be something to say about its text, it is read as a whole: both notations go through YAML's composer, which
gives every node its position (see ``nodes``).

What cannot be read is a diagnostic.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import lru_cache, partial

import yaml

from scanner.budget import STEPS, BudgetSpentError, budget, current, spend, spent_at
from scanner.cloudformation.template.composer import compose_all
from scanner.cloudformation.template.json_outline import json_outline
from scanner.cloudformation.template.nodes import INVALID, MAX_TEMPLATE_DEPTH, Converter, RefusedError
from scanner.cloudformation.template.placeholders import hint
from scanner.cloudformation.template.yaml_outline import yaml_outline
from scanner.diagnostic import Diagnostic, error
from scanner.lazy_dataclass import dataclass
from scanner.regexes import anywhere
from scanner.session import once
from scanner.span import LineIndex, Span
from scanner.values import Value

_CHARACTERS_OF_YAML, _CHARACTERS_OF_JSON = 2, 4
"""Powers of two: so many characters of an outline are a step."""
_MARK_OR_ESCAPE = anywhere(r"\"|\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Parsed:
    """The documents that could be read, in order, and what is wrong with the others."""

    documents: tuple[Value, ...]
    diagnostics: tuple[Diagnostic, ...]
    steps: int = 0
    """What reading the text takes, whoever has read it."""


def parse(text: str, path: str, *, texts_only: bool = False, several_times: bool = False) -> Parsed:
    """Every document of a YAML stream, or the one JSON document. Empty documents are left out.

    ``texts_only`` takes every scalar but null for the text that stands there, in files that others than CloudFormation
    read. What is read ``several_times`` is remembered for the whole scan.

    Raises ``BudgetSpentError``. Remembered for a while, since a template is evaluated once for each scenario; it costs
    the same every time, so that what a root may cost does not depend on what was read before it.
    """
    whole = current()
    read = partial(parse_once, text, path, texts_only, whole.steps if whole is not None else STEPS)
    parsed = once(("template", *read.args), read, lambda _: len(text)) if several_times else read()
    try:
        spend(parsed.steps)
    except BudgetSpentError:
        spent_at(Span(path, 1, 1, 1, 1))
        raise
    return parsed


@lru_cache(maxsize=8)
def parse_once(text: str, path: str, texts_only: bool, steps: int) -> Parsed:
    """The same with a budget of its own; nothing, at the price of all of it, where that is not enough."""
    with budget(steps) as own:
        try:
            parsed = _read(text.removeprefix("\ufeff"), path, texts_only)
        except BudgetSpentError:
            return Parsed((), (_too_large(path),), steps + 1)
        return replace(parsed, steps=own.spent)


def _read(text: str, path: str, texts_only: bool) -> Parsed:
    if not texts_only:
        is_json = _begins_as_json(text)
        outline = json_outline(text, path) if is_json else yaml_outline(text, path)
        if outline is not None:
            spend(len(text) >> (_CHARACTERS_OF_JSON if is_json else _CHARACTERS_OF_YAML))
            return Parsed((outline,), ())
    return parse_whole(text, path, texts_only=texts_only)


def _too_large(path: str) -> Diagnostic:
    """What is said where nobody counts steps."""
    return error("Template refused", "Reading it takes more steps than a root has.", Span(path, 1, 1, 1, 1))


def parse_whole(text: str, path: str, *, texts_only: bool = False) -> Parsed:
    """The same with every value made, in which everything that is wrong with the text is found."""
    if _begins_as_json(text):
        broken_json = _json_error(text, path)
        if broken_json is not None:
            return Parsed((), (broken_json,))
        text = _json_as_yaml(text)
    lines = text.split("\n")
    documents: list[Value] = []
    problems: list[Diagnostic] = []
    try:
        for root in compose_all(text):
            try:
                document = Converter(path, lines, problems, texts_only).value(root)
            except RefusedError as refused:
                problems.append(error("Template refused", str(refused), refused.span))
                continue
            if not document.is_null:
                documents.append(document)
    except yaml.MarkedYAMLError as broken:
        problems.append(_syntax_error(broken, text, path))
    except yaml.reader.ReaderError as broken:
        span = LineIndex(path, text).span(broken.position, broken.position)
        problems.append(error(INVALID, f"It has a character that YAML forbids: {broken.reason}.", span))
    except RecursionError:  # cfn-flip's loader, which libyaml replaces, has no bound of its own
        problems.append(
            error(
                "Template refused", f"It is nested more than {MAX_TEMPLATE_DEPTH} levels deep.", Span(path, 1, 1, 1, 1)
            )
        )
    if problems and hint(text) and all(one.summary == INVALID for one in problems):
        problems = problems[:1]  # each of its marks is one more
    return Parsed(tuple(documents), tuple(problems))


def _begins_as_json(text: str) -> bool:
    return text.lstrip()[:1] == "{"


def _json_error(text: str, path: str) -> Diagnostic | None:
    """What is wrong with JSON that YAML would take for something else: comments, say, become part of the next key.

    What begins with a brace and is neither called JSON nor commented in its way may be YAML in flow style.
    """
    try:
        json.loads(text)
    except json.JSONDecodeError as problem:
        rest = text[problem.pos :].lstrip(" \t\r\n,")
        is_comment = rest.startswith(("//", "/*")) or (rest.startswith("#") and path.endswith(".json"))
        if not is_comment and not path.endswith(".json"):
            return None
        why = "JSON has no comments" if is_comment else problem.msg[:1].lower() + problem.msg[1:]
        span = LineIndex(path, text).span(problem.pos, problem.pos + 1)
        return error(INVALID, f"It is not valid JSON: {why}.{hint(text)}", span)
    except (RecursionError, ValueError):  # nested too deeply, or a number too long: the YAML reader has bounds
        return None
    return None


def _json_as_yaml(text: str) -> str:
    """JSON that YAML reads alike: tabs are not indentation, and a character has one escape, not two surrogates."""
    text = text.replace("\t", " ")
    if "\\u" not in text or all(found[1] is None for found in _MARK_OR_ESCAPE.finditer(text)):
        return text
    is_padded = _is_json(text)  # elsewhere a quotation mark may be part of a comment
    missing = 0

    def joined(found: re.Match[str]) -> str:
        nonlocal missing
        if found[1] is None:
            blanks = 0
            if found[0] == '"' and is_padded:  # so what is behind the string stays in its column
                blanks, missing = missing, 0
            return found[0] + " " * blanks
        high, low = int(found[1], 16), int(found[2], 16)
        escape = f"\\U{0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00):08x}"
        missing += len(found[0]) - len(escape)
        return escape

    return _MARK_OR_ESCAPE.sub(joined, text)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (RecursionError, ValueError):
        return False
    return True


def _syntax_error(broken: yaml.MarkedYAMLError, text: str, path: str) -> Diagnostic:
    mark = broken.problem_mark or broken.context_mark
    span = Span.whole_file(path)
    if mark is not None:
        # What is missing at the end is said to be missing on the line after it.
        end = LineIndex(path, text).span(len(text.rstrip()), len(text.rstrip()))
        place = Span(path, mark.line + 1, mark.column + 1, mark.line + 1, mark.column + 2)
        span = min(place, end)
    what = "JSON" if text.lstrip()[:1] == "{" else "YAML"
    context = f" {broken.context}" if broken.context else ""
    detail = f"It is not valid {what}: {broken.problem or 'it cannot be read'}{context}."
    return error(INVALID, detail + hint(text), span)
