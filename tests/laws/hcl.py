"""Terraform's native syntax as text that can be edited: where blocks and expressions stand, and what changes there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from itertools import pairwise

from scanner.span import Span
from scanner.terraform.configuration.files import configuration_files
from scanner.terraform.language import nodes
from scanner.terraform.language.blocks import index_file
from scanner.terraform.language.place import SyntaxProblem
from scanner.terraform.language.syntax import parse_block
from tests.laws.project import Project


@dataclass(frozen=True, slots=True)
class Edit:
    """Put a text in the place of another one; an empty place is where it is put in."""

    path: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class PlacedBlock:
    """A block and its text."""

    path: str
    block: nodes.Block
    start: int
    end: int
    text: str

    @property
    def type(self) -> str:
        return self.block.type

    @property
    def labels(self) -> tuple[str, ...]:
        return self.block.labels

    def offsets(self, span: Span) -> tuple[int, int]:
        """Where something in the block stands in its file."""
        return self._offset(span.line, span.column), self._offset(span.end_line, span.end_column)

    def source(self, span: Span) -> str:
        """The text of something in the block."""
        start, end = self.offsets(span)
        return self.text[start - self.start : end - self.start]

    def _offset(self, line: int, column: int) -> int:
        first = self.block.span
        if line == first.line:
            return self.start + column - first.column
        position = self.start
        for _ in range(line - first.line):
            position = self.text.index("\n", position - self.start) + 1 + self.start
        return position + column - 1


class NotEditableError(Exception):
    """Something in the configuration is not seen in full by text edits, so that a law would not be one."""


def blocks_of(project: Project, directory: str) -> list[PlacedBlock]:
    """The blocks of the native files of a module directory. Raises ``NotEditableError`` for anything else."""
    paths = {path.rsplit("/", 1)[-1]: path for path in project.listing(directory)}
    files = configuration_files(paths)
    if files.override or any(name.endswith(".json") for name in files.primary):
        raise NotEditableError
    found: list[PlacedBlock] = []
    for name in files.primary:
        path = paths[name]
        text = project.files[path]
        index = index_file(path, text)
        if index.problems:
            raise NotEditableError
        position = 0
        for block in index.blocks:
            start = text.index(block.text, position)
            position = start + len(block.text)
            try:
                found.append(PlacedBlock(path, parse_block(block), start, position, block.text))
            except SyntaxProblem as problem:
                raise NotEditableError from problem
    return found


def edited(project: Project, edits: Iterable[Edit]) -> Project:
    """The project with the edits. Those that overlap are a fault of the law."""
    by_path: dict[str, list[Edit]] = {}
    for edit in edits:
        by_path.setdefault(edit.path, []).append(edit)
    files: dict[str, str] = {}
    for path, found in by_path.items():
        text = project.files[path]
        ordered = sorted(found, key=lambda edit: (edit.start, edit.end))
        assert all(one.end <= two.start for one, two in pairwise(ordered)), f"edits overlap in {path}"
        for edit in reversed(ordered):
            text = text[: edit.start] + edit.text + text[edit.end :]
        files[path] = text
    return project.having(files)


def walk(node: object, bound: frozenset[str] = frozenset()) -> Iterator[tuple[nodes.Node, frozenset[str]]]:
    """A node and all beneath it, the outer ones first, each with the names that ``for`` binds there."""
    match node:
        case nodes.ForTuple() | nodes.ForObject():
            yield node, bound
            yield from walk(node.collection, bound)
            inner = bound | {node.value_name, node.key_name or node.value_name}
            for part in (getattr(node, "key", None), node.result, node.predicate):
                yield from walk(part, inner)
        case nodes.TemplateFor():
            yield from walk(node.collection, bound)
            inner = bound | {node.value_name, node.key_name or node.value_name}
            yield from walk(node.body, inner)
        case tuple():
            for item in node:
                yield from walk(item, bound)
        case _ if is_dataclass(node) and not isinstance(node, Span | type):
            if not isinstance(node, nodes.TemplateIf):
                yield node, bound  # type: ignore[misc] # the rest of the family
            for one in fields(node):
                yield from walk(getattr(node, one.name), bound)
        case _:
            return


def body_attributes(body: nodes.Body, *, dynamic: bool = True) -> Iterator[nodes.Attribute]:
    """The arguments of a body and of its nested blocks."""
    yield from body.attributes.values()
    for block in body.blocks:
        if dynamic or block.type != "dynamic":
            yield from body_attributes(block.body, dynamic=dynamic)


def references(node: object) -> Iterator[tuple[tuple[str, str], nodes.GetAttribute, frozenset[str]]]:
    """Every ``name.attribute`` in an expression, and every ``data.type.name`` as ``("data.type", name)``."""
    for found, bound in walk(node):
        match found:
            case nodes.GetAttribute(target=nodes.Name(name=name), name=attribute) if name not in bound:
                yield (name, attribute), found, bound
            case nodes.GetAttribute(
                target=nodes.GetAttribute(target=nodes.Name(name="data"), name=kind), name=attribute
            ):
                yield (f"data.{kind}", attribute), found, bound


def names(node: object) -> set[str]:
    """The first words of all references."""
    return {found.name for found, bound in walk(node) if isinstance(found, nodes.Name) and found.name not in bound}


_PLAIN_TEXT = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_PLAIN_CONSTANT = re.compile(r"\d+(?:\.\d+)?|true|false|null")


def is_plain_literal(placed: PlacedBlock, literal: nodes.Literal) -> bool:
    """Whether a literal stands in the text as one, and not as a key without quotes or inside something else."""
    start, end = placed.offsets(literal.span)
    text = placed.text[start - placed.start : end - placed.start]
    if isinstance(literal.value, str):
        return _PLAIN_TEXT.fullmatch(text) is not None
    before = placed.text[: start - placed.start][-1:]
    return before not in (".", "") and _PLAIN_CONSTANT.fullmatch(text) is not None


def module_directories(project: Project) -> list[str]:
    """The directories with configuration files."""
    found = {path.rpartition("/")[0] for path in project.files}
    return sorted(
        directory
        for directory in found
        if configuration_files(path.rsplit("/", 1)[-1] for path in project.listing(directory)).primary
    )


def editable_directories(project: Project) -> Iterator[tuple[str, list[PlacedBlock]]]:
    """The directories with configuration files whose blocks can be edited, and those blocks."""
    for directory in module_directories(project):
        try:
            blocks = blocks_of(project, directory)
        except NotEditableError:
            continue
        yield directory, blocks


def editable_blocks(project: Project) -> list[PlacedBlock]:
    """All blocks that can be edited."""
    return [placed for _, blocks in editable_directories(project) for placed in blocks]


def unused(project: Project, stem: str) -> str:
    """A name that stands nowhere in the project."""
    number = 0
    while any(f"{stem}{number or ''}" in text for text in project.files.values()):
        number += 1
    return f"{stem}{number or ''}"


def variables_without_value(blocks: Iterable[PlacedBlock]) -> Mapping[str, PlacedBlock]:
    """Variables that have no default."""
    return {
        placed.labels[0]: placed
        for placed in blocks
        if placed.type == "variable" and "default" not in placed.block.body.attributes
    }
