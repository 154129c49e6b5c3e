"""Resources that say all of what is attached: of a policy to whom, or of an identity which policies.

What another resource attaches they take away again. So where there is one, the grant belongs there and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.fixes.terraform.hcl_edits import argument_added, item_added, quoted
from scanner.fixes.terraform.hcl_places import block_at, indexed, labels, words
from scanner.fixes.text.files import Files
from scanner.fixes.text.source import Source
from scanner.fixes.way import POLICY, Way, policy_arn
from scanner.span import Span
from scanner.terraform.language import nodes

TO_ALL = "aws_iam_policy_attachment"
"""Says of one policy to whom it is attached in the whole account."""
_MEMBERS = {"aws_iam_user": "users", "aws_iam_role": "roles", "aws_iam_group": "groups"}
_OF_IDENTITY = {
    "aws_iam_user": ("aws_iam_user_policy_attachments_exclusive", "user_name"),
    "aws_iam_role": ("aws_iam_role_policy_attachments_exclusive", "role_name"),
}
"""What says of one identity which policies it has, and the argument that says of whom.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/iam_role_policy_attachments_exclusive
"""


def to_all(path: str, files: Files) -> tuple[Source, nodes.Block] | None:
    """The resource beside a file that attaches the policy to all who are to have it."""
    for source in files.beside(path):
        if not labels(source.path, source.text, TO_ALL):
            continue
        for found in indexed(source):
            if found.labels[:1] == (TO_ALL,) and f"/{POLICY}" in found.text:
                block = block_at(source, found.span)
                if block is not None:
                    return source, block
    return None


def among_all(span: Span, files: Files) -> Iterator[Way]:
    """The identity at a place among those who are to have the policy."""
    found, made_in = to_all(span.path, files), files.get(span.path)
    identity = block_at(made_in, span) if made_in is not None else None
    if found is None or identity is None or {"count", "for_each"} & identity.body.attributes.keys():
        return
    source, block = found
    name = _MEMBERS.get(identity.labels[0], "")
    member = f"{'.'.join(identity.labels)}.name"
    given = block.body.attributes.get(name)
    if files.get(source.path) is None or not name:
        return
    edits = None
    if given is None:
        edits = argument_added(source, block, name, f"[{member}]")
    elif isinstance(given.value, nodes.TupleNode):
        edits = item_added(source, [one.span for one in given.value.items], given.value.span, member)
    if edits:
        yield Way(f"attach {POLICY} to {'.'.join(identity.labels)}", edits)


def among_its_own(identity: nodes.Block, path: str, partition: str, files: Files) -> Iterator[Way]:
    """The policy among those that an identity is to have and no others."""
    kind, argument = _OF_IDENTITY.get(identity.labels[0], ("", ""))
    for source in files.beside(path):
        if not labels(source.path, source.text, kind) or files.get(source.path) is None:
            continue
        for found in indexed(source):
            block = block_at(source, found.span) if found.labels[:1] == (kind,) else None
            if block is None or ".".join(identity.labels) not in _meant(block, argument):
                continue
            listed = block.body.attributes.get("policy_arns")
            if listed is not None and isinstance(listed.value, nodes.TupleNode):
                spans = [one.span for one in listed.value.items]
                edits = item_added(source, spans, listed.value.span, quoted(policy_arn(partition)))
                yield Way(f"attach {POLICY} in {'.'.join(block.labels)}", edits)


def _meant(block: nodes.Block, argument: str) -> set[str]:
    """What the argument refers to, be it by way of the loop."""
    given = (block.body.attributes.get(name) for name in (argument, "for_each", "count"))
    return {word for one in given if one is not None for word in words(one.value)}
