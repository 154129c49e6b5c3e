"""What of a plan's configuration the one beside it confirms: plain references.

A plan in JSON has the references of an expression. Where the configuration beside the plan has a plain reference, and
the plan the same one, that is what the expression was. Of anything else a plan has too little to be compared with: a
local value, a literal between references or a branch may have been changed since.
"""

from __future__ import annotations

from typing import Any

from scanner.terraform.configuration.module_instance import ModuleInstance
from scanner.terraform.plans.expression_references import plain_references
from scanner.terraform.plans.plan_agreement import same_references
from scanner.terraform.plans.plan_description import description
from scanner.terraform.plans.planned_instances import JSONObject


def confirmed(planned: JSONObject, root: ModuleInstance) -> JSONObject:
    """A plan's ``configuration`` with ``plain`` in each expression that is a plain reference in both."""
    return {**planned, "root_module": _module(_object(planned.get("root_module")), root)}


def _module(planned: JSONObject, instance: ModuleInstance) -> JSONObject:
    """One module with all that it calls. Instances of one call are the same module."""
    written = description(instance.module, plain_references)
    found = {_key(item): item for item in written["resources"]}
    listed = planned.get("resources")
    marked: JSONObject = {
        "resources": [_marked(item, found.get(_key(item))) for item in (listed if isinstance(listed, list) else ())],
        "outputs": _marked(_object(planned.get("outputs")), written["outputs"]),
    }
    children = {child.address.steps[-1][0]: child for child in instance.children()}
    calls: JSONObject = {}
    for name, call in _object(planned.get("module_calls")).items():
        calls[name] = _marked(call, written["module_calls"].get(name))
        if name in children and isinstance(call, dict):
            calls[name] = {**calls[name], "module": _module(_object(call.get("module")), children[name])}
    return {**planned, **marked, "module_calls": calls}


def _key(item: Any) -> tuple[Any, ...]:  # untrusted JSON
    return tuple(str(_object(item).get(name)) for name in ("mode", "type", "name"))


def _marked(said: Any, written: Any) -> Any:  # untrusted JSON
    if isinstance(written, list) and isinstance(said, dict) and len(written) == 1:
        written = written[0]  # a block of which there can be one only
    if isinstance(said, list) and isinstance(written, list) and len(said) == len(written):
        return [_marked(one, other) for one, other in zip(said, written, strict=True)]
    if not isinstance(said, dict) or not isinstance(written, dict):
        return said
    if "references" in said:
        same = "plain" in written and same_references(said, written)
        return {**said, "plain": written["plain"]} if same else said
    return {name: _marked(item, written.get(name)) for name, item in said.items()}


def _object(found: Any) -> JSONObject:  # untrusted JSON
    return found if isinstance(found, dict) else {}
