"""What the options name: files and directories that have to be there, and to be what the user says they are."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path

from scanner import file_system
from scanner.controls import AccountControls
from scanner.diagnostic import Diagnostic
from scanner.options import Options
from scanner.root import Inputs, ValuesFile
from scanner.tree import leads_out


class UsageError(Exception):
    """The scan cannot be done as asked: a rule that does not exist, a file that cannot be read."""

    def __init__(self, message: str, path: str | None = None) -> None:
        super().__init__(message)
        self.path = path
        """The file that is not as it must be, as the options name it."""


def check_source(options: Options) -> None:
    """The directory of a plan's configuration must be one, whether there is a plan or not."""
    named = options.inputs.source
    if named is None:
        return
    place = options.directory / named
    try:
        is_directory = stat.S_ISDIR(file_system.mode(place))
    except (OSError, ValueError) as problem:
        raise UsageError(f"{named}: {file_system.why(problem)} (--source)", named) from problem
    if not is_directory:
        raise UsageError(f"{named}: it is not a directory (--source)", named)
    if leads_out(named, options.directory):
        raise UsageError(f"{named}: it is a link that leads out of the scanned tree (--source)", named)


def account_problems(options: Options) -> tuple[Diagnostic, ...]:
    """What is wrong with the account data beside the code, which is read for every root. Raises ``UsageError``."""
    found: list[Diagnostic] = []
    for path in options.account_data:
        place = options.directory / path
        if not file_system.is_directory(place):
            raise UsageError(f"{path}: it is not a directory (--account-data)", path)
        from scanner.account.beside import root_of
        from scanner.extraction import extract_or_report

        data = extract_or_report(root_of(path, options.directory), debug=options.debug)
        if not data.files and not data.diagnostics:
            raise UsageError(f"{path}: there is no account data in it (--account-data)", path)
        found += (replace(one, root=path) for one in data.diagnostics)
    return tuple(found)


def check_controls(options: Options) -> None:
    """Every file of control policies must be one, whether it binds anybody or not."""
    if not options.accounts and not options.sections and options.controls == AccountControls():
        return
    from scanner.verdicts.control_policies import ControlPolicies, ControlPolicyError

    try:
        ControlPolicies(options.controls, options.accounts, options.directory, options.sections)
    except ControlPolicyError as problem:
        raise UsageError(str(problem), problem.path) from problem


def with_parameters(options: Options) -> Inputs:
    """The inputs with the parameters of the command line, those from files at the place where the file was named."""
    given: dict[str, str | None] = {}
    for one in options.parameters:
        given |= _in_file(one, options.directory) if isinstance(one, ValuesFile) else dict([one])
    return replace(options.inputs, parameters=(*options.inputs.parameters, *given.items()))


def _in_file(file: ValuesFile, directory: Path) -> dict[str, str | None]:
    from scanner.cloudformation.template.parameter_files import ParameterFileError, load_parameters

    try:
        return load_parameters(file.path, directory)
    except ParameterFileError as problem:
        raise UsageError(f"{problem.span.place}: {problem}", file.path) from problem
