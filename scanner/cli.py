"""The command line: arguments, as Typer reads them, and what ``--help`` and shells say of them."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from scanner import __version__
from scanner.commands.command import ArgumentError, run
from scanner.help_page import GroupedCommand
from scanner.report import FORMATS
from scanner.streams import show

_LEVELS = ("error", "warning", "note")
_FAIL_ON = (*_LEVELS, "never")

app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)


def _version(wanted: bool) -> None:
    if wanted:
        show(f"scan {__version__}\n")
        raise typer.Exit


def _rule_ids() -> list[str]:
    from scanner.rules.loader import builtin_rules, example_rules

    return [rule.id for rule in (*builtin_rules(), *example_rules())]


_ORDER = "scan.order"


class _OrderedCommand(GroupedCommand):
    """A command that remembers in which order its options were given; typer hands each option over by itself."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # typer brings click along, without types
        _, _, given = self.make_parser(ctx).parse_args(args=list(args))
        ctx.meta[_ORDER] = [parameter.name for parameter in given]
        return super().parse_args(ctx, args)


@app.command(cls=_OrderedCommand, context_settings={"help_option_names": ["-h", "--help"]})
def scan(
    invocation: typer.Context,
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PATH",
            help="Directories and files to scan; - is standard input. The working directory if there is none.",
        ),
    ] = None,
    exclude: Annotated[
        list[str] | None,
        typer.Option(metavar="GLOB", help="Do not scan what matches this pattern, as .gitignore has them."),
    ] = None,
    format: Annotated[  # noqa: A002
        list[str] | None,
        typer.Option(
            metavar="FORMAT",
            help=f"What to print: {', '.join(FORMATS)}. The first if nothing is said.",
            autocompletion=lambda: [*FORMATS],
        ),
    ] = None,
    output: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FORMAT=FILE",
            autocompletion=lambda: [f"{name}=" for name in FORMATS],
            help="Also write a report in this format to a file; - is standard output.",
        ),
    ] = None,
    fail_on: Annotated[
        str | None,
        typer.Option(
            metavar="LEVEL",
            help=f"The lowest level of a finding that makes the exit status 1: {', '.join(_FAIL_ON)} (default: error).",
            autocompletion=lambda: [*_FAIL_ON],
        ),
    ] = None,
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="The same as --fail-on never.")] = False,
    min_severity: Annotated[
        str | None,
        typer.Option(
            metavar="LEVEL",
            help=f"The lowest level of a finding that is shown: {', '.join(_LEVELS)} (default: note).",
            autocompletion=lambda: [*_LEVELS],
        ),
    ] = None,
    quiet: Annotated[
        bool | None,
        typer.Option(
            "--quiet/--no-quiet",
            "-q",
            help="Show findings and errors only: no warnings, no summary.",
        ),
    ] = None,
    rules: Annotated[
        list[str] | None,
        typer.Option(metavar="PATH", help="Follow more rules: a file, a directory, or an example by its ID."),
    ] = None,
    select: Annotated[
        list[str] | None, typer.Option(metavar="ID", autocompletion=_rule_ids, help="Use only this rule.")
    ] = None,
    ignore: Annotated[
        list[str] | None, typer.Option(metavar="ID", autocompletion=_rule_ids, help="Leave this rule out.")
    ] = None,
    list_rules: Annotated[
        bool, typer.Option("--list-rules", help="Show all rules, those of --rules as well, and exit.")
    ] = False,
    check_rules: Annotated[
        list[str] | None, typer.Option(metavar="PATH", help="Check rule files and their examples instead of scanning.")
    ] = None,
    var: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="Terraform: the value of a variable of the root module."),
    ] = None,
    var_file: Annotated[
        list[str] | None, typer.Option(metavar="FILE", help="Terraform: a file with values of variables.")
    ] = None,
    env_vars: Annotated[
        bool | None,
        typer.Option(
            "--env-vars/--no-env-vars",
            help="Terraform: read variables from TF_VAR_* in the environment.",
        ),
    ] = None,
    workspace: Annotated[str | None, typer.Option(metavar="NAME", help="Terraform: the workspace (default).")] = None,
    source: Annotated[
        str | None,
        typer.Option(
            metavar="DIR", help="Plans and states: the directory of the configuration that they were made from."
        ),
    ] = None,
    parameter: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="CloudFormation: the value of a parameter.")
    ] = None,
    parameters: Annotated[
        list[str] | None, typer.Option(metavar="FILE", help="CloudFormation: a file with values of parameters.")
    ] = None,
    account: Annotated[str | None, typer.Option(metavar="ID", help="The account that the code is applied in.")] = None,
    region: Annotated[
        str | None, typer.Option(metavar="NAME", help="The region that people sign in through; without it, any region.")
    ] = None,
    context: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY[=VALUE,…]", help="A key of the request context: its values, or that it is absent."),
    ] = None,
    scp: Annotated[
        list[str] | None, typer.Option(metavar="FILE", help="A service control policy that binds the account.")
    ] = None,
    rcp: Annotated[
        list[str] | None, typer.Option(metavar="FILE", help="A resource control policy that binds the account.")
    ] = None,
    assume_console: Annotated[
        list[str] | None,
        typer.Option(metavar="PATTERN", help="Take users with names like this for console users."),
    ] = None,
    account_data: Annotated[
        list[str] | None,
        typer.Option(metavar="DIR", help="What is in the account, which settles what the code leaves open."),
    ] = None,
    compare_to: Annotated[
        str | None,
        typer.Option(
            metavar="WHAT",
            help="Say what changes since: a JSON report, what can be scanned, or prior, the state before a plan.",
        ),
    ] = None,
    changes_only: Annotated[
        bool, typer.Option("--changes-only", help="Count only what is found about principals who are changed.")
    ] = False,
    jobs: Annotated[
        str | None,
        typer.Option(metavar="N", help="How many processes may work at once; without it, as many as may be used."),
    ] = None,
    manifest: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Scan what this file lists: JSON lines with path, or with git and commit."),
    ] = None,
    materialize: Annotated[
        str | None,
        typer.Option(
            metavar="COMMAND",
            help="With --manifest, what fetches a repository: words with {git}, {commit} and {directory}.",
        ),
    ] = None,
    resume: Annotated[
        str | None,
        typer.Option(metavar="DIR", help="With --manifest, keep there what is done, and go on where a scan was ended."),
    ] = None,
    dask: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Work on a Dask cluster: tls://HOST:PORT, or local."),
    ] = None,
    cache: Annotated[
        bool | None,
        typer.Option(
            "--cache/--no-cache",
            help="Keep what was found out, for the next scan. Done if there is a directory for such things.",
        ),
    ] = None,
    cache_dir: Annotated[str | None, typer.Option(metavar="DIR", help="Keep it in this directory.")] = None,
    max_steps: Annotated[
        str | None, typer.Option(metavar="N", help="The most steps that the work on one root may take.")
    ] = None,
    baseline: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Leave out findings that are in this file, because they are known."),
    ] = None,
    write_baseline: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Write what is found to this file, as a baseline."),
    ] = None,
    diff: Annotated[
        bool, typer.Option("--diff", help="Show the fixes that can be applied, as a patch, instead of the report.")
    ] = False,
    fix: Annotated[bool, typer.Option("--fix", help="Apply the fixes that are safe, and report what is left.")] = False,
    unsafe_fixes: Annotated[
        bool, typer.Option("--unsafe-fixes", help="With --fix, also apply those that grant permissions.")
    ] = False,
    config: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Read this configuration file instead of the one found from the working directory upward.",
        ),
    ] = None,
    no_config: Annotated[bool, typer.Option("--no-config", help="Read no configuration file.")] = False,
    show_config: Annotated[
        bool, typer.Option("--show-config", help="Show which options are in force and where they come from, and exit.")
    ] = False,
    explain: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            autocompletion=_rule_ids,
            help="Show the whole reasoning about a principal, by its name or address, or a rule by its ID.",
        ),
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say on standard error what is scanned.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an internal error.")] = False,
    version: Annotated[  # its callback does the work
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Find console users and roles that cannot run `aws login`, in Terraform and CloudFormation code.

    Exit status: 0 if nothing is found at or above --fail-on, 1 if something is, 2 if the scan could not be done or is
    incomplete.
    """
    try:
        status = run(invocation.params, invocation.meta[_ORDER])
    except ArgumentError as problem:
        raise typer.BadParameter(str(problem), param_hint=problem.option) from problem
    raise typer.Exit(status)
