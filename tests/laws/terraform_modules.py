"""A root module is the same inside another one."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from dataclasses import replace

from tests.laws.hcl import NotEditableError, PlacedBlock, blocks_of
from tests.laws.project import Change, Project

_OUTSIDE = re.compile(r"\bpath\.(?:root|cwd)\b|\bcloud\s*\{")
"""What means something else in a child module, or is refused there."""


def wrapped(project: Project) -> Change | None:
    """Called once by a new root."""
    return _wrapped(project, "", lambda address: (f"module.inner.{address}",))


def wrapped_with_count(project: Project) -> Change | None:
    """Called by a new root with a count of one."""
    return _wrapped(project, "  count = 1\n", lambda address: (f"module.inner[0].{address}",), provider_blocks=False)


def wrapped_with_for_each(project: Project) -> Change | None:
    """Called by a new root for each of one key."""
    return _wrapped(
        project,
        '  for_each = toset(["only"])\n',
        lambda address: (f'module.inner["only"].{address}',),
        provider_blocks=False,
    )


def wrapped_twice(project: Project) -> Change | None:
    """Two modules deep."""
    once = wrapped(project)
    twice = wrapped(once.project) if once is not None else None
    return replace(twice, moved=lambda address: (f"module.inner.module.inner.{address}",)) if twice else None


def _wrapped(
    project: Project, meta: str, moved: Callable[[str], tuple[str, ...]], *, provider_blocks: bool = True
) -> Change | None:
    blocks = movable_root(project)
    if blocks is None or (not provider_blocks and any(placed.type == "provider" for placed in blocks)):
        return None
    return Change(around(project, blocks, [("inner", meta)]), moved)


def movable_root(project: Project) -> list[PlacedBlock] | None:
    """The blocks of a root that can be called as a module; None where it can't."""
    if project.inputs.variables or project.root in project.files:
        return None
    try:
        blocks = blocks_of(project, "" if project.root == "." else project.root)
    except NotEditableError:
        return None
    if any(_OUTSIDE.search(placed.text) for placed in blocks) or not blocks:
        return None
    return None if any(placed.type in {"import", "removed", "moved"} for placed in blocks) else blocks


def around(project: Project, blocks: list[PlacedBlock], calls: list[tuple[str, str]], head: str = "") -> Project:
    """A new root that calls the old one, with the old one's variables as its own."""
    root = posixpath.normpath(posixpath.join(project.root, "..", f"around-{posixpath.basename(project.root)}"))
    variables = [placed for placed in blocks if placed.type == "variable"]
    # Its validations refer to nothing but itself, so the whole block can stand twice.
    declared = "\n\n".join(placed.text for placed in variables)
    arguments = "".join(f"  {placed.labels[0]} = var.{placed.labels[0]}\n" for placed in variables)
    source = posixpath.relpath(project.root, root)
    source = source if source.startswith(".") else f"./{source}"
    text = "\n".join(f'module "{name}" {{\n  source = "{source}"\n{meta}{arguments}}}\n' for name, meta in calls)
    files = {f"{root}/main.tf": f"{head}{declared}\n\n{text}"}
    for path in project.listing("" if project.root == "." else project.root):
        name = posixpath.basename(path)
        if not name.endswith((".tf", ".tofu", ".tf.json")):
            files[f"{root}/{name}"] = project.files[path]  # variable files, and what is read by a relative path
    return replace(project.having(files), root=root)
