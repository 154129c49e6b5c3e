"""What the user wants of a scan, as one frozen value: the command line and, beneath it, a configuration file.

The file is named with ``--config``; none is ever looked for. ``docs/usage.md`` describes it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from scanner.controls import DEFAULT_ACCOUNT, AccountControls
from scanner.finding import Level
from scanner.root import Inputs, ValuesFile
from scanner.source_file import UnreadableFileError, read_text
from scanner.suppress_entry import SuppressEntry


class ConfigError(Exception):
    """The configuration file is not as it must be. The message names it."""


@dataclass(frozen=True, slots=True)
class Options:
    """Everything that a scan depends on beside the scanned files."""

    paths: tuple[str, ...] = (".",)
    """As given on the command line."""
    directory: Path = field(default_factory=Path.cwd)
    """The working directory: reported paths are relative to it."""
    workspace: Path | None = None
    """Where a CI system has checked the repository out; the top of the repository is looked for without."""
    inputs: Inputs = Inputs()  # noqa: RUF009 # frozen
    parameters: tuple[tuple[str, str] | ValuesFile, ...] = ()
    """``--parameter`` and ``--parameters`` in the order of the command line, which the pipeline turns into
    ``inputs.parameters``: a later one outranks an earlier one."""
    context: tuple[tuple[str, tuple[str, ...] | None], ...] = ()
    """Context keys that the user fixes; None says that the key is absent."""
    controls: AccountControls = AccountControls()  # noqa: RUF009 # frozen
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


@dataclass(frozen=True, slots=True)
class Configuration:
    """What a configuration file says."""

    assume_console: tuple[str, ...] = ()
    accounts: Mapping[str, AccountControls] = field(default_factory=dict)


def load_configuration(path: str, directory: Path) -> Configuration:
    """Read a configuration file. Raises ``ConfigError``."""
    try:
        found = tomllib.loads(read_text(directory / path))
    except UnreadableFileError as problem:
        raise ConfigError(f"{path}: {problem}") from problem
    except tomllib.TOMLDecodeError as problem:
        raise ConfigError(f"{path}: it is not valid TOML: {problem}") from problem
    reader = _Reader(path)
    reader.keys(found, {"assume_console", "accounts"}, "the file")
    accounts = reader.table(found.get("accounts", {}), "accounts")
    return Configuration(
        reader.texts(found.get("assume_console", []), "assume_console"),
        {account: reader.controls(account, section) for account, section in accounts.items()},
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    path: str

    def error(self, message: str) -> ConfigError:
        return ConfigError(f"{self.path}: {message}")

    def keys(self, found: Mapping[str, Any], known: set[str], where: str) -> None:
        for key in found:
            if key not in known:
                raise self.error(f'{where} has no key "{key}"; the keys are {", ".join(sorted(known))}')

    def table(self, found: Any, where: str) -> Mapping[str, Any]:
        if not isinstance(found, dict):
            raise self.error(f'"{where}" must be a table')
        return found

    def texts(self, found: Any, where: str) -> tuple[str, ...]:
        if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
            raise self.error(f'"{where}" must be a list of strings')
        return tuple(found)

    def controls(self, account: str, found: Any) -> AccountControls:
        where = f"accounts.{account}"
        if account != DEFAULT_ACCOUNT and not re.fullmatch(r"[0-9]{12}", account):
            raise self.error(f'"{where}" is neither an account ID of twelve digits nor "{DEFAULT_ACCOUNT}"')
        section = self.table(found, where)
        self.keys(section, {"scp", "rcp"}, f'"{where}"')
        levels = section.get("scp", [])
        one_level = isinstance(levels, list) and all(isinstance(item, str) for item in levels)
        if not isinstance(levels, list):
            raise self.error(f'"{where}.scp" must be a list of files, or of lists of files, one for each level')
        nested = ([levels] if levels else []) if one_level else levels
        return AccountControls(
            tuple(tuple(map(self._beside, self.texts(level, f"{where}.scp"))) for level in nested),
            tuple(map(self._beside, self.texts(section.get("rcp", []), f"{where}.rcp"))),
        )

    def _beside(self, file: str) -> str:
        """Files are named relative to the configuration file."""
        return (Path(self.path).parent / file).as_posix()
