"""A policy is the same inline or attached, and an attachment the same in every type of resource."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.terraform.language import nodes
from tests.laws.hcl import Edit, NotEditableError, PlacedBlock, edited, unused
from tests.laws.project import Change, Project
from tests.laws.terraform_instances import referred_to, root_blocks

_OWNERS = {"aws_iam_user_policy": "user", "aws_iam_role_policy": "role", "aws_iam_group_policy": "group"}


def inline_into_attached(project: Project) -> Change | None:
    """An inline policy becomes a managed one without a name, which is attached by reference."""
    edits: list[Edit] = []
    for placed, owner in _inline(project):
        body = placed.block.body
        meta = _meta(placed)
        policy = (
            f'resource "aws_iam_policy" "law_{placed.labels[1]}_{owner}" {{\n'
            f"{meta}  policy = {placed.source(body.attributes['policy'].value.span)}\n}}\n\n"
        )
        key = "[each.key]" if "for_each" in body.attributes else "[count.index]" if "count" in body.attributes else ""
        attachment = (
            f'resource "aws_iam_{owner}_policy_attachment" "law_{placed.labels[1]}_{owner}" {{\n'
            f"{meta}  {owner} = {placed.source(body.attributes[owner].value.span)}\n"
            f"  policy_arn = aws_iam_policy.law_{placed.labels[1]}_{owner}{key}.arn\n}}"
        )
        edits.append(Edit(placed.path, placed.start, placed.end, policy + attachment))
    return Change(edited(project, edits)) if edits else None


def _inline(project: Project) -> Iterator[tuple[PlacedBlock, str]]:
    try:
        blocks = root_blocks(project)
    except NotEditableError:
        return
    used = {key for placed in blocks for key, _ in referred_to(placed)}
    for placed in blocks:
        if placed.type == "resource" and placed.labels[0] in _OWNERS and placed.labels not in used:
            owner = _OWNERS[placed.labels[0]]
            if {owner, "policy"} <= placed.block.body.attributes.keys():
                yield placed, owner


def _meta(placed: PlacedBlock) -> str:
    """The arguments that say how many of it there are, and where."""
    return "".join(
        f"  {placed.source(attribute.span).rstrip()}\n"
        for name, attribute in placed.block.body.attributes.items()
        if name in {"count", "for_each", "provider", "depends_on"}
    )


def attached_into_inline(project: Project) -> Change | None:
    """What attaches a policy of this module by reference becomes an inline policy with its document."""
    try:
        blocks = root_blocks(project)
    except NotEditableError:
        return None
    types = {kind.replace("_policy", "_policy_attachment"): (kind, owner) for kind, owner in _OWNERS.items()}
    policies = {
        placed.labels[1]
        for placed in blocks
        if placed.type == "resource"
        and placed.labels[0] == "aws_iam_policy"
        and not {"count", "for_each"} & placed.block.body.attributes.keys()
    }
    used = {key for placed in blocks for key, _ in referred_to(placed)}
    edits: list[Edit] = []
    for placed in blocks:
        if placed.type != "resource" or placed.labels[0] not in types or placed.labels in used:
            continue
        kind, owner = types[placed.labels[0]]
        attributes = placed.block.body.attributes
        arn = attributes["policy_arn"].value if "policy_arn" in attributes else None
        match arn:
            case nodes.GetAttribute(
                target=nodes.GetAttribute(target=nodes.Name(name="aws_iam_policy"), name=name), name="arn"
            ) if name in policies and owner in attributes:
                label = f"law_{placed.labels[1]}"
                edits.append(
                    Edit(
                        placed.path,
                        placed.start,
                        placed.end,
                        f'resource "{kind}" "{label}" {{\n{_meta(placed)}'
                        f"  {owner} = {placed.source(attributes[owner].value.span)}\n"
                        f"  policy = aws_iam_policy.{name}.policy\n}}",
                    )
                )
            case _:
                continue
    return Change(edited(project, edits)) if edits else None


def attached_to_all_kinds(project: Project) -> Change | None:
    """An attachment to one user, role or group becomes an ``aws_iam_policy_attachment`` with a list of one.

    That type is exclusive: two of one policy take it from each other. So one attachment must name the policy.
    """
    try:
        blocks = root_blocks(project)
    except NotEditableError:
        return None
    found = [
        placed
        for placed in blocks
        if placed.type == "resource"
        and placed.labels[0] in {f"aws_iam_{owner}_policy_attachment" for owner in _OWNERS.values()}
        and not {"count", "for_each"} & placed.block.body.attributes.keys()
        and "policy_arn" in placed.block.body.attributes
    ]
    arns = [placed.source(placed.block.body.attributes["policy_arn"].value.span) for placed in found]
    edits: list[Edit] = []
    for placed, arn in zip(found, arns, strict=True):
        owner = placed.labels[0].removeprefix("aws_iam_").removesuffix("_policy_attachment")
        elsewhere = sum(text.count(arn) for text in project.files.values())
        if elsewhere == 1 and owner in placed.block.body.attributes:
            text = (
                f'resource "aws_iam_policy_attachment" "law_{placed.labels[1]}_{owner}" {{\n{_meta(placed)}'
                f'  name = "law-{placed.labels[1]}"\n'
                f"  {owner}s = [{placed.source(placed.block.body.attributes[owner].value.span)}]\n"
                f"  policy_arn = {arn}\n}}"
            )
            edits.append(Edit(placed.path, placed.start, placed.end, text))
    return Change(edited(project, edits)) if edits else None


_PRINCIPALS = {"aws_iam_user": "user", "aws_iam_role": "role"}


def granted(project: Project) -> Change | None:
    """SignInLocalDevelopmentAccess is attached to every user and role of the root."""
    return _given(
        project,
        lambda owner, meta, reference, label: (
            f'resource "aws_iam_{owner}_policy_attachment" "{label}" {{\n{meta}  {owner} = {reference}\n'
            '  policy_arn = "arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess"\n}\n'
        ),
    )


def denied_to_all(project: Project) -> Change | None:
    """Every user and role of the root gets an inline policy that denies the actions."""
    return _given(project, lambda owner, meta, reference, label: _deny(owner, meta, reference, label, ""))


def denied_without_mfa(project: Project) -> Change | None:
    """The same with a condition that depends on the session."""
    condition = ', Condition = { BoolIfExists = { "aws:MultiFactorAuthPresent" = "false" } }'
    return _given(project, lambda owner, meta, reference, label: _deny(owner, meta, reference, label, condition))


def _deny(owner: str, meta: str, reference: str, label: str, condition: str) -> str:
    statement = f'{{ Effect = "Deny", Action = "signin:*", Resource = "*"{condition} }}'
    return (
        f'resource "aws_iam_{owner}_policy" "{label}" {{\n{meta}  {owner} = {reference}\n'
        f'  policy = jsonencode({{ Version = "2012-10-17", Statement = [{statement}] }})\n}}\n'
    )


def _given(project: Project, written: object) -> Change | None:
    try:
        blocks = root_blocks(project)
    except NotEditableError:
        return None
    label = unused(project, "law_given")
    texts: list[str] = []
    found: set[tuple[str, str]] = set()
    for number, placed in enumerate(blocks):
        if placed.type != "resource" or placed.labels[0] not in _PRINCIPALS:
            continue
        kind, name = placed.labels
        attributes = placed.block.body.attributes
        key = "[each.key]" if "for_each" in attributes else "[count.index]" if "count" in attributes else ""
        meta = "".join(
            f"  {placed.source(attributes[one].span).rstrip()}\n"
            for one in ("count", "for_each", "provider")
            if one in attributes
        )
        found.add((kind, name))
        texts.append(written(_PRINCIPALS[kind], meta, f"{kind}.{name}{key}.name", f"{label}_{number}"))  # type: ignore[operator]

    def moved(address: str) -> tuple[str, ...]:
        """Principals of modules and permission sets get nothing, and are no matter of these laws."""
        kind, _, rest = address.partition(".")
        return (address,) if (kind, rest.split("[")[0]) in found else ()

    path = project.beside(f"{label}.tf")
    return Change(project.having({path: "\n".join(texts)}), moved) if texts else None
