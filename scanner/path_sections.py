"""What the user says about the roots at some paths: their account, their region, and the policies that bind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field, fields, replace
from pathlib import Path

from scanner import file_system
from scanner.globs import PathGlob
from scanner.lazy_dataclass import dataclass
from scanner.root import Inputs
from scanner.span import Span


@dataclass(frozen=True, slots=True)
class PathSection:
    """A section of ``accounts`` under a path. What is None, it does not say."""

    glob: PathGlob | None = None
    """The roots that it is about; None for all."""
    account: str | None = None
    region: str | None = None
    scp_levels: tuple[tuple[str, ...], ...] | None = None
    """Files, as in ``scanner.controls``."""
    rcps: tuple[str, ...] | None = None
    span: Span | None = field(default=None, compare=False)
    """Where it is written."""


def section_of(location: Path, sections: Sequence[PathSection], directory: Path) -> PathSection:
    """What all sections together say about the root at an absolute path: of each thing, what the last one says."""
    if not sections:
        return PathSection()
    is_directory = file_system.is_directory(location)
    said = {
        one.name: value
        for section in sections
        if section.glob is None or section.glob.matches(location, directory, is_directory=is_directory)
        for one in fields(section)
        if (value := getattr(section, one.name)) is not None and one.compare and one.name != "glob"
    }
    return PathSection(**said)


def inputs_in(section: PathSection, inputs: Inputs) -> Inputs:
    """The inputs of a root in a section. An account or a region that they have already counts more."""
    account, region = inputs.account or section.account, inputs.region or section.region
    return replace(inputs, account=account, region=region)
