"""The configuration files inside a plan file, as the ``configuration`` that the JSON of a plan has.

Terraform makes that section from the files and the providers' schemas; what refers to what follows from the files
alone. Only blocks that somebody may ask for are parsed: identities, policy documents, module calls and outputs. A
module that several calls have is read once.
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from scanner.source_file import UnreadableFileError
from scanner.terraform.language import nodes
from scanner.terraform.language.blocks import IndexedBlock
from scanner.terraform.module import Module, index_module
from scanner.terraform.plans.expression_references import constant, expression
from scanner.terraform.plans.plan_document import BlockAddress, Object, PlanError, SourceBlock
from scanner.terraform.resources import META_ARGUMENTS

_MANIFEST = "modules.json"
_MODULE = "m-"
DESCRIBED = ("aws_iam_", "aws_ssoadmin_", "aws_identitystore_")
"""Beginnings of the types whose blocks are parsed."""
_CALL_ARGUMENTS = frozenset({"source", "version", "providers", "count", "for_each", "depends_on"})
"""Arguments of a module call that are no variables of the module."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the configuration says."""

    configuration: Object
    defaults: Object
    """Of the root module's variables."""
    problems: tuple[str, ...]
    """What could not be read. Sentences."""
    sources: Mapping[BlockAddress, SourceBlock]
    files: Mapping[str, bytes]


def read_snapshot(members: Iterable[tuple[str, bytes]]) -> Snapshot:
    """The configuration in a plan file: the members below ``tfconfig/``. Raises ``PlanError``."""
    files: dict[str, dict[str, bytes]] = {}
    manifest = b""
    for name, content in members:
        if name == _MANIFEST:
            manifest = content
        elif name.startswith(_MODULE):
            key, _, file = name.removeprefix(_MODULE).rpartition("/")
            files.setdefault(key, {})[file] = content
    return _Reader(_directories(manifest), files).snapshot()


def _directories(manifest: bytes) -> dict[str, str]:
    """Module directories by key, which is the names of the calls on the way: ``network.subnets``."""
    try:
        records = json.loads(manifest)
        return {record["Key"]: str(record["Dir"]) for record in records}
    except (ValueError, TypeError, KeyError, RecursionError) as problem:
        raise PlanError("its list of modules is damaged") from problem


@dataclass(slots=True)
class _Reader:
    directories: Mapping[str, str]
    files: Mapping[str, Mapping[str, bytes]]
    sources: dict[BlockAddress, SourceBlock] = field(default_factory=dict)
    problems: dict[str, None] = field(default_factory=dict)
    _described: dict[tuple[tuple[str, bytes], ...], Object] = field(default_factory=dict)
    """Modules by their content, without what they call."""

    def snapshot(self) -> Snapshot:
        described = self._module("")
        defaults = {
            name: default["default"] for name, default in described["variables"].items() if "default" in default
        }
        configuration = {"provider_config": described.pop("provider_config"), "root_module": described}
        files = {
            posixpath.normpath(posixpath.join(self.directories.get(key, "."), name)): content
            for key, found in self.files.items()
            for name, content in found.items()
        }
        return Snapshot(configuration, defaults, tuple(self.problems), self.sources, files)

    def _module(self, key: str) -> Object:
        """A module with all that it calls. There are as many as the manifest lists, so this ends."""
        files = self.files.get(key, {})
        directory = posixpath.normpath(self.directories.get(key, "."))

        def read(name: str) -> str:
            try:
                return files[name].decode("utf-8-sig")
            except UnicodeDecodeError as problem:
                raise UnreadableFileError("it is not UTF-8") from problem

        module = index_module(Module(directory, Path(directory)), files, read)
        self._locate(tuple(key.split(".")) if key else (), module, files)
        content = tuple(sorted(files.items()))
        if content not in self._described:
            self._described[content] = description(module)
            for found in module.diagnostics:
                self.problems[f"{found.span.path}, line {found.span.line}: {found.message}"] = None
        described = self._described[content]
        calls: Object = {}
        for name, call in described["module_calls"].items():
            child = f"{key}.{name}" if key else name
            calls[name] = {**call, "module": self._module(child)} if child in self.directories else call
        return {**described, "module_calls": calls}

    def _locate(self, calls: tuple[str, ...], module: Module, files: Mapping[str, bytes]) -> None:
        for mode, blocks in (("managed", module.resources), ("data", module.data)):
            for (type_, name), block in blocks.items():
                content = files[posixpath.basename(block.span.path)]
                self.sources[calls, mode, type_, name] = SourceBlock(block.span, content)


def description(module: Module) -> Object:
    """What a module's blocks refer to. Blocks that cannot be parsed are missing; the module has diagnostics of them."""
    return {
        "provider_config": dict(_providers(module)),
        "resources": [*_resources(module, "managed", module.resources), *_resources(module, "data", module.data)],
        "outputs": {
            name: {"expression": expression(body.attributes["value"].value)}
            for name, body in _bodies(module, module.outputs)
            if "value" in body.attributes
        },
        "variables": {name: _default(body) for name, body in _bodies(module, module.variables)},
        "module_calls": {
            name: {"expressions": _expressions(body, _CALL_ARGUMENTS), **_repetition(body)}
            for name, body in _bodies(module, module.calls)
        },
    }


def _default(variable: nodes.Body) -> Object:
    default = constant(variable.attributes["default"].value) if "default" in variable.attributes else None
    return {"default": default[0]} if default is not None else {}


def _bodies(module: Module, blocks: Mapping[str, IndexedBlock]) -> Iterator[tuple[str, nodes.Body]]:
    for name, block in blocks.items():
        parsed = module.parsed(block)
        if parsed is not None:
            yield name, parsed.body


def _resources(module: Module, mode: str, blocks: Mapping[tuple[str, ...], IndexedBlock]) -> Iterator[Object]:
    for (type_, name), block in blocks.items():
        parsed = module.parsed(block) if type_.startswith(DESCRIBED) else None
        if parsed is not None:
            expressions = _expressions(parsed.body, META_ARGUMENTS)
            described = {"mode": mode, "type": type_, "name": name, "expressions": expressions}
            yield {**described, **_repetition(parsed.body)}


def _expressions(body: nodes.Body, left_out: frozenset[str]) -> Object:
    """Arguments and nested blocks. Terraform's own listing leaves dynamic blocks out."""
    blocks: dict[str, list[Object]] = {}
    for block in body.blocks:
        if block.type not in left_out and block.type != "dynamic":
            blocks.setdefault(block.type, []).append(_expressions(block.body, frozenset()))
    arguments = {name: attribute for name, attribute in body.attributes.items() if name not in left_out}
    return {**{name: expression(attribute.value) for name, attribute in arguments.items()}, **blocks}


def _repetition(body: nodes.Body) -> Object:
    """``count`` and ``for_each``."""
    names = [name for name in ("count", "for_each") if name in body.attributes]
    return {f"{name}_expression": expression(body.attributes[name].value) for name in names}


def _providers(module: Module) -> Iterator[tuple[str, Object]]:
    """Provider configurations by name, or name and alias."""
    for block in module.providers:
        parsed = module.parsed(block)
        if parsed is not None:
            expressions = _expressions(parsed.body, frozenset({"alias", "version"}))
            alias = constant(parsed.body.attributes["alias"].value) if "alias" in parsed.body.attributes else None
            key = f"{block.labels[0]}.{alias[0]}" if alias is not None else block.labels[0]
            yield key, {"name": block.labels[0], "expressions": expressions}
