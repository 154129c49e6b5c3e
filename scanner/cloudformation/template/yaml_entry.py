"""A glance at an entry of a mapping in YAML, by its lines: without making nodes of it.

The lines are known to be YAML, so indentation says which mapping a key is in. What it takes to go on from a line to the
next is known too: a scalar that is written in a line ends there, unless the next one is deeper than what it belongs to.
Where anything else is found, the entry is hard.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field

from scanner.cloudformation.template.outline import Call, Glance
from scanner.cloudformation.template.yaml_line import NO_LIMIT, NOTHING, Form, Line, is_function, read_line
from scanner.lazy_dataclass import dataclass

_DEEPEST_COLUMN = 40
"""At most two levels begin in a column."""
_NAMED_FIRST = frozenset({"Fn::FindInMap", "Fn::If"})
"""Functions whose first argument is a name."""
_LISTED = frozenset({*_NAMED_FIRST, "Fn::GetAtt"})
"""Functions whose names can be told from the elements of a list, line by line."""
_WITH_NAMES = frozenset({*_LISTED, "Fn::Sub", "Ref"})


def glance_at_lines(lines: Sequence[str], first: int, end: int) -> Glance | None:
    """What there is to see of the entry on some lines, the first of which has its key; None for a hard one."""
    try:
        reader = _Entry(lines, end)
        reader.read(first)
    except _HardError:
        return None
    return Glance(reader.value, tuple(reader.calls))


class _HardError(Exception):
    """It takes more than a look at the lines."""


@dataclass(slots=True)
class _Entry:
    lines: Sequence[str]
    end: int
    value: object = None
    calls: list[Call] = field(default_factory=list)
    mappings: list[tuple[int, set[str]]] = field(default_factory=list)
    """The columns of the mappings that are open, with their keys so far."""
    lists: list[tuple[int, list[object]]] = field(default_factory=list)
    """The columns of the lists that are open and whose elements are wanted, with these."""
    limit: int = NO_LIMIT
    """The column up to which the next line may begin."""
    opened: tuple[int, str] | None = None
    """The column and the key, or function, of a value that is to follow, where it is wanted what it is."""

    def read(self, first: int) -> None:
        """Read all lines."""
        lines, end = self.lines, self.end
        header = read_line(lines[first])
        if header is None or header.key is None or header.dashes:
            raise _HardError
        position = self._take_value(header, first)
        if header.form is Form.NOTHING and header.tag is None:
            self.opened = header.column, ""
        elif header.tag is None:
            self.value = header.plain
        while position < end:
            position = self._take_whole(position)
            line = read_line(lines[position]) if position < end else NOTHING
            if line is None:
                raise _HardError
            position = position + 1 if line is NOTHING else self._take(line, position)
        self._nothing_follows()

    def _take_whole(self, position: int) -> int:
        """The usual lines from a number on, for which nothing else matters; the number of the first other one."""
        lines, end, mappings, limit = self.lines, self.end, self.mappings, self.limit
        innermost, keys = mappings[-1] if mappings else (-1, set())
        if self.opened is not None or self.lists:
            return position
        while position < end:
            line = read_line(lines[position])
            if line is None:
                break
            begins, column, dashes, key, _, _, _, calls, next_limit, is_whole = line
            if not is_whole:
                break
            if begins > limit or column > _DEEPEST_COLUMN:
                raise _HardError
            limit = next_limit
            position += 1
            if calls:
                self.calls += calls
            if begins != innermost or dashes:
                while mappings and mappings[-1][0] > begins:
                    mappings.pop()
                if key is not None and (not mappings or mappings[-1][0] != column):
                    mappings.append((column, set()))
                innermost, keys = mappings[-1] if mappings else (-1, set())
            if key is not None:
                if key in keys:
                    raise _HardError
                keys.add(key)
                if len(mappings) == 1 and not dashes and isinstance(self.value, dict) and self._own(key, line):
                    break
        self.limit = limit
        return position

    def _take(self, line: Line, position: int) -> int:
        """One line, and what belongs to its value; the number of the next one."""
        dashes, column = line.dashes, line.begins
        if column > self.limit or line.column > _DEEPEST_COLUMN:
            raise _HardError
        mappings, lists = self.mappings, self.lists
        while mappings and mappings[-1][0] > column:
            mappings.pop()
        while lists and (lists[-1][0] > column or (lists[-1][0] == column and not dashes)):
            lists.pop()
        if self.opened is not None:
            self._follows(line, column)
        if lists and dashes and lists[-1][0] == column:
            lists[-1][1].append(_element(line))
        key = line.key
        if key is not None:
            if not mappings or mappings[-1][0] != line.column:
                mappings.append((line.column, {key}))
            elif key in mappings[-1][1]:
                raise _HardError
            else:
                mappings[-1][1].add(key)
            if isinstance(self.value, dict) and len(mappings) == 1 and not dashes:
                self._own(key, line)
        return self._take_value(line, position)

    def _own(self, key: str, line: Line) -> bool:
        """A key of the entry itself; whether its value is to follow."""
        if not isinstance(self.value, dict) or is_function(key) or key == "":
            raise _HardError
        if line.tag is None and line.form is Form.NOTHING:
            self.value[key] = None
            self.opened = line.column, key
            return True
        self.value[key] = line.plain if line.tag is None else {}
        return False

    def _follows(self, line: Line, column: int) -> None:
        """The first line after a value that was to follow says what it is."""
        least, name = self.opened or (0, "")
        self.opened = None
        elements: list[object] = []
        found: object = elements if line.dashes and column >= least else {} if column > least else None
        if name == "":
            self.value = found
        elif not is_function(name) and isinstance(self.value, dict):
            self.value[name] = found
        elif found is not elements:
            raise _HardError
        elif name in _NAMED_FIRST:
            self.calls.append((name, [_element(line), {}, {}]))
            return
        else:
            self.calls.append((name, elements))
        if found is elements:
            self.lists.append((column, elements))

    def _nothing_follows(self) -> None:
        if self.opened is not None and is_function(self.opened[1]):
            raise _HardError

    def _take_value(self, line: Line, position: int) -> int:
        """The value of a line, and the text that stands on those after it; the number of the next line."""
        position += 1
        self.limit = line.limit
        self.calls += line.calls
        if line.form is Form.BLOCK:
            after = self._end_of_block(position, line.limit)
            self.calls += line.calls_with("\n".join(self.lines[position:after]))
            return after
        if not line.is_whole:
            for name, argument in line.calls_with(None):
                self._deferred(name, argument, line)
        return position

    def _deferred(self, name: str, argument: object, line: Line) -> None:
        """A call whose argument is to follow."""
        if argument is not None or name not in _WITH_NAMES:
            self.calls.append((name, argument))
        elif name in _LISTED and self.opened is None:
            self.opened = line.column if line.key is not None else line.dashes[-1] + 1, name
        else:
            raise _HardError

    def _end_of_block(self, position: int, around: int) -> int:
        """Where a text ends whose first line may be this one, and which is deeper than a column."""
        indentation = None
        while position < self.end:
            line = self.lines[position]
            column = len(line) - len(line.lstrip(" "))
            if column < len(line):
                if column < (around + 1 if indentation is None else indentation):
                    break
                indentation = column if indentation is None else indentation
            position += 1
        return position


def _element(line: Line) -> object:
    """An element of a list as an argument that may be a name; what is not a scalar is none."""
    is_alone = line.key is None and line.tag is None and len(line.dashes) == 1
    return line.plain if is_alone and line.form in (Form.SCALAR, Form.BLOCK) else {}
