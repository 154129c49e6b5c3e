"""Placeholders of text templates: files from which another tool generates templates.

Jinja, Helm, Go and Handlebars write ``{{ name }}`` and ``{% if … %}``, ERB and EJS ``<%= name %>``, others
``%%NAME%%``. To CloudFormation they mean nothing (``{{resolve:…}}`` is its own), so a template that has them is the
source of one, and its texts are not known where they stand.

``${NAME}`` outside of ``Fn::Sub`` is a text like any other to CloudFormation, but hardly meant as one: the shell's
``envsubst`` fills it in, or ``Fn::Sub`` is missing. ``${self:custom.stage}`` and ``${opt:stage}`` are the Serverless
Framework's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanner.cause import Cause, CauseKind
from scanner.regexes import anywhere
from scanner.span import Span
from scanner.symbol import Named, NameKind
from scanner.values import Unknown

SCAN_WHAT_IS_GENERATED = (
    "It looks like the source of a text template (Jinja, Helm, Go or the like). Scan what is generated from it."
)

_PLACEHOLDER = anywhere(r"(\{\{(?!resolve:)[^{}\n]*\}\}|\{%[^%\n]*%\}|<%[^%\n]*%>|%%[A-Za-z_][\w.-]*%%)")
_IN_SOURCE = anywhere(
    r"""^[ \t]*+(?!\#)(?:
        \{%|<%|\{\{(?!resolve:)            # a line of its own
      | [^'"\n]*(?:\{\{(?!resolve:)|<%|%%[A-Za-z_][\w.-]*%%)
    )|\{%""",
    re.MULTILINE | re.VERBOSE,
)
_VARIABLE = anywhere(r"\$\{(?:AWS::\w+|[A-Za-z_]\w*|(?:(?:cf|env|opt|param|self|sls):|file\()[^{}\n]+)\}")


def hint(source: str) -> str:
    """A sentence for what is wrong in a file that looks like a text template; nothing for any other."""
    return f" {SCAN_WHAT_IS_GENERATED}" if _IN_SOURCE.search(source) else ""


def has_placeholder(text: str) -> bool:
    """Whether a text of a template has a place that another tool fills in."""
    return ("{" in text or "%" in text) and _PLACEHOLDER.search(text) is not None


def pieces_around(text: str, span: Span | None) -> Iterator[str | Unknown]:
    """The text with a hole for each placeholder."""
    for number, part in enumerate(_PLACEHOLDER.split(text)):
        if number % 2 == 0:
            yield part
            continue
        detail = f'"{part}", which another tool fills in (scan what is generated)'
        yield Unknown(Cause(CauseKind.UNSUPPORTED, detail, span), Named(NameKind.VALUE, part))


def variable_outside_sub(text: str) -> str | None:
    """The first ``${NAME}`` in a text that no function fills in; those of IAM's own language have a colon or a sign."""
    found = _VARIABLE.search(text) if "${" in text else None
    return None if found is None else found[0]
