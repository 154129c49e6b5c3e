"""Attachments in Terraform's native syntax: how one comes to stand where the principal gets its policies.

That is beside a policy that it already has: in the list or map that names that policy, wherever it is, or as an
attachment like the one that brings it. A principal without policies gets an attachment of its own, next to the block
that makes it and under its ``count`` or ``for_each`` and its provider.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from scanner.fix import Edit
from scanner.fixes.terraform.exclusive import among_its_own
from scanner.fixes.terraform.hcl_edits import argument_added, arguments, block_added, entry_added, item_added, quoted
from scanner.fixes.terraform.hcl_places import Found, block_at, expression_at, indexed, labels, texts, words
from scanner.fixes.text.files import Files
from scanner.fixes.text.notation import is_json
from scanner.fixes.text.source import Source
from scanner.fixes.way import POLICY, Way, policy_arn, unused
from scanner.iam.principal import AttachedPolicy
from scanner.lazy_dataclass import dataclass
from scanner.regexes import anywhere, whole
from scanner.span import Span
from scanner.terraform.configuration.files import is_override
from scanner.terraform.language import nodes

_ARN = anywhere(r"(:iam::aws:policy/)(?:[\w+=,.@-]++/)*+[\w+=,.@-]++")
_NAME = whole(r"(?:[\w+=,.@-]++/)*+[\w+=,.@-]++")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A type of resource that attaches one managed policy to one identity."""

    policy: str
    """The argument with the ARN."""
    target: tuple[str, ...]
    """Those that say to whom."""


ATTACHMENTS = {
    "aws_iam_user_policy_attachment": Attachment("policy_arn", ("user",)),
    "aws_iam_role_policy_attachment": Attachment("policy_arn", ("role",)),
    "aws_iam_group_policy_attachment": Attachment("policy_arn", ("group",)),
    "aws_ssoadmin_managed_policy_attachment": Attachment("managed_policy_arn", ("instance_arn", "permission_set_arn")),
}
"""https://registry.terraform.io/providers/hashicorp/aws/latest/docs"""

OF_IDENTITY = {
    "aws_iam_user": ("aws_iam_user_policy_attachment", {"user": "name"}),
    "aws_iam_role": ("aws_iam_role_policy_attachment", {"role": "name"}),
    "aws_ssoadmin_permission_set": (
        "aws_ssoadmin_managed_policy_attachment",
        {"instance_arn": "instance_arn", "permission_set_arn": "arn"},
    ),
}
"""What attaches a policy to an identity, and the arguments that say to which with the attributes that they are."""


IN_A_LIST = {
    "aws_iam_role": "managed_policy_arns",
    "awscc_iam_role": "managed_policy_arns",
    "awscc_iam_user": "managed_policy_arns",
    "awscc_sso_permission_set": "managed_policies",
}
"""Arguments of identities that list their policies. Where one is there, it takes away what it does not list."""


def beside(policy: AttachedPolicy, files: Files, partition: str) -> Iterator[Way]:
    """Ways to put the policy beside one that the principal has, the most likely first."""
    place = policy.written
    named_in = files.get(place.path) if place is not None else None
    found = expression_at(named_in, place) if named_in is not None and place is not None else None
    if named_in is not None and found is not None:
        yield from _in_collection(named_in, found, partition)
    source = files.get(policy.span.path)
    block = block_at(source, policy.span) if source is not None else None
    if source is not None and block is not None and len(block.labels) == 2 and block.labels[0] in ATTACHMENTS:
        yield from _in_loop(files, source, block)
        yield from _alike(files, source, block, partition)


def _in_collection(source: Source, found: Found, partition: str) -> Iterator[Way]:
    """In the list or map that names the other policy; in one of objects, as another object."""
    where = f"to the list on line {found.node.span.line} of {source.path}"
    text = like(source.at(found.node.span), partition)
    yield from _added(source, found.node, found.parent, text, where)
    for outer, inner in zip(found.around[-2::-1], found.around[:0:-1], strict=False):
        if not isinstance(inner, nodes.ObjectNode):
            return
        start = source.range(inner.span)[0]
        begin, end = (offset - start for offset in source.range(found.node.span))
        written = source.at(inner.span)
        yield from _added(source, inner, outer, f"{written[:begin]}{text}{written[end:]}", where)


def _added(source: Source, node: nodes.Node, around: nodes.Node | None, text: str, where: str) -> Iterator[Way]:
    match around:
        case nodes.TupleNode(items=items):
            yield Way(f"add {POLICY} {where}", item_added(source, [item.span for item in items], around.span, text))
        case nodes.ObjectNode(items=pairs) if any(value is node for _, value in pairs):
            yield Way(f"add {POLICY} {where}", entry_added(source, around, _key(source, around), text))


def _key(source: Source, node: nodes.ObjectNode) -> str:
    """A key that the object does not have, written as its others are."""
    written = [source.at(key.span) for key, _ in node.items]
    taken = {text.strip('"()') for text in written}
    has_dashes = sum("-" in text for text in taken) > sum("_" in text for text in taken)
    key = unused(taken, "aws-login" if has_dashes else "aws_login")
    return quoted(key) if written[-1][:1] == '"' else key


def _in_loop(files: Files, source: Source, block: nodes.Block) -> Iterator[Way]:
    """In the list that the attachment loops over, where that has the names of policies only."""
    argument = block.body.attributes.get(ATTACHMENTS[block.labels[0]].policy)
    loop = block.body.attributes.get("for_each") or block.body.attributes.get("count")
    if argument is None or loop is None or not is_per_instance(argument.value):
        return
    if not _ends_with_name(argument.value):
        return
    for other, collection in collections(files, source, loop.value):
        items = collection.items
        literals = [item for item in items if isinstance(item, nodes.Literal) and isinstance(item.value, str)]
        if len(literals) == len(items) and all(_NAME.fullmatch(str(item.value)) for item in literals):
            where = f"to the list on line {collection.span.line} of {other.path}"
            spans = [item.span for item in items]
            yield Way(f"add {POLICY} {where}", item_added(other, spans, collection.span, quoted(POLICY)))


def _ends_with_name(node: nodes.Node) -> bool:
    """Whether an ARN ends with what its instance is for: ``arn:aws:iam::aws:policy/${each.value}``."""
    if not isinstance(node, nodes.TemplateNode) or len(node.parts) < 2:
        return False
    before, last = node.parts[-2:]
    return isinstance(before, str) and before.endswith(":policy/") and not isinstance(last, str)


def collections(files: Files, source: Source, node: nodes.Node) -> Iterator[tuple[Source, nodes.TupleNode]]:
    """The lists that an expression is made of, as far as they are written in the same module."""
    match node:
        case nodes.TupleNode():
            yield source, node
        case nodes.Call(name="toset" | "tolist" | "length" | "distinct" | "concat", arguments=parts):
            for part in parts:
                yield from collections(files, source, part)
        case nodes.GetAttribute(target=nodes.Name(name="local" | "var" as kind), name=name):
            for other in files.beside(source.path):
                for block in indexed(other):
                    is_one = block.type == "locals" if kind == "local" else block.labels == (name,)
                    if is_one and block.type in ("locals", "variable"):
                        parsed = block_at(other, block.span)
                        argument = (
                            parsed.body.attributes.get(name if kind == "local" else "default") if parsed else None
                        )
                        if argument is not None and isinstance(argument.value, nodes.TupleNode | nodes.Call):
                            yield from collections(files, other, argument.value)


def _alike(files: Files, source: Source, block: nodes.Block, partition: str) -> Iterator[Way]:
    """An attachment like the one of the other policy."""
    kind, label = block.labels
    known = ATTACHMENTS[kind]
    policy = block.body.attributes.get(known.policy)
    if policy is None or is_per_instance(policy.value):
        return
    kept = ("count", "for_each", "provider", *known.target)
    pairs = [
        (
            name,
            like(source.at(argument.value.span), partition) if name == known.policy else source.at(argument.value.span),
        )
        for name, argument in block.body.attributes.items()
        if name in kept or name == known.policy
    ]
    address = f"{kind}.{label}"
    name = free_label(files, source, kind, label)
    yield Way(
        f"attach {POLICY} beside {address}",
        (block_added(source, block.span, resource(kind, name, pairs, known)),),
    )


def of_its_own(span: Span, keys: Sequence[str] | None, files: Files, partition: str) -> Iterator[Way]:
    """An attachment next to the block of an identity; ``keys`` are those of the instances that are meant, as they are
    written in addresses, None for all."""
    source = files.get(span.path)
    block = block_at(source, span) if source is not None else None
    if source is None or block is None or len(block.labels) != 2 or block.labels[0] not in {**OF_IDENTITY, **IN_A_LIST}:
        return
    identity = ".".join(block.labels)
    listed = IN_A_LIST.get(block.labels[0])
    if listed is not None and (listed in block.body.attributes or block.labels[0] not in OF_IDENTITY):
        edits = _in_own_list(source, block, listed, partition)
        if edits:
            yield Way(f"attach {POLICY} to {identity}", edits)
        return
    yield from among_its_own(block, source.path, partition, files)
    kind, attributes = OF_IDENTITY[block.labels[0]]
    given = _overridden(files, source, block)
    loops = [name for name in ("count", "for_each") if name in given]
    pairs, one = looped(identity, loops, keys)
    if "provider" in given:
        pairs.append(("provider", given["provider"]))
    pairs += [(name, f"{one}.{attribute}") for name, attribute in attributes.items()]
    pairs.append((ATTACHMENTS[kind].policy, quoted(policy_arn(partition))))
    label = free_label(files, source, kind, block.labels[1])
    written = resource(kind, label, pairs, ATTACHMENTS[kind])
    yield Way(f"attach {POLICY} to {identity}", (block_added(source, block.span, written),))


def _in_own_list(source: Source, block: nodes.Block, name: str, partition: str) -> tuple[Edit, ...] | None:
    """In the argument of an identity that lists its policies; None where a function gives it."""
    arn = quoted(policy_arn(partition))
    given = block.body.attributes.get(name)
    if given is None:
        return argument_added(source, block, name, f"[{arn}]")
    if isinstance(given.value, nodes.TupleNode):
        return item_added(source, [one.span for one in given.value.items], given.value.span, arn)
    return None


def _overridden(files: Files, source: Source, block: nodes.Block) -> dict[str, str]:
    """The arguments of a resource as they are written, those of override files before its own."""
    given = {name: source.at(argument.value.span) for name, argument in block.body.attributes.items()}
    for other in files.beside(source.path):
        if is_override(Path(other.path).name) and block.labels[1] in labels(other.path, other.text, block.labels[0]):
            for found in indexed(other):
                parsed = block_at(other, found.span) if found.labels == block.labels else None
                if parsed is not None:
                    given |= {name: other.at(argument.value.span) for name, argument in parsed.body.attributes.items()}
    return given


def looped(identity: str, loops: Sequence[str], keys: Sequence[str] | None) -> tuple[list[tuple[str, str]], str]:
    """How an attachment is there for each instance, and what that is called in it."""
    if not loops:
        return [], identity
    if keys is not None and len(keys) == 1:
        return [], f"{identity}[{keys[0]}]"
    if keys is not None:
        numbers = all(key.isdecimal() for key in keys)
        listed = ", ".join(quoted(key) if numbers else key for key in keys)
        key = "tonumber(each.key)" if numbers else "each.key"
        return [("for_each", f"toset([{listed}])")], f"{identity}[{key}]"
    if loops == ["count"]:
        return [("count", f"length({identity})")], f"{identity}[count.index]"
    return [("for_each", identity)], "each.value"


def resource(kind: str, label: str, pairs: Sequence[tuple[str, str]], known: Attachment) -> str:
    """The block of a resource, with what says how often it is there before what it says."""
    meta = [pair for pair in pairs if pair[0] not in (*known.target, known.policy)]
    own = [pair for pair in pairs if pair[0] in (*known.target, known.policy)]
    return f'resource "{kind}" "{label}" {{\n{arguments([*meta, *own])}}}'


def like(written: str, partition: str) -> str:
    """The expression of the policy's ARN, with everything that the expression of another has before the name."""
    found = _ARN.sub(rf"\g<1>{POLICY}", written)
    return found if found != written and written.startswith('"') else quoted(policy_arn(partition))


def is_per_instance(node: nodes.Node) -> bool:
    """Whether an expression is another one in each instance of its block."""
    return any(word.split(".")[0] in ("each", "count") for word in words(node))


def free_label(files: Files, source: Source, kind: str, label: str) -> str:
    """A name that no resource of the type has in the module, in either syntax."""
    native = source.path.removesuffix(".json")
    taken = frozenset().union(
        *(labels(other.path, other.text, kind) for other in files.beside(native)),
        *(texts(other.text) for other in files.beside(f"{native}.json") if is_json(other.path)),
    )
    return unused(taken, f"{label}-aws-login" if "-" in label else f"{label}_aws_login")
