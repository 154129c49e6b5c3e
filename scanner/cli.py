"""The command line: arguments become options, a report becomes text, and both an exit status."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from enum import Enum, StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from scanner import __version__
from scanner.config import ConfigError, Configuration, Options, load_configuration
from scanner.controls import AccountControls
from scanner.finding import Level
from scanner.output import STANDARD_OUTPUT, deliver, print_text
from scanner.report import FORMATS
from scanner.report.report import Report, exit_status
from scanner.root import Inputs, ValuesFile

USAGE = 2


class FailOn(StrEnum):
    """The lowest level of a finding that makes the exit status 1."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"
    NEVER = "never"


Format = Enum("Format", {name: name for name in FORMATS}, type=str)  # type: ignore[misc] # one name a format

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"scan {__version__}")
        raise typer.Exit


def _list_rules(wanted: bool) -> None:
    if wanted:
        from scanner.rules.loader import builtin_rules

        for rule in builtin_rules():
            typer.echo(f"{rule.id:<34} {rule.level.value:<8} {rule.title}")
        raise typer.Exit


def _pair(text: str, option: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise typer.BadParameter(f'"{text}" does not have the form NAME=VALUE', param_hint=option)
    return name, value


def _context(text: str) -> tuple[str, tuple[str, ...] | None]:
    key, equals, value = text.partition("=")
    if not key:
        raise typer.BadParameter(f'"{text}" does not have the form KEY=VALUE', param_hint="--context")
    return key, tuple(value.split(",")) if equals else None


def _account(text: str | None) -> str | None:
    if text is not None and not re.fullmatch(r"[0-9]{12}", text):
        raise typer.BadParameter("an account ID has twelve digits", param_hint="--account")
    return text


def _environment() -> Iterator[tuple[str, str]]:
    for name, value in sorted(os.environ.items()):
        if name.startswith("TF_VAR_"):
            yield name.removeprefix("TF_VAR_"), value


def _outputs(given: list[str]) -> list[tuple[str, str]]:
    found = [_pair(text, "--output") for text in given]
    for name, _ in found:
        if name not in FORMATS:
            raise typer.BadParameter(
                f'there is no format "{name}"; the formats are {", ".join(FORMATS)}', param_hint="--output"
            )
    return found


_ORDER = "scan.order"


class _OrderedCommand(TyperCommand):
    """A command that remembers in which order its options were given; typer hands each option over by itself."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # typer brings click along, without types
        _, _, given = self.make_parser(ctx).parse_args(args=list(args))
        ctx.meta[_ORDER] = [parameter.name for parameter in given]
        return super().parse_args(ctx, args)


def _in_order(
    order: list[str], single: str, texts: list[str] | None, file: str, paths: list[str] | None
) -> tuple[tuple[str, str] | ValuesFile, ...]:
    """What one option gives singly and another in files, as they stand on the command line."""
    given: dict[str, Iterator[tuple[str, str] | ValuesFile]] = {
        single: (_pair(text, f"--{single}") for text in texts or ()),
        file: (ValuesFile(path) for path in paths or ()),
    }
    return tuple(next(given[name]) for name in order if name in given)


@app.command(cls=_OrderedCommand, context_settings={"help_option_names": ["-h", "--help"]})
def scan(
    invocation: typer.Context,
    paths: Annotated[list[str] | None, typer.Argument(metavar="PATH…", help="What to scan.", show_default=".")] = None,
    format: Annotated[  # noqa: A002
        list[Format] | None, typer.Option(help="What to print.", show_default=next(iter(FORMATS)))
    ] = None,
    output: Annotated[
        list[str] | None,
        typer.Option(metavar="FORMAT=FILE", help="Also write a report in this format to a file; - is standard output."),
    ] = None,
    fail_on: Annotated[
        FailOn, typer.Option(help="The lowest level of a finding that makes the exit status 1.")
    ] = FailOn.ERROR,
    rules: Annotated[list[str] | None, typer.Option(metavar="PATH", help="More rules: a file or a directory.")] = None,
    select: Annotated[list[str] | None, typer.Option(metavar="ID", help="Use only this rule.")] = None,
    ignore: Annotated[list[str] | None, typer.Option(metavar="ID", help="Leave this rule out.")] = None,
    list_rules: Annotated[
        bool, typer.Option("--list-rules", callback=_list_rules, is_eager=True, help="Show the rules and exit.")
    ] = False,
    var: Annotated[list[str] | None, typer.Option(metavar="K=V", help="Terraform: value of a variable.")] = None,
    var_file: Annotated[list[str] | None, typer.Option(metavar="FILE", help="Terraform: variable file.")] = None,
    env_vars: Annotated[
        bool, typer.Option("--env-vars", help="Terraform: read variables from TF_VAR_* in the environment.")
    ] = False,
    workspace: Annotated[
        str | None, typer.Option(metavar="NAME", help="Terraform: the workspace.", show_default="default")
    ] = None,
    source: Annotated[
        str | None, typer.Option(metavar="DIR", help="Plans: the configuration that they were made from.")
    ] = None,
    parameter: Annotated[
        list[str] | None, typer.Option(metavar="K=V", help="CloudFormation: value of a parameter.")
    ] = None,
    parameters: Annotated[
        list[str] | None, typer.Option(metavar="FILE", help="CloudFormation: file with values of parameters.")
    ] = None,
    account: Annotated[str | None, typer.Option(metavar="ID", help="The account that the code is applied in.")] = None,
    region: Annotated[str | None, typer.Option(metavar="NAME", help="The region that people sign in through.")] = None,
    context: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY[=VALUE,…]", help="A request context key: its values, or that it is absent."),
    ] = None,
    scp: Annotated[list[str] | None, typer.Option(metavar="FILE", help="Service control policy.")] = None,
    rcp: Annotated[list[str] | None, typer.Option(metavar="FILE", help="Resource control policy.")] = None,
    baseline: Annotated[
        str | None, typer.Option(metavar="FILE", help="Findings that are known and do not count.")
    ] = None,
    write_baseline: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write or update a baseline with what is found now.")
    ] = None,
    config: Annotated[str | None, typer.Option(metavar="FILE", help="Configuration file.")] = None,
    explain: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Show the whole reasoning about one principal instead.")
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an internal error.")] = False,
    version: Annotated[  # noqa: ARG001 # its callback does the work
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Find console users and roles that cannot run `aws login`, in Terraform and CloudFormation code.

    Exit status: 0 if nothing is found at or above --fail-on, 1 if something is, 2 if the scan could not be done or is
    incomplete.
    """
    del list_rules
    order: list[str] = invocation.meta[_ORDER]
    try:
        configured = load_configuration(config, Path.cwd()) if config is not None else Configuration()
    except ConfigError as problem:
        raise typer.Exit(_fail(str(problem))) from problem
    options = Options(
        paths=tuple(paths or ["."]),
        inputs=Inputs(
            variables=_in_order(order, "var", var, "var_file", var_file),
            environment=tuple(_environment()) if env_vars else (),
            source=source,
            workspace=workspace,
            account=_account(account),
            region=region,
        ),
        parameters=_in_order(order, "parameter", parameter, "parameters", parameters),
        context=tuple(_context(text) for text in context or ()),
        controls=AccountControls((tuple(scp),) if scp else (), tuple(rcp or ())),
        accounts=configured.accounts,
        assume_console=configured.assume_console,
        rule_paths=tuple(rules or ()),
        select=tuple(select or ()),
        ignore=tuple(ignore or ()),
        workspace=Path(os.environ["GITHUB_WORKSPACE"]) if os.environ.get("GITHUB_WORKSPACE") else None,
        baseline=baseline,
        write_baseline=write_baseline,
        fail_on=None if fail_on is FailOn.NEVER else Level(fail_on.value),
        debug=debug,
    )
    raise typer.Exit(_run(options, [each.value for each in format or ()], _outputs(output or []), explain))


def _run(options: Options, printed: list[str], outputs: list[tuple[str, str]], explain: str | None) -> int:
    from scanner.pipeline import UsageError
    from scanner.pipeline import scan as run
    from scanner.progress import progress
    from scanner.repository import path_in_repository
    from scanner.rules.loader import RuleError

    try:
        with progress() as watch:
            report = run(options, watch=watch)
    except (UsageError, ConfigError, RuleError) as problem:
        return _fail(str(problem))
    if explain is not None:
        return _explain(report, explain)
    directory = path_in_repository(options.directory, options.workspace) or ""
    trouble = deliver(report, printed or _default(outputs), outputs, __version__, directory)
    for message in trouble:
        _fail(message)
    status = exit_status(report, options.fail_on)
    if options.write_baseline is not None:
        status = exit_status(report, None)  # all that is found is known now
        typer.echo(f"scan: {options.write_baseline}: written", err=True)
    return status or (USAGE if trouble else 0)


def _default(outputs: list[tuple[str, str]]) -> list[str]:
    """What is printed where nobody asks for a format: nothing beside a report that goes to standard output."""
    return [] if any(path == STANDARD_OUTPUT for _, path in outputs) else [next(iter(FORMATS))]


def _explain(report: Report, address: str) -> int:
    from scanner.report.escape import visible
    from scanner.report.explain import render

    found = [assessed for assessed in report.principals if assessed.definition.address == address]
    if not found:
        known = "".join(f"\n  {visible(assessed.definition.address)}" for assessed in report.principals)
        return _fail(f"there is no principal {address}{'; the principals are:' if known else ''}{known}")
    print_text(render(found))
    return USAGE if report.errors else 0


def _fail(message: str) -> int:
    typer.echo(f"scan: {message}", err=True)
    return USAGE
