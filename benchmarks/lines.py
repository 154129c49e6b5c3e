"""What is measured, and the goals: each line of the table is one value here."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.inputs import EMPTY, Input, file, tree

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class AtMost:
    """A goal: a number, or so many times what something else took."""

    limit: float
    program: str = ""
    """A key of the other programs, that are run on the same input."""
    on: Input | None = None
    """What the program is run on instead."""
    line: str = ""
    """The name of another line."""
    of_file: bool = False
    """Times the size of the file: the line's own, or ``on``."""
    measure: str = "cpu"
    """``cpu``, ``wall`` or ``peak``."""


@dataclass(frozen=True, slots=True)
class Line:
    """A scan of an input."""

    name: str
    input: Input | None
    goals: tuple[AtMost, ...] = ()
    options: tuple[str, ...] = ("--jobs", "1", "--no-cache")
    """Those that the scanner does not have are left out."""
    needs: str = ""
    """An option without which there is nothing to measure."""
    beside: tuple[str, ...] = ()
    """More programs to run on the same input."""
    is_quick: bool = False
    """Whether it is among those that take seconds."""
    again: bool = False
    """Whether it is the second scan of an input, of which little has changed since the first."""


TERRAFORM = {size: tree("terraform", megabytes=size) for size in (1, 2, 5, 10, 20, 50)}
TEMPLATES = {size: tree("cloudformation", megabytes=size) for size in (1, 2, 5, 10, 20, 50)}
PLANS = {size: file("plan", ".json", size) for size in (1, 2, 5, 10, 20, 50, 200)}
PLAN_FILE = file("plan-file", ".tfplan", 50)
STATE = file("state", ".tfstate", 50)
ONE_ROOT = tree("instances", users=1)
IN_MEMORY = AtMost(3.0, of_file=True, measure="peak")
CROWD = AtMost(3.0)
LIKE_JSON = AtMost(0.45, "json")

_ROOT = Line("one small root", ONE_ROOT, (AtMost(0.25),), is_quick=True)
_TERRAFORM = Line(
    "Terraform, 10 MB",
    TERRAFORM[10],
    (AtMost(0.6, "ast-grep"), AtMost(0.25, "terraform fmt"), AtMost(150 * MEBIBYTE, measure="peak")),
    beside=("checkov",),
)
_LARGE = Line("Terraform, 50 MB", TERRAFORM[50], (AtMost(5.5, line=_TERRAFORM.name),))


def _crowd(name: str, whole: Input, quarter: Input, *goals: AtMost) -> tuple[Line, Line]:
    """Work of one kind, and a quarter of it, that shows whether it grows in proportion."""
    less = Line(f"a quarter of that: {quarter.name}", quarter)
    return Line(name, whole, (*goals, AtMost(4.4, line=less.name))), less


def _conditions(depth: int) -> Input:
    return Input("conditions", (("depth", depth),), ".yaml")


LINES: tuple[Line, ...] = (
    Line("`scan --version`", None, (AtMost(0.08),), ("--version",), is_quick=True),
    Line("an empty directory", EMPTY, (AtMost(0.12),), beside=("python",), is_quick=True),
    _ROOT,
    Line("Terraform, 1 MB", TERRAFORM[1], beside=("ast-grep", "terraform fmt"), is_quick=True),
    _TERRAFORM,
    _LARGE,
    Line("CloudFormation, 10 MB", TEMPLATES[10], (AtMost(3.0, "yaml"),), beside=("cfn-guard", "cfn-lint")),
    *_crowd("160 conditions, each on the one before", _conditions(160), _conditions(40)),
    Line("plan in JSON, 50 MB", PLANS[50], (LIKE_JSON, IN_MEMORY), beside=("msgspec",)),
    Line(
        "plan in JSON, 200 MB",
        PLANS[200],
        (LIKE_JSON, IN_MEMORY),
        beside=("msgspec", "msgspec, everything", "orjson", "ijson"),
    ),
    Line(
        "plan file, the same plan of 50 MB",
        PLAN_FILE,
        (AtMost(0.45, "json", PLANS[50]), AtMost(3.0, of_file=True, on=PLANS[50], measure="peak")),
    ),
    Line("state, 50 MB", STATE, (LIKE_JSON, IN_MEMORY)),
    *_crowd("10,000 users of one `for_each`", tree("instances", users=10_000), tree("instances", users=2_500), CROWD),
    *_crowd(
        "2,000 roots that call one module", tree("shared-module", roots=2_000), tree("shared-module", roots=500), CROWD
    ),
    *_crowd(
        "1,000 roles with 50 policies each",
        tree("policies", principals=1_000, policies=50),
        tree("policies", principals=250, policies=50),
        CROWD,
    ),
    *_crowd(
        "data of an account: 5,000 users, 1,000 roles, 1,500 policies",
        tree("account", users=5_000, roles=1_000, policies=1_500),
        tree("account", users=1_250, roles=250, policies=375),
        AtMost(2.0),
    ),
    *_crowd(
        "200,000 files that are none of ours",
        tree("foreign-files", files=200_000),
        tree("foreign-files", files=50_000),
        CROWD,
    ),
    *(
        Line(
            f"{line.name}, two processes",
            line.input,
            (AtMost(limit, line=line.name, measure="wall"),),
            ("--jobs", "2", "--no-cache"),
            needs="--jobs",
            is_quick=line.is_quick,
        )
        for line, limit in ((_ROOT, 1.05), (_TERRAFORM, 0.6), (_LARGE, 0.6))
    ),
    Line(
        "Terraform, 10 MB, again after a change of one root",
        TERRAFORM[10],
        (AtMost(1 / 3, line=_TERRAFORM.name),),
        ("--jobs", "1", "--cache"),
        needs="--cache",
        again=True,
    ),
)
