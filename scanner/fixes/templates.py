"""What is offered for CloudFormation templates: edits that put policies, statements and words where they are missing.

Regions are those that values have: an entry runs from its key to the end of its value. What stands in several places,
because aliases refer to it, is left alone, and so is what a function gives: None is the answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, count
from typing import TYPE_CHECKING

from scanner.fixes.new_data import Data, Verbatim
from scanner.fixes.template_conditions import as_the_password, choice, is_nothing
from scanner.fixes.template_text import Node, Part, TemplateText, scalars, template_text, value, way_to
from scanner.iam.principal import PrincipalKind
from scanner.partition import DEFAULT
from scanner.regexes import anywhere, whole

if TYPE_CHECKING:
    from scanner.fix import Edit
    from scanner.fixes.source import Source
    from scanner.iam.principal import AttachedPolicy
    from scanner.span import Span

POLICY = "SignInLocalDevelopmentAccess"
_SID = "SignInLocalDevelopment"
_PROPERTIES = {
    PrincipalKind.USER: "ManagedPolicyArns",
    PrincipalKind.ROLE: "ManagedPolicyArns",
    PrincipalKind.PERMISSION_SET: "ManagedPolicies",
}
_PROPERTIES_BY_TYPE = {
    "AWS::IAM::Group": "ManagedPolicyArns",
    "AWS::IAM::Role": "ManagedPolicyArns",
    "AWS::IAM::User": "ManagedPolicyArns",
    "AWS::SSO::PermissionSet": "ManagedPolicies",
}
_LISTS = frozenset(_PROPERTIES.values())
_PATH = whole(r"(?P<owner>(?:[^\n]*[:}])?aws:)?policy/(?P<path>[\w+=,.@/-]++)")
_OWNER = whole(r"(?:[^\n]*[:}])?aws:?")
_ANCHOR_OR_COMMENT = anywhere(r"[&#]")


def attach_beside(source: Source, policy: AttachedPolicy, partition: str = DEFAULT) -> tuple[Edit, ...] | None:
    """Attach the policy for ``aws login`` in the list that another is attached in, written as that one is.

    None where that is not a list which is written out.
    """
    text = template_text(source)
    way = _way(text, policy.span)
    if text is None or way is None:
        return None
    index = next((at for at in reversed(range(len(way) - 1)) if way[at].key in _LISTS), None)
    if index is None or not text.is_list(way[index].node):
        return None
    start, end = source.range(policy.span)
    own = next((part for part in way[index + 1 :] if (part.start, part.end) == (start, end)), way[index + 1])
    return _attached(text, way[index].node, own, partition, way[index - 1].node if index else None)


def attach_in_list(source: Source, place: Span, partition: str) -> tuple[Edit, ...] | None:
    """Name the policy for ``aws login`` behind the policies of a list, wherever that is, in which a region is an item.

    None where the region is none, or stands in several places.
    """
    text = template_text(source)
    way = _way(text, place) or []
    at = next((at for at, part in enumerate(way) if (part.start, part.end) == source.range(place)), 0)
    if text is None or not at or not text.is_list(way[at - 1].node):
        return None
    return _attached(text, way[at - 1].node, way[at], partition)


def attach_as_the_password(source: Source, span: Span, partition: str) -> tuple[Edit, ...] | None:
    """Attach the policy for ``aws login`` to the user whose resource a region is, under the condition of its password.

    None where its password depends on no condition, and where ``attach_new`` can do nothing.
    """
    return _attach_new(source, span, PrincipalKind.USER, partition, as_password=True)


def attach_new(source: Source, span: Span, kind: PrincipalKind, partition: str) -> tuple[Edit, ...] | None:
    """Attach the policy for ``aws login`` to the user, role, group or permission set whose resource a region is.

    None where its list of policies is a function that is no choice between lists, or where properties are merged into
    it from elsewhere.
    """
    return _attach_new(source, span, kind, partition, as_password=False)


def _attach_new(
    source: Source, span: Span, kind: PrincipalKind, partition: str, *, as_password: bool
) -> tuple[Edit, ...] | None:
    text = template_text(source)
    way = _way(text, span)
    resource = None if text is None or way is None else _mapping_at(text, way, span)
    if text is None or resource is None:
        return None
    kind_node = value(text, resource.node, "Type")
    name = _PROPERTIES[kind]
    if kind_node is None or _PROPERTIES_BY_TYPE.get(text.text(kind_node) or "") != name:
        return None
    properties = value(text, resource.node, "Properties")
    arn: Data | None = _arn(partition)
    if as_password and arn is not None:
        arn = None if properties is None else as_the_password(text, properties, arn)
    if arn is None:
        return None
    new: Data = [arn]
    if properties is None:
        if text.merges(resource.node):
            return None
        return text.add(resource.node, "Properties", {name: new}, kind_node)
    if text.is_empty(properties):
        return text.fill(resource.node, "Properties", {name: new})
    if not text.is_mapping(properties) or text.is_shared(properties) or text.merges(properties):
        return None
    there = value(text, properties, name)
    if there is None:
        return text.add(properties, name, new)
    if text.is_empty(there):
        return text.fill(properties, name, new)
    if text.is_list(there):
        return _attached(text, there, None, partition, properties if as_password else None)
    return None if as_password else _in_every_arm(text, there, partition)


def add_statement(source: Source, statement: Span, actions: Sequence[str], resource: str) -> tuple[Edit, ...] | None:
    """Put a statement that allows actions behind another one. A single statement becomes a list."""
    text = template_text(source)
    way = _way(text, statement)
    own = None if text is None or way is None else _mapping_at(text, way, statement)
    if text is None or way is None or own is None:
        return None
    index = next((at for at in reversed(range(way.index(own) + 1)) if way[at].key == "Statement"), None)
    if index is None:
        return None
    there = way[index]
    if there is own:
        return text.make_list(way[index - 1].node, "Statement", [_statement(text, own.node, [own], actions, resource)])
    if not text.is_list(there.node):
        return None
    others = list(text.parts(there.node))
    new = _statement(text, own.node, others, actions, resource)
    return text.append(there.node, [new], way[index + 1].node)


def add_actions(source: Source, statement: Span, actions: Sequence[str]) -> tuple[Edit, ...] | None:
    """Put actions to those of a statement. None where it has them all, or a function gives them."""
    text = template_text(source)
    way = _way(text, statement)
    own = None if text is None or way is None else _mapping_at(text, way, statement)
    there = None if text is None or own is None else value(text, own.node, "Action")
    if text is None or own is None or there is None or text.is_shared(there):
        return None
    is_list = text.is_list(there)
    known = [text.text(part.node) for part in text.parts(there)] if is_list else [text.text(there)]
    new = [action for action in actions if action not in known]
    if not new or (not is_list and known == [None]):
        return None
    return text.append(there, new) if is_list else text.make_list(own.node, "Action", new)


def replace_word(source: Source, region: Span, written: str, meant: str) -> tuple[Edit, ...] | None:
    """Put the right word in the place of a wrong one, wherever it is all of a scalar in a region.

    Of the ARN of an AWS managed policy it is enough that a scalar ends with what follows the partition. None where the
    word is not written there.
    """
    text = template_text(source)
    if text is None:
        return None
    ending, right = (word.partition(":iam::")[2] for word in (written, meant))
    start, end = source.range(region)
    edits: list[Edit] = []
    for document in text.documents():
        for found, node in scalars(text, document.node):
            if found == written:
                edit = text.replace_end(node, written, meant)
            elif ending and right and found.endswith(f":iam::{ending}"):
                edit = text.replace_end(node, ending, right)
            else:
                continue
            if edit is not None and start <= source.range(edit.span)[0] and source.range(edit.span)[1] <= end:
                edits.append(edit)
    return tuple(sorted(edits)) or None


def text_around(source: Source, place: Span) -> tuple[int, int] | None:
    """Where the scalar stands, as it reads, in which a region begins: a policy may be text. None if there is none.

    A region in a text may be a line as a whole.
    """
    text = template_text(source)
    start, end = source.range(place)
    start += len(source.text[start:end]) - len(source.text[start:end].lstrip())
    way = _way(text, source.lines.span(start, start))
    return None if text is None or not way else text.inside(way[-1].node)


def _way(text: TemplateText | None, span: Span) -> list[Part] | None:
    """The parts that a region is in, none of which stands elsewhere too."""
    way = [] if text is None else way_to(text, span)
    return None if text is None or any(text.is_shared(part.node) for part in way) else way


def _mapping_at(text: TemplateText, way: Sequence[Part], span: Span) -> Part | None:
    """The mapping that a region is. One of a single entry, which ends where it does, may have the same."""
    place = text.source.range(span)
    found = (part for part in reversed(way) if (part.start, part.end) == place)
    return next((part for part in found if text.is_mapping(part.node)), None)


def _arn(partition: str) -> str:
    return f"arn:{partition}:iam::aws:policy/{POLICY}"


def _in_every_arm(text: TemplateText, policies: Node, partition: str) -> tuple[Edit, ...] | None:
    """The policy in each of the lists that conditions choose from, as a list of its own where there is none."""
    found = choice(text, policies)
    if found is None or text.is_shared(policies):
        return None
    edits: list[Edit] = []
    for arm in found.arms(text):
        if text.is_list(arm):
            if _names_it(text, arm):
                continue
            more = _attached(text, arm, None, partition)
        else:
            more = text.replace(arm, [_arn(partition)]) if is_nothing(text, arm) else None
        if more is None:
            return None
        edits += more
    return tuple(sorted(edits)) or None


def _names_it(text: TemplateText, policies: Node) -> bool:
    """Whether the policy is in a list, be it under a condition."""
    return any(written.endswith(f"policy/{POLICY}") for written, _ in scalars(text, policies))


def _attached(
    text: TemplateText, policies: Node, like: Part | None, partition: str, user: Node | None = None
) -> tuple[Edit, ...] | None:
    """The list with the policy behind its last item, written like one if possible, else like any.

    That of a user has it under the condition of its password. None where it is there already under another, since a
    list must not have anything twice.
    """
    if _names_it(text, policies):
        return None
    items = list(text.parts(policies))
    candidates = chain([like] if like is not None else [], reversed(items))
    written = (_renamed(text, part, is_item=part in items) for part in candidates)
    policy: Data = next((one for one in written if one is not None), _arn(partition))
    under_condition = None if user is None else as_the_password(text, user, policy)
    new: list[Data] = [policy if under_condition is None else under_condition]
    if not items:
        return text.append(policies, new)
    edits = (text.append(policies, new, part.node) for part in reversed(items))
    return next((found for found in edits if found is not None), None)


def _renamed(text: TemplateText, part: Part, *, is_item: bool) -> Verbatim | None:
    """An AWS managed policy as it is written, with the other name; None for what is no such policy to be sure.

    What is written on several lines is only indented rightly beside the list's items.
    """
    own = text.source.text[part.start : part.end]
    if text.function(part.node) not in (None, "Fn::Sub", "Fn::Join"):
        return None
    if text.is_shared(part.node) or _ANCHOR_OR_COMMENT.search(own) or ("\n" in own and not is_item):
        return None
    found = list(_named(text, part.node))
    edit = text.replace_end(found[0][1], found[0][0], f"policy/{POLICY}") if len(found) == 1 else None
    start, end = (0, 0) if edit is None else text.source.range(edit.span)
    if edit is None or start < part.start:  # what an alias stands for
        return None
    renamed = text.source.text[part.start : start] + edit.text + text.source.text[end : part.end]
    return Verbatim(renamed.replace("\r\n", "\n"))


def _named(text: TemplateText, node: Node) -> Iterator[tuple[str, Node]]:
    """The scalars that name an AWS managed policy, by themselves or after the one before, with how they end."""
    before = ""
    for written, scalar in scalars(text, node):
        found = _PATH.fullmatch(written)
        if found and (found["owner"] or _OWNER.fullmatch(before)):
            yield f"policy/{found['path']}", scalar
        before = written


def _statement(
    text: TemplateText, like: Node, others: Sequence[Part], actions: Sequence[str], resource: str
) -> dict[str, Data]:
    """A statement with the keys in the order of another."""
    keys = [part.key for part in text.parts(like)]
    new: dict[str, Data] = {
        "Effect": "Allow",
        "Action": actions[0] if len(actions) == 1 else list(actions),
        "Resource": resource,
    }
    if "Sid" in keys:
        taken = {text.text(found) for part in others if (found := _sid(text, part.node)) is not None}
        names = chain([_SID], (f"{_SID}{number}" for number in count(2)))
        new = {"Sid": next(name for name in names if name not in taken), **new}
    if set(new) <= set(keys):
        new = {key: new[key] for key in keys if key in new}
    return new


def _sid(text: TemplateText, statement: Node) -> Node | None:
    return value(text, statement, "Sid") if text.is_mapping(statement) else None
