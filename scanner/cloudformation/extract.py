"""One template to facts: reads the file, then the resources in it, and says what could not be followed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from scanner.cloudformation.aws_iam import facts_of
from scanner.cloudformation.choices import choices as choices_of
from scanner.cloudformation.includes import Place
from scanner.cloudformation.prepare import prepare
from scanner.cloudformation.scope import Scope
from scanner.cloudformation.syntax import parse
from scanner.cloudformation.template import Resource
from scanner.diagnostic import Diagnostic, error, warning
from scanner.facts import Choice, Fact, Facts, Home, collect
from scanner.source_file import UnreadableFileError, read_text
from scanner.span import Span

if TYPE_CHECKING:
    from scanner.root import Inputs, ScanRoot
    from scanner.values import Value

KIND = "cloudformation"

MAX_BYTES = 8_000_000
"""CloudFormation takes templates of up to a megabyte."""

_PARTITION = re.compile(r"\barn:(aws(?:-[a-z]{1,10}){0,3}):")
_PARTITION_OF_REGION = {
    "cn-": "aws-cn",
    "us-gov-": "aws-us-gov",
    "us-iso-": "aws-iso",
    "us-isob-": "aws-iso-b",
    "eu-isoe-": "aws-iso-e",
    "us-isof-": "aws-iso-f",
    "eusc-": "aws-eusc",
}

_UNFOLLOWED = {
    "AWS::CloudFormation::Stack": "Nested stack not followed",
    "AWS::CloudFormation::StackSet": "Stack set not followed",
}


def extract(root: ScanRoot) -> Facts:
    """The facts of one template file. What cannot be read is an error among its diagnostics."""
    try:
        text = read_text(root.location, MAX_BYTES)
    except UnreadableFileError as problem:
        unreadable = error("Unreadable file", f"{problem}.", Span.whole_file(root.path))
        return collect(root.path, KIND, (), (unreadable,), frozenset())
    facts: list[Fact] = []
    parsed = parse(text, root.path)
    problems = list(parsed.diagnostics)
    home = _home(text, root.inputs)
    documents = parsed.documents
    if len(documents) > 1:
        documents = tuple(document for document in documents if _has_sections(document))
    choices: list[Choice] = []
    files = {root.path}
    parameters: set[str] = set()
    is_rewritten = False
    place = Place(root.path, root.location, root.boundary)
    for document in documents:
        prepared = prepare(document, place, lambda template: Scope(template, root.inputs, home.partition))
        template = prepared.template
        problems.extend(prepared.diagnostics)
        files |= prepared.files
        parameters |= template.parameters.keys()
        is_rewritten = is_rewritten or prepared.is_rewritten
        scope = Scope(template, root.inputs, home.partition)
        for resource in template.resources.values():
            facts.extend(facts_of(resource, scope, home))
            problems.extend(_resource_warnings(resource, scope))
        if len(documents) == 1:  # else one name may mean two things
            choices.extend(choices_of(scope))
    collected = collect(root.path, KIND, tuple(facts), tuple(problems), frozenset(files), tuple(choices))
    return replace(collected, is_rewritten=is_rewritten, parameters=frozenset(parameters))


def _home(text: str, inputs: Inputs) -> Home:
    """The partition is that of the region, else the only one that the ARNs of the template name."""
    if inputs.region is not None:
        matches = (name for prefix, name in _PARTITION_OF_REGION.items() if inputs.region.startswith(prefix))
        return Home(next(matches, "aws"), inputs.account)
    partitions = set(_PARTITION.findall(text))
    return Home(partitions.pop() if len(partitions) == 1 else "aws", inputs.account)


def _has_sections(document: Value) -> bool:
    return isinstance(document.data, Mapping) and "Resources" in document.data


def _resource_warnings(resource: Resource, scope: Scope) -> Iterator[Diagnostic]:
    summary = _UNFOLLOWED.get(resource.type)
    if resource.type.endswith("::MODULE"):
        summary = "Module not followed"
    if summary is not None and not scope.existence(resource)[0].is_no:
        detail = f'The identities that "{resource.logical_id}" defines are missing here.'
        yield warning(summary, detail, resource.span)
