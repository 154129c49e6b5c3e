"""A CDK cloud assembly: what ``cdk synth`` writes into ``cdk.out``.

``manifest.json`` lists the stacks with their templates and environments, and nested assemblies, one for each stage. It
says of each resource which construct made it and, when the application was run for that, in which line of its source;
which files are uploaded as what; in which order the stacks are deployed; and which lookups are missing.

A manifest is input like any other: what in it has not the shape that it should have is left out, and paths lead nowhere
but into the scanned tree.

https://github.com/cdklabs/cloud-assembly-schema
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field, replace
from typing import Any

from scanner import file_system
from scanner.budget import spend
from scanner.cloudformation.cdk.constructs import Construct
from scanner.cloudformation.cdk.lookups import placeholders
from scanner.cloudformation.cdk.manifest import ASSETS, MANIFEST, NESTED, STACK
from scanner.cloudformation.stacks.assets import Asset, Assets, assets_of
from scanner.cloudformation.template.place import Place
from scanner.diagnostic import Diagnostic, as_sentence, error, warning
from scanner.lazy_dataclass import dataclass
from scanner.regexes import whole
from scanner.source_file import UnreadableFileError, read_text
from scanner.span import Span

MAX_BYTES = 64 * 1024 * 1024
MAX_LEVELS = 10
"""Assemblies inside each other. Stages in stages are rare."""
_STEPS = 100
"""Of a stack, beside its template."""
_CHARACTERS = 6
"""A power of two: so many characters of JSON are a step."""
MAX_STACKS = 2_000

_SHOWN = 3
"""Missing lookups that are named."""

_ENVIRONMENT = whole(r"aws://([^/]*)/(.*)")
_ACCOUNT = whole("[0-9]{12}")
_REGION = whole("[a-z]{2,5}(-[a-z]+)+-[0-9]+")


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
    tags: tuple[tuple[str, str], ...]
    constructs: tuple[Construct, ...]
    """Those that are resources, in its nested stacks as well."""
    assets: Assets
    """What is uploaded with it, and with the other stacks of its stage."""
    artifact: str
    """Its name in the manifest that lists it."""
    dependencies: tuple[str, ...]
    """The artifacts that are deployed before it, in the same manifest."""
    after: frozenset[str] = frozenset()
    """The labels of the stacks among them."""


@dataclass(slots=True)
class Assembly:
    """Everything in an assembly, nested ones included, and what is wrong with it."""

    stacks: list[AssembledStack] = field(default_factory=list)
    placeholders: list[tuple[str, str]] = field(default_factory=list)
    """With the lookups that they stand for; see ``scanner.cloudformation.cdk.lookups``."""
    missing: set[str] = field(default_factory=set)
    """The lookups that have been reported as missing."""
    diagnostics: list[Diagnostic] = field(default_factory=list)
    files: set[str] = field(default_factory=set)


def read_assembly(manifest: Place) -> Assembly:
    """The assembly that a manifest describes."""
    assembly = Assembly()
    _read(manifest, assembly, ())
    return assembly


def _read(manifest: Place, assembly: Assembly, around: tuple[Place, ...], stage: str = "") -> None:
    whole = Span.whole_file(manifest.path)
    if manifest in around or len(around) >= MAX_LEVELS:
        detail = f"Its assemblies nest each other, or are nested more than {MAX_LEVELS} levels deep."
        assembly.diagnostics.append(error("Invalid cloud assembly", detail, whole))
        return
    found = _json(manifest, assembly)
    if found is None:
        return
    _lookups(_list(found.get("missing")), whole, assembly)
    artifacts = {name: _object(artifact) for name, artifact in _object(found.get("artifacts")).items()}
    assets = assets_of(_assets(artifacts.values(), manifest, assembly))
    own: list[AssembledStack] = []
    stages: list[tuple[Place, str]] = []
    for name, artifact in artifacts.items():
        properties = _object(artifact.get("properties"))
        kind = artifact.get("type")
        if kind == NESTED:
            directory = _text(properties.get("directoryName"))
            inner = manifest.beside(f"{directory}/{MANIFEST}") if directory else None
            if inner is None:
                _invalid(f'The nested assembly "{name}" has no directory in the scanned tree.', manifest, assembly)
            else:
                stages.append((inner, _text(properties.get("displayName")) or name))
        elif kind == STACK:
            stack = _stack(name, artifact, assets, manifest, assembly)
            own += [stack] if stack is not None else []
    _add(own, stage, manifest, assembly)
    for inner, name in stages:
        _read(inner, assembly, (*around, manifest), name)


def _add(found: list[AssembledStack], stage: str, manifest: Place, assembly: Assembly) -> None:
    """Add the stacks of one manifest. What is called like a stack of another stage gets the stage's name before it."""
    taken = {stack.label for stack in assembly.stacks}
    labels: dict[str, str] = {}
    for stack in found:
        label = f"{stage}/{stack.label}" if stage and stack.label in taken else stack.label
        if label in taken:
            _invalid(f'There are two stacks "{label}"; the second one is ignored.', manifest, assembly)
            continue
        taken.add(label)
        labels[stack.artifact] = label
    for stack in found:
        if stack.artifact not in labels:
            continue
        if len(assembly.stacks) >= MAX_STACKS:
            _invalid(f"It has more than {MAX_STACKS:,} stacks.", manifest, assembly)
            return
        after = frozenset(labels[name] for name in stack.dependencies if name in labels)
        assembly.stacks.append(replace(stack, label=labels[stack.artifact], after=after))


def _lookups(missing: list[Any], whole: Span, assembly: Assembly) -> None:
    """Note what stands for the values of lookups that are missing, and say once which these are."""
    assembly.placeholders += placeholders(missing)
    keys = {_text(_object(lookup).get("key")) or "" for lookup in missing} - assembly.missing
    if not keys:
        return
    assembly.missing |= keys
    named = ", ".join(filter(None, sorted(keys)[:_SHOWN])) + (", …" if len(keys) > _SHOWN else "")
    detail = (
        f"Values that its application looks up{f' ({named})' if named else ''} are missing, so what depends on them "
        "is unknown. Run `cdk synth` again to get them."
    )
    assembly.diagnostics.append(warning("Incomplete cloud assembly", detail, whole))


def _stack(
    name: str, artifact: Mapping[str, Any], assets: Assets, manifest: Place, assembly: Assembly
) -> AssembledStack | None:
    properties = _object(artifact.get("properties"))
    file = _text(properties.get("templateFile"))
    template = manifest.beside(file) if file else None
    if template is None:
        _invalid(f'The stack "{name}" has no template in the scanned tree.', manifest, assembly)
        return None
    environment = _ENVIRONMENT.fullmatch(_text(artifact.get("environment")) or "")
    account, region = (environment[1], environment[2]) if environment else ("", "")
    metadata = dict(_object(artifact.get("metadata")))
    more = _text(artifact.get("additionalMetadataFile"))
    if more:
        place = manifest.beside(more)
        for path, entries in (_json(place, assembly) or {}).items() if place is not None else ():
            metadata[path] = [*_list(metadata.get(path)), *_list(entries)]
    passed = tuple(_legacy_assets(metadata, manifest))
    files = tuple(asset for known in assets.by_file_name.values() for asset in known) if passed else ()
    spend(_STEPS + len(files))
    return AssembledStack(
        _text(artifact.get("displayName")) or name,
        _text(properties.get("stackName")) or name,
        template,
        account if _ACCOUNT.fullmatch(account) else None,
        region if _REGION.fullmatch(region) else None,
        (*(key for key, _ in passed), *_pairs(properties.get("parameters"))),
        _pairs(properties.get("tags")),
        tuple(_constructs(metadata)),
        assets_of((*files, *(asset for _, asset in passed))) if passed else assets,
        name,
        (*_texts(artifact.get("dependencies")), *_texts(properties.get("additionalDependencies"))),
    )


def _constructs(metadata: Mapping[str, Any]) -> Iterator[Construct]:
    for path, entries in metadata.items():
        logical_id: str | None = None
        frames: tuple[str, ...] = ()
        for entry in map(_object, _list(entries)):
            if entry.get("type") == "aws:cdk:logicalId":
                logical_id = logical_id or _text(entry.get("data"))
                frames = frames or _texts(entry.get("trace"))
            elif entry.get("type") == "aws:cdk:creationStack":  # what later versions write instead of a trace
                frames = _texts(entry.get("data"))
        if frames or logical_id:
            yield Construct(path.lstrip("/"), logical_id, frames)


def _assets(artifacts: Iterable[Mapping[str, Any]], manifest: Place, assembly: Assembly) -> Iterator[Asset]:
    """The files that the asset manifests of an assembly list. Where such a manifest is missing, there are none."""
    for artifact in artifacts:
        file = _text(_object(artifact.get("properties")).get("file")) if artifact.get("type") == ASSETS else None
        listed = manifest.beside(file) if file else None
        if listed is None or not file_system.is_file(listed.location):
            continue
        for asset in _object((_json(listed, assembly) or {}).get("files")).values():
            source = _object(_object(asset).get("source"))
            path = _text(source.get("path"))
            place = listed.beside(path) if path and source.get("packaging") == "file" else None
            for destination in _object(_object(asset).get("destinations")).values():
                bucket, key = (_text(_object(destination).get(name)) for name in ("bucketName", "objectKey"))
                if place is not None and key:
                    yield Asset(place, bucket, key)


def _legacy_assets(metadata: Mapping[str, Any], manifest: Place) -> Iterator[tuple[tuple[str, str], Asset]]:
    """The files that a stack without an asset manifest uploads, each with the parameter that tells it the key.

    The parameter's value is a prefix and the key, ``assets/||HASH.json``, as the CDK's command line passes it.
    """
    for entries in metadata.values():
        for entry in map(_object, _list(entries)):
            data = _object(entry.get("data")) if entry.get("type") == "aws:cdk:asset" else {}
            path, parameter, content = (_text(data.get(name)) for name in ("path", "s3KeyParameter", "sourceHash"))
            place = manifest.beside(path) if path and data.get("packaging") == "file" else None
            if place is not None and path and parameter and content:
                key = f"{content}{posixpath.splitext(path)[1]}"
                yield (parameter, f"assets/||{key}"), Asset(place, None, key)


def _json(place: Place, assembly: Assembly) -> Mapping[str, Any] | None:
    """An object from a file; None, and said, when there is none."""
    try:
        text = read_text(place.location, MAX_BYTES, within=(place.boundary,))
        spend(len(text) >> _CHARACTERS)
        found = json.loads(text)
    except UnreadableFileError as problem:
        assembly.diagnostics.append(error("Unreadable file", as_sentence(str(problem)), Span.whole_file(place.path)))
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


def _pairs(found: object) -> tuple[tuple[str, str], ...]:
    return tuple((key, value) for key, value in _object(found).items() if isinstance(value, str))


def _text(found: object) -> str | None:
    return found if isinstance(found, str) else None


def _texts(found: object) -> tuple[str, ...]:
    return tuple(item for item in _list(found) if isinstance(item, str))
