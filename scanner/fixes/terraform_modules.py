"""A policy for what a module makes, given where the module is called.

The module may be somebody else's, and what is changed in it reaches everybody who calls it. So where it attaches what
an argument lists, the policy is put into that list; and where it puts out the name of what it makes, an attachment is
written next to the call.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scanner.fixes.files import Files
from scanner.fixes.hcl_edits import argument_added, block_added, item_added, quoted
from scanner.fixes.hcl_places import block_at, indexed, parts, words
from scanner.fixes.source import Source
from scanner.fixes.terraform_attachments import (
    ATTACHMENTS,
    OF_IDENTITY,
    free_label,
    is_per_instance,
    resource,
)
from scanner.fixes.way import POLICY, Way, policy_arn
from scanner.principals.definition import PrincipalDefinition
from scanner.terraform.language import nodes


def through_call(definition: PrincipalDefinition, files: Files) -> Iterator[Way]:
    """Ways for a principal that a module makes, which is called in a file that may be changed."""
    made_in = files.look(definition.span.path)
    identity = block_at(made_in, definition.span) if made_in is not None else None
    source = files.get(definition.trail[-1].path) if definition.trail else None
    call = block_at(source, definition.trail[-1]) if source is not None else None
    if made_in is None or identity is None or source is None or call is None or call.type != "module":
        return
    if len(identity.labels) != 2 or identity.labels[0] not in OF_IDENTITY:
        return
    partition = definition.principal.partition
    kind, attributes = OF_IDENTITY[identity.labels[0]]
    module = {block.span: (other, block) for other in files.beside(made_in.path) for block in _blocks(other)}
    yield from _as_argument(source, call, kind, module.values(), partition)
    if len(attributes) == 1:
        yield from _beside_call(files, source, call, identity, module.values(), partition)


def _blocks(source: Source) -> Iterator[nodes.Block]:
    for block in indexed(source):
        if block.type == "output" or (block.type == "resource" and block.labels[:1] and block.labels[0] in ATTACHMENTS):
            parsed = block_at(source, block.span)
            if parsed is not None:
                yield parsed


def _as_argument(
    source: Source, call: nodes.Block, kind: str, module: Iterable[tuple[Source, nodes.Block]], partition: str
) -> Iterator[Way]:
    """In the argument with the policies that the module attaches."""
    for _, block in module:
        if block.labels[:1] != (kind,) or ATTACHMENTS[kind].policy not in block.body.attributes:
            continue
        policy = block.body.attributes[ATTACHMENTS[kind].policy].value
        loop = block.body.attributes.get("for_each") or block.body.attributes.get("count")
        if loop is None or not is_per_instance(policy):
            continue
        for name in dict.fromkeys(word.removeprefix("var.") for word in words(loop.value) if word.startswith("var.")):
            arn = quoted(policy_arn(partition))
            given = call.body.attributes.get(name)
            if given is None:
                edits = argument_added(source, call, name, f"[{arn}]")
            elif isinstance(given.value, nodes.TupleNode):
                edits = item_added(source, [one.span for one in given.value.items], given.value.span, arn)
            else:
                continue
            if edits is not None:
                yield Way(f'give {POLICY} to module "{call.labels[0]}" in {name}', edits)


def _beside_call(
    files: Files,
    source: Source,
    call: nodes.Block,
    identity: nodes.Block,
    module: Iterable[tuple[Source, nodes.Block]],
    partition: str,
) -> Iterator[Way]:
    """As an attachment to the name that the module puts out."""
    kind, attributes = OF_IDENTITY[identity.labels[0]]
    argument, attribute = next(iter(attributes.items()))
    for _, block in module:
        value = block.body.attributes.get("value")
        if block.type != "output" or value is None or not _gives(value.value, ".".join(identity.labels), attribute):
            continue
        pairs, one = _each_call(call)
        provider = _provider(source, call)
        pairs += [("provider", provider)] if provider is not None else []
        pairs += [(argument, f"{one}.{block.labels[0]}"), (ATTACHMENTS[kind].policy, quoted(policy_arn(partition)))]
        label = free_label(files, source, kind, call.labels[0])
        written = block_added(source, call.span, resource(kind, label, pairs, ATTACHMENTS[kind]))
        yield Way(f'attach {POLICY} to what module "{call.labels[0]}" makes', (written,))


def _each_call(call: nodes.Block) -> tuple[list[tuple[str, str]], str]:
    name = f"module.{call.labels[0]}"
    if "for_each" in call.body.attributes:
        return [("for_each", name)], "each.value"
    if "count" in call.body.attributes:
        return [("count", f"length({name})")], f"{name}[count.index]"
    return [], name


def _provider(source: Source, call: nodes.Block) -> str | None:
    given = call.body.attributes.get("providers")
    if given is None or not isinstance(given.value, nodes.ObjectNode):
        return None
    return next((source.at(value.span) for key, value in given.value.items if source.at(key.span) == "aws"), None)


def _gives(node: nodes.Node, identity: str, attribute: str) -> bool:
    """Whether an expression reads an attribute of a resource, whichever of its instances."""
    if isinstance(node, nodes.GetAttribute) and node.name == attribute and identity in words(node.target):
        return True
    if isinstance(node, nodes.Splat) and identity in words(node.target):
        return False  # a list
    return any(_gives(part, identity, attribute) for part in parts(node))
