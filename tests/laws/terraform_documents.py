"""A policy document is the same through other functions, through a data source, and with its lists in another order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from scanner.terraform.language import nodes
from tests.laws.hcl import (
    Edit,
    PlacedBlock,
    body_attributes,
    editable_blocks,
    editable_directories,
    edited,
    names,
    walk,
)
from tests.laws.project import Change, Project
from tests.laws.terraform_values import Occurrence, moved

_DOCUMENTS = frozenset({"policy", "assume_role_policy", "inline_policy"})
_SETS = frozenset({"Statement", "Action", "NotAction", "Resource", "NotResource", "AWS", "Service", "Federated"})
_SET_ARGUMENTS = frozenset(
    {"actions", "not_actions", "resources", "not_resources", "identifiers", "values", "groups", "users", "roles"}
)
_ACTION = re.compile(r'"((?:signin|SignIn|sts|s3|iam):[A-Za-z*?0-9]+)"')


def _documents(blocks: Iterable[PlacedBlock]) -> Iterator[Occurrence]:
    for placed in blocks:
        if placed.type == "resource" and placed.labels[0].startswith(("aws_iam_", "aws_ssoadmin_")):
            for attribute in body_attributes(placed.block.body, dynamic=False):
                if attribute.name in _DOCUMENTS:
                    yield Occurrence(placed, *placed.offsets(attribute.value.span), placed.source(attribute.value.span))


def _free_documents(blocks: Iterable[PlacedBlock]) -> Iterator[Occurrence]:
    for placed in blocks:
        for attribute in placed.block.body.attributes.values():
            if not names(attribute.value) & {"each", "count", "self"}:
                for one in _documents([placed]):
                    if one.start == placed.offsets(attribute.value.span)[0]:
                        yield one


def decoded_and_encoded(project: Project) -> Change | None:
    """``jsonencode(jsondecode(…))`` around each document of a resource."""
    return moved(
        project,
        _documents,
        lambda _, texts: ([f"jsonencode(jsondecode({text.rstrip()}\n))" for text in texts], {}),
    )


def through_data_source(project: Project) -> Change | None:
    """An ``aws_iam_policy_document`` whose only source each document is."""
    return _through(project, "source_policy_documents")


def through_override(project: Project) -> Change | None:
    """One that each document overrides."""
    return _through(project, "override_policy_documents")


def _through(project: Project, argument: str) -> Change | None:
    def moves(name: str, texts: list[str]) -> tuple[list[str], dict[str, str]]:
        blocks = [
            f'data "aws_iam_policy_document" "{name}_{number}" {{\n  {argument} = [{_with_list(text)}]\n}}\n\n'
            for number, text in enumerate(texts)
        ]
        return [f"data.aws_iam_policy_document.{name}_{number}.json" for number in range(len(texts))], {
            f"{name}.tf": "".join(blocks)
        }

    return moved(project, _free_documents, moves)


def _with_list(text: str) -> str:
    """A document with a list of statements, without which the provider does not take it."""
    document = f"jsondecode({text.rstrip()}\n)"
    return f"jsonencode(merge({document}, {{ Statement = flatten([{document}.Statement]) }}))"


def lists_reversed(project: Project) -> Change | None:
    """Statements, actions, resources, principals and values of conditions in reverse order."""
    edits: list[Edit] = []
    for placed in editable_blocks(project):
        for found in _sets(placed):
            texts = [placed.source(item.span) for item in found.items]
            if len(texts) < 2 or any("<<" in text for text in texts):
                continue
            start, end = placed.offsets(found.span)
            edits.append(Edit(placed.path, start, end, f"[{', '.join(reversed(texts))}]"))
    outer = [
        one
        for one in edits
        if not any(
            two.path == one.path and two.start <= one.start and one.end <= two.end and two is not one for two in edits
        )
    ]
    return Change(edited(project, outer)) if outer else None


def _sets(placed: PlacedBlock) -> Iterator[nodes.TupleNode]:
    for attribute in body_attributes(placed.block.body):
        if attribute.name in _SET_ARGUMENTS and isinstance(attribute.value, nodes.TupleNode):
            yield attribute.value
        for found, _ in walk(attribute.value):
            if isinstance(found, nodes.ObjectNode):
                for key, value in found.items:
                    if isinstance(key, nodes.Literal) and key.value in _SETS and isinstance(value, nodes.TupleNode):
                        yield value


def single_values_into_lists(project: Project) -> Change | None:
    """``"Action": "a"`` becomes ``"Action": ["a"]``; likewise one statement."""
    edits: list[Edit] = []
    for placed in editable_blocks(project):
        for attribute in body_attributes(placed.block.body):
            for found, _ in walk(attribute.value):
                if isinstance(found, nodes.ObjectNode):
                    for key, value in found.items:
                        if (
                            isinstance(key, nodes.Literal)
                            and key.value in _SETS - {"Statement"}
                            and isinstance(value, nodes.Literal | nodes.TemplateNode)
                        ):
                            start, end = placed.offsets(value.span)
                            edits += [Edit(placed.path, start, start, "["), Edit(placed.path, end, end, "]")]
    return Change(edited(project, edits)) if edits else None


def actions_in_capitals(project: Project) -> Change | None:
    """Actions compare without case."""
    files = {
        path: _ACTION.sub(lambda found: found[0].upper(), text)
        for path, text in project.files.items()
        if path.endswith((".tf", ".tftpl", ".json"))
    }
    # "iam:PassedToService" and the like are keys of conditions, and what rules look for is written out.
    return Change(project.having(files)) if files != {path: project.files[path] for path in files} else None


def partition_looked_up(project: Project) -> Change | None:
    """``arn:aws:`` gets its partition from a data source."""
    everything = "".join(project.files.values())
    if "aws-cn" in everything or "aws-us-gov" in everything or re.search(r'"(?:cn|us-gov)-', everything):
        return None
    result = project
    for directory, blocks in editable_directories(project):
        edits = [
            Edit(placed.path, start + 1, start + 9, "arn:${data.aws_partition.law.partition}:")
            for placed in blocks
            if placed.type in {"resource", "locals", "data", "module"}
            for attribute in body_attributes(placed.block.body)
            for found, _ in walk(attribute.value)
            if isinstance(found, nodes.Literal | nodes.TemplateNode)
            and placed.source(found.span).startswith('"arn:aws:')
            for start, _ in [placed.offsets(found.span)]
            if not _is_key(attribute.value, found)
        ]
        if edits:
            path = f"{directory}/law_partition.tf" if directory else "law_partition.tf"
            result = edited(result, edits).having({path: 'data "aws_partition" "law" {}\n'})
    return Change(result) if result is not project else None


def _is_key(node: nodes.Node, wanted: nodes.Node) -> bool:
    return any(
        key is wanted for found, _ in walk(node) if isinstance(found, nodes.ObjectNode) for key, _ in found.items
    )
