"""``--explain``: the reasoning about principals, as trees for people or as JSON, with trouble in the input below it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from textwrap import TextWrapper
from typing import Any

from scanner.diagnostic import Diagnostic
from scanner.escape import inert, visible
from scanner.report.encoding import encoded
from scanner.report.explanation import Node, explanation
from scanner.report.wording import place
from scanner.verdicts.assessed_principal import AssessedPrincipal
from scanner.verdicts.document import location, principal_document

VERSION = 1
"""Changes when a reader of the old shape would misread the new one."""
_NARROWEST = 40
_MOST_NAMED = 10


def render(
    principals: Iterable[AssessedPrincipal], diagnostics: Iterable[Diagnostic] = (), width: int | None = None
) -> str:
    """One tree for all principals of which the same is said, then what could not be read.

    ``width`` is where lines wrap, if they do.
    """
    alike: dict[tuple[Node, ...], list[Node]] = {}
    for found in principals:
        node = explanation(found)
        alike.setdefault(node.children, []).append(node)
    trees = ["".join(_tree(nodes, width)) for nodes in alike.values()]
    trouble = "".join(
        f"{inert(f'{found.severity.value}: {place(found.span)}: {visible(found.message)}')}\n" for found in diagnostics
    )
    return "\n".join([*trees, *([trouble] if trouble else [])])


def render_json(principals: Iterable[AssessedPrincipal], diagnostics: Iterable[Diagnostic], version: str) -> str:
    """The same as one JSON object: each principal as in the report, with its tree as ``explanation``."""
    return encoded(
        {
            "version": VERSION,
            "tool": {"name": "scan", "version": version},
            "principals": [
                {**principal_document(found), "explanation": _document(explanation(found))} for found in principals
            ],
            "diagnostics": [
                {
                    "severity": found.severity.value,
                    "path": found.span.path,
                    "line": found.span.line,
                    "message": found.message,
                }
                for found in diagnostics
            ],
        }
    )


def _document(node: Node) -> dict[str, Any]:
    return {
        "text": node.text,
        "location": location(node.span) if node.span is not None else None,
        "because": [_document(child) for child in node.children],
    }


def _lines(node: Node, width: int | None, first: str = "", rest: str = "") -> Iterator[str]:
    below = f"{rest}{'│  ' if node.children else '   '}"
    yield from (f"{inert(line)}\n" for line in _wrapped(_sentence(node), width, first, below if first else "   "))
    for number, child in enumerate(node.children, 1):
        last = number == len(node.children)
        yield from _lines(child, width, f"{rest}{'└─ ' if last else '├─ '}", f"{rest}{'   ' if last else '│  '}")


def _tree(alike: Sequence[Node], width: int | None) -> Iterator[str]:
    """The principals, a line each, and below the last one what is said of all of them."""
    *others, last = alike
    for node in others[: _MOST_NAMED - 1]:
        yield f"{inert(_sentence(node))}\n"
    if len(others) > _MOST_NAMED - 1:
        yield f"and {len(others) - _MOST_NAMED + 1:,} more, and\n"
    yield from _lines(last, width)


def _sentence(node: Node) -> str:
    return visible(node.text) if node.span is None else f"{visible(node.text)}, {place(node.span)}"


def _wrapped(text: str, width: int | None, first: str, rest: str) -> list[str]:
    if width is None or len(first) + len(text) <= width:
        return [f"{first}{text}"]
    wrapper = TextWrapper(
        max(width, _NARROWEST),
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return wrapper.wrap(text)
