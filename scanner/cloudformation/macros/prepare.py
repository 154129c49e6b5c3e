"""From a document to a template as AWS's own macros leave it: files included, loops expanded, SAM's roles made.

Other macros are not followed. What they would make is missing, and what is wrong in a template that one of them
would rewrite is not wrong yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from scanner.cloudformation.language.intrinsics import evaluate
from scanner.cloudformation.macros.includes import INCLUDE, Includes
from scanner.cloudformation.macros.loops import Doubts, Loops
from scanner.cloudformation.macros.serverless import SERVERLESS, with_serverless
from scanner.cloudformation.template.keys import FOR_EACH, TRANSFORM
from scanner.cloudformation.template.outline import Outline
from scanner.cloudformation.template.place import Place
from scanner.cloudformation.template.sections import Template, read_template, transform_name, transforms_of
from scanner.diagnostic import Diagnostic, Severity, error, warning
from scanner.lazy_dataclass import dataclass
from scanner.span import Span
from scanner.values import Value

if TYPE_CHECKING:
    from scanner.cloudformation.language.names import Names

LANGUAGE_EXTENSIONS = "AWS::LanguageExtensions"
_FOLLOWED = frozenset({LANGUAGE_EXTENSIONS, INCLUDE, SERVERLESS})
_HARMLESS = ("AWS::CodeDeployBlueGreen", "AWS::SecretsManager-", "AWS::ServiceCatalog")
"""Transforms that add no identities of people, or how their names begin."""
_SECTIONS = ("Conditions", "Resources", "Outputs")
"""Where loops may stand."""

NamesOf = Callable[[Template], "Names"]
"""Makes the names of a template."""

Uploaded = Callable[[Value, "Names"], Place | None]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A template that is ready to be evaluated."""

    template: Template
    document: Value
    """What the template was read from, after the macros that are followed, except SAM."""
    diagnostics: tuple[Diagnostic, ...]
    files: frozenset[str]
    """Paths of the files that it includes."""
    is_rewritten: bool
    """Whether a macro that is not followed may change everything in it."""


def prepare(document: Value, place: Place, names_of: NamesOf, uploaded: Uploaded | None = None) -> Prepared:
    """The template that a document is once the macros that are followed are through.

    ``uploaded`` finds the file that is uploaded to a location, in names that do not have the resources.
    """
    marks = _marks(document)
    files: set[str] = set()
    problems: list[Diagnostic] = []
    doubts: dict[str, Doubts] = {}
    if marks.transforms or any(_may_include(found) for found in transforms_of(document)):
        names = _names(document, place, names_of)
        find = (lambda location: uploaded(location, names)) if uploaded is not None else lambda _: None
        includes = Includes(place, lambda found: evaluate(found, names), find)
        document = includes.template(document)
        files |= includes.files
        problems += includes.diagnostics
        marks = _marks(document)
    unfollowed = [found for found in transforms_of(document) if transform_name(found) not in _FOLLOWED]
    unfollowed = [found for found in unfollowed if not (transform_name(found) or "").startswith(_HARMLESS)]
    found: list[Diagnostic] = []
    if marks.loops:
        extended = any(transform_name(one) == LANGUAGE_EXTENSIONS for one in transforms_of(document))
        if not extended and not unfollowed:
            detail = f'Fn::ForEach needs "Transform: {LANGUAGE_EXTENSIONS}", which the template does not have.'
            found.append(error("Transform missing", detail, marks.loops[0].span or Span.whole_file(place.path)))
        document, doubts = _without_loops(document, _names(document, place, names_of), found)
    template, shape = read_template(document, place.path, doubts)
    found.extend(shape)
    if any(transform_name(one) == SERVERLESS for one in transforms_of(document)):
        template = with_serverless(template, document)
    if unfollowed:
        found = [replace(problem, severity=Severity.WARNING) for problem in found]
    problems.extend(found)
    problems.extend(_transform_warning(transform, template.span) for transform in unfollowed)
    problems.extend(_macro_warnings(marks.transforms, unfollowed, template.span))
    return Prepared(template, document, tuple(problems), frozenset(files), bool(unfollowed))


@dataclass(frozen=True, slots=True)
class _Marks:
    """The macros inside a document, in the order in which they stand."""

    transforms: tuple[Value, ...]
    loops: tuple[Value, ...]


def _may_include(transform: Value) -> bool:
    """Whether a transform of the template as a whole may take something from another file."""
    name = transform_name(transform)
    return name is None or name == INCLUDE


def _marks(document: Value) -> _Marks:
    if isinstance(document.data, Outline):
        return _Marks((), ())
    transforms: list[Value] = []
    loops: list[Value] = []
    waiting: list[Value] = [document]
    seen: set[int] = set()
    while waiting:
        data = waiting.pop().data
        if not isinstance(data, tuple | Mapping) or id(data) in seen:
            continue
        seen.add(id(data))
        if isinstance(data, Mapping):
            transforms.extend(entry for key, entry in data.items() if key == TRANSFORM)
            loops.extend(entry for key, entry in data.items() if key.startswith(FOR_EACH))
            waiting.extend(reversed(tuple(data.values())))
        else:
            waiting.extend(reversed(data))
    return _Marks(tuple(transforms), tuple(loops))


def _names(document: Value, place: Place, names_of: NamesOf) -> Names:
    """What macros can refer to: parameters, mappings and conditions; not resources, which are not there yet."""
    return names_of(replace(read_template(document, place.path)[0], resources={}))


def _without_loops(document: Value, names: Names, problems: list[Diagnostic]) -> tuple[Value, dict[str, Doubts]]:
    """The document with its loops expanded, and why resources of it may not be there."""
    if not isinstance(document.data, Mapping):
        return document, {}
    loops = Loops(names)
    sections = dict(document.data)
    doubts: dict[str, Doubts] = {}
    for name in _SECTIONS:
        if name in sections:
            sections[name], found = loops.section(sections[name])
            doubts |= found if name == "Resources" else {}
    problems.extend(loops.diagnostics)
    return replace(document, data=sections), doubts


def _transform_warning(transform: Value, span: Span) -> Diagnostic:
    name = transform_name(transform)
    what = f'the transform "{name}"' if name else "a transform"
    detail = f"The template goes through {what} first. The identities that this adds or changes are missing."
    if transform.unknown is not None:
        detail = f"The identities that it adds are missing because of {transform.unknown.cause.detail}."
    return warning("Transform not followed", detail, transform.span or span)


def _macro_warnings(transforms: tuple[Value, ...], said: list[Value], span: Span) -> Iterator[Diagnostic]:
    """One for each ``Fn::Transform`` that is left inside the template."""
    for transform in transforms:
        if any(transform is one for one in said):
            continue
        detail = "What it includes or changes is missing, so what depends on it is unknown."
        if transform.unknown is not None:
            detail = f"What it includes is missing because of {transform.unknown.cause.detail}."
        yield warning("Fn::Transform not followed", detail, transform.span or span)
