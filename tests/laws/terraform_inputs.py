"""Where a value comes from and how a place is spelled: variable files, overrides, sources, what is scanned."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator
from dataclasses import replace

from scanner.cloudformation.template.recognition import looks_like_template
from scanner.terraform.language import nodes
from tests.laws.hcl import Edit, NotEditableError, PlacedBlock, edited
from tests.laws.project import Change, Project
from tests.laws.terraform_instances import root_blocks

_LOCAL = re.compile(r"\.\.?/")


def found_by_walking(project: Project) -> Change | None:
    """The directory above is scanned: the root is found there, and nothing else is one."""
    texts = (text for path, text in project.files.items() if path != project.root)
    if "/" in project.root or any(looks_like_template(text) for text in texts):
        return None
    return Change(replace(project, root="."))


def sources_respelled(project: Project) -> Change | None:
    """Paths of local modules with detours and a slash at their end."""
    edits: list[Edit] = []
    for placed in _root(project):
        source = placed.block.body.attributes.get("source") if placed.type == "module" else None
        literal = source.value if source is not None else None
        if isinstance(literal, nodes.Literal) and isinstance(literal.value, str) and _LOCAL.match(literal.value):
            path = literal.value.rstrip("/")
            if posixpath.basename(path) == "..":
                continue
            spelled = f"{posixpath.dirname(path)}/./{posixpath.basename(path)}/../{posixpath.basename(path)}/"
            edits.append(Edit(placed.path, *placed.offsets(literal.span), json.dumps(spelled)))
    return Change(edited(project, edits)) if edits else None


def in_opentofu_files(project: Project) -> Change | None:
    """``.tofu`` files instead of ``.tf`` files."""
    if any(path.endswith((".tofu", ".tofu.json")) for path in project.files):
        return None
    files = {
        re.sub(r"\.tf(\.json)?$", lambda found: f".tofu{found[1] or ''}", path): text
        for path, text in project.files.items()
    }
    return Change(replace(project, files=files)) if files.keys() != project.files.keys() else None


def overridden(project: Project) -> Change | None:
    """Literal arguments of resources are wrong in the file and right in an override file."""
    texts: list[str] = []
    edits: list[Edit] = []
    for placed in _root(project):
        if placed.type != "resource":
            continue
        own = [
            attribute
            for attribute in placed.block.body.attributes.values()
            if isinstance(attribute.value, nodes.Literal) and isinstance(attribute.value.value, str)
            if placed.source(attribute.value.span).startswith('"')
        ]
        if own:
            lines = "".join(f"  {placed.source(attribute.span)}\n" for attribute in own)
            texts.append(f'resource "{placed.labels[0]}" "{placed.labels[1]}" {{\n{lines}}}\n')
            edits += [Edit(placed.path, *placed.offsets(one.value.span), '"overridden"') for one in own]
    return Change(edited(project, edits).having({project.beside("override.tf"): "\n".join(texts)})) if edits else None


def defaults_into_file(project: Project) -> Change | None:
    """The defaults of the root's variables stand in ``terraform.tfvars`` instead."""
    found = list(_defaults(project))
    text = "".join(
        f"{placed.labels[0]} = {placed.source(attribute.value.span).rstrip()}\n" for placed, attribute in found
    )
    without = edited(project, (_removed(placed, attribute) for placed, attribute in found))
    return Change(without.having({project.beside("terraform.tfvars"): text})) if found else None


def defaults_on_command_line(project: Project) -> Change | None:
    """The defaults of the root's variables are given by ``--var`` instead."""
    given = [
        (placed.labels[0], _as_argument(placed, attribute))
        for placed, attribute in _defaults(project)
        if "<<" not in placed.source(attribute.value.span)
    ]
    if not given:
        return None
    return Change(replace(project, inputs=replace(project.inputs, variables=tuple(given))))


def wrong_defaults_on_command_line(project: Project) -> Change | None:
    """The same where the defaults are wrong."""
    found = [
        (placed, attribute)
        for placed, attribute in _defaults(project)
        if isinstance(attribute.value, nodes.Literal) and isinstance(attribute.value.value, str)
        if placed.source(attribute.value.span).startswith('"')
    ]
    given = tuple((placed.labels[0], _as_argument(placed, attribute)) for placed, attribute in found)
    wrong = edited(project, (Edit(placed.path, *placed.offsets(one.value.span), '"wrong"') for placed, one in found))
    return Change(replace(wrong, inputs=replace(project.inputs, variables=given))) if found else None


def _as_argument(placed: PlacedBlock, attribute: nodes.Attribute) -> str:
    value = attribute.value
    if isinstance(value, nodes.Literal) and isinstance(value.value, str):
        type_ = placed.block.body.attributes.get("type")
        if type_ is None or placed.source(type_.value.span).strip() == "string":
            return value.value
    return placed.source(value.span).rstrip()


def _defaults(project: Project) -> Iterator[tuple[PlacedBlock, nodes.Attribute]]:
    """The defaults that nothing outranks; what Terragrunt gives outranks them, but not a file or the command line."""
    given = any(".tfvars" in path or path.endswith("terragrunt.hcl") for path in project.files)
    if project.inputs.variables or given:
        return
    for placed in _root(project):
        attribute = placed.block.body.attributes.get("default") if placed.type == "variable" else None
        # Without a type the text on the command line would be a text, whatever the default is.
        if attribute is not None and "type" in placed.block.body.attributes:
            yield placed, attribute


def _removed(placed: PlacedBlock, attribute: nodes.Attribute) -> Edit:
    start, end = placed.offsets(attribute.span)
    return Edit(placed.path, start, end, "# no default\n")


_REPEATED = frozenset({"statement", "principals", "condition", "inline_policy"})


def blocks_made_dynamic(project: Project) -> Change | None:
    """Nested blocks are made by ``dynamic`` for a list of one."""
    edits: list[Edit] = []
    for placed in _root(project):
        if placed.type in {"resource", "data"} and placed.labels[0].startswith("aws_"):
            edits += _dynamic(placed, placed.block.body)
    return Change(edited(project, edits)) if edits else None


def _dynamic(placed: PlacedBlock, body: nodes.Body) -> Iterator[Edit]:
    for block in body.blocks:
        if block.type in _REPEATED and not block.labels:
            start, end = placed.offsets(block.span)
            opening = placed.text.index("{", start - placed.start) + placed.start
            head = f'dynamic "{block.type}" {{\n    for_each = ["only"]\n    content '
            yield Edit(placed.path, start, opening, head)
            yield from _dynamic(placed, block.body)
            yield Edit(placed.path, end, end, "\n  }")


def _root(project: Project) -> list[PlacedBlock]:
    try:
        return root_blocks(project)
    except NotEditableError:
        return []
