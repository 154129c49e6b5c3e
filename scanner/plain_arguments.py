"""Reads the arguments of everyday commands without Typer, which takes longer to be imported than a small scan.

Only what can be read in one way: whole names of options, values that do not look like options. For everything else
(a mistake, ``--help``, the completion of shells) the answer is None, and ``cli`` reads the arguments. An option that
is missing here is one that only ``cli`` knows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

LISTS = frozenset(
    {
        *("exclude", "format", "output", "rules", "select", "ignore", "check_rules", "var", "var_file", "parameter"),
        *("parameters", "context", "scp", "rcp", "assume_console", "account_data"),
    }
)
"""Options that may be given more than once, by the names of their parameters."""
TEXTS = frozenset(
    {
        *("fail_on", "min_severity", "workspace", "source", "account", "region", "baseline", "write_baseline"),
        *("config", "explain", "jobs", "cache_dir", "max_steps", "compare_to"),
        *("manifest", "materialize", "resume", "dask"),
    }
)
"""Options with one value: the last one counts."""
SWITCHES = frozenset(
    {
        *("exit_zero", "list_rules", "no_config", "show_config", "verbose", "debug", "version"),
        *("diff", "fix", "unsafe_fixes", "changes_only"),
    }
)
"""Options that are either given or not."""
OPEN_SWITCHES = frozenset({"quiet", "env_vars", "cache"})
"""Those with a counterpart that begins with ``--no-``, so that neither may be given."""
LETTERS = {"-q": "--quiet", "-v": "--verbose"}


def read(arguments: Sequence[str], environment: Mapping[str, str]) -> tuple[dict[str, Any], list[str]] | None:
    """The values of all parameters, and the names of those that are given as they stand; None where ``cli`` has to."""
    if any(name.startswith("_") and name.endswith("_COMPLETE") for name in environment):
        return None  # a shell wants to know how the line may go on
    values: dict[str, Any] = {
        "paths": None,
        **dict.fromkeys([*LISTS, *TEXTS, *OPEN_SWITCHES]),
        **dict.fromkeys(SWITCHES, False),
    }
    paths: list[str] = []
    order: list[str] = []
    rest = iter(arguments)
    for argument in rest:
        if not argument or not argument.isprintable():
            return None
        if not argument.startswith("-") or argument == "-":
            paths.append(argument)
            continue
        option, equals, value = LETTERS.get(argument, argument).partition("=")
        name = option.removeprefix("--").replace("-", "_")
        if f"--{name.replace('_', '-')}" != option:
            return None
        if name in LISTS or name in TEXTS:
            value = value if equals else next(rest, "")
            if not value or (value.startswith("-") and value != "-") or not value.isprintable():
                return None
            values[name] = [*(values[name] or ()), value] if name in LISTS else value
        elif equals:
            return None
        elif name in SWITCHES or name in OPEN_SWITCHES:
            values[name] = True
        elif name.startswith("no_") and name.removeprefix("no_") in OPEN_SWITCHES:
            name = name.removeprefix("no_")
            values[name] = False
        else:
            return None
        order.append(name)
    values["paths"] = paths or None
    return values, [*order, "paths"]
