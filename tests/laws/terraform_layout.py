"""Where blocks and arguments stand says nothing: other files, other names of files, another order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from scanner.terraform.language import nodes
from tests.laws.hcl import Edit, PlacedBlock, editable_blocks, editable_directories, edited, module_directories
from tests.laws.project import Change, Project


def split(project: Project) -> Change | None:
    """A file for each block, the last block in the first file."""
    return _rewritten(project, lambda texts: {f"law{number:03}": text for number, text in enumerate(reversed(texts))})


def joined(project: Project) -> Change | None:
    """One file for all blocks, the last one first."""
    return _rewritten(project, lambda texts: {"everything": "\n\n".join(reversed(texts))})


def renamed_files(project: Project) -> Change | None:
    """Files with other names, so that they are read in another order."""
    files = dict(project.files)
    for directory in module_directories(project):
        native = [path for path in project.listing(directory) if path.endswith(".tf")]
        if any(path.endswith(("override.tf", "override.tf.json", ".tofu")) for path in project.listing(directory)):
            continue
        for number, path in enumerate(reversed(native)):
            text = files.pop(path)
            files[_in(directory, f"law-{number:03}.tf")] = text
    return Change(Project(project.name, files, project.root, project.inputs)) if files != project.files else None


def _rewritten(project: Project, arranged: Callable[[list[str]], dict[str, str]]) -> Change | None:
    result = project
    for directory, blocks in editable_directories(project):
        if len(blocks) < 2 or any(not placed.path.endswith(".tf") for placed in blocks):
            continue
        result = result.without({placed.path for placed in blocks})
        texts = arranged([placed.text for placed in blocks])
        result = result.having({_in(directory, f"{name}.tf"): f"{text}\n" for name, text in texts.items()})
    return Change(result) if result is not project else None


def _in(directory: str, name: str) -> str:
    return f"{directory}/{name}" if directory else name


def reordered_arguments(project: Project) -> Change | None:
    """The arguments of every block in reverse order; nested blocks stay where they are, since theirs may count."""
    edits = [
        edit
        for placed in editable_blocks(project)
        for body in _bodies(placed.block.body)
        for edit in _reversed(placed, list(body.attributes.values()))
    ]
    return Change(edited(project, edits)) if edits else None


def _reversed(placed: PlacedBlock, attributes: list[nodes.Attribute]) -> Iterator[Edit]:
    alone = [one for one in attributes if placed.source(one.span) == placed.source(one.span).rstrip()]
    for one, other in zip(alone, reversed(alone), strict=True):
        if one is not other:
            yield Edit(placed.path, *placed.offsets(one.span), placed.source(other.span))


def _bodies(body: nodes.Body) -> Iterator[nodes.Body]:
    yield body
    for block in body.blocks:
        yield from _bodies(block.body)


def commented(project: Project) -> Change | None:
    """A comment before each argument, with braces, quotes and words that mean something elsewhere."""
    remark = '/* } resource "aws_iam_user" "x" { <<EOT "${ */ '
    edits = [
        Edit(placed.path, placed.offsets(attribute.span)[0], placed.offsets(attribute.span)[0], remark)
        for placed in editable_blocks(project)
        for body in _bodies(placed.block.body)
        for attribute in body.attributes.values()
    ]
    edits += [
        Edit(placed.path, placed.start, placed.start, '# source = "./nowhere" }\n// ${ "\n')
        for placed in editable_blocks(project)
    ]
    return Change(edited(project, edits)) if edits else None


def carriage_returns(project: Project) -> Change | None:
    """Lines that end as on Windows. Heredocs hold their line ends, so what has them is left out."""
    files = {
        path: re.sub(r"(?<!\r)\n", "\r\n", text)
        for path, text in project.files.items()
        if path.endswith((".tf", ".tfvars")) and "<<" not in text
    }
    return Change(project.having(files)) if files else None
