"""The quick reader of arguments says what Typer says, or leaves it to Typer."""

from __future__ import annotations

from typing import Any

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from scanner import cli
from scanner.plain_arguments import LISTS, OPEN_SWITCHES, SWITCHES, TEXTS, read
from tests.examples import examples

COMMAND = typer.main.get_command(cli.app)
USAGE_ERROR = typer.BadParameter.__base__ or Exception
OPTIONS = [option for parameter in COMMAND.params for option in (*parameter.opts, *parameter.secondary_opts)]
WORDS = [
    "text",
    "json",
    "a=b",
    "-",
    "--",
    "",
    "a b",
    "é",
    "--quiet=1",
    "-qv",
    "-x",
    "--form",
    "-q",
    "--format=json",
    "x\ny",
]


def by_typer(arguments: list[str]) -> tuple[dict[str, Any], list[str]] | None:
    """What the command gets from Typer; None for a mistake."""
    try:
        context = COMMAND.make_context("scan", list(arguments))
    except (typer.Exit, USAGE_ERROR):
        return None
    return context.params, context.meta["scan.order"]


def test_every_option_is_read_here() -> None:
    """One that is not is read by Typer all the same, but its users wait for that."""
    known = {"paths", *LISTS, *TEXTS, *SWITCHES, *OPEN_SWITCHES}
    assert known == {parameter.name for parameter in COMMAND.params} - {"help", "install_completion", "show_completion"}


@given(st.lists(st.sampled_from([*OPTIONS, *WORDS]) | st.builds("{}={}".format, st.sampled_from(OPTIONS), st.text())))
@examples(150)
def test_law_it_reads_what_typer_reads(arguments: list[str]) -> None:
    found = read(arguments, {})
    if found is None:
        return
    values, order = found
    if values["version"]:
        return  # says the version and ends, whatever stands beside it
    expected = by_typer(arguments)
    assert expected is not None, f"Typer refuses {arguments}"
    assert order == expected[1]
    assert {name: value or None for name, value in values.items() if name not in OPEN_SWITCHES} == {
        name: value or None for name, value in expected[0].items() if name in values and name not in OPEN_SWITCHES
    }
    assert {name: values[name] for name in OPEN_SWITCHES} == {name: expected[0][name] for name in OPEN_SWITCHES}


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["-h"],
        ["--format"],
        ["--format", "--quiet"],
        ["--unknown"],
        ["-qv"],
        ["--quiet=yes"],
        ["--", "x"],
        ["--show-completion"],
        ["--exclude_"],
        ["\udcff"],
    ],
)
def test_what_it_leaves_to_typer(arguments: list[str]) -> None:
    assert read(arguments, {}) is None


def test_shells_that_complete_are_left_to_typer() -> None:
    assert read([], {"_AWS_LOGIN_SCAN_COMPLETE": "complete_bash"}) is None
    assert read([], {"PATH": "/bin"}) is not None


def test_usual_arguments_are_read() -> None:
    values, order = read(["infra", "-q", "--var=a=b", "--var", "c=d", "--no-quiet", "--fail-on", "note"], {}) or (
        {},
        [],
    )
    assert values["paths"] == ["infra"]
    assert values["quiet"] is False
    assert values["var"] == ["a=b", "c=d"]
    assert values["fail_on"] == "note"
    assert order == ["quiet", "var", "var", "quiet", "fail_on", "paths"]
