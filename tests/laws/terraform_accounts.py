"""The configuration in two accounts: each half says of its own principals what the whole said before."""

from __future__ import annotations

import re
from dataclasses import replace

from tests.laws.hcl import Edit, PlacedBlock, edited, names, references
from tests.laws.project import Change, Project
from tests.laws.terraform_instances import key_of, label_edit, referred_to
from tests.laws.terraform_modules import around, movable_root

_ACCOUNT = re.compile(r"(?<!\d)\d{12}(?!\d)")
SAID_BY = {
    "profile": ('profile = "law-one"', 'profile = "law-two"'),
    "assume_role": (
        'assume_role {\n    role_arn = "arn:aws:iam::111111111111:role/law"\n  }',
        'assume_role {\n    role_arn = "arn:aws:iam::222222222222:role/law"\n  }',
    ),
    "allowed_account_ids": ('allowed_account_ids = ["111111111111"]', 'allowed_account_ids = ["222222222222"]'),
}
"""What tells the accounts of two provider configurations apart."""


def called_twice(said_by: str, project: Project) -> Change | None:
    """The root becomes a module that is called once for each account."""
    blocks = _doubled_root(project, said_by)
    if blocks is None:
        return None
    head = "".join(
        f'provider "aws" {{\n  alias = "{alias}"\n  {argument}\n}}\n\n'
        for alias, argument in zip(("law_one", "law_two"), SAID_BY[said_by], strict=True)
    )
    calls = [(name, f"  providers = {{ aws = aws.law_{name} }}\n") for name in ("one", "two")]
    return Change(
        around(project, blocks, calls, head), lambda address: (f"module.one.{address}", f"module.two.{address}")
    )


def written_twice(said_by: str, project: Project) -> Change | None:
    """Every resource, data source and module call of the root appears twice, once for each account."""
    blocks = _doubled_root(project, said_by)
    if blocks is None:
        return None
    placed_twice = [placed for placed in blocks if placed.type in {"resource", "data", "module"}]
    if any("providers" in placed.block.body.attributes for placed in placed_twice):
        return None
    declared = {key_of(placed) for placed in placed_twice}
    if any(
        key[0] == "local" and _leads_to(blocks, key[1], declared) for placed in blocks for key, _ in referred_to(placed)
    ):
        return None  # a local that holds something of one account would have to be there twice as well
    texts: list[str] = []
    edits: list[Edit] = []
    for placed in placed_twice:
        opening = placed.start + placed.text.index("{") + 1
        for_first, for_second = (
            (
                f"\n  provider = aws.law_{one}\n"
                if placed.type != "module"
                else f"\n  providers = {{ aws = aws.law_{one} }}\n"
            )
            for one in ("one", "two")
        )
        is_aws = placed.type == "module" or placed.labels[0].startswith("aws_")
        edits.append(Edit(placed.path, opening, opening, for_first if is_aws else ""))
        own = [label_edit(placed, lambda name: f"{name}_two"), Edit(placed.path, opening, opening, for_second * is_aws)]
        for key, found in referred_to(placed):
            if key in declared:
                _, end = placed.offsets(found.span)
                own.append(Edit(placed.path, end, end, "_two"))
        text = placed.text
        for edit in sorted(own, key=lambda edit: edit.start, reverse=True):
            start, end = edit.start - placed.start, edit.end - placed.start
            text = text[:start] + edit.text + text[end:]
        texts.append(text)
    head = "\n\n".join(
        f'provider "aws" {{\n  alias = "{alias}"\n  {argument}\n}}'
        for alias, argument in zip(("law_one", "law_two"), SAID_BY[said_by], strict=True)
    )
    pattern = re.compile(r"^((?:module\.|[a-z]\w*\.)[\w-]+)")
    result = edited(project, edits).having({project.beside("law_two.tf"): "\n\n".join([head, *texts])})
    return Change(result, lambda address: (address, pattern.sub(r"\1_two", address, count=1)))


def _leads_to(
    blocks: list[PlacedBlock], name: str, declared: set[tuple[str, str]], seen: frozenset[str] = frozenset()
) -> bool:
    if name in seen:
        return False
    for placed in blocks:
        attribute = placed.block.body.attributes.get(name) if placed.type == "locals" else None
        for key, _, _ in references(attribute) if attribute is not None else ():
            if key in declared or (key[0] == "local" and _leads_to(blocks, key[1], declared, seen | {name})):
                return True
    return False


def _doubled_root(project: Project, said_by: str) -> list[PlacedBlock] | None:
    """The blocks of a root that says nothing of providers or, in its text, of accounts."""
    blocks = movable_root(project)
    if blocks is None:
        return None
    texts = [text for path, text in project.files.items() if path.endswith((".tf", ".tofu"))]
    if any('provider "' in text or re.search(r"\bprovider\s*=|configuration_aliases", text) for text in texts):
        return None
    everything = "".join(project.files.values())
    if project.inputs.account or (said_by != "profile" and _ACCOUNT.search(everything)):
        return None  # a literal account would be that of one half only
    return blocks


def settled_by_account(project: Project) -> Change | None:
    """``--account`` is given where the code names no account, or as the only one that it names."""
    if project.inputs.account:
        return None
    named = set(_ACCOUNT.findall("".join(project.files.values())))
    if len(named) > 1:
        return None
    inputs = replace(project.inputs, account=next(iter(named), "123456789012"))
    return Change(replace(project, inputs=inputs))


def settled_by_region(region: str, project: Project) -> Change | None:
    """``--region`` is given."""
    return None if project.inputs.region else Change(replace(project, inputs=replace(project.inputs, region=region)))


_OWNERS = {"aws_iam_user": "user", "aws_iam_role": "role", "aws_iam_group": "group"}


def denied_in_the_other(said_by: str, project: Project) -> Change | None:
    """The same users, roles and groups in a second account, with everything denied there, by reference and by name."""
    twice = written_twice(said_by, project)
    blocks = _doubled_root(project, said_by)
    if twice is None or blocks is None:
        return None
    texts: list[str] = []
    for number, placed in enumerate(blocks):
        owner = _OWNERS.get(placed.labels[0]) if placed.type == "resource" else None
        body = placed.block.body
        if owner is None or {"count", "for_each"} & body.attributes.keys():
            continue
        kind, name = placed.labels
        literal = body.attributes.get("name")
        given = [f"{kind}.{name}_two.name"]
        if literal is not None and not names(literal.value):
            given.append(placed.source(literal.value.span))
        texts += [
            f'resource "aws_iam_{owner}_policy" "law_denied_{number}_{way}" {{\n  provider = aws.law_two\n'
            f"  {owner} = {reference}\n"
            '  policy = jsonencode({ Version = "2012-10-17", '
            'Statement = [{ Effect = "Deny", Action = "*", Resource = "*" }] })\n}'
            for way, reference in enumerate(given)
        ]
    path = project.beside("law_denied.tf")
    return Change(twice.project.having({path: "\n\n".join(texts)})) if texts else None
