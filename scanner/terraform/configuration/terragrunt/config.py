"""One Terragrunt file, evaluated on demand: its local values, what it includes, its inputs and its blocks.

Outputs of other units are those of the modules that they run, where these are scanned as well. What depends on
commands, the environment or the account is unknown. So is what cannot be evaluated here; an object of which that is
true may have any entries: it is open.

https://terragrunt.gruntwork.io/docs/reference/hcl/
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field
from functools import partial
from pathlib import Path

from scanner import file_system
from scanner.budget import BudgetSpentError
from scanner.cause import Cause, CauseKind
from scanner.lazy_dataclass import dataclass
from scanner.source_file import UnreadableFileError, read_text
from scanner.span import Span
from scanner.terraform.configuration.terragrunt.functions import Functions
from scanner.terraform.language import nodes, syntax
from scanner.terraform.language.errors import EvaluationError
from scanner.terraform.language.expressions import evaluate
from scanner.terraform.language.namespace import Namespace
from scanner.terraform.language.place import SyntaxProblem
from scanner.terraform.language.scope import Scope
from scanner.values import Unknown, Value, unknown

MAX_FILES_DEEP = 20
"""Files that are read because of each other."""
_ELSEWHERE = ("feature", "values", "unit", "stack")
"""Names whose values come from stacks or from the command line."""

Outputs = Callable[[Path], "Value | None"]
"""The outputs of the unit in a directory, if they are known."""


def no_outputs(_: Path) -> None:
    """Where nobody knows any."""


@dataclass(frozen=True, slots=True)
class Entries:
    """What is known of an object: entries, and whether there may be others."""

    known: Mapping[str, Value] = field(default_factory=dict)
    is_open: bool = False

    def under(self, other: Entries, strategy: str = "shallow") -> Entries:
        """With other entries, which replace these or are merged into them."""
        kept = {} if other.is_open else dict(self.known)
        for name, value in other.known.items():
            is_merged = strategy != "shallow" and name in kept
            kept[name] = _deep(kept[name], value, lists=strategy == "deep") if is_merged else value
        return Entries(kept, self.is_open or other.is_open)


@dataclass(frozen=True, slots=True)
class Include:
    """A file that another one includes."""

    name: str
    config: Config | None
    """None where it cannot be found."""
    strategy: str


class Config:
    """One file. ``unit`` is the directory of the unit that it is read for, in which Terragrunt's functions start."""

    def __init__(
        self,
        file: Path,
        unit: Path,
        boundary: Path,
        shown: Callable[[Path], str],
        outputs: Outputs = no_outputs,
        depth: int = 0,
    ) -> None:
        self.file = file
        self.shown = shown(file)
        self.problem: str | None = None
        """Why nothing of the file is known."""
        self._unit = unit
        self._boundary = boundary
        self._show = shown
        self._outputs = outputs
        self._depth = depth
        self._active: set[str] = set()
        self._includes: tuple[Include, ...] | None = None
        self.body = self._parse()
        blocks = [block.body.attributes for block in self.body.blocks if block.type == "locals"]
        self._locals = {name: attribute for attributes in blocks for name, attribute in attributes.items()}
        names: dict[str, Callable[[], Value]] = {
            "local": lambda: Value(Namespace(lambda: self._locals, self._local)),
            "include": self._included,
            "dependency": self._dependencies,
            **{name: partial(_elsewhere, f"{name}, which only Terragrunt knows") for name in _ELSEWHERE},
        }
        functions = Functions(unit, file.parent, boundary, self._read)
        self._scope = Scope(Namespace(lambda: names, lambda name: names[name]()), functions)

    def _parse(self) -> nodes.Body:
        try:
            if self._depth > MAX_FILES_DEEP:
                raise UnreadableFileError(f"more than {MAX_FILES_DEEP} files are read because of each other")
            return syntax.parse_body(self.shown, read_inside(self.file, self._boundary))
        except UnreadableFileError as problem:
            self.problem = str(problem)
        except SyntaxProblem as problem:
            self.problem = f"{problem} (line {problem.span.line})"
        return nodes.Body({}, (), Span.whole_file(self.shown))

    # Includes

    @property
    def includes(self) -> tuple[Include, ...]:
        """What the file includes, in its order. What an included file includes does not count."""
        if self._includes is None:
            self._includes = ()  # while their own paths are evaluated
            self._includes = tuple(self._include(block) for block in self.body.blocks if block.type == "include")
        return self._includes

    def _include(self, block: nodes.Block) -> Include:
        path = self.argument(block, "path")
        strategy = self.argument(block, "merge_strategy")
        config = None
        if path is not None and path.text is not None:
            file = Path(os.path.normpath(self._unit / path.text))
            config = Config(file, self._unit, self._boundary, self._show, self._outputs, self._depth + 1)
        name = block.labels[0] if block.labels else ""
        return Include(name, config, (strategy.text or "deep") if strategy is not None else "shallow")

    def merged(self) -> Iterator[tuple[Config | None, str]]:
        """The files whose content counts, outer ones first, each with the way in which the next is merged into it."""
        for include in self.includes:
            if include.strategy != "no_merge":
                yield include.config, include.strategy
        yield self, "shallow"

    def _included(self) -> Value:
        parts = {
            one.name: one.config.as_value() if one.config else _elsewhere("a file that is included")
            for one in self.includes
        }
        return parts[""] if parts.keys() == {""} else Value(parts)

    def _dependencies(self) -> Value:
        """The units that the file depends on, or what it includes, by their names."""
        blocks: dict[str, tuple[tuple[Config, nodes.Block], ...]] = {}
        strategy = "shallow"
        for one, after in self.merged():
            for block in one.body.blocks if one is not None else ():
                if one is not None and block.type == "dependency" and block.labels:
                    name = block.labels[0]
                    merged_into = () if strategy == "shallow" else blocks.get(name, ())
                    blocks[name] = (*merged_into, (one, block))
            strategy = after
        missing = partial(_elsewhere, "a dependency, which is not declared here")
        return Value(Namespace(lambda: blocks, lambda name: self._dependency(blocks[name]), lambda _: missing()))

    def _dependency(self, merged: Sequence[tuple[Config, nodes.Block]]) -> Value:
        """A unit by the blocks that are about it, the last of which outranks what it is merged into."""
        unknown_outputs = partial(_elsewhere, "the outputs of a dependency, which only Terragrunt knows")

        def argument(name: str) -> Value | None:
            found = (value for one, block in reversed(merged) if (value := one.argument(block, name)) is not None)
            return next((value for value in found if not value.is_null), None)

        def outputs() -> Value:
            if not _has_outputs(argument("enabled"), argument("skip_outputs")):
                return _elsewhere("the outputs of a dependency, which Terragrunt may not read")
            path = argument("config_path")
            if path is None or path.text is None:
                return unknown_outputs()
            found = self._outputs(Path(os.path.normpath(self._unit / path.text)))
            return found if found is not None else unknown_outputs()

        return Value(Namespace(lambda: ("outputs",), lambda _: outputs(), lambda _: unknown_outputs()))

    def as_value(self) -> Value:
        """The file as ``include`` and ``read_terragrunt_config`` show it."""
        if self.problem is not None:
            return _elsewhere(f"{self.shown}, which cannot be read ({self.problem})")
        parts: dict[str, Callable[[], Value]] = {
            "locals": lambda: Value(Namespace(lambda: self._locals, self._local)),
            "inputs": self._inputs_value,
        }
        missing = partial(_elsewhere, f"{self.shown}, which is only known in part")
        return Value(Namespace(lambda: parts, lambda name: parts[name](), lambda _: missing()))

    def _inputs_value(self) -> Value:
        found = self.inputs()
        return (
            _elsewhere(f"the inputs of {self.shown}, which are not all known")
            if found.is_open
            else Value(dict(found.known))
        )

    # Values

    def inputs(self) -> Entries:
        """The variables that the file sets, those of what it includes among them."""
        found = Entries()
        strategy = "shallow"
        for config, after in self.merged():
            found = found.under(config.own_inputs() if config is not None else Entries(is_open=True), strategy)
            strategy = after
        return found

    def own_inputs(self) -> Entries:
        """Those that it sets without what it includes."""
        written = self.body.attributes.get("inputs")
        if self.problem is not None:
            return Entries(is_open=True)
        return self.entries(written.value) if written is not None else Entries()

    def entries(self, node: nodes.Node) -> Entries:
        """An object as far as it is known: an unknown entry leaves the others known."""
        if isinstance(node, nodes.ObjectNode):
            found: dict[str, Value] = {}
            is_open = False
            for key_node, value_node in node.items:
                key = self.value(key_node).text
                is_open = is_open or key is None
                if key is not None:
                    found[key] = self.value(value_node)
            return Entries({} if is_open else found, is_open)
        if isinstance(node, nodes.Call) and node.name == "merge" and not node.expand:
            merged = Entries()
            for argument in node.arguments:
                merged = merged.under(self.entries(argument))
            return merged
        value = self.value(node)
        return Entries(value.data) if isinstance(value.data, Mapping) else Entries(is_open=not value.is_null)

    def argument(self, block: nodes.Block, name: str) -> Value | None:
        """The value of an argument of one of the file's blocks; None if it is not there."""
        attribute = block.body.attributes.get(name)
        return self.value(attribute.value) if attribute is not None else None

    def value(self, node: nodes.Node) -> Value:
        """The value of an expression; unknown where it cannot be evaluated."""
        try:
            return evaluate(node, self._scope)
        except (EvaluationError, BudgetSpentError, RecursionError) as problem:
            return _elsewhere(
                f"an expression in a Terragrunt file ({str(problem) or 'it is nested too deeply'})", node.span
            )

    def _local(self, name: str) -> Value:
        if name in self._active:
            return _elsewhere(f"local.{name} of a Terragrunt file, which depends on itself")
        self._active.add(name)
        try:
            return self.value(self._locals[name].value)
        finally:
            self._active.remove(name)

    def _read(self, path: str) -> Value:
        """What ``read_terragrunt_config`` gives. A file is read for the directory that it is in."""
        file = Path(os.path.normpath(self._unit / path))
        return Config(file, file.parent, self._boundary, self._show, self._outputs, self._depth + 1).as_value()


def read_inside(file: Path, boundary: Path) -> str:
    """The text of a file that another one names. Raises ``UnreadableFileError``."""
    if not file_system.real(file).is_relative_to(file_system.real(boundary)):
        raise UnreadableFileError("it is outside the scanned tree")
    return read_text(file, within=(boundary,))


def _has_outputs(enabled: Value | None, skipped: Value | None) -> bool:
    """Whether Terragrunt certainly reads the outputs of a dependency; otherwise there are mocks in their place.

    https://terragrunt.gruntwork.io/docs/reference/hcl/blocks/#dependency
    """
    return (enabled is None or _is(enabled, True)) and (skipped is None or _is(skipped, False))


def _is(value: Value, answer: bool) -> bool:
    """Whether a value is certainly this answer, which may be written as a text."""
    return value.data is answer or value.text == str(answer).lower()


def _elsewhere(why: str, span: Span | None = None) -> Value:
    return unknown(Cause(CauseKind.MISSING_INPUT, why, span))


def _deep(outer: Value, inner: Value, *, lists: bool) -> Value:
    match outer.data, inner.data:
        case Unknown(), _:
            return outer
        case Mapping() as first, Mapping() as second:
            both = {name: _deep(first[name], second[name], lists=lists) for name in second if name in first}
            return Value({**first, **second, **both}, inner.span)
        case tuple() as first, tuple() as second if lists:
            return Value((*first, *second), inner.span)
    return inner
