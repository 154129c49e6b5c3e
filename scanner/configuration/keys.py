"""The options that a configuration file has: one table, which the loader, the JSON Schema, the documentation and
``--show-config`` follow.

An option of the command line that a file may set has the same name there, with ``_`` for ``-``. To add one, add a row.
"""

from __future__ import annotations

from enum import Enum
from typing import Any, Generic, TypeVar

from scanner.budget import STEPS
from scanner.configuration.account_sections import ACCOUNT_ID, REGION, Accounts
from scanner.configuration.items import (
    BoundedNumber,
    Choice,
    EnvironmentFlag,
    Flag,
    Glob,
    Number,
    OwnPath,
    Parameter,
    Path,
    Rules,
    Text,
    Variable,
)
from scanner.configuration.shapes import Context, Levels, Many, One, Pairs, Shape
from scanner.configuration.suppressions import Suppressions
from scanner.finding import LEVELS, Level
from scanner.lazy_dataclass import dataclass
from scanner.report import FORMATS

T = TypeVar("T")


class Merge(Enum):
    """What the command line makes of what a file says."""

    REPLACE = "replaces"
    """It counts alone."""
    ADD = "adds"
    """It is added, and outranks what the file says of the same thing."""
    FILE = "file only"
    """It has no such option."""


@dataclass(frozen=True)
class Key(Generic[T]):
    """An option."""

    name: str
    shape: Shape[T]
    merge: Merge
    meaning: str
    """For the documentation and for editors: whole sentences."""
    default: object = None
    """What holds where nobody says anything, as JSON; None for nothing."""
    may_be_secret: bool = False
    """Whether values are not shown if they look like secrets."""


_LEVELS = {level.value: level for level in LEVELS}
_LEVEL: Choice[Level] = Choice(_LEVELS, "level")
_LEVEL_OF_RULE: Choice[Level] = Choice(_LEVELS, "level", 'to leave the rule out, put it under "ignore"')
_FAIL_ON: Choice[Level | None] = Choice({**_LEVELS, "never": None}, "level", 'write "never" for no level')
_FORMAT = Choice({name: name for name in FORMATS}, "format")

PATHS = Key("paths", Many(Path()), Merge.REPLACE, "What to scan: directories and files.", ["."])
EXCLUDE = Key("exclude", Many(Glob()), Merge.REPLACE, "Patterns for what is not scanned unless a path names it.")
RULES = Key("rules", Many(Rules()), Merge.ADD, "More rules: files, directories, and examples by their ids.")
SELECT = Key("select", Many(Text()), Merge.REPLACE, "Ids of the only rules to use.")
IGNORE = Key("ignore", Many(Text()), Merge.REPLACE, "Ids of rules to leave out.")
SEVERITY = Key(
    "severity", Pairs(_LEVEL_OF_RULE), Merge.FILE, "Levels of rules, by id, that take the place of their own."
)
SUPPRESS = Key("suppress", Suppressions(), Merge.FILE, "Findings to be left alone, with the reason.")
FAIL_ON = Key("fail_on", One(_FAIL_ON), Merge.REPLACE, "The lowest level that makes the exit status 1.", "error")
MIN_SEVERITY = Key("min_severity", One(_LEVEL), Merge.REPLACE, "The lowest level that is shown.", "note")
QUIET = Key("quiet", One(Flag()), Merge.REPLACE, "Show findings and errors only.", default=False)
FORMAT = Key("format", Many(_FORMAT), Merge.REPLACE, "What is printed.", [next(iter(FORMATS))])
OUTPUT = Key(
    "output",
    Pairs(Path(written=True), _FORMAT, may_repeat=True, form="FORMAT=FILE"),
    Merge.REPLACE,
    "Reports to write: for each format a file, or a list of files.",
)
VAR = Key(
    "var",
    Pairs(Variable()),
    Merge.ADD,
    "Terraform: values of variables. They outrank `var_file`.",
    may_be_secret=True,
)
VAR_FILE = Key("var_file", Many(Path()), Merge.ADD, "Terraform: variable files. A later one outranks an earlier one.")
ENV_VARS = Key(
    "env_vars",
    One(EnvironmentFlag()),
    Merge.REPLACE,
    "Terraform: read variables from `TF_VAR_*` in the environment. Only in a file given with `--config`.",
    default=False,
)
WORKSPACE = Key("workspace", One(Text()), Merge.REPLACE, "Terraform: the workspace.")
SOURCE = Key("source", One(Path()), Merge.REPLACE, "Plans and states: the directory of their configuration.")
PARAMETER = Key(
    "parameter",
    Pairs(Parameter()),
    Merge.ADD,
    "CloudFormation: values of parameters. They outrank `parameters`.",
    may_be_secret=True,
)
PARAMETERS = Key("parameters", Many(Path()), Merge.ADD, "CloudFormation: files with values of parameters.")
ACCOUNT = Key("account", One(ACCOUNT_ID), Merge.REPLACE, "The account that the code is applied in.")
REGION_ = Key("region", One(REGION), Merge.REPLACE, "The region that people sign in through.")
CONTEXT = Key(
    "context",
    Context(),
    Merge.ADD,
    "Keys of the request context: a value, a list of values, or `null` (in TOML `[]`) for one that is absent.",
)
SCP = Key(
    "scp",
    Levels(),
    Merge.ADD,
    "Service control policies that bind everybody: files, which are one level, or a list of files for each level.",
)
RCP = Key("rcp", Many(Path()), Merge.ADD, "Resource control policies that bind everybody: files.")
ACCOUNT_DATA = Key(
    "account_data",
    Many(Path()),
    Merge.ADD,
    "Directories with what is in the accounts, which settles what the code leaves open.",
)
ASSUME_CONSOLE = Key(
    "assume_console",
    Many(Text()),
    Merge.ADD,
    "Patterns for names of users who have a password although the code gives them none.",
)
BASELINE = Key("baseline", One(Path()), Merge.REPLACE, "A file with findings that are known and do not count.")
JOBS = Key(
    "jobs",
    One(Number(1, 256)),
    Merge.REPLACE,
    "How many processes may work at once. All that may be used if nobody says it; one if there is little to do.",
)
CACHE = Key(
    "cache",
    One(Flag()),
    Merge.REPLACE,
    "Keep what was found out, for the next scan. Yes if nobody says it and there is a directory for such things.",
)
CACHE_DIR = Key(
    "cache_dir",
    One(OwnPath()),
    Merge.REPLACE,
    "The directory for it. Only in a file given with `--config`.",
)
MAX_STEPS = Key(
    "max_steps",
    One(BoundedNumber(1_000, 999_999_999, STEPS)),
    Merge.REPLACE,
    "The most steps that the work on one root may take. More of them only in a file given with `--config`.",
    STEPS,
)
ACCOUNTS = Key(
    "accounts",
    Accounts(),
    Merge.FILE,
    "Account, region and control policies of the roots at some paths; control policies by account ID.",
)

KEYS: tuple[Key[Any], ...] = (
    PATHS,
    EXCLUDE,
    RULES,
    SELECT,
    IGNORE,
    SEVERITY,
    SUPPRESS,
    BASELINE,
    FAIL_ON,
    MIN_SEVERITY,
    QUIET,
    FORMAT,
    OUTPUT,
    VAR,
    VAR_FILE,
    ENV_VARS,
    WORKSPACE,
    SOURCE,
    PARAMETER,
    PARAMETERS,
    ACCOUNT,
    REGION_,
    CONTEXT,
    SCP,
    RCP,
    ASSUME_CONSOLE,
    ACCOUNT_DATA,
    JOBS,
    CACHE,
    CACHE_DIR,
    MAX_STEPS,
    ACCOUNTS,
)
BY_NAME = {key.name: key for key in KEYS}

COMMAND_LINE_ONLY = {
    "changes_only": "",
    "check_rules": "",
    "compare_to": "",
    "config": "",
    "dask": "",
    "debug": "",
    "diff": "",
    "exit_zero": 'write "fail_on: never"',
    "explain": "",
    "fix": "",
    "list_rules": "",
    "manifest": "",
    "materialize": "",
    "no_config": "",
    "resume": "",
    "show_config": "",
    "unsafe_fixes": "",
    "verbose": "",
    "write_baseline": "",
}
"""Options of the command line that no file has, and what a file says instead."""
