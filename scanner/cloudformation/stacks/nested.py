"""Nested stacks: which template a stack resource stands for, and the names in it.

Followed are templates of the scanned tree, by the path that ``aws cloudformation package`` and ``sam package`` upload
from (relative to the template that names them), and those that a cloud assembly knows as its assets. A URL is not
followed: nothing is fetched, and a file of the same name need not be what lies there.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-stack.html
https://docs.aws.amazon.com/cli/latest/reference/cloudformation/package.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from scanner import file_system
from scanner.budget import BudgetSpentError, budget, spend
from scanner.cause import Cause, CauseKind
from scanner.cloudformation.checks.cycles import cycles
from scanner.cloudformation.checks.refused_names import places, refused_names
from scanner.cloudformation.checks.sound_names import names_are_sound
from scanner.cloudformation.language.guards import existence_conditions
from scanner.cloudformation.language.intrinsics import call_of, evaluate
from scanner.cloudformation.language.steps import spent
from scanner.cloudformation.macros.prepare import Prepared, prepare
from scanner.cloudformation.stacks.scope import Nested, StackScope
from scanner.cloudformation.stacks.stack import Stack
from scanner.cloudformation.stacks.stack_sets import BODY, STACK_SET, inline_template, stack_of_set
from scanner.cloudformation.stacks.tags import stack_tags
from scanner.cloudformation.template.outline import Outline
from scanner.cloudformation.template.place import Place
from scanner.cloudformation.template.placeholders import SCAN_WHAT_IS_GENERATED
from scanner.cloudformation.template.regions import named_partition
from scanner.cloudformation.template.sections import RAIN_SOURCE
from scanner.cloudformation.template.syntax import Parsed, parse
from scanner.diagnostic import Diagnostic, Severity
from scanner.lazy_dataclass import dataclass
from scanner.regexes import beginning
from scanner.root import Inputs
from scanner.source_file import PLAIN, UnreadableFileError, read_text
from scanner.values import Value, pieces, unknown

if TYPE_CHECKING:
    from scanner.cloudformation.template.sections import Resource, Template
    from scanner.span import Span

MAX_BYTES = 8_000_000
"""CloudFormation takes templates of up to a megabyte."""
MAX_LEVELS = 20
"""Stacks inside each other. Nobody nests a tenth of it."""
_STEPS = 1_000
"""Of a stack by itself."""
_STEPS_OF_RESOURCE = 10
"""And of each resource, beside what is asked of it."""

_REMOTE = beginning(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)
_LOCATIONS = {
    "AWS::CloudFormation::Stack": "TemplateURL",
    "AWS::Serverless::Application": "Location",
    STACK_SET: "TemplateURL",
}
STACKS = frozenset(_LOCATIONS)
"""Types of resources that have a template of their own."""


def nested_templates(place: Place) -> set[Path]:
    """The template files that the nested stacks of a template are made from, as far as it names them literally."""
    try:
        text = read_text(place.location, MAX_BYTES, within=PLAIN)
    except UnreadableFileError:
        return set()  # reported when the root is extracted
    if not _names_stacks(text):
        return set()
    found: set[Path] = set()
    try:
        with budget():
            for document in _parsed(text, place.path).documents:
                found.update(_named_in(document, place))
    except BudgetSpentError:
        pass  # reported when the root is extracted; what it nests is one more root
    return found


def _named_in(document: Value, place: Place) -> Iterator[Path]:
    template = prepare(document, place, lambda names: StackScope(names, Inputs())).template
    for resource in template.of_types(STACKS.__contains__):
        written = resource.get(_LOCATIONS[resource.type])
        path = resource.asset or (written.text if written is not None else None)
        beside = place.beside(path) if path and not _REMOTE.match(path) else None
        if beside is not None:
            yield beside.location


def _names_stacks(text: str) -> bool:
    return any(kind in text for kind in STACKS)


def _parsed(text: str, path: str) -> Parsed:
    """What is in a template: one with nested stacks is read to find its roots, and again to extract what is in them."""
    return parse(text, path, several_times=_names_stacks(text))


@dataclass(slots=True)
class TemplateTree:
    """The templates of one root, each file read once, and what is wrong with them."""

    files: set[str] = field(default_factory=set)
    is_rewritten: bool = False
    """Whether a macro that is not followed may change anything in one of them."""
    read: Callable[[Value], Value] = lambda document: document
    """Puts unknowns into a document for what only seems to be known."""
    _documents: dict[Path, tuple[Value, ...]] = field(default_factory=dict)
    _partitions: dict[Path, str | None] = field(default_factory=dict)
    _lines: dict[Path, tuple[str, ...]] = field(default_factory=dict)
    """Of files in which there may be templates inside of templates."""
    _problems: dict[Diagnostic, None] = field(default_factory=dict)

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Once for each place, however many stacks are made from it."""
        return tuple(self._problems)

    def partition(self, place: Place) -> str | None:
        """The only partition that the ARNs of a file name that has been read."""
        return self._partitions.get(place.location)

    def documents(self, place: Place, *, is_root: bool = False) -> tuple[Value, ...]:
        """The documents of a file. Raises ``UnreadableFileError``. Only the root itself may lie anywhere."""
        if place.location not in self._documents:
            text = read_text(place.location, MAX_BYTES, within=PLAIN if is_root else (place.boundary,))
            parsed = _parsed(text, place.path)
            self.files.add(place.path)
            self._problems |= dict.fromkeys(parsed.diagnostics)
            self._partitions[place.location] = named_partition(text)
            self._lines[place.location] = tuple(text.split("\n")) if BODY in text else ()
            self._documents[place.location] = tuple(map(self.read, parsed.documents))
        return self._documents[place.location]

    def scope(self, document: Value, place: Place, inputs: Inputs, partition: str, stack: Stack) -> StackScope:
        """The names of one stack."""

        def names(template: Template) -> StackScope:
            return StackScope(template, inputs, partition, stack, self.open)

        spend(_STEPS)
        prepared = prepare(document, place, names, stack.assets.find if stack.assets is not None else None)
        spend(_STEPS_OF_RESOURCE * len(prepared.template.types))
        self.files |= prepared.files
        self.is_rewritten = self.is_rewritten or prepared.is_rewritten
        self._problems |= dict.fromkeys(prepared.diagnostics)
        # A scenario adds nothing to what is wrong with a template, and another tool's source is not a template yet.
        if not inputs.assumptions and not any(_is_source(one, place) for one in self._problems):
            beside = StackScope(prepared.template, inputs, partition, replace(stack, exchange=None), self.open)
            self._problems |= dict.fromkeys(_refused(prepared, beside))
        return names(prepared.template)

    def open(self, resource: Resource, scope: StackScope) -> Nested:
        """The stack that a resource of a template stands for, or why it is not followed."""
        try:
            return self._found(resource, scope)
        except BudgetSpentError as problem:
            return Nested(None, spent(problem, resource.span))

    def _found(self, resource: Resource, scope: StackScope) -> Nested:
        if resource.type == STACK_SET and BODY in resource.properties:
            return self._inline(resource, scope)
        place = self._locate(resource, scope)
        if isinstance(place, Cause):
            return Nested(None, place)
        chain = scope.stack.files
        if place in chain and resource.condition is None:  # a condition may end it
            names = " nests ".join(f'"{file.path}"' for file in (*chain[chain.index(place) :], place))
            return Nested(
                None, Cause(CauseKind.CYCLE, f"stacks that nest each other ({names})", resource.span), is_error=True
            )
        if len(chain) > MAX_LEVELS:
            return _too_deep(resource)
        stack = scope.symbol(resource.logical_id)
        try:
            documents = self.documents(place)
        except UnreadableFileError as problem:
            detail = f'the template "{place.path}" of the nested stack "{stack}", which cannot be read ({problem})'
            return Nested(None, Cause(CauseKind.MISSING_MODULE, detail, resource.span))
        if len(documents) != 1:
            detail = f'the file "{place.path}" of the nested stack "{stack}", which is not a template'
            return Nested(None, Cause(CauseKind.MISSING_MODULE, detail, resource.span))
        make = stack_of_set if resource.type == STACK_SET else _stack
        return self._opened(documents[0], place, scope, make(resource, scope, place))

    def _inline(self, resource: Resource, scope: StackScope) -> Nested:
        """The template that a stack set has in itself."""
        place = scope.stack.files[-1]
        if len(scope.stack.files) > MAX_LEVELS:
            return _too_deep(resource)
        found, said = inline_template(resource, scope, place, self._lines.get(place.location, ()))
        self._problems |= dict.fromkeys(said)
        if isinstance(found, Cause):
            return Nested(None, found)
        return self._opened(found, place, scope, stack_of_set(resource, scope, place))

    def _opened(self, document: Value, place: Place, scope: StackScope, stack: Stack) -> Nested:
        inner = self.scope(document, place, scope.inputs, scope.partition, stack)
        return Nested(inner)

    def _locate(self, resource: Resource, scope: StackScope) -> Place | Cause:
        """The file of a nested stack's template, certainly inside the scanned tree."""
        stack = f'the nested stack "{scope.symbol(resource.logical_id)}"'
        place = scope.stack.files[-1]
        if resource.asset is not None:
            return _local(resource.asset, place, stack, resource.span)
        name = _LOCATIONS[resource.type]
        written = resource.get(name)
        found = evaluate(written, scope) if written is not None else None
        if found is None or found.is_null:
            return Cause(CauseKind.MALFORMED, f"{stack}, which has no {name}", resource.span)
        span = written.span if written is not None else resource.span
        if isinstance(found.data, Mapping):
            detail = f"{stack}, which comes from the Serverless Application Repository"
            return Cause(CauseKind.MISSING_MODULE, detail, span)
        beginning = next(iter(pieces(found) or ()), None)
        if isinstance(beginning, str) and _REMOTE.match(beginning):
            uploaded = scope.stack.assets.find(found, scope) if scope.stack.assets is not None else None
            if uploaded is not None:
                return uploaded
            detail = f"the template of {stack}, which is remote (nothing is fetched)"
            return Cause(CauseKind.MISSING_MODULE, detail, span)
        if found.unknown is not None:
            return replace(
                found.unknown.cause, detail=f"the template of {stack}, which depends on {found.unknown.cause.detail}"
            )
        if not found.text:
            return Cause(CauseKind.MALFORMED, f"the {name} of {stack}, which is not a string", span)
        return _local(found.text, place, stack, span)


def _too_deep(resource: Resource) -> Nested:
    detail = f"stacks that are nested more than {MAX_LEVELS} levels deep"
    return Nested(None, Cause(CauseKind.UNSUPPORTED, detail, resource.span), is_error=True)


def _is_source(problem: Diagnostic, place: Place) -> bool:
    """Whether a diagnostic says of a file that another tool makes a template of it."""
    is_text_template = problem.detail.endswith(SCAN_WHAT_IS_GENERATED)
    return problem.span.path == place.path and (problem.summary == RAIN_SOURCE or is_text_template)


def _refused(prepared: Prepared, scope: StackScope) -> Iterator[Diagnostic]:
    """What is wrong with the names of a template. What a macro would rewrite is not wrong yet."""
    document = prepared.document.data
    if isinstance(document, Outline) and names_are_sound(document, prepared.template):
        return
    used = tuple(places(prepared.document))
    found = (*refused_names(prepared.document, prepared.template, used), *cycles(used, scope))
    for problem in found:
        yield replace(problem, severity=Severity.WARNING) if prepared.is_rewritten else problem


def _local(path: str, place: Place, stack: str, span: Span | None) -> Place | Cause:
    """The file at a path that is relative to the template."""
    target = None if path.startswith("~") else place.beside(path)
    if target is None:
        return Cause(
            CauseKind.MISSING_MODULE, f'the path "{path}" of {stack}, which leads outside the scanned tree', span
        )
    if not file_system.exists(target.location):
        return Cause(CauseKind.MISSING_MODULE, f'the template "{path}" of {stack}, which does not exist', span)
    return target


def _stack(resource: Resource, scope: StackScope, place: Place) -> Stack:
    around = scope.stack
    return replace(
        around,
        prefix=f"{scope.symbol(resource.logical_id)}/",
        name=None,
        conditions=existence_conditions(resource, scope) or (),
        trail=(*around.trail, resource.span),
        passed=lambda name: _passed(name, resource, scope),
        files=(*around.files, place),
        depth=scope.shared_depth,
        tags=partial(stack_tags, resource, scope),
    )


def _passed(name: str, resource: Resource, scope: StackScope) -> Value | None:
    """What a stack resource gives to a parameter of its template; None when it leaves that to the default."""
    parameters = resource.get("Parameters")
    if parameters is None or parameters.is_null:
        return None
    if call_of(parameters) is not None or parameters.unknown is not None:
        parameters = evaluate(parameters, scope)
        if parameters is None:
            return None
    if parameters.unknown is not None:
        return parameters
    if not isinstance(parameters.data, Mapping):
        detail = f'the Parameters of "{scope.symbol(resource.logical_id)}", which are not a mapping'
        return unknown(Cause(CauseKind.MALFORMED, detail, parameters.span))
    written = parameters.data.get(name)
    return None if written is None else evaluate(written, scope)
