"""What a resource is called, and a count or for_each of one, say nothing about it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from scanner.terraform.language import nodes
from tests.laws.hcl import Edit, NotEditableError, PlacedBlock, blocks_of, body_attributes, edited, references
from tests.laws.project import Change, Project

_ADDRESSED = frozenset({"moved", "import", "removed"})
"""Blocks that hold addresses of resources, which mean something else once a resource is called otherwise."""


def root_blocks(project: Project) -> list[PlacedBlock]:
    """The blocks of the root module. Raises ``NotEditableError``."""
    if project.root in project.files:
        raise NotEditableError
    blocks = blocks_of(project, "" if project.root == "." else project.root)
    if any(placed.type in _ADDRESSED for placed in blocks):
        raise NotEditableError
    return blocks


def renamed(project: Project) -> Change | None:
    """Every resource, data source and module call of the root gets another name."""
    try:
        blocks = root_blocks(project)
    except NotEditableError:
        return None
    declared = {key_of(placed) for placed in blocks if placed.type in {"resource", "data", "module"}}
    edits: list[Edit] = []
    for placed in blocks:
        if key_of(placed) in declared:
            edits.append(label_edit(placed, lambda name: f"{name}_law"))
        for key, found in referred_to(placed):
            if key in declared:
                _, end = placed.offsets(found.span)
                edits.append(Edit(placed.path, end, end, "_law"))
    pattern = re.compile(r"^((?:module\.|[a-z]\w*\.)[\w-]+)")
    return (
        Change(edited(project, edits), lambda address: (pattern.sub(r"\1_law", address, count=1),)) if edits else None
    )


def renamed_values(project: Project) -> Change | None:
    """Every local of the root gets another name; those of variables belong to whoever gives them values."""
    try:
        blocks = root_blocks(project)
    except NotEditableError:
        return None
    edits: list[Edit] = []
    for placed in blocks:
        if placed.type == "locals":
            for attribute in placed.block.body.attributes.values():
                start, _ = placed.offsets(attribute.span)
                edits.append(Edit(placed.path, start, start, "law_"))
        for (first, name), found in referred_to(placed):
            if first == "local":
                _, end = placed.offsets(found.span)
                edits.append(Edit(placed.path, end - len(name), end - len(name), "law_"))
    return Change(edited(project, edits)) if edits else None


def counted(project: Project) -> Change | None:
    """Every resource and module call without instances of its own gets a count of one."""
    return _instanced(project, "count = 1", "[0]")


def keyed(project: Project) -> Change | None:
    """The same with a for_each of one key."""
    return _instanced(project, 'for_each = toset(["only"])', '["only"]')


def counted_by_a_list(project: Project) -> Change | None:
    """The same with a count that is computed."""
    return _instanced(project, 'count = length([for one in ["a", "b"] : one if one == "a"])', "[0]")


def _instanced(project: Project, meta: str, key: str) -> Change | None:
    try:
        blocks = root_blocks(project)
    except NotEditableError:
        return None
    single = {
        key_of(placed): placed
        for placed in blocks
        if placed.type in {"resource", "module"}
        and not {"count", "for_each"} & placed.block.body.attributes.keys()
        # A module that configures providers has no instances, and one that is not there may.
        and (placed.type == "resource" or _configures_nothing(project))
    }
    edits: list[Edit] = []
    for placed in blocks:
        if key_of(placed) in single:
            position = placed.start + placed.text.index("{") + 1
            edits.append(Edit(placed.path, position, position, f"\n  {meta}\n"))
        for reference, found in referred_to(placed):
            if reference in single and not _is_dependency(placed, found):
                _, end = placed.offsets(found.span)
                edits.append(Edit(placed.path, end, end, key))

    def moved(address: str) -> tuple[str, ...]:
        found = re.match(r"(module\.[\w-]+|[a-z]\w*\.[\w-]+)", address)
        first = found[0] if found is not None else address
        kind, _, name = first.partition(".")
        return (first + key + address[len(first) :],) if (kind, name) in single else (address,)

    return Change(edited(project, edits), moved) if single else None


def _configures_nothing(project: Project) -> bool:
    return "provider " not in "".join(text for path, text in project.files.items() if path.endswith((".tf", ".tofu")))


def _is_dependency(placed: PlacedBlock, found: nodes.GetAttribute) -> bool:
    """Whether a reference stands where the whole resource is meant."""
    depends = [
        attribute
        for attribute in body_attributes(placed.block.body)
        if attribute.name in {"depends_on", "replace_triggered_by"}
    ]
    return any(found.span == one.span for attribute in depends for _, one, _ in references(attribute.value))


def referred_to(placed: PlacedBlock) -> Iterator[tuple[tuple[str, str], nodes.GetAttribute]]:
    """What the arguments of a block refer to, each place once."""
    if placed.type in {"variable", "terraform"}:
        return
    seen: set[tuple[int, int]] = set()
    for attribute in body_attributes(placed.block.body):
        if attribute.name in {"provider", "providers", "ignore_changes"}:
            continue
        for key, found, _ in references(attribute.value):
            place = placed.offsets(found.span)
            if place not in seen and placed.source(found.span).endswith(key[1]):
                seen.add(place)
                yield key, found


def key_of(placed: PlacedBlock) -> tuple[str, str]:
    """What the block is referred to by: its type, or ``data.type`` or ``module``, and its name."""
    match placed.type, placed.labels:
        case "resource", (kind, name):
            return kind, name
        case "data", (kind, name):
            return f"data.{kind}", name
        case "module", (name,):
            return "module", name
    return "", ""


def label_edit(placed: PlacedBlock, changed: Callable[[str], str]) -> Edit:
    """The last label of a block, with or without quotes."""
    name = placed.labels[-1]
    header = placed.text[: placed.text.index("{")]
    position = placed.start + header.rindex(name)
    return Edit(placed.path, position, position + len(name), changed(name))
