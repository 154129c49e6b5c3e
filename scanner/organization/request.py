"""What the user wants of a scan of many repositories."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from scanner.configuration.load import Values
from scanner.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Request:
    """A manifest, and what holds for all of its items."""

    manifest: str
    """As given on the command line."""
    directory: Path
    """The working directory."""
    given: Values
    """What the command line says of every item. No configuration file has a part in it."""
    environment: Mapping[str, str]
    workspace: Path | None = None
    """Where a CI system has checked a repository out."""
    reads_configuration: bool = True
    """Whether the configuration files of the items count."""
    materialize: tuple[str, ...] = ()
    """The words of the command that fetches repositories."""
    resume: Path | None = None
    """The directory with what an earlier run has fetched and found out; an absolute path."""
    cache: Path | None = None
    """Where outcomes are kept without it."""
    jobs: int = 1
    dask: str | None = None
    """The address of a scheduler."""
    debug: bool = False
    offers_fixes: bool = True
