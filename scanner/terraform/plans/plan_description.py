"""What the blocks of a configuration refer to, in the form of the ``configuration`` in a plan in JSON.

Only blocks that somebody may ask for are parsed: identities, policy documents, module calls, variables and outputs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from scanner.terraform.address import Mode
from scanner.terraform.configuration.block_entries import META_ARGUMENTS
from scanner.terraform.configuration.module import Module
from scanner.terraform.language import nodes
from scanner.terraform.language.blocks import IndexedBlock
from scanner.terraform.language.nodes import Node
from scanner.terraform.plans.expression_references import constant, expression
from scanner.terraform.plans.planned_instances import JSONObject

Describe = Callable[[Node], JSONObject]
"""What the plan says about an expression."""
DESCRIBED = ("aws_iam_", "aws_ssoadmin_", "aws_identitystore_")
"""Beginnings of the types whose blocks are parsed."""
_CALL_ARGUMENTS = frozenset({"source", "version", "providers", "count", "for_each", "depends_on"})
"""Arguments of a module call that are not variables of the module."""


def description(module: Module, describe: Describe = expression) -> JSONObject:
    """What a module's blocks refer to. Blocks that cannot be parsed are missing; the module has diagnostics of them."""
    return {
        "provider_config": dict(_providers(module, describe)),
        "resources": [
            *_resources(module, Mode.MANAGED, module.resources, describe),
            *_resources(module, Mode.DATA, module.data, describe),
        ],
        "outputs": {
            name: {"expression": describe(body.attributes["value"].value)}
            for name, body in _bodies(module, module.outputs)
            if "value" in body.attributes
        },
        "variables": {name: _default(body) for name, body in _bodies(module, module.variables)},
        "module_calls": {
            name: {
                **_called(body),
                "expressions": _expressions(body, _CALL_ARGUMENTS, describe),
                **_repetition(body, describe),
            }
            for name, body in _bodies(module, module.calls)
        },
    }


def _called(call: nodes.Body) -> JSONObject:
    """Which module it is; None for what is not a plain string."""
    written = {"source": "source", "version_constraint": "version"}
    found = {name: constant(call.attributes[word].value) for name, word in written.items() if word in call.attributes}
    return {name: value[0] if value is not None else None for name, value in found.items()}


def _default(variable: nodes.Body) -> JSONObject:
    default = constant(variable.attributes["default"].value) if "default" in variable.attributes else None
    return {"default": default[0]} if default is not None else {}


def _bodies(module: Module, blocks: Mapping[str, IndexedBlock]) -> Iterator[tuple[str, nodes.Body]]:
    for name, block in blocks.items():
        parsed = module.parsed_whole(block)
        if parsed is not None:
            yield name, parsed.body


def _resources(
    module: Module, mode: Mode, blocks: Mapping[tuple[str, ...], IndexedBlock], describe: Describe
) -> Iterator[JSONObject]:
    for (type_, name), block in blocks.items():
        parsed = module.parsed_whole(block) if type_.startswith(DESCRIBED) else None
        if parsed is not None:
            expressions = _expressions(parsed.body, META_ARGUMENTS, describe)
            described = {"mode": mode.value, "type": type_, "name": name, "expressions": expressions}
            yield {**described, **_repetition(parsed.body, describe)}


def _expressions(body: nodes.Body, left_out: frozenset[str], describe: Describe) -> JSONObject:
    """Arguments and nested blocks. Terraform's own listing leaves dynamic blocks out."""
    blocks: dict[str, list[JSONObject]] = {}
    for block in body.blocks:
        if block.type not in left_out and block.type != "dynamic":
            blocks.setdefault(block.type, []).append(_expressions(block.body, frozenset(), describe))
    arguments = {name: attribute for name, attribute in body.attributes.items() if name not in left_out}
    return {**{name: describe(attribute.value) for name, attribute in arguments.items()}, **blocks}


def _repetition(body: nodes.Body, describe: Describe) -> JSONObject:
    """``count`` and ``for_each``."""
    names = [name for name in ("count", "for_each") if name in body.attributes]
    return {f"{name}_expression": describe(body.attributes[name].value) for name in names}


def _providers(module: Module, describe: Describe) -> Iterator[tuple[str, JSONObject]]:
    """Provider configurations by name, or name and alias."""
    for block in module.providers:
        parsed = module.parsed_whole(block)
        if parsed is not None:
            expressions = _expressions(parsed.body, frozenset({"alias", "version"}), describe)
            alias = constant(parsed.body.attributes["alias"].value) if "alias" in parsed.body.attributes else None
            key = f"{block.labels[0]}.{alias[0]}" if alias is not None else block.labels[0]
            yield key, {"name": block.labels[0], "expressions": expressions}
