"""What the user wants of a scan, as one frozen value."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from scanner.finding import Level
from scanner.root import Inputs


@dataclass(frozen=True, slots=True)
class Options:
    """Everything that a scan depends on beside the scanned files."""

    paths: tuple[str, ...] = (".",)
    """As given on the command line."""
    directory: Path = field(default_factory=Path.cwd)
    """The working directory: reported paths are relative to it."""
    inputs: Inputs = Inputs()  # noqa: RUF009 # frozen
    context: tuple[tuple[str, tuple[str, ...] | None], ...] = ()
    """Context keys that the user fixes; None says that the key is absent."""
    service_control_policies: tuple[str, ...] = ()
    resource_control_policies: tuple[str, ...] = ()
    rule_paths: tuple[str, ...] = ()
    """Rule files and directories beside the built-in rules."""
    select: tuple[str, ...] = ()
    """Ids of the only rules to follow; all of them when empty."""
    ignore: tuple[str, ...] = ()
    fail_on: Level | None = Level.ERROR
    """The mildest level that makes the exit status 1; None for never."""
    debug: bool = False
    """Let errors of the scanner's own rise, with their tracebacks."""
