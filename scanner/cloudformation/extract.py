"""One template to facts: reads the file, then the resources in it, and says what could not be followed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from scanner.cloudformation.aws_iam import facts_of
from scanner.cloudformation.choices import choices as choices_of
from scanner.cloudformation.scope import Scope
from scanner.cloudformation.syntax import parse
from scanner.cloudformation.template import TRANSFORM, Resource, Template, read_template
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

_HARMLESS_TRANSFORMS = frozenset({"AWS::LanguageExtensions", "AWS::CodeDeployBlueGreen"})
"""They add no identities, or what they add (``Fn::ForEach``) has a warning of its own."""

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
    for document in documents:
        template, found = read_template(document, root.path)
        problems.extend(found)
        problems.extend(_transform_warnings(template))
        if TRANSFORM in text:
            problems.extend(_macro_warnings(document))
        scope = Scope(template, root.inputs, home.partition)
        for resource in template.resources.values():
            facts.extend(facts_of(resource, scope, home))
            problems.extend(_resource_warnings(resource, scope))
        if len(documents) == 1:  # else one name may mean two things
            choices.extend(choices_of(scope))
    return collect(root.path, KIND, tuple(facts), tuple(problems), frozenset({root.path}), tuple(choices))


def _home(text: str, inputs: Inputs) -> Home:
    """The partition is that of the region, else the only one that the ARNs of the template name."""
    if inputs.region is not None:
        matches = (name for prefix, name in _PARTITION_OF_REGION.items() if inputs.region.startswith(prefix))
        return Home(next(matches, "aws"), inputs.account)
    partitions = set(_PARTITION.findall(text))
    return Home(partitions.pop() if len(partitions) == 1 else "aws", inputs.account)


def _has_sections(document: Value) -> bool:
    return isinstance(document.data, Mapping) and "Resources" in document.data


def _transform_warnings(template: Template) -> Iterator[Diagnostic]:
    for transform in template.transforms:
        name = transform.text
        if name is None and isinstance(transform.data, Mapping) and "Name" in transform.data:
            name = transform.data["Name"].text
        if name in _HARMLESS_TRANSFORMS:
            continue
        what = f'the transform "{name}"' if name else "a transform"
        detail = f"The template goes through {what} first; the identities that this adds or changes are missing here."
        yield warning("Transform not followed", detail, transform.span or template.span)
    for loop in template.loops:
        detail = "The resources that Fn::ForEach makes are missing here."
        yield warning("Loop not followed", detail, loop.span or template.span)


def _macro_warnings(document: Value) -> Iterator[Diagnostic]:
    """One for each ``Fn::Transform`` (``AWS::Include`` among them) inside the template."""
    waiting: list[Value] = [document]
    seen: set[int] = set()
    while waiting:
        value = waiting.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value.data, tuple):
            waiting.extend(reversed(value.data))
        elif isinstance(value.data, Mapping):
            if TRANSFORM in value.data:
                detail = "What it includes or changes is missing here; what depends on it is unknown."
                span = value.data[TRANSFORM].span or value.span or Span.whole_file("")
                yield warning("Fn::Transform not followed", detail, span)
            waiting.extend(reversed(tuple(value.data.values())))


def _resource_warnings(resource: Resource, scope: Scope) -> Iterator[Diagnostic]:
    summary = _UNFOLLOWED.get(resource.type)
    if resource.type.endswith("::MODULE"):
        summary = "Module not followed"
    if summary is not None and not scope.existence(resource)[0].is_no:
        detail = f'The identities that "{resource.logical_id}" defines are missing here.'
        yield warning(summary, detail, resource.span)
