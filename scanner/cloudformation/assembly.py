"""A CDK cloud assembly: what ``cdk synth`` writes into ``cdk.out``.

``manifest.json`` lists the stacks with their templates and environments, and nested assemblies, one for each stage. It
says of each resource which construct made it and, when the application was run for that, in which line of its source.

A manifest is input like any other: what in it has not the shape that it should have is left out, and paths lead nowhere
but into the scanned tree.

https://github.com/cdklabs/cloud-assembly-schema
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from scanner.cloudformation.includes import Place
from scanner.diagnostic import Diagnostic, error, warning
from scanner.source_file import UnreadableFileError, read_text
from scanner.span import Span

MANIFEST = "manifest.json"
MAX_BYTES = 64 * 1024 * 1024
MAX_LEVELS = 10
"""Assemblies inside each other. Stages in stages are rare."""
MAX_STACKS = 2_000

_STACK = "aws:cloudformation:stack"
_NESTED = "cdk:cloud-assembly"
_KINDS = (_STACK, _NESTED, "cdk:tree", "cdk:asset-manifest")

_ENVIRONMENT = re.compile(r"aws://([^/]*)/(.*)")
_ACCOUNT = re.compile("[0-9]{12}")
_REGION = re.compile("[a-z]{2,5}(-[a-z]+)+-[0-9]+")


def is_manifest(text: str) -> bool:
    """Whether the text of a file of that name is the manifest of a cloud assembly."""
    return '"artifacts"' in text and any(f'"{kind}"' in text for kind in _KINDS)


@dataclass(frozen=True, slots=True)
class Construct:
    """What the application says about something that it makes."""

    path: str
    frames: tuple[str, ...] = ()
    """The stack of calls in which it was made, innermost first."""


@dataclass(frozen=True, slots=True)
class AssembledStack:
    """A stack of an assembly."""

    label: str
    """What ``cdk list`` calls it: the path of its construct."""
    name: str
    template: Place
    account: str | None
    region: str | None
    parameters: tuple[tuple[str, str], ...]
    constructs: tuple[Construct, ...]
    """Those that are resources, in its nested stacks as well."""


@dataclass(slots=True)
class Assembly:
    """Everything in an assembly, nested ones included, and what is wrong with it."""

    stacks: list[AssembledStack] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    files: set[str] = field(default_factory=set)


def read_assembly(manifest: Place) -> Assembly:
    """The assembly that a manifest describes."""
    assembly = Assembly()
    _read(manifest, assembly, ())
    labels: set[str] = set()
    for number, stack in enumerate(assembly.stacks):
        if stack.label in labels:
            detail = f'There are two stacks "{stack.label}"; the second one is not looked at.'
            assembly.diagnostics.append(error("Invalid cloud assembly", detail, Span.whole_file(manifest.path)))
            del assembly.stacks[number:]
            break
        labels.add(stack.label)
    return assembly


def _read(manifest: Place, assembly: Assembly, around: tuple[Place, ...]) -> None:
    whole = Span.whole_file(manifest.path)
    if manifest in around or len(around) >= MAX_LEVELS:
        detail = f"Assemblies are nested in a circle, or more than {MAX_LEVELS} levels deep."
        assembly.diagnostics.append(error("Invalid cloud assembly", detail, whole))
        return
    found = _json(manifest, assembly)
    if found is None:
        return
    if _list(found.get("missing")):
        detail = "What its application looks up is not there yet; run `cdk synth` again to get it."
        assembly.diagnostics.append(warning("Cloud assembly not complete", detail, whole))
    for name, artifact in _object(found.get("artifacts")).items():
        properties = _object(_object(artifact).get("properties"))
        kind = _object(artifact).get("type")
        if kind == _NESTED:
            directory = _text(properties.get("directoryName"))
            inner = manifest.beside(f"{directory}/{MANIFEST}") if directory else None
            if inner is None:
                _invalid(f'The nested assembly "{name}" has no directory in the scanned tree.', manifest, assembly)
            else:
                _read(inner, assembly, (*around, manifest))
        elif kind == _STACK:
            _stack(name, _object(artifact), properties, manifest, assembly)


def _stack(
    name: str, artifact: Mapping[str, Any], properties: Mapping[str, Any], manifest: Place, assembly: Assembly
) -> None:
    file = _text(properties.get("templateFile"))
    template = manifest.beside(file) if file else None
    if template is None:
        _invalid(f'The stack "{name}" has no template in the scanned tree.', manifest, assembly)
        return
    if len(assembly.stacks) >= MAX_STACKS:
        if len(assembly.stacks) == MAX_STACKS:
            _invalid(f"It has more than {MAX_STACKS:,} stacks.", manifest, assembly)
        return
    environment = _ENVIRONMENT.fullmatch(_text(artifact.get("environment")) or "")
    account, region = (environment[1], environment[2]) if environment else ("", "")
    metadata = dict(_object(artifact.get("metadata")))
    more = _text(artifact.get("additionalMetadataFile"))
    if more:
        place = manifest.beside(more)
        for path, entries in (_json(place, assembly) or {}).items() if place is not None else ():
            metadata[path] = [*_list(metadata.get(path)), *_list(entries)]
    assembly.stacks.append(
        AssembledStack(
            _text(artifact.get("displayName")) or name,
            _text(properties.get("stackName")) or name,
            template,
            account if _ACCOUNT.fullmatch(account) else None,
            region if _REGION.fullmatch(region) else None,
            tuple(
                (key, value) for key, value in _object(properties.get("parameters")).items() if isinstance(value, str)
            ),
            tuple(_constructs(metadata)),
        )
    )


def _constructs(metadata: Mapping[str, Any]) -> Iterator[Construct]:
    for path, entries in metadata.items():
        frames: tuple[str, ...] = ()
        for entry in map(_object, _list(entries)):
            if entry.get("type") == "aws:cdk:logicalId":
                frames = frames or _texts(entry.get("trace"))
            elif entry.get("type") == "aws:cdk:creationStack":  # what later versions write instead of a trace
                frames = _texts(entry.get("data"))
        if frames:
            yield Construct(path.lstrip("/"), frames)


def _json(place: Place, assembly: Assembly) -> Mapping[str, Any] | None:
    """An object from a file; None, and said, when there is none."""
    try:
        text = read_text(place.location, MAX_BYTES, within=(place.boundary,))
        found = json.loads(text)
    except UnreadableFileError as problem:
        assembly.diagnostics.append(error("Unreadable file", f"{problem}.", Span.whole_file(place.path)))
        return None
    except (ValueError, RecursionError) as problem:
        line = problem.lineno if isinstance(problem, json.JSONDecodeError) else 1
        detail = "It is not valid JSON." if isinstance(problem, ValueError) else "It is nested too deeply."
        span = Span(place.path, line, 1, line, 1)
        assembly.diagnostics.append(error("Invalid cloud assembly", detail, span))
        return None
    assembly.files.add(place.path)
    return _object(found)


def _invalid(detail: str, manifest: Place, assembly: Assembly) -> None:
    assembly.diagnostics.append(error("Invalid cloud assembly", detail, Span.whole_file(manifest.path)))


def _object(found: object) -> Mapping[str, Any]:
    return found if isinstance(found, dict) else {}


def _list(found: object) -> list[Any]:
    return found if isinstance(found, list) else []


def _text(found: object) -> str | None:
    return found if isinstance(found, str) else None


def _texts(found: object) -> tuple[str, ...]:
    return tuple(item for item in _list(found) if isinstance(item, str))
