"""One line of YAML in block style, where it says by itself what it says: ``- Key: !Ref Name``.

Most lines of most templates are like this. A line is hard, and left to the composer, where it may mean something else:
with a key or a value that needs more than a glance, in flow style over several lines, with anchors or other tags.

What a line is does not depend on the lines around it, and many are the same, so each is read once for a while.
"""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from scanner.cloudformation.template.composer import YAMLError, compose_all, long_form
from scanner.cloudformation.template.keys import is_macro
from scanner.cloudformation.template.node_glance import glance_at
from scanner.cloudformation.template.outline import Call, Glance, UnsureError
from scanner.cloudformation.template.scalar_nodes import is_account
from scanner.cloudformation.template.scalars import is_text
from scanner.regexes import whole

_DEEPEST_FLOW = 80
"""Levels that are taken to be around what stands in a line."""
NO_LIMIT = 1_000_000
_LINE = whole(
    r"""(?P<indentation>[ ]*+)
    (?P<dashes>(?:-(?:[ ]++|$))*+)
    (?:
        (?:
            (?P<plain_key>[A-Za-z_](?:[\w./@-]|:(?=[\w:]))*+)
          | "(?P<double_key>[^"\\]*+)"
          | '(?P<single_key>[^']*+)'
        )
        :(?:[ ]++|$)
    )?+
    (?:!(?P<tag>[A-Za-z0-9]++)(?:[ ]++|$))?+
    (?P<value>.*)""",
    re.VERBOSE | re.ASCII | re.DOTALL,
)
_VALUE = whole(
    r"""(?:
        (?P<plain>(?:[A-Za-z0-9/_.$(~+=<]|-(?=[^ ]))(?:[^ :#]|:(?=[^ ])|(?<=[^ ])\#|[ ]++(?=[^ \#]))*+)
      | "(?P<double>[^"\\]*+)"
      | '(?P<single>[^']*+)'
      | (?P<escaped>"(?:[^"\\]|\\.)*+"|'(?:[^']|'')*+')
      | (?P<block>[|>][-+]?)
      | (?P<flow>[\[{].*[\]}])
    )?
    [ ]*(?:(?<=[ ])\#.*)?""",
    re.VERBOSE | re.DOTALL,
)


class Form(Enum):
    """How the value of a line is written."""

    NOTHING = "nothing"
    """It is null, or stands on the lines that follow."""
    SCALAR = "scalar"
    FLOW = "flow"
    BLOCK = "block"
    """A text on the lines that follow."""


class Line(NamedTuple):
    """What a line says."""

    begins: int
    """The column of the first thing in it, counted from 0."""
    column: int
    """That of its key or value."""
    dashes: tuple[int, ...]
    """The columns of the dashes of list items that begin."""
    key: str | None
    tag: str | None
    """The function that a tag is short for."""
    form: Form
    plain: object
    """Of a scalar or a value in flow style."""
    calls: tuple[Call, ...] = ()
    """Those that it says by itself."""
    limit: int = NO_LIMIT
    """The column up to which the next line may begin: that of what a scalar belongs to."""
    is_whole: bool = False
    """It says all that it calls, with the arguments."""

    def calls_with(self, argument: object) -> tuple[Call, ...]:
        """The functions that its key and its tag are, called with its value, which has the tag in flow style."""
        found: tuple[Call, ...] = ()
        if self.key is not None and is_function(self.key):
            found = ((self.key, argument if self.tag is None else {}),)
        if self.tag is not None and is_function(self.tag) and self.form is not Form.FLOW:
            if self.tag == "Fn::GetAtt" and isinstance(argument, str):
                argument = argument.split(".", 1)
            found = (*found, (self.tag, argument))
        return found


NOTHING = Line(0, 0, (), None, None, Form.NOTHING, None)
"""An empty line, or a comment."""


class _Opaque(Enum):
    """Stands for a text that is not spelled out."""

    TEXT = "text"


OPAQUE = _Opaque.TEXT


@lru_cache(maxsize=16_384)
def read_line(line: str) -> Line | None:
    """What a line says; None for a hard one."""
    if line.lstrip(" ")[:1] in ("", "#"):
        return NOTHING
    found = _LINE.fullmatch(line)
    if found is None or "\t" in line:
        return None
    indentation, dashes, plain_key, double, single, tag, _ = found.groups()
    key = next((one for one in (plain_key, double, single) if one is not None), None)
    value = _VALUE.fullmatch(line, found.start("value"))
    if value is None or (key is None and not dashes) or (plain_key is not None and not is_text(plain_key)):
        return None
    name = None if tag is None else _long_form(tag)
    start = len(indentation) + len(dashes)
    places = tuple(len(indentation) + place for place, sign in enumerate(dashes) if sign == "-")
    form = Form.NOTHING
    plain: object = None
    calls: tuple[Call, ...] = ()
    match value.lastgroup:
        case "plain" if tag is None and is_account(value["plain"]):
            return None
        case "plain":
            form, plain = Form.SCALAR, value["plain"] if tag is not None or is_text(value["plain"]) else None
        case "double" | "single" as group:
            form, plain = Form.SCALAR, value[group]
        case "escaped":
            form, plain = Form.SCALAR, OPAQUE
        case "block":
            form, plain = Form.BLOCK, OPAQUE
        case "flow":
            glance = _flow(f"!{tag} {value['flow']}" if tag is not None else value["flow"])
            if glance is None:
                return None
            form, plain, calls = Form.FLOW, glance.plain, glance.calls
    around = start if key is not None else places[-1]
    limit = NO_LIMIT if form is Form.NOTHING else around
    said = Line(len(indentation), start, places, key, name, form, plain, calls, limit)
    if (key is not None and is_macro(key)) or (name is not None and is_macro(name)):
        return None
    if form is Form.BLOCK or (form is Form.NOTHING and said.calls_with(None)):
        return said
    return said._replace(calls=(*calls, *said.calls_with(plain)), is_whole=True)


def is_function(key: str) -> bool:
    """Whether a mapping with no other key is a call."""
    return key == "Ref" or key.startswith("Fn::")


def _long_form(tag: str) -> str:
    return long_form(f"!{tag}")


def _flow(written: str) -> Glance | None:
    try:
        (node,) = compose_all(written)
        return glance_at(node, _DEEPEST_FLOW)
    except (UnsureError, ValueError, YAMLError):
        return None
