"""Mistakes in a configuration file are said with their lines, all of them, and harmlessly."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.configuration.errors import ConfigError
from tests.configuration.configured import configured
from tests.configuration.mistakes import MISTAKES


@pytest.mark.parametrize(("text", "line", "message"), MISTAKES)
def test_mistakes(tmp_path: Path, text: str, line: int, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        configured(tmp_path, text)
    assert str(caught.value).startswith(f"scan.yaml:{line}: ")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("[", 1, "it is not valid TOML"),
        ("fail_on = 'x'\n[x", 2, "it is not valid TOML"),
        ("x = 1", 1, 'there is no key "x"'),
        ("# c\n[accounts.default]\nscps = []", 3, 'there is no key "scps"'),
        ("suppress = [\n  {rule = 'a', reason = 'b'},\n  {rule = 'a'},\n]", 3, 'has no "reason"'),
        ("[tool]\naws-login-scan = 1", 2, '"tool.aws-login-scan" must be a table'),
    ],
)
def test_mistakes_in_toml(tmp_path: Path, text: str, line: int, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        configured(tmp_path, text, "scan.toml")
    assert str(caught.value).startswith(f"scan.toml:{line}: ")
    assert message in str(caught.value)


def test_all_mistakes_are_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        configured(tmp_path, "z: 1\nfail_on: 2\nselect: [a]\na: 1")
    assert [line.split(" ")[0] for line in str(caught.value).splitlines()] == [f"scan.yaml:{n}:" for n in (1, 2, 4)]


def test_a_mistake_cannot_speak_to_the_terminal(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        configured(tmp_path, '"x\\n::error::\\e[31m": 1')
    assert str(caught.value).isprintable()


def test_aliases_do_not_explode(tmp_path: Path) -> None:
    levels = "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 20)}]" for n in range(1, 9))
    with pytest.raises(ConfigError, match="larger than any configuration"):
        configured(tmp_path, f"a0: &a0 [x]\n{levels}")
