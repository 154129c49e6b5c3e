"""``--help``: every option once, in 80 columns, in sentences; and nothing of Python or typer in it."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from scanner.cli import app
from scanner.help_page import GROUPS


def test_every_option_is_in_one_group() -> None:
    command = get_command(app)
    known = {
        parameter.name for parameter in command.get_params(command.make_context("scan", [], resilient_parsing=True))
    }
    assert Counter(name for names in GROUPS.values() for name in names) == Counter(name for name in known if name)


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_the_page(option: str) -> None:
    result = CliRunner().invoke(app, [option], prog_name="scan", terminal_width=80)
    assert result.exit_code == 0
    assert all(len(line) <= 80 for line in result.output.splitlines())
    assert not re.search(r"<list|\(None\)|\[default|INTEGER|\bTEXT\b", result.output)
    titles = re.findall(r"^(\w.*):$", result.output, re.MULTILINE)
    assert titles == list(GROUPS)


def test_every_help_is_a_sentence() -> None:
    command = get_command(app)
    wrong = [
        parameter.name
        for parameter in command.params
        if not re.fullmatch(r"[A-Z].*\.", str(getattr(parameter, "help", "")), re.DOTALL)
    ]
    assert wrong == []
