"""What the user wants of a scan, as one frozen value.

``scanner.configuration`` makes it of the command line and a configuration file; programs make it themselves, and no
file counts for them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import field
from datetime import date
from pathlib import Path

from scanner.budget import STEPS
from scanner.controls import AccountControls
from scanner.finding import Level
from scanner.globs import PathGlob
from scanner.lazy_dataclass import dataclass
from scanner.path_sections import PathSection
from scanner.root import Inputs, ValuesFile
from scanner.span import Span
from scanner.suppress_entry import SuppressEntry

PRIOR = "prior"
"""``compare_to``: the state before each plan, as the plan has it."""


@dataclass(frozen=True, slots=True)
class Options:
    """Everything that a scan depends on beside the scanned files."""

    paths: tuple[str, ...] = (".",)
    """As given on the command line."""
    directory: Path = field(default_factory=Path.cwd)
    """The working directory: paths are relative to it, those of the report as well."""
    standard_input: Path | None = None
    """The file that the path ``-`` means."""
    workspace: Path | None = None
    """Where a CI system has checked the repository out; the top of the repository is looked for without."""
    inputs: Inputs = Inputs()  # frozen
    parameters: tuple[tuple[str, str] | ValuesFile, ...] = ()
    """``--parameter`` and ``--parameters`` in the order of the command line, which the pipeline turns into
    ``inputs.parameters``: a later one outranks an earlier one."""
    context: tuple[tuple[str, tuple[str, ...] | None], ...] = ()
    """Context keys that the user fixes; None says that the key is absent."""
    controls: AccountControls = AccountControls()  # frozen
    """Control policies for all accounts, beside those of their sections."""
    accounts: Mapping[str, AccountControls] = field(default_factory=dict)
    """Control policies by account ID, and under ``DEFAULT_ACCOUNT`` those of all others."""
    assume_console: tuple[str, ...] = ()
    """Name patterns of users who have a password although the code gives them none."""
    rule_paths: tuple[str, ...] = ()
    """Rule files and directories beside the built-in rules."""
    select: tuple[str, ...] = ()
    """Ids of the only rules to follow; all of them when empty."""
    ignore: tuple[str, ...] = ()
    fail_on: Level | None = Level.ERROR
    """The lowest level that makes the exit status 1; None for never."""
    suppress: tuple[SuppressEntry, ...] = ()
    """What the configuration says about findings that are to be left alone."""
    baseline: str | None = None
    """A file with findings that are known, relative to the directory."""
    write_baseline: str | None = None
    """A file to write the findings to, so that they are known from then on; what it has is brought up to date."""
    today: date | None = None
    """The day on which suppressions must not have expired; by default it is that of the clock, in UTC."""
    debug: bool = False
    """Let errors of the scanner's own rise, with their tracebacks."""
    jobs: int = 1
    """How many processes may work on the roots, if there is work enough; with ``debug`` it is one."""
    dask: str | None = None
    """The address of a Dask scheduler, whose workers do the work instead; ``local`` for workers on this machine."""
    cache: Path | None = None
    """The directory where outcomes are kept from one scan to the next; None for no such thing."""
    max_steps: int = STEPS
    """The most steps that the work on one root may take, see ``scanner.budget``."""
    account_data: tuple[str, ...] = ()
    """Directories with what AWS tells of accounts: what the code leaves open is settled by that."""
    compare_to: str | None = None
    """What there was before: a JSON report, something that can be scanned, or ``PRIOR``."""
    changes_only: bool = False
    """Whether only findings of principals who are changed count; there are changes where there is ``compare_to``."""
    exclude: tuple[PathGlob, ...] = ()
    """What is not scanned unless a path names it."""
    sections: tuple[PathSection, ...] = ()
    """What holds for the roots at some paths, beside ``inputs``, ``controls`` and ``accounts``; a later one counts
    more."""
    severity: Mapping[str, Level] = field(default_factory=dict)
    """Levels of rules that take the place of their own."""
    offers_fixes: bool = True
    """Whether fixes are looked for, which takes about as long as scanning the roots with findings once more."""
    fixes_everything: bool = False
    """Whether they are looked for in roots with very many findings as well."""
    paths_are_configured: bool = False
    """Whether the paths are those of a configuration file: all that is to be scanned, as far as that knows."""
    named: Mapping[str, Span] = field(default_factory=dict)
    """Paths among all these that a configuration file names, and where: for messages about them."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "directory", Path(os.path.abspath(self.directory)))  # noqa: PTH100 # lexical
