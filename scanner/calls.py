"""Which modules and templates are parts of others, and so no scan roots of their own."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from scanner.cloudformation.includes import Place
from scanner.cloudformation.nested import nested_templates
from scanner.source_file import UnreadableFileError, read_text
from scanner.terraform.files import configuration_files
from scanner.terraform.language.blocks import IndexedBlock, index_file
from scanner.terraform.language.json_syntax import index_json, plain_text

_LOCAL_SOURCE = re.compile(r'^\s*source\s*=\s*"(\.{1,2}/[^"$]*)"', re.MULTILINE)


def root_modules(modules: Iterable[Path], named: set[Path]) -> list[Path]:
    """Directories that no other one calls as a child module, and those that are named."""
    return sorted(_tops({module: _called(module) for module in modules}, named))


def nested_in_others(templates: Mapping[Path, Path]) -> set[Path]:
    """Which of the templates another one nests; each stands with the directory that it reads other files in."""
    calls = {file: nested_templates(Place(str(file), file, boundary)) for file, boundary in templates.items()}
    return set(calls) - _tops(calls, set())


def _tops(calls: Mapping[Path, set[Path]], named: set[Path]) -> set[Path]:
    """What nobody else calls, what is named, and what is called in a circle only, which makes it nobody's part."""
    called = {child for caller, children in calls.items() for child in children if child != caller}
    tops = {one for one in calls if one not in called or one in named}
    reached = set(tops)
    pending = list(tops)
    while pending:
        for child in calls.get(pending.pop(), ()):
            if child not in reached:
                reached.add(child)
                pending.append(child)
    return tops | (set(calls) - reached)


def _called(module: Path) -> set[Path]:
    found: set[Path] = set()
    files = configuration_files(entry.name for entry in module.iterdir())
    for name in (*files.primary, *files.override):
        try:
            text = read_text(module / name)
        except UnreadableFileError:
            continue  # reported when the module is loaded
        if "module" not in text or "source" not in text:
            continue
        index = index_json if name.endswith(".json") else index_file
        for block in index(name, text).blocks:
            source = _local_source(block) if block.type == "module" else None
            if source is not None:
                found.add(Path(os.path.normpath(module / source)))
    return found


def _local_source(call: IndexedBlock) -> str | None:
    """The path of a child module beside the caller; None for any other source."""
    if call.json is None:
        written = _LOCAL_SOURCE.search(call.text)
        return written[1] if written else None
    source = plain_text(call, "source")
    return source if source is not None and source.startswith(("./", "../")) else None
