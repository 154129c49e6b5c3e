"""The text of ``--help``: options by what they are for, since there are too many for one list."""

from __future__ import annotations

from typing import Any

from typer.core import TyperCommand

GROUPS = {
    "What is scanned": ("paths", "exclude", "source"),
    "What is printed": ("format", "output", "min_severity", "quiet", "verbose"),
    "What the exit status says": ("fail_on", "exit_zero", "baseline", "write_baseline"),
    "Changes": ("compare_to", "changes_only"),
    "Fixes": ("diff", "fix", "unsafe_fixes"),
    "Rules": ("rules", "select", "ignore", "list_rules", "check_rules"),
    "Reasons": ("explain",),
    "Values that the code does not have": ("var", "var_file", "env_vars", "workspace", "parameter", "parameters"),
    "Who signs in, and from where": ("account", "region", "context", "scp", "rcp", "assume_console", "account_data"),
    "Many repositories": ("manifest", "materialize", "resume"),
    "Time and space": ("jobs", "dask", "cache", "cache_dir", "max_steps"),
    "Configuration": ("config", "no_config", "show_config"),
    "This program": ("version", "help", "debug", "install_completion", "show_completion"),
}
"""The names of the parameters, which tests hold against the command's own."""


class GroupedCommand(TyperCommand):
    """A command whose help has a section for each group."""

    def format_options(self, ctx: Any, formatter: Any) -> None:  # typer brings click along, without types
        """The sections."""
        known = {parameter.name: parameter for parameter in self.get_params(ctx)}
        for title, names in GROUPS.items():
            with formatter.section(title):
                formatter.write_dl([_entry(known[name], ctx) for name in names if name in known])


def _entry(parameter: Any, ctx: Any) -> tuple[str, str]:
    """What is written, and what it means; of an argument its name alone, not its type in Python."""
    if parameter.param_type_name == "argument":
        return parameter.metavar, parameter.help
    written, meaning = parameter.get_help_record(ctx)
    return written, meaning
