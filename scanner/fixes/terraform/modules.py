"""A policy for what a module makes, given where the module is called.

The module may be somebody else's, and what is changed in it reaches everybody who calls it. So where it attaches what
an argument lists, the policy is put into that list; and where it puts out the name of what it makes, an attachment is
written next to the call.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scanner.fixes.terraform.attachments import (
    ATTACHMENTS,
    OF_IDENTITY,
    free_label,
    is_per_instance,
    looped,
)
from scanner.fixes.terraform.hcl_edits import argument_added, arguments, block_added, item_added, quoted
from scanner.fixes.terraform.hcl_places import block_at, indexed, parts, words
from scanner.fixes.text.files import Files
from scanner.fixes.text.source import Source
from scanner.fixes.way import POLICY, Way, policy_arn
from scanner.iam.pattern import literal
from scanner.lazy_dataclass import dataclass
from scanner.principals.definition import PrincipalDefinition
from scanner.terraform.language import nodes


@dataclass(frozen=True, slots=True)
class _Call:
    """A call in a file that may be changed, of a module that makes an identity."""

    source: Source
    call: nodes.Block
    identity: nodes.Block
    module: tuple[nodes.Block, ...]
    """What the module attaches and puts out."""
    partition: str


def through_argument(definition: PrincipalDefinition, files: Files) -> Iterator[Way]:
    """Ways through the arguments of the module that makes a principal."""
    found = _found(definition, files)
    if found is not None:
        yield from _as_argument(found)


def beside_call(definition: PrincipalDefinition, keys: Sequence[str] | None, files: Files) -> Iterator[Way]:
    """Ways next to the call of the module that makes a principal: by the name that it puts out, or as it is written.

    ``keys`` are those of the instances of the module that are meant, None for all.
    """
    found = _found(definition, files)
    if found is None or len(OF_IDENTITY[found.identity.labels[0]][1]) != 1:
        return
    yield from _by_output(found, keys, files)
    name = literal(definition.principal.name)
    if name and len(definition.trail) == 1 and not {"count", "for_each"} & found.call.body.attributes.keys():
        yield _by_name(found, files, name)


def _found(definition: PrincipalDefinition, files: Files) -> _Call | None:
    if not definition.trail:
        return None
    made_in, source = files.look(definition.span.path), files.get(definition.trail[-1].path)
    if made_in is None or source is None:
        return None
    identity, call = block_at(made_in, definition.span), block_at(source, definition.trail[-1])
    if identity is None or call is None or call.type != "module":
        return None
    if len(identity.labels) != 2 or identity.labels[0] not in OF_IDENTITY:
        return None
    module = tuple(block for other in files.beside(made_in.path) for block in _blocks(other))
    return _Call(source, call, identity, module, definition.principal.partition)


def _blocks(source: Source) -> Iterator[nodes.Block]:
    for block in indexed(source):
        if block.type == "output" or (block.type == "resource" and block.labels[:1] and block.labels[0] in ATTACHMENTS):
            parsed = block_at(source, block.span)
            if parsed is not None:
                yield parsed


def _as_argument(found: _Call) -> Iterator[Way]:
    """In the argument with the policies that the module attaches."""
    source, call = found.source, found.call
    kind = OF_IDENTITY[found.identity.labels[0]][0]
    for block in found.module:
        if block.labels[:1] != (kind,) or ATTACHMENTS[kind].policy not in block.body.attributes:
            continue
        policy = block.body.attributes[ATTACHMENTS[kind].policy].value
        loop = block.body.attributes.get("for_each") or block.body.attributes.get("count")
        if loop is None or not is_per_instance(policy):
            continue
        for name in dict.fromkeys(word.removeprefix("var.") for word in words(loop.value) if word.startswith("var.")):
            arn = quoted(policy_arn(found.partition))
            given = call.body.attributes.get(name)
            if given is None:
                edits = argument_added(source, call, name, f"[{arn}]")
            elif isinstance(given.value, nodes.TupleNode):
                edits = item_added(source, [one.span for one in given.value.items], given.value.span, arn)
            else:
                continue
            if edits is not None:
                yield Way(f'give {POLICY} to module "{call.labels[0]}" in {name}', edits)


def _by_output(found: _Call, keys: Sequence[str] | None, files: Files) -> Iterator[Way]:
    kind, attributes = OF_IDENTITY[found.identity.labels[0]]
    argument, attribute = next(iter(attributes.items()))
    for block in found.module:
        value = block.body.attributes.get("value") if block.type == "output" else None
        if value is not None and _gives(value.value, ".".join(found.identity.labels), attribute):
            loops = [name for name in ("count", "for_each") if name in found.call.body.attributes]
            loop, one = looped(f"module.{found.call.labels[0]}", loops, keys)
            pairs = [(argument, f"{one}.{block.labels[0]}"), (ATTACHMENTS[kind].policy, _arn(found))]
            yield _attached(found, files, [*loop, *_provider(found), *pairs])


def _by_name(found: _Call, files: Files, name: str) -> Way:
    kind, attributes = OF_IDENTITY[found.identity.labels[0]]
    pairs = [(next(iter(attributes)), quoted(name)), (ATTACHMENTS[kind].policy, _arn(found))]
    return _attached(found, files, [*_provider(found), *pairs, ("depends_on", f"[module.{found.call.labels[0]}]")])


def _attached(found: _Call, files: Files, pairs: Sequence[tuple[str, str]]) -> Way:
    kind, label = OF_IDENTITY[found.identity.labels[0]][0], found.call.labels[0]
    text = f'resource "{kind}" "{free_label(files, found.source, kind, label)}" {{\n{arguments(pairs)}}}'
    edit = block_added(found.source, found.call.span, text)
    return Way(f'attach {POLICY} to what module "{label}" makes', (edit,))


def _arn(found: _Call) -> str:
    return quoted(policy_arn(found.partition))


def _provider(found: _Call) -> list[tuple[str, str]]:
    given = found.call.body.attributes.get("providers")
    if given is None or not isinstance(given.value, nodes.ObjectNode):
        return []
    text = found.source.at
    return [("provider", text(value.span)) for key, value in given.value.items if text(key.span) == "aws"]


def _gives(node: nodes.Node, identity: str, attribute: str) -> bool:
    """Whether an expression reads an attribute of a resource, whichever of its instances."""
    if isinstance(node, nodes.GetAttribute) and node.name == attribute and identity in words(node.target):
        return True
    if isinstance(node, nodes.Splat) and identity in words(node.target):
        return False  # a list
    return any(_gives(part, identity, attribute) for part in parts(node))
