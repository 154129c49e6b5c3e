"""``=~`` in selectors with a limit: a regular expression that would search for ever is given up.

jsonpath-ng searches with Python's ``re``, which cannot be stopped and for which ``(a+)+$`` takes time that doubles with
each letter. The package ``regex`` reads the same expressions and counts the time.
"""

from __future__ import annotations

import re
import time
from math import prod
from typing import Any

from jsonpath_ng import DatumInContext
from jsonpath_ng.ext.filter import And, Expression, Filter, Or
from jsonpath_ng.jsonpath import JSONPath

from scanner.regexes import anywhere

MAX_SECONDS = 2.0
"""Of the processor, for all searches of one expression. A plain one takes a microsecond for each principal."""

MAX_COPIES = 1_000_000
"""Of one part, if all counts were inside one another: ``regex`` makes each of them when it compiles."""

_COUNT = anywhere(r"\{(\d{0,9})(?:,(\d{0,9}))?\}")
_COUNTS_NOTHING = anywhere(r"(?<![\\\[])(?<!\\N)\{(?!\d+(?:,\d*)?\}|,\d+\})")


class PatternError(Exception):
    """It is not a regular expression, or one that means different things to different readers."""


class EndlessSearchError(Exception):
    """An expression took too long."""

    def __init__(self, pattern: str) -> None:
        super().__init__(
            f"the regular expression '{pattern}' takes longer than {MAX_SECONDS:g} seconds; "
            "write it without a repetition inside another one"
        )


def _copies(text: str) -> int:
    return prod(max(int(low or 0), int(high or 0), 1) for low, high in _COUNT.findall(text))


class BoundedPattern:
    """A compiled expression and the time that is left to it."""

    def __init__(self, text: str) -> None:
        """Raises ``PatternError``."""
        import regex  # type: ignore[import-untyped] # it ships none

        self.text = text
        self._left = MAX_SECONDS
        if _copies(text) > MAX_COPIES:
            raise PatternError(f"what it repeats comes to more than {MAX_COPIES:,} copies")
        try:
            re.compile(text)
            self._compiled = regex.compile(text)
        except (re.error, regex.error, RecursionError, OverflowError, MemoryError) as problem:
            raise PatternError(str(problem)) from problem
        if _COUNTS_NOTHING.search(text):
            raise PatternError("a brace that counts nothing is written [{]")

    def finds(self, value: object) -> bool:
        """Whether it is somewhere in a value, which it never is in one that is not a string.

        Raises ``EndlessSearchError``.
        """
        if not isinstance(value, str):
            return False
        if self._left <= 0:
            raise EndlessSearchError(self.text)
        begun = time.process_time()
        try:
            return self._compiled.search(value, timeout=self._left) is not None
        except (TimeoutError, MemoryError) as problem:
            raise EndlessSearchError(self.text) from problem
        finally:
            self._left -= time.process_time() - begun


class _Match(Expression):
    def __init__(self, target: Any, pattern: str) -> None:
        super().__init__(target, "=~", pattern)
        self._pattern = BoundedPattern(pattern)

    def find(self, datum: Any) -> list[Any]:
        """What the expression is found in."""
        found = self.target.find(DatumInContext.wrap(datum))
        return [one for one in found if self._pattern.finds(one.value)]


def bounded(node: Any) -> Any:
    """The tree of a selector with every ``=~`` in it limited. Raises ``PatternError``."""
    match node:
        case Expression(op="=~", value=str()):
            return _Match(bounded(node.target), node.value)
        case Expression():
            node.target = bounded(node.target)
        case Filter():
            node.expressions = [bounded(each) for each in node.expressions]
        case And() | Or():
            node.operands = [bounded(each) for each in node.operands]
        case JSONPath():
            for side in ("left", "right"):
                if isinstance(getattr(node, side, None), JSONPath):
                    setattr(node, side, bounded(getattr(node, side)))
    return node
