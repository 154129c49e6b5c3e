"""The command line: arguments become options, a report becomes text, and both an exit status."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from enum import Enum, StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from scanner import __version__, github_actions
from scanner.config import ConfigError, Configuration, Options, load_configuration
from scanner.controls import AccountControls
from scanner.finding import Level
from scanner.output import STANDARD_OUTPUT, Delivery, category, deliver, print_text, width
from scanner.report import FOR_PEOPLE, FORMATS
from scanner.report.report import Report, exit_status
from scanner.root import Inputs, ValuesFile

USAGE = 2
_MOST_ADDRESSES = 10


class FailOn(StrEnum):
    """The lowest level of a finding that makes the exit status 1."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"
    NEVER = "never"


class MinSeverity(StrEnum):
    """The lowest level of a finding that is shown."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


Format = Enum("Format", {name: name for name in FORMATS}, type=str)  # type: ignore[misc] # one name a format

app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"scan {__version__}")
        raise typer.Exit


def _list_rules(wanted: bool) -> None:
    if wanted:
        from scanner.rules.loader import builtin_rules, example_rules

        for rule in builtin_rules():
            typer.echo(f"{rule.id:<34} {rule.level.value:<8} {rule.title}")
        typer.echo("\nExamples, followed where --rules or --select names them:")
        for rule in example_rules():
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
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="The same as --fail-on never.")] = False,
    min_severity: Annotated[
        MinSeverity, typer.Option(help="The lowest level of a finding that is shown. Changes no status.")
    ] = MinSeverity.NOTE,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Show findings and errors only: no warnings, no summary.")
    ] = False,
    rules: Annotated[
        list[str] | None, typer.Option(metavar="PATH", help="More rules: a file, a directory, or an example by its ID.")
    ] = None,
    select: Annotated[list[str] | None, typer.Option(metavar="ID", help="Use only this rule.")] = None,
    ignore: Annotated[list[str] | None, typer.Option(metavar="ID", help="Leave this rule out.")] = None,
    list_rules: Annotated[
        bool, typer.Option("--list-rules", callback=_list_rules, is_eager=True, help="Show the rules and exit.")
    ] = False,
    check_rules: Annotated[
        list[str] | None, typer.Option(metavar="PATH", help="Check rule files and their examples instead of scanning.")
    ] = None,
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
    config: Annotated[str | None, typer.Option(metavar="FILE", help="Configuration file.")] = None,
    explain: Annotated[
        str | None, typer.Option(metavar="NAME", help="Show the whole reasoning about a principal, by name or address.")
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say on standard error what is scanned.")] = False,
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
    if check_rules:
        raise typer.Exit(_check_rules(check_rules, paths))
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
        fail_on=None if exit_zero or fail_on is FailOn.NEVER else Level(fail_on.value),
        debug=debug,
    )
    if explain is not None and any(each.value not in ("text", "json") for each in format or ()):
        raise typer.BadParameter("it prints text or json", param_hint="--explain")
    wanted, outputs = [each.value for each in format or ()], _outputs(output or [])
    nothing_asked = not wanted and all(path != STANDARD_OUTPUT for _, path in outputs)
    delivery = Delivery(
        _printed(wanted, outputs),
        tuple(outputs),
        Level(min_severity.value),
        quiet,
        annotates=nothing_asked and github_actions.is_step(),
    )
    raise typer.Exit(_run(options, delivery, explain, verbose=verbose))


def _printed(wanted: list[str], outputs: list[tuple[str, str]]) -> tuple[str, ...]:
    """The formats for standard output: nothing where nobody asks for one beside a report that goes there."""
    beside = [name for name, path in outputs if path == STANDARD_OUTPUT]
    if not wanted and not beside:
        return (next(iter(FORMATS)),)
    together = [*wanted, *beside]
    alone = next((name for name in together if name not in FOR_PEOPLE), None)
    if alone is not None and len(together) > 1:
        message = f"{alone} is alone on standard output; write the other format to a file with --output FORMAT=FILE"
        raise typer.BadParameter(message, param_hint="--format")
    return tuple(dict.fromkeys(wanted))


def _run(options: Options, delivery: Delivery, explain: str | None, *, verbose: bool) -> int:
    from scanner.pipeline import UsageError
    from scanner.pipeline import scan as run
    from scanner.progress import progress
    from scanner.report import Appearance
    from scanner.report.escape import visible
    from scanner.repository import path_in_repository
    from scanner.rules.problems import RuleError
    from scanner.standard_input import received

    try:
        with received(options.paths) as standard_input, progress() as watch:
            tell = _tell if verbose else None
            report = run(replace(options, standard_input=standard_input), watch=watch, tell=tell)
    except RuleError as wrong:
        for mistake in wrong.problems:
            _fail(visible(str(mistake)))
        return USAGE
    except (UsageError, ConfigError) as problem:
        return _fail(str(problem))
    if explain is not None:
        return _explain(report, explain, delivery.printed)
    inside = path_in_repository(options.directory, options.workspace)
    files = github_actions.repository_files() if inside is not None else ""
    scanned = (path_in_repository(options.directory / path, options.workspace) or path for path in options.paths)
    appearance = Appearance(__version__, directory=inside or "", category=category(scanned), files=files)
    trouble = deliver(report, delivery, appearance)
    for message in trouble:
        _fail(message)
    if delivery.annotates:  # nobody has asked for a summary, so one that cannot be written changes no status
        for message in github_actions.write_summary(report.at_least(delivery.min_severity), appearance):
            _fail(message)
    return exit_status(report, options.fail_on) or (USAGE if trouble else 0)


def _check_rules(rules: list[str], paths: list[str] | None) -> int:
    from scanner.check_rules import check_rules, render

    if paths:
        return _fail(f"--check-rules scans the examples of the rules and nothing else; leave {paths[0]} out")
    check = check_rules(rules, Path.cwd())
    print_text(render(check))
    return check.exit_status


def _explain(report: Report, wanted: str, printed: tuple[str, ...]) -> int:
    from difflib import get_close_matches

    from scanner.iam.pattern import literal
    from scanner.report.escape import visible
    from scanner.report.explain import render, render_json

    known = [assessed.definition for assessed in report.principals]
    found = [
        assessed
        for assessed, definition in zip(report.principals, known, strict=True)
        if wanted in (definition.address, literal(definition.principal.name))
    ]
    if not found:
        near = get_close_matches(wanted, {one.address for one in known}, n=_MOST_ADDRESSES, cutoff=0.4)
        shown = near or sorted({one.address for one in known})[:_MOST_ADDRESSES]
        listed = "".join(f"\n  {visible(address)}" for address in shown)
        more = f" {len(known)} principals, among them" if len(known) > len(shown) else " the principals"
        return _fail(f"there is no principal {visible(wanted)}{f'; there are{more}:{listed}' if shown else ''}")
    if printed == ("json",):
        print_text(render_json(found, report.diagnostics, __version__))
    else:
        print_text(render(found, report.diagnostics, width()))
    return USAGE if report.errors else 0


def _tell(line: str) -> None:
    from scanner.report.escape import inert, visible

    typer.echo(inert(f"scan: {visible(line)}"), err=True)


def _fail(message: str) -> int:
    typer.echo(f"scan: {message}", err=True)
    return USAGE
