"""What is not known: definite verdicts hold whatever it is, and a doubt that makes no difference makes none."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from scanner.terraform.language import nodes
from tests.laws.hcl import Edit, NotEditableError, PlacedBlock, edited, unused
from tests.laws.project import Change, Project
from tests.laws.sample import order
from tests.laws.terraform_instances import root_blocks
from tests.laws.terraform_values import Occurrence, expressions, literals, moved

PARTS = 8
_ARN_OF_A_NAME = re.compile(r"aws:username|aws:PrincipalArn|\.arn\b")


def literals_opened(part: int, project: Project) -> Change | None:
    """An eighth of the literals become variables without a value."""

    def chosen(blocks: Iterable[PlacedBlock]) -> Iterator[Occurrence]:
        for one in literals(blocks):
            if one.text not in ("null", '""') and int(order(project.name, one.text)[:8], 16) % PARTS == part:
                yield one

    if project.root in project.files:
        return None
    return moved(project, chosen, _as_open_variables, ["" if project.root == "." else project.root])


def _as_open_variables(name: str, texts: list[str]) -> tuple[list[str], dict[str, str]]:
    blocks = [f'variable "{name}_{number}" {{\n  type = {_type(text)}\n}}\n\n' for number, text in enumerate(texts)]
    return [f"var.{name}_{number}" for number in range(len(texts))], {f"{name}.tf": "".join(blocks)}


def _type(text: str) -> str:
    return "string" if text.startswith('"') else "bool" if text in ("true", "false") else "number"


def literals_chosen(project: Project) -> Change | None:
    """Every literal becomes a choice between itself and itself, by a condition that is not known."""
    return _chosen(project, literals)


def expressions_chosen(project: Project) -> Change | None:
    """The same for whole arguments."""
    return _chosen(project, expressions)


def _chosen(project: Project, choose: Callable[[Iterable[PlacedBlock]], Iterator[Occurrence]]) -> Change | None:
    if project.root in project.files:
        return None

    def moves(name: str, texts: list[str]) -> tuple[list[str], dict[str, str]]:
        variable = f'variable "{name}_open" {{\n  type = bool\n}}\n'
        return [f"(var.{name}_open ? {text} : {text})" if "<<" not in text else text.rstrip() for text in texts], {
            f"{name}.tf": variable
        }

    return moved(project, choose, moves, ["" if project.root == "." else project.root])


def names_from_one_random_value(project: Project) -> Change | None:
    """Names of users, roles and groups get one random end, where they are joined by reference only."""
    try:
        blocks = root_blocks(project)
    except NotEditableError:
        return None
    if any(_ARN_OF_A_NAME.search(text) for text in project.files.values()):
        return None  # a policy may say something about the name
    label = unused(project, "law_random")
    everything = "".join(project.files.values())
    edits: list[Edit] = []
    for placed in blocks:
        name = placed.block.body.attributes.get("name")
        if (
            placed.type == "resource"
            and placed.labels[0] in {"aws_iam_user", "aws_iam_role", "aws_iam_group"}
            and name is not None
            and isinstance(name.value, nodes.Literal)
            and isinstance(name.value.value, str)
            and everything.count(f'"{name.value.value}"') == everything.count(f' "{name.value.value}" {{') + 1
        ):
            _, end = placed.offsets(name.value.span)
            edits.append(Edit(placed.path, end - 1, end - 1, f"-${{random_pet.{label}.id}}"))
    random = f'resource "random_pet" "{label}" {{}}\n'
    return Change(edited(project, edits).having({project.beside(f"{label}.tf"): random})) if edits else None


def switched_off_copies(meta: str, project: Project) -> Change | None:
    """Beside every resource stands one of the same content that does not exist."""
    try:
        blocks = root_blocks(project)
    except NotEditableError:
        return None
    texts: list[str] = []
    for number, placed in enumerate(blocks):
        body = placed.block.body
        if placed.type != "resource" or {"count", "for_each"} & body.attributes.keys():
            continue
        if any(block.type == "lifecycle" for block in body.blocks):
            continue
        opening = placed.text.index("{")
        texts.append(f'resource "{placed.labels[0]}" "law_off_{number}" {{\n  {meta}{placed.text[opening + 1 :]}')
    path = project.beside(f"{unused(project, 'law_off')}.tf")
    return Change(project.having({path: "\n\n".join(texts)})) if texts else None
