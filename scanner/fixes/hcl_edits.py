"""Edits of text in Terraform's native syntax, formatted as ``terraform fmt`` leaves it.

What is added stands as its neighbours stand: on their line, or on a line of its own below the last one. Comments stay
with what they follow. Where a longer key comes into an object, the equals signs of the lines around it move along.

https://developer.hashicorp.com/terraform/language/style
"""

from __future__ import annotations

from collections.abc import Sequence

from scanner.fix import Edit
from scanner.fixes.source import Source
from scanner.regexes import anywhere, beginning
from scanner.span import Span
from scanner.terraform.language import nodes

STEP = "  "
_NEXT_LINE = beginning(r"\r?\n[ \t]*+[^\s}]")
"""Another line with something on it that closes nothing."""
_REST = beginning(r"[ \t]*+(,?)[ \t]*+((?:#|//)[^\n]*+|/\*(?:[^*\n]|\*(?!/))*+\*/[ \t\r]*+)?\r?(?:\n|\Z)")
"""What may follow something on its line: a comma and a comment."""
_COMMA = beginning(r"(?:[\s]++|#[^\n]*+|//[^\n]*+|/\*(?:[^*]++|\*(?!/))*+\*/)*+,")
_COMMENT = anywhere(r"#[^\n]*+|//[^\n]*+|/\*(?:[^*]++|\*(?!/))*+(?:\*/)?")
_NO_CODE = anywhere(r'"(?:[^"\\\n]|\\.)*+"?|#[^\n]*+|//[^\n]*+|/\*(?:[^*]++|\*(?!/))*+(?:\*/)?')
_ASSIGNED = beginning(r'[ \t]*+((?:"(?:[^"\\\n]|\\.)*+"|[\w.\-]++|\([^()\n]*+\)))([ \t]*+)=(?![=>])')


def quoted(text: str) -> str:
    """A text as a literal."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("${", "$${").replace("%{", "%%{")
    return f'"{escaped}"'


def item_added(source: Source, items: Sequence[Span], whole: Span, text: str) -> tuple[Edit, ...]:
    """An expression behind the last item of a list, which stands in brackets at ``whole``."""
    start, end = source.range(whole)
    if not items:
        return (_filled(source, start, end, text),)
    first, last = source.range(items[0])[0], source.range(items[-1])[1]
    if not _is_alone(source, first):
        separator = ", "
        if len(items) > 1:  # as between the last two, of which each may go over several lines
            separator = source.text[source.range(items[-2])[1] : source.range(items[-1])[0]]
            separator = separator if separator.strip() == "," and "\n" not in separator else ", "
        if "\n" not in text:
            return (source.edit(last, last, separator + text),)
        begin = source.range(items[-1])[0]
        if len(items) > 1 and _is_alone(source, begin):
            return _behind_alone(source, begin, last, text)
        return (
            *_moved_in(source, last),
            source.edit(last, last, f", {with_indentation(text, source.indentation(first))}"),
        )
    return _line_added(source, last, end, source.indentation(first), text)


def _behind_alone(source: Source, begin: int, last: int, text: str) -> tuple[Edit, ...]:
    """Behind an item that begins on a line of its own, but ends on the line of the bracket that closes the list."""
    indentation, line = source.indentation(begin), source.line_start(last)
    ending = source.text[line:last]
    closing = ending[: len(ending) - len(ending.lstrip(" \t"))]
    written, _, bracket = with_indentation(text, indentation).rpartition(f"\n{indentation}")
    moved = (source.edit(line, line + len(closing), indentation),) if closing != indentation else ()
    return (*moved, source.edit(last, last, f",\n{indentation}{written}\n{closing}{bracket}"))


def as_list(source: Source, node: Span, text: str) -> tuple[Edit, ...]:
    """What stands alone becomes a list of it and of another."""
    start, end = source.range(node)
    behind = with_indentation(text, source.indentation(start))
    moved = _moved_in(source, end) if "\n" in text else ()
    return (source.edit(start, start, "["), *moved, source.edit(end, end, f", {behind}]"))


def entry_added(source: Source, node: nodes.ObjectNode, key: str, text: str) -> tuple[Edit, ...]:
    """``key = text`` behind the last entry of an object; ``key`` as it is to be written."""
    start, end = source.range(node.span)
    if not node.items:
        return (_filled(source, start, end, f"{key} = {text}", " "),)
    first, last = source.range(node.items[0][0].span)[0], source.range(node.items[-1][1].span)[1]
    sign = assigned_by(source, *node.items[-1])
    if not _is_alone(source, first):
        return (source.edit(last, last, f", {key}{sign}{text}"),)
    indentation = source.indentation(first)
    if ":" in sign:
        return _line_added(source, last, end, indentation, f"{key}{sign}{text}")
    padded, moved = _aligned(source, source.line_start(last), key)
    return (*moved, *_line_added(source, last, end, indentation, f"{padded}= {text}"))


def assigned_by(source: Source, key: nodes.Node, value: nodes.Node) -> str:
    """What stands between a key and its value: the colon of that entry of an object, with its blanks, or `` = ``."""
    between = source.text[source.range(key.span)[1] : source.range(value.span)[0]]
    if not between.lstrip().startswith(":"):
        return " = "
    return between if not between.strip(": \t") else " : "


def without_comments(text: str) -> str:
    """What is between the expressions of some text, which has no strings."""
    return _COMMENT.sub("", text)


def argument_added(source: Source, block: nodes.Block, name: str, text: str) -> tuple[Edit, ...] | None:
    """An argument behind the last one of a block; None for a block on one line, or without arguments."""
    spans = [argument.span for argument in block.body.attributes.values()]
    if not spans or block.span.line == block.span.end_line:
        return None
    end = source.range(max(spans))[1]
    rest = _REST.match(source.text, end)
    if rest is None or not rest[0].endswith("\n"):
        return None
    indentation = source.indentation(source.range(max(spans))[0])
    padded, moved = _aligned(source, source.line_start(end), name)
    behind = _end_of_line(source, rest.end())
    return (*moved, source.edit(behind, behind, f"\n{indentation}{padded}= {text}"))


def block_added(source: Source, behind: Span, text: str, indentation: str = "") -> Edit:
    """A block between empty lines, behind the one that ends there, and behind a comment on its last line."""
    end = source.offset(behind.end_line, behind.end_column)
    rest = _REST.match(source.text, end)
    if rest is not None:
        end = _end_of_line(source, rest.end())
    following = _NEXT_LINE.match(source.text, end)
    space = "\n" if following is not None else ""
    return source.edit(end, end, f"\n\n{indentation}{with_indentation(text, indentation)}{space}")


def with_indentation(text: str, indentation: str) -> str:
    """Lines that are moved to the right; the first stands where it is put, and empty ones stay empty."""
    return text.replace("\n", f"\n{indentation}").replace(f"\n{indentation}\n", "\n\n") if indentation else text


def arguments(pairs: Sequence[tuple[str, str]], indentation: str = STEP) -> str:
    """Arguments line by line, their equals signs in one column unless a value goes over several lines."""
    lines: list[str] = []
    run: list[tuple[str, str]] = []

    def close() -> None:
        width = max((len(name) for name, _ in run), default=0)
        lines.extend(f"{indentation}{name:<{width}} = {value}\n" for name, value in run)
        run.clear()

    for name, value in pairs:
        if "\n" in value:
            close()
            lines.append(f"{indentation}{name} = {value}\n")
        else:
            run.append((name, value))
    close()
    return "".join(lines)


def _moved_in(source: Source, end: int) -> tuple[Edit, ...]:
    """The bracket that closes what goes over several lines, as ``terraform fmt`` has it before another that opens."""
    begin = source.line_start(end)
    bracket = source.text[begin:end].strip()
    return (source.edit(begin, begin, STEP),) if bracket in ("}", "]", ")") else ()


def _filled(source: Source, start: int, end: int, text: str, pad: str = "") -> Edit:
    """What is put into empty brackets."""
    inside = source.text[start + 1 : end - 1]
    if "\n" not in inside:
        return source.edit(start + 1, end - 1, f"{pad}{text}{pad}")
    indentation = source.indentation(start)
    behind = start + 1 + len(inside.rstrip(" \t")) - len(source.line_break)
    return source.edit(behind, behind, f"\n{indentation}{STEP}{with_indentation(text, indentation + STEP)}")


def _is_alone(source: Source, offset: int) -> bool:
    """Whether nothing stands before it on its line."""
    return not source.text[source.line_start(offset) : offset].strip()


def _line_added(source: Source, last: int, end: int, indentation: str, text: str) -> tuple[Edit, ...]:
    """A line below what ends at ``last``, in brackets that end at ``end``, with commas where there have to be any.

    In an object they may be missing, so there are none where there were none.
    """
    line = f"\n{indentation}{with_indentation(text, indentation)}"
    has_comma = _COMMA.match(source.text, last)
    is_list = source.text[end - 1 : end] == "]"
    rest = _REST.match(source.text, last)
    if has_comma is None:
        comma = (source.edit(last, last, ","),) if is_list else ()
        if rest is None or not rest[0].endswith("\n"):  # the bracket follows on the same line
            return (source.edit(last, last, f"{',' if is_list else ''}{line}"),)
        behind = _end_of_line(source, rest.end())
        if behind == last:
            return (source.edit(last, last, f"{',' if is_list else ''}{line}"),)
        return (*comma, source.edit(behind, behind, line))
    if rest is None or not rest[1]:
        return (source.edit(has_comma.end(), has_comma.end(), f"{line},"),)
    behind = _end_of_line(source, rest.end())
    return (source.edit(behind, behind, f"{line},"),)


def _end_of_line(source: Source, offset: int) -> int:
    """The end of the line whose line break ends at an offset."""
    if source.text[offset - 1 : offset] == "\n":
        offset -= 1
    return offset - 1 if source.text[offset - 1 : offset] == "\r" else offset


def _aligned(source: Source, line_start: int, key: str) -> tuple[str, tuple[Edit, ...]]:
    """A key with the blanks before its equals sign, below a line, and what that changes in the lines above it."""
    found: list[tuple[int, int, int]] = []
    while True:
        line = source.text[line_start : source.text.find("\n", line_start) % (len(source.text) + 1)]
        assigned = _ASSIGNED.match(source.text, line_start)
        if assigned is None or _opens(line):
            break
        width = len(source.text[line_start : assigned.end(1)].lstrip(" \t"))
        found.append((assigned.start(2), assigned.end(2), width))
        if line_start == 0:
            break
        line_start = source.line_start(line_start - 1)
    if not found:
        return f"{key} ", ()
    widest = max(width for _, _, width in found)
    column = max(widest, len(key)) + 1
    if len(key) <= widest:
        return key.ljust(column), ()
    return f"{key} ", tuple(source.edit(start, end, " " * (column - width)) for start, end, width in found)


def _opens(line: str) -> bool:
    """Whether a line begins what goes over several lines, or ends it: its equals sign is in no column with others."""
    line = _NO_CODE.sub("", line)
    return any(line.count(opening) != line.count(closing) for opening, closing in ("()", "[]", "{}")) or "<<" in line
