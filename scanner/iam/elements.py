"""What stands in the elements of a statement: texts, one or a list of them, and what AWS refuses in them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from scanner.budget import spend
from scanner.iam.pattern import Text, literal, text_of
from scanner.iam.variables import PolicyText, parse_policy_text
from scanner.span import Span
from scanner.values import Unknown, Value

_CHARACTERS = 6
"""A power of two: as many characters of a text are a step. Each costs a place in an automaton."""
SHORT = 512
"""Characters of a text from which on it is not remembered."""


class MalformedError(Exception):
    """AWS would refuse this, which stands at a place."""

    def __init__(self, message: str, span: Span | None) -> None:
        super().__init__(message)
        self.span = span


def mapping_of(value: Value, what: str, span: Span | None) -> Mapping[str, Value]:
    """The entries of a JSON object. Raises ``MalformedError``."""
    if not isinstance(value.data, Mapping):
        raise MalformedError(f"{what} is not a JSON object.", value.span or span)
    return value.data


def items_of(value: Value, name: str, statement: Value) -> tuple[Value, ...]:
    """The texts of an element, of which there has to be one. Raises ``MalformedError``."""
    if not value.elements:
        raise MalformedError(f"The {name} of a statement is empty.", value.span or statement.span)
    return value.elements


def short_pattern(item: Value, name: str, statement: Value, *, variables: bool) -> PolicyText:
    """The pattern of a known text that is ``SHORT``; most stand in many statements. Raises ``MalformedError``."""
    steps, problem, pattern = _read_pattern(str(item.data), name, variables)
    spend(steps)
    if problem is not None:
        raise MalformedError(problem, item.span or statement.span)
    return pattern


def text_in(item: Value, name: str, statement: Value) -> Text:
    """A text of an element, known or not. Raises ``MalformedError``."""
    text = text_of(item) if isinstance(item.data, str | Unknown) else None
    if text is None:
        raise MalformedError(f"The {name} of a statement is not a string.", item.span or statement.span)
    known = literal(text)
    spend(steps_of(text))
    problem = _PROBLEMS[name](known) if name in _PROBLEMS and known is not None else None
    if problem is not None:
        raise MalformedError(problem, item.span or statement.span)
    return text


def steps_of(text: Text) -> int:
    """The steps that a text takes."""
    return 2 + sum(1 + (len(part) >> _CHARACTERS) if isinstance(part, str) else 1 for part in text)


def _action_problem(text: str) -> str | None:
    if text == "*":
        return None
    vendor, colon, name = text.partition(":")
    if not colon:
        return f'The action "{text}" has no service prefix.'
    if ":" in name:
        return f'The action "{text}" has more than one colon.'
    if text != "*:*" and ("*" in vendor or "?" in vendor):
        return f'The service prefix of the action "{text}" has a wildcard.'
    return None


def _resource_problem(text: str) -> str | None:
    if text == "*" or text.startswith("${"):
        return None
    if not text.startswith("arn:"):
        return f'The resource "{text}" is neither an ARN nor "*".'
    if text.count(":") < 5 and not any(sign in text for sign in ("*", "?", "${")):
        return f'The resource "{text}" has too few parts for an ARN.'
    return None


_PROBLEMS = {"Action": _action_problem, "Resource": _resource_problem}


@lru_cache(maxsize=8192)
def _read_pattern(text: str, name: str, variables: bool) -> tuple[int, str | None, PolicyText]:
    """The steps that a text of an element takes, what is wrong with it, and its pattern."""
    parts: Text = (text,) if text else ()
    problem = _PROBLEMS[name](text)
    return steps_of(parts), problem, parse_policy_text(parts, variables=variables) if problem is None else ()
