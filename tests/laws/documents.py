"""Plans, states and assemblies: JSON says the same in any order of its keys and with any indentation."""

from __future__ import annotations

import json
from typing import Any

from tests.laws.project import Change, Project


def keys_sorted(project: Project) -> Change | None:
    """Every JSON file of the project with the keys of all objects sorted, as ``jq -S`` does it."""
    changed: dict[str, str] = {}
    for path, text in project.files.items():
        if text.lstrip()[:1] != "{" or path.endswith(".tf.json"):
            continue
        try:
            document = json.loads(text)
        except ValueError:
            continue
        changed[path] = json.dumps(_sorted(document), indent=2)
    return Change(project.having(changed)) if changed else None


def _sorted(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _sorted(node[key]) for key in sorted(node)}
    return [_sorted(item) for item in node] if isinstance(node, list) else node


def resources_reversed(project: Project) -> Change | None:
    """The lists of resources of a plan or a state in reverse order."""
    text = project.files.get(project.root, "")
    if text.lstrip()[:1] != "{":
        return None
    document = json.loads(text)
    found = _with_reversed_resources(document)
    return Change(project.having({project.root: json.dumps(found)})) if found != document else None


def _with_reversed_resources(node: Any) -> Any:
    if isinstance(node, dict):
        return {
            key: [_with_reversed_resources(item) for item in reversed(value)]
            if key in {"resources", "resource_changes", "child_modules"} and isinstance(value, list)
            else value
            if key in {"values", "after", "before", "attributes"}
            else _with_reversed_resources(value)
            for key, value in node.items()
        }
    return [_with_reversed_resources(item) for item in node] if isinstance(node, list) else node
