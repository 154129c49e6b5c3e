"""One module directory: its files, indexed, and its blocks, parsed when somebody asks.

https://developer.hashicorp.com/terraform/language/files
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field, replace
from functools import lru_cache
from pathlib import Path

from scanner import file_system
from scanner.diagnostic import Diagnostic, Severity, as_sentence, error, warning
from scanner.file_system import why
from scanner.lazy_dataclass import dataclass
from scanner.source_file import PLAIN, UnreadableFileError, read_text
from scanner.span import Span
from scanner.terraform.aws.blocks import SHAPES
from scanner.terraform.configuration.files import configuration_files
from scanner.terraform.language import json_syntax, nodes, recovery, syntax
from scanner.terraform.language.blocks import IndexedBlock, index_file
from scanner.terraform.language.place import SyntaxProblem
from scanner.terraform.language.shapes import LABELS

Name = tuple[str, ...]
"""A block's labels."""


@dataclass(frozen=True, slots=True)
class GeneratedFile:
    """A file of a module that another program writes before Terraform runs."""

    name: str
    path: str
    """Where it is written down, as reports print it."""
    text: str
    """On the same lines as there."""
    gives_way: bool = False
    """Whether a file that is there already stays."""


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
    resource_types: dict[str, set[str]] = field(default_factory=dict)
    """The names of the resources of each type."""
    data_types: dict[str, set[str]] = field(default_factory=dict)
    ephemeral: dict[str, set[str]] = field(default_factory=dict)
    """Names of ephemeral resources by type. What they are is not known before apply, so their blocks do not matter."""
    providers: list[IndexedBlock] = field(default_factory=list)
    settings: list[IndexedBlock] = field(default_factory=list)
    """The ``terraform`` blocks, those of override files last: what they say counts."""
    """``terraform`` blocks."""
    removed: list[IndexedBlock] = field(default_factory=list)
    moved: list[IndexedBlock] = field(default_factory=list)
    local_blocks: list[IndexedBlock] = field(default_factory=list)
    generated: Mapping[str, GeneratedFile] = field(default_factory=dict)
    """Files that are not there, but will be."""
    declared: dict[tuple[str, Name], IndexedBlock] = field(default_factory=dict)
    """Whatever has a name of its own, by type and labels."""
    overrides: dict[Span, list[IndexedBlock]] = field(default_factory=dict)
    """What override files say about a block, by the place of the block."""
    local_overrides: list[IndexedBlock] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    checked: dict[int, nodes.Node | nodes.Body] = field(default_factory=dict)
    """Expressions and bodies whose names are known to be declared, by identity."""
    size: int = 0
    """Characters of its files."""
    has_links: bool = False
    """Whether a file is a link, which may lead out of one scanned tree and not out of another."""
    trees: dict[Span, tuple[nodes.Block | None, tuple[SyntaxProblem, ...]]] = field(default_factory=dict)
    """What was parsed so far by any root, with what is wrong in it, by the place of the block."""
    _parsed: dict[Span, nodes.Block | None] = field(default_factory=dict)
    _broken: set[Span] = field(default_factory=set)
    _locals: dict[str, nodes.Attribute] | None = None

    def for_a_root(self) -> Module:
        """The same module, of which only the index and the trees are known: what is wrong with a tree counts for the
        roots that look at it."""
        return replace(self, diagnostics=[*self.diagnostics], checked={}, _parsed={}, _broken=set(), _locals=None)

    def parsed(self, block: IndexedBlock) -> nodes.Block | None:
        """The block's syntax tree, with override files merged in.

        A part that cannot be parsed is a diagnostic and stays in the tree as what cannot be read; if nothing at all can
        be read, there is no tree.
        """
        if block.span not in self._parsed:
            self._parsed[block.span] = self._parse(block)
        return self._parsed[block.span]

    def parsed_whole(self, block: IndexedBlock) -> nodes.Block | None:
        """The same, but nothing for a block of which a part cannot be parsed."""
        parsed = self.parsed(block)
        return None if block.span in self._broken else parsed

    def _parse(self, block: IndexedBlock) -> nodes.Block | None:
        before = len(self.diagnostics)
        parsed = self._parse_single(block)
        for override in self.overrides.get(block.span, ()):
            merged = self._parse_single(override)
            if parsed is not None and merged is not None:
                parsed = _merged(parsed, merged)
        if len(self.diagnostics) > before:
            self._broken.add(block.span)
        return parsed

    def _parse_single(self, block: IndexedBlock) -> nodes.Block | None:
        known = self.trees.get(block.span)
        if known is None:
            known = self.trees[block.span] = _tree(block)
        parsed, problems = known
        self.diagnostics += [error("Invalid Terraform syntax", as_sentence(str(one)), one.span) for one in problems]
        return parsed

    @property
    def is_whole(self) -> bool:
        """Whether all of its files and blocks could be read, as far as they were looked at."""
        return not any(found.severity is Severity.ERROR for found in self.diagnostics)

    @property
    def required_providers(self) -> Mapping[str, str]:
        """The source addresses of the providers that the module declares, by local name."""
        settings = [parsed.body for block in self.settings if (parsed := self.parsed(block)) is not None]
        required = [block for body in settings for block in body.blocks if block.type == "required_providers"]
        return {
            name: _source(attribute.value) or f"hashicorp/{name}"
            for block in required
            for name, attribute in block.body.attributes.items()
        }

    @property
    def locals(self) -> Mapping[str, nodes.Attribute]:
        """All local values by name."""
        if self._locals is None:
            self._locals = {}
            for attribute in self._attributes(self.local_blocks):
                first = self._locals.setdefault(attribute.name, attribute)
                if first is not attribute:
                    self.diagnostics.append(_duplicate(f'local "{attribute.name}"', first.span, attribute.span))
            for attribute in self._attributes(self.local_overrides):
                if attribute.name in self._locals:
                    self._locals[attribute.name] = attribute
                else:
                    self.diagnostics.append(_nothing_to_override(f'local "{attribute.name}"', attribute.span))
        return self._locals

    def _attributes(self, blocks: Iterable[IndexedBlock]) -> Iterator[nodes.Attribute]:
        for block in blocks:
            parsed = self.parsed(block)
            yield from parsed.body.attributes.values() if parsed is not None else ()


def _tree(block: IndexedBlock) -> tuple[nodes.Block | None, tuple[SyntaxProblem, ...]]:
    """What a block says as far as it can be read, and what is wrong with it."""
    problems: list[SyntaxProblem] = []
    parsed: nodes.Block | None = None
    try:
        if block.json is not None:
            parsed = json_syntax.parse_block(block, SHAPES, problems)
        else:
            parsed, found = recovery.parse_block(block)
            problems += found
    except SyntaxProblem as problem:
        problems.append(problem)
        if block.type in _NAMED:
            body = nodes.Body({}, (), block.span, unread=str(problem))
            parsed = nodes.Block(block.type, block.labels, body, block.span)
    return parsed, tuple(problems)


def load_module(directory: Path, path: str, boundary: Path, generated: Iterable[GeneratedFile] = ()) -> Module:
    """Index all files of a directory. Files that cannot be read or indexed are diagnostics of the module."""
    module = Module(path, directory)
    try:
        entries = {entry.name: entry.is_link for entry in file_system.entries(directory) if not entry.is_directory}
    except OSError as problem:
        message = as_sentence(why(problem))
        module.diagnostics.append(error("Unreadable path", message, Span.whole_file(path)))
        return module
    made = {file.name: file for file in generated if not (file.gives_way and file.name in entries)}
    module.generated = made

    def read(name: str) -> str:
        if name in made:
            return made[name].text
        if not entries[name]:
            return read_text(f"{directory}/{name}", within=PLAIN)
        module.has_links = True
        return read_text(f"{directory}/{name}", within=(boundary, directory))

    return index_module(module, {*entries, *made}, read)


def index_module(
    module: Module, names: Iterable[str], read: Callable[[str], str], types: frozenset[str] | None = None
) -> Module:
    """Fill a module from its files, wherever they are, perhaps with blocks of some types only.

    ``read`` raises ``UnreadableFileError``.
    """
    files = configuration_files(names)
    for name in files.primary:
        for block in _blocks(module, name, read, types):
            _declare(module, block)
    for name in files.override:
        for block in _blocks(module, name, read, types):
            _override(module, block)
    return module


def _blocks(
    module: Module, name: str, read: Callable[[str], str], types: frozenset[str] | None
) -> tuple[IndexedBlock, ...]:
    shown = f"{module.path}/{name}" if module.path != "." else name
    if name in module.generated:
        shown = module.generated[name].path
    module.files.append(shown)
    try:
        text = read(name)
    except UnreadableFileError as problem:
        module.diagnostics.append(error("Unreadable file", as_sentence(str(problem)), Span.whole_file(shown)))
        return ()
    module.size += len(text)
    index = json_syntax.index_json(shown, text) if name.endswith(".json") else index_file(shown, text, types)
    for found in index.problems:
        module.diagnostics.append(error("Invalid Terraform syntax", as_sentence(found.message), found.span))
    return index.blocks


_NAMED = frozenset({"variable", "output", "module", "resource", "data"})
"""Blocks that may be there once only, and that other files may override."""


def _declare(module: Module, block: IndexedBlock) -> None:
    labels = LABELS.get(block.type)
    if labels is None:
        message = f'Blocks of the type "{block.type}" are not known, so this one is left out.'
        module.diagnostics.append(warning("Unknown block type", message, block.span))
        return
    if labels != len(block.labels):
        message = f'A block of the type "{block.type}" has {_NUMBERS[labels]}, but this one has {len(block.labels)}.'
        module.diagnostics.append(error("Invalid block", message, block.span))
        return
    if block.type in _NAMED:
        first = module.declared.setdefault((block.type, block.labels), block)
        if first is not block:
            module.diagnostics.append(_duplicate(_described(block), first.span, block.span))
            return
    match block.type, block.labels:
        case "locals", ():
            module.local_blocks.append(block)
        case "variable", (name,):
            module.variables[name] = block
        case "output", (name,):
            module.outputs[name] = block
        case "module", (name,):
            module.calls[name] = block
        case "resource", (type_, name):
            module.resources[block.labels] = block
            module.resource_types.setdefault(type_, set()).add(name)
        case "data", (type_, name):
            module.data[block.labels] = block
            module.data_types.setdefault(type_, set()).add(name)
        case "ephemeral", (type_, name):
            module.ephemeral.setdefault(type_, set()).add(name)
        case "terraform", ():
            module.settings.append(block)
        case "provider", (_,):
            module.providers.append(block)
        case "removed", ():
            module.removed.append(block)
        case "moved", ():
            module.moved.append(block)
        case _:
            pass  # import, check and others say nothing about identities


_NUMBERS = ("no label", "one label", "two labels")


def _override(module: Module, block: IndexedBlock) -> None:
    """https://developer.hashicorp.com/terraform/language/files/override"""
    original = module.declared.get((block.type, block.labels))
    if block.type == "locals":
        module.local_overrides.append(block)
    elif block.type == "terraform":
        module.settings.append(block)
    elif block.type == "provider":
        _override_provider(module, block)
    elif original is not None:
        module.overrides.setdefault(original.span, []).append(block)
    elif block.type in _NAMED:
        module.diagnostics.append(_nothing_to_override(_described(block), block.span))
    elif block.type not in LABELS:
        _declare(module, block)  # which says that it is not known


def _override_provider(module: Module, block: IndexedBlock) -> None:
    """A default provider that no file configures counts as configured by an empty block."""
    alias = _alias(block)
    for provider in module.providers:
        if provider.labels == block.labels and _alias(provider) == alias:
            module.overrides.setdefault(provider.span, []).append(block)
            return
    if alias is None:
        module.providers.append(block)
    else:
        module.diagnostics.append(_nothing_to_override(f'{_described(block)} with the alias "{alias}"', block.span))


def _source(required: nodes.Node) -> str | None:
    """The source address of a provider, as it is written."""
    for key, value in required.items if isinstance(required, nodes.ObjectNode) else ():
        if key == nodes.Literal("source", key.span) and isinstance(value, nodes.Literal):
            return value.value if isinstance(value.value, str) else None
    return None


def _alias(provider: IndexedBlock) -> str | None:
    try:
        attribute = _parse_block(provider).body.attributes.get("alias")
    except SyntaxProblem:
        return None  # reported when the provider is asked for
    literal = attribute.value if attribute is not None else None
    return literal.value if isinstance(literal, nodes.Literal) and isinstance(literal.value, str) else None


def _parse_block(block: IndexedBlock) -> nodes.Block:
    return json_syntax.parse_block(block, SHAPES) if block.json is not None else _parse_native(block)


@lru_cache(maxsize=2048)
def _parse_native(block: IndexedBlock) -> nodes.Block:
    """The tree of the same text in the same place, which a root has in each of its scenarios."""
    return syntax.parse_block(block)


def _duplicate(what: str, first: Span, second: Span) -> Diagnostic:
    message = f"{what} is already declared in {first.path} on line {first.line}. Only that declaration counts."
    return error("Duplicate declaration", message, second)


def _described(block: IndexedBlock) -> str:
    return " ".join([block.type, *(f'"{label}"' for label in block.labels)])


def _nothing_to_override(what: str, span: Span) -> Diagnostic:
    message = f"No other file of this directory declares {what}, so this file has nothing to override."
    return error("Nothing to override", message, span)


def _merged(original: nodes.Block, override: nodes.Block) -> nodes.Block:
    """An override replaces arguments one by one, and nested blocks by type, those that ``dynamic`` makes too."""
    written = {**original.body.attributes, **override.body.attributes}
    blocks = {_made(block) for block in override.body.blocks}
    attributes = {name: value for name, value in written.items() if name not in blocks}
    kept = (
        block
        for block in original.body.blocks
        if _made(block) not in blocks and _made(block) not in override.body.attributes
    )
    unread = original.body.unread or override.body.unread
    body = nodes.Body(attributes, (*kept, *override.body.blocks), original.body.span, unread)
    return replace(original, body=body)


def _made(block: nodes.Block) -> str:
    """The type of the blocks that a nested block stands for."""
    return block.labels[0] if block.type == "dynamic" and block.labels else block.type
