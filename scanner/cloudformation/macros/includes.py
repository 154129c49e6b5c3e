"""``Fn::Transform`` with ``AWS::Include``: what a template takes from other files of the tree.

CloudFormation reads from S3; ``aws cloudformation package`` puts local files there, so a template that is scanned names
a local file, relative to itself. What it holds takes the place of the ``Fn::Transform``, beside the keys around it.

Files are read inside the scanned tree only. What cannot be included leaves the ``Fn::Transform`` in its place, with an
unknown that says why.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-aws-include.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field, replace

from scanner.budget import spend
from scanner.cause import Cause, CauseKind
from scanner.cloudformation.template.keys import TRANSFORM
from scanner.cloudformation.template.place import Place
from scanner.cloudformation.template.scalar_nodes import KEY_WITHOUT_QUOTES
from scanner.cloudformation.template.syntax import parse
from scanner.diagnostic import Diagnostic, Severity
from scanner.lazy_dataclass import dataclass
from scanner.source_file import UnreadableFileError, read_text
from scanner.values import Value, unknown

INCLUDE = "AWS::Include"
_STEPS = 100
"""Of including a file."""
_STEPS_OF_NODE = 2
MAX_BYTES = 8_000_000

Evaluate = Callable[[Value], Value | None]


@dataclass(slots=True)
class Includes:
    """Includes files into one template; remembers which, and what is wrong with them."""

    place: Place
    evaluate: Evaluate
    """Evaluates a location, which may refer to parameters."""
    uploaded: Callable[[Value], Place | None] = lambda _: None
    """The file that an assembly uploads to a location."""
    diagnostics: list[Diagnostic] = field(default_factory=list)
    files: set[str] = field(default_factory=set)

    def template(self, document: Value) -> Value:
        """The document with everything included, by its ``Transform`` section too."""
        document = self.inside(document)
        if not isinstance(document.data, Mapping) or "Transform" not in document.data:
            return document
        section = document.data["Transform"]
        transforms = section.elements
        left: list[Value] = []
        entries = dict(document.data)
        for transform in transforms:
            found = self._included(transform)
            if found is None:
                left.append(transform)
            elif isinstance(found.data, Mapping):
                for name, part in found.data.items():
                    entries[name] = _section(entries[name], part) if name in entries else part
            else:
                left.append(found)
        entries["Transform"] = replace(section, data=tuple(left))
        return replace(document, data=entries)

    def inside(self, value: Value) -> Value:
        """A value with everything included in it, the innermost first."""
        if isinstance(value.data, tuple):
            spend(_STEPS_OF_NODE * (1 + len(value.data)))
            return replace(value, data=tuple(self.inside(item) for item in value.data))
        if not isinstance(value.data, Mapping):
            return value
        spend(_STEPS_OF_NODE * (1 + len(value.data)))
        entries = {key: self.inside(entry) for key, entry in value.data.items()}
        found = self._included(entries[TRANSFORM]) if TRANSFORM in entries else None
        if found is None:
            return replace(value, data=entries)
        if found.unknown is not None:
            return replace(value, data={**entries, TRANSFORM: found})
        del entries[TRANSFORM]
        if not entries:
            return found
        if not isinstance(found.data, Mapping):
            cause = Cause(CauseKind.MALFORMED, "what is included beside other keys, which is not a mapping", found.span)
            return replace(value, data={**entries, TRANSFORM: unknown(cause, span=found.span)})
        return replace(value, data=_merged(entries, found.data))

    def _included(self, transform: Value) -> Value | None:
        """What a transform includes, or the unknown that says why it does not; None when it is another transform."""
        entries = transform.entries
        if "Name" not in entries or entries["Name"].text != INCLUDE:
            return None
        parameters = entries["Parameters"].data if "Parameters" in entries else None
        written = parameters.get("Location") if isinstance(parameters, Mapping) else None
        location = self.evaluate(written) if written is not None else None
        place = self.uploaded(location) if location is not None else None
        if place is not None:
            return self._content_of(place, f'"{place.path}"', transform)
        if location is not None and location.unknown is not None:
            return unknown(location.unknown.cause, span=transform.span)
        if location is None or location.text is None:
            return _not_included(CauseKind.MALFORMED, f"{INCLUDE} without a Location", transform)
        return self._content(location.text, transform)

    def _content(self, location: str, transform: Value) -> Value:
        shown = f'"{location}"'
        if "://" in location:
            return _not_included(
                CauseKind.UNSUPPORTED, f"{shown}, which is not included (it is not in the scanned tree)", transform
            )
        place = self.place.beside(location)
        if place is None:
            return _not_included(
                CauseKind.UNSUPPORTED, f"{shown}, which is not included (it leads out of the scanned tree)", transform
            )
        return self._content_of(place, shown, transform)

    def _content_of(self, place: Place, shown: str, transform: Value) -> Value:
        spend(_STEPS)
        try:
            text = read_text(place.location, MAX_BYTES, within=(place.boundary,))
        except UnreadableFileError as problem:
            return _not_included(
                CauseKind.UNRESOLVED_REFERENCE, f"{shown}, which is not included ({problem})", transform
            )
        self.files.add(place.path)
        parsed = parse(text, place.path)
        told = map(_told_of_what_is_included, parsed.diagnostics)
        self.diagnostics.extend(found for found in told if found not in self.diagnostics)
        if len(parsed.documents) != 1:
            return _not_included(
                CauseKind.MALFORMED, f"{shown}, which is not included (it is not one document)", transform
            )
        return parsed.documents[0]


def _told_of_what_is_included(problem: Diagnostic) -> Diagnostic:
    """Whether a key that is a number is refused is known of templates only: OpenAPI files that work have them."""
    return replace(problem, severity=Severity.WARNING) if problem.summary == KEY_WITHOUT_QUOTES else problem


def _not_included(kind: CauseKind, detail: str, transform: Value) -> Value:
    return unknown(Cause(kind, detail, transform.span), span=transform.span)


def _section(own: Value, included: Value) -> Value:
    """A section that both the template and what it includes have."""
    if isinstance(own.data, Mapping) and isinstance(included.data, Mapping):
        return replace(own, data=_merged(own.data, included.data))
    return own


def _merged(own: Mapping[str, Value], included: Mapping[str, Value]) -> dict[str, Value]:
    merged = dict(own)
    for key, entry in included.items():
        cause = Cause(CauseKind.MALFORMED, f'"{key}", which is already there where it is included', entry.span)
        merged[key] = unknown(cause, span=entry.span) if key in own else entry
    return merged
