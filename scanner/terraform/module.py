"""One module directory: its files, indexed, and its blocks, parsed when somebody asks.

https://developer.hashicorp.com/terraform/language/files
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from scanner.diagnostic import Diagnostic, error, warning
from scanner.source_file import UnreadableFileError, read_text
from scanner.span import Span
from scanner.terraform import nodes, syntax
from scanner.terraform.blocks import IndexedBlock, index_file
from scanner.terraform.syntax_tree import SyntaxProblem

Name = tuple[str, ...]
"""A block's labels."""


@dataclass(slots=True)
class Module:
    """The blocks of a module directory by kind. Shared by all instances of the module."""

    path: str
    """The directory as reports print it."""
    directory: Path
    variables: dict[str, IndexedBlock] = field(default_factory=dict)
    outputs: dict[str, IndexedBlock] = field(default_factory=dict)
    calls: dict[str, IndexedBlock] = field(default_factory=dict)
    resources: dict[Name, IndexedBlock] = field(default_factory=dict)
    data: dict[Name, IndexedBlock] = field(default_factory=dict)
    providers: list[IndexedBlock] = field(default_factory=list)
    local_blocks: list[IndexedBlock] = field(default_factory=list)
    overrides: dict[tuple[str, Name], list[IndexedBlock]] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    _parsed: dict[Span, nodes.Block | None] = field(default_factory=dict)
    _locals: dict[str, nodes.Attribute] | None = None

    def parsed(self, block: IndexedBlock) -> nodes.Block | None:
        """The block's syntax tree, with override files merged in; None (and one diagnostic) if it cannot be parsed."""
        if block.span not in self._parsed:
            self._parsed[block.span] = self._parse(block)
        return self._parsed[block.span]

    def _parse(self, block: IndexedBlock) -> nodes.Block | None:
        try:
            parsed = syntax.parse_block(block)
            for override in self.overrides.get((block.type, block.labels), ()):
                parsed = _merged(parsed, syntax.parse_block(override))
        except SyntaxProblem as problem:
            self.diagnostics.append(error("Invalid Terraform syntax", f"{problem}.", problem.span))
            return None
        return parsed

    @property
    def locals(self) -> Mapping[str, nodes.Attribute]:
        """All local values by name."""
        if self._locals is None:
            self._locals = {}
            for block in self.local_blocks:
                parsed = self.parsed(block)
                self._locals |= parsed.body.attributes if parsed is not None else {}
        return self._locals


def load_module(directory: Path, path: str, boundary: Path) -> Module:
    """Index all files of a directory. Files that cannot be read or indexed are diagnostics of the module."""
    module = Module(path, directory)
    overriding: list[IndexedBlock] = []
    for file in sorted(_configuration_files(directory)):
        shown = f"{path}/{file.name}" if path != "." else file.name
        module.files.append(shown)
        if file.suffix == ".json":
            message = f"{file.name} is written in JSON syntax, which is not evaluated yet."
            module.diagnostics.append(warning("Not evaluated", message, Span.whole_file(shown)))
            continue
        try:
            text = read_text(file, within=(boundary, directory))
        except UnreadableFileError as problem:
            module.diagnostics.append(error("Unreadable file", f"{problem}.", Span.whole_file(shown)))
            continue
        index = index_file(shown, text)
        if index.problem is not None:
            found = index.problem
            module.diagnostics.append(error("Invalid Terraform syntax", f"{found.message}.", found.span))
        stem = file.name.split(".", 1)[0]
        if stem == "override" or stem.endswith("_override"):
            overriding += index.blocks
        else:
            _sort(module, index.blocks)
    for block in overriding:
        module.overrides.setdefault((block.type, block.labels), []).append(block)
    return module


def _configuration_files(directory: Path) -> Iterable[Path]:
    """``.tofu`` files hide the ``.tf`` files of the same name, as in OpenTofu."""
    names = {file.name for file in directory.iterdir()}
    for name in names:
        for suffix, hiding in ((".tf", ".tofu"), (".tf.json", ".tofu.json")):
            hidden = name.endswith(suffix) and name.removesuffix(suffix) + hiding in names
            if (name.endswith(suffix) and not hidden) or name.endswith(hiding):
                yield directory / name


def _sort(module: Module, blocks: Iterable[IndexedBlock]) -> None:
    for block in blocks:
        match block.type, block.labels:
            case "locals", ():
                module.local_blocks.append(block)
            case "variable", (name,):
                module.variables[name] = block
            case "output", (name,):
                module.outputs[name] = block
            case "module", (name,):
                module.calls[name] = block
            case "resource", (_, _):
                module.resources[block.labels] = block
            case "data", (_, _):
                module.data[block.labels] = block
            case "provider", (_,):
                module.providers.append(block)
            case _:
                pass  # terraform, moved, import, check and others say nothing about identities


def _merged(original: nodes.Block, override: nodes.Block) -> nodes.Block:
    """An override replaces arguments one by one, and nested blocks by type.

    https://developer.hashicorp.com/terraform/language/files/override
    """
    replaced = {block.type for block in override.body.blocks}
    kept = tuple(block for block in original.body.blocks if block.type not in replaced)
    body = nodes.Body(
        {**original.body.attributes, **override.body.attributes}, (*kept, *override.body.blocks), original.body.span
    )
    return replace(original, body=body)
