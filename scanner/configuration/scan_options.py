"""From what is in force to the options of a scan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from scanner.budget import STEPS
from scanner.configuration import keys
from scanner.configuration.keys import Key
from scanner.configuration.machine import cache_directory, usable_processors
from scanner.configuration.settings import Settings
from scanner.controls import AccountControls
from scanner.finding import Level
from scanner.options import Options
from scanner.path_sections import PathSection
from scanner.root import Inputs, ValuesFile


def scan_options(
    settings: Settings,
    directory: Path,
    environment: Mapping[str, str],
    workspace: Path | None,
    write_baseline: str | None = None,
    *,
    debug: bool,
) -> Options:
    """The options of a scan. What ``environment`` has for Terraform counts where it is asked for."""
    accounts = settings.all(keys.ACCOUNTS)
    everywhere = PathSection(None, _one(settings, keys.ACCOUNT), _one(settings, keys.REGION_))
    return Options(
        paths=settings.all(keys.PATHS) or (".",),
        directory=directory,
        workspace=workspace,
        inputs=Inputs(
            variables=_in_order(settings, keys.VAR, keys.VAR_FILE),
            environment=tuple(_variables(environment)) if settings.one(keys.ENV_VARS, default=False) else (),
            source=_one(settings, keys.SOURCE),
            workspace=_one(settings, keys.WORKSPACE),
            account=_on_command_line(settings, keys.ACCOUNT),
            region=_on_command_line(settings, keys.REGION_),
        ),
        parameters=_in_order(settings, keys.PARAMETER, keys.PARAMETERS),
        context=settings.all(keys.CONTEXT),
        controls=AccountControls(tuple(_levels(settings)), settings.all(keys.RCP)),
        accounts={name: section for name, section in accounts if isinstance(section, AccountControls)},
        assume_console=settings.all(keys.ASSUME_CONSOLE),
        account_data=settings.all(keys.ACCOUNT_DATA),
        rule_paths=settings.all(keys.RULES),
        select=settings.all(keys.SELECT),
        ignore=settings.all(keys.IGNORE),
        fail_on=settings.one(keys.FAIL_ON, Level.ERROR),
        debug=debug,
        exclude=settings.all(keys.EXCLUDE),
        sections=(
            *((everywhere,) if everywhere != PathSection() else ()),
            *(section for _, section in accounts if isinstance(section, PathSection)),
        ),
        severity=dict(settings.all(keys.SEVERITY)),
        suppress=settings.all(keys.SUPPRESS),
        baseline=_one(settings, keys.BASELINE),
        write_baseline=write_baseline,
        paths_are_configured=any(one.span is not None for one in settings.given(keys.PATHS)),
        named=settings.named(),
        jobs=next(iter(settings.all(keys.JOBS)), 0) or usable_processors(),
        cache=_cache(settings, directory, environment),
        max_steps=next(iter(settings.all(keys.MAX_STEPS)), STEPS),
    )


def _variables(environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, value in sorted(environment.items()):
        if name.startswith("TF_VAR_"):
            yield name.removeprefix("TF_VAR_"), value


def _cache(settings: Settings, directory: Path, environment: Mapping[str, str]) -> Path | None:
    given = _one(settings, keys.CACHE_DIR)
    wanted = next(iter(settings.all(keys.CACHE)), None)
    if given is not None and wanted is not False:
        return directory / given
    return cache_directory(environment, is_wanted=wanted)


def _one(settings: Settings, key: Key[str]) -> str | None:
    return next(iter(settings.all(key)), None)


def _on_command_line(settings: Settings, key: Key[str]) -> str | None:
    """What the command line says; what a file says of all roots counts less than what it says of some."""
    return next((one.value for one in settings.given(key) if one.span is None), None)


def _in_order(
    settings: Settings, single: Key[tuple[str, str]], files: Key[str]
) -> tuple[tuple[str, str] | ValuesFile, ...]:
    """What one option gives singly and another in files: those of a configuration file, with the files first, then
    both as they stand on the command line."""
    ranked: list[tuple[int, tuple[str, str] | ValuesFile]] = [
        *((one.rank, ValuesFile(one.value)) for one in settings.given(files)),
        *((one.rank, one.value) for one in settings.given(single)),
    ]
    return tuple(value for _, value in sorted(ranked, key=lambda one: one[0]))


def _levels(settings: Settings) -> Iterator[tuple[str, ...]]:
    """Those of the configuration file; all of the command line are one."""
    given = settings.given(keys.SCP)
    yield from (one.value for one in given if one.span is not None)
    own = tuple(file for one in given if one.span is None for file in one.value)
    if own:
        yield own
