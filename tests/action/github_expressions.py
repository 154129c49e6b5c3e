"""GitHub's expressions, as far as action.yml uses them.

https://docs.github.com/en/actions/reference/workflows-and-actions/expressions
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from lark import Lark, Transformer, v_args

_GRAMMAR = r"""
    ?start: or
    ?or: and | or "||" and -> either
    ?and: comparison | and "&&" comparison -> both
    ?comparison: unary | unary "==" unary -> equal | unary "!=" unary -> unequal
    ?unary: atom | "!" unary -> negation
    ?atom: "'" TEXT? "'" -> text
         | NAME ("." NAME)* -> context
         | NAME "(" [start ("," start)*] ")" -> call
         | "(" start ")"
    NAME: /[A-Za-z_][\w-]*/
    TEXT: /[^']+/
    %ignore " "
"""
_PARSER = Lark(_GRAMMAR, parser="earley")
_WHOLE = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_STATUS = re.compile(r"\b(?:success|failure|always|cancelled)\(")


class _Evaluation(Transformer[Any, Any]):
    def __init__(self, contexts: Mapping[str, Any], *, failed: bool) -> None:
        super().__init__()
        self.contexts = contexts
        self.status = {"success": not failed, "failure": failed, "always": True, "cancelled": False}

    @v_args(inline=True)
    def either(self, one: Any, other: Any) -> Any:
        return one or other

    @v_args(inline=True)
    def both(self, one: Any, other: Any) -> Any:
        return one and other

    @v_args(inline=True)
    def equal(self, one: Any, other: Any) -> bool:
        return _folded(one) == _folded(other)

    @v_args(inline=True)
    def unequal(self, one: Any, other: Any) -> bool:
        return _folded(one) != _folded(other)

    @v_args(inline=True)
    def negation(self, value: Any) -> bool:
        return not value

    def text(self, parts: list[Any]) -> str:
        return "".join(map(str, parts))

    def context(self, names: list[Any]) -> Any:
        value: Any = self.contexts
        for name in names:
            value = {key.lower(): each for key, each in value.items()}.get(name.lower(), "")
            if value == "":
                break
        return value

    def call(self, parts: list[Any]) -> Any:
        name, *arguments = parts
        if name == "toJSON":
            return json.dumps(arguments[0], indent=2, ensure_ascii=False)
        return self.status[name]


def _folded(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def evaluate(expression: str, contexts: Mapping[str, Any], *, failed: bool = False) -> Any:
    """The value of what stands between ``${{`` and ``}}``. What a context does not have is an empty text."""
    return _Evaluation(contexts, failed=failed).transform(_PARSER.parse(expression.strip()))


def substitute(text: str, contexts: Mapping[str, Any]) -> str:
    """A text with its expressions filled in."""
    return _WHOLE.sub(lambda found: str(evaluate(found[1], contexts)), text)


def holds(condition: str | None, contexts: Mapping[str, Any], *, failed: bool) -> bool:
    """Whether a step with this ``if`` runs: not after a failure, unless the condition speaks of that."""
    if condition is None:
        return not failed
    whole = _WHOLE.fullmatch(condition.strip())
    expression = whole[1] if whole else condition
    speaks = _STATUS.search(expression) is not None
    return bool(evaluate(expression, contexts, failed=failed)) and (speaks or not failed)
