"""What the files of a scan ask to ignore: in comments of their languages, in ``Metadata``, in ``"//"`` of JSON.

Every file that was read is looked at, as bytes, and only one that has ``scan:ignore``, or nearly, is read as text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from scanner.diagnostic import Diagnostic, warning
from scanner.regexes import anywhere, beginning
from scanner.source_file import UnreadableFileError, read_bytes
from scanner.span import LineIndex, Span
from scanner.triage import program_comments
from scanner.triage.directive import directives_in, read_directive
from scanner.triage.ignore import Ignore, Stands
from scanner.triage.reason import MalformedError, begins_with_expiry

_TRACES = tuple(anywhere(word + rb"[ \t:_\xa0\xc2-]{0,8}(?i:ignore)") for word in (b"scan", b"Scan", b"SCAN"))
"""Each begins with a literal, which is looked for ten times as fast as a choice."""
_JSON_CONFIGURATION = (".tf.json", ".tofu.json")
_NATIVE = (".tf", ".tofu", ".hcl", ".tfvars")
_OPENING = beginning(r"#+|//+|/\*+|\*+")
_END_OF_LINE = beginning(r"[ \t\r]*+(?:\n|\Z)")
_MARGIN = anywhere(r"\n[ \t]*+\*++")
_BLANK = dict.fromkeys(
    (*map(ord, "\n\r\t\v\f\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000"), *range(0x2000, 0x200C), 0x2060, 0xFEFF), " "
)
"""What is not seen, or is seen as a blank."""
MALFORMED = "Malformed suppression"


def ignores_in(file: Path, path: str, within: tuple[Path, ...]) -> tuple[list[Ignore], list[Diagnostic]]:
    """What a file asks to ignore, and what is wrong with how it does so. ``path`` is how reports print it.

    What cannot be read any more asks for nothing: that it cannot be read is said by who reads it for what it is.
    """
    try:
        content = read_bytes(file, within=within)
    except UnreadableFileError:
        return [], []
    if not may_ask(content):
        return [], []
    text = content.decode("utf-8-sig", "replace")
    problems: list[Diagnostic] = []
    return list(_ignores(text, path, problems)), problems


def may_ask(content: bytes) -> bool:
    """Whether a file of this content may ask to ignore anything."""
    return any(trace.search(content) for trace in _TRACES)


def _ignores(text: str, path: str, problems: list[Diagnostic]) -> Iterator[Ignore]:
    if path.endswith(_JSON_CONFIGURATION):
        from scanner.terraform.language import json_syntax

        for comment, span in json_syntax.comments(path, text):
            said = comment.translate(_BLANK).lstrip(" #/*")
            for start, end in directives_in(said):
                template = Ignore("", None, "", None, span, Stands.IN_A_VALUE)
                yield from _read(said[start:end], template, problems)
    elif path.endswith(_NATIVE):
        from scanner.terraform.language import blocks

        yield from _in_comments(text, path, blocks.comments(text), problems, by_indentation=False)
    elif path.endswith(program_comments.SUFFIXES):
        yield from _in_comments(text, path, program_comments.comments(text), problems, by_indentation=False)
    else:
        yield from _in_template(text, path, problems)


def _in_template(text: str, path: str, problems: list[Diagnostic]) -> Iterator[Ignore]:
    from scanner.cloudformation.template import comments, syntax
    from scanner.triage.metadata import ignores_in_metadata

    if text.lstrip()[:1] != "{":
        yield from _in_comments(text, path, comments.comments(text), problems, by_indentation=True)
    for document in syntax.parse(text, path).documents:
        yield from ignores_in_metadata(document, problems)


def _in_comments(
    text: str, path: str, found: Iterable[tuple[int, int]], problems: list[Diagnostic], *, by_indentation: bool
) -> Iterator[Ignore]:
    """What comments say, with the lines that they lead to, and in YAML those that they follow."""
    lines = LineIndex(path, text)
    single = [(start, end, lines.span(start, end)) for start, end in found]
    alone = _alone(text, single)
    leads_to = _next_others(alone)
    follows = _last_others(alone, text) if by_indentation else {}
    at_line = {span.line: (start, end) for start, end, span in single if span.line in alone}
    for start, end, span in single:
        said = _content(text, start, end)
        for begin, last in (found := tuple(directives_in(said))):
            at = lines.span(start + begin, start + last)
            above, under = leads_to.get(at.line), follows.get(at.line)
            template = Ignore("", None, "", None, at, above=above, below=under, indent=span.column)
            is_last = (begin, last) == found[-1] and at.end_line == span.last_line
            below = at_line.get(at.end_line + 1) if is_last else None
            yield from _read(said[begin:last], template, problems, _content(text, *below) if below else "")


def _alone(text: str, comments: Iterable[tuple[int, int, Span]]) -> set[int]:
    """The lines that have nothing but a comment."""
    found: set[int] = set()
    last = 0
    for start, end, span in comments:
        is_first = span.line != last and not text[start - span.column + 1 : start].strip()
        if is_first and _END_OF_LINE.match(text, end):
            found.update(range(span.line, span.last_line + 1))
        last = span.end_line
    return found


def _next_others(alone: set[int]) -> dict[int, int]:
    """For each of the lines, the first one below it that is not one of them."""
    found: dict[int, int] = {}
    for line in sorted(alone, reverse=True):
        found[line] = found.get(line + 1, line + 1)
    return found


def _last_others(alone: set[int], text: str) -> dict[int, int]:
    """For each of the lines, the last one above it that is not one of them and not blank."""
    found: dict[int, int] = {}
    last = 0
    for number, line in enumerate(text.split("\n"), 1):
        if number in alone:
            found[number] = last
        elif line.strip():
            last = number
    return found


def _content(text: str, start: int, end: int) -> str:
    """What a comment says, with blanks for its marks, its margin and its line breaks, so that offsets stay."""
    opening = _OPENING.match(text, start, end)
    said = text[start:end]
    if opening is not None:
        said = " " * (opening.end() - start) + said[opening.end() - start :]
        if opening[0].startswith("/*"):
            said = _MARGIN.sub(_blanks, said.removesuffix("*/").rstrip("*"))
    return said.translate(_BLANK)


def _blanks(found: re.Match[str]) -> str:
    return " " * len(found[0])


def _read(said: str, template: Ignore, problems: list[Diagnostic], below: str = "") -> Iterator[Ignore]:
    """``below`` is what the comment on the next line says."""
    try:
        directive = read_directive(said)
        if directive.until is None and begins_with_expiry(below):
            raise MalformedError("its expiry stands in the next comment; write it on the same line")
    except MalformedError as problem:
        problems.append(warning(MALFORMED, f"It does not count: {problem}.", template.span))
        return
    for named in directive.rules:
        yield replace(template, rule=named.rule, key=named.key, reason=directive.reason, until=directive.until)
