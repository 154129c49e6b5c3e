"""What a scan takes from the machine."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scanner.configuration import machine
from scanner.configuration.machine import cache_directory, usable_processors


@pytest.mark.parametrize(
    ("text", "expected"),
    [("max 100000\n", None), ("200000 100000\n", 2), ("150000 100000\n", 1), ("x", None), ("1 0\n", None), ("", None)],
)
def test_quota(tmp_path: Path, text: str, expected: int | None) -> None:
    file = tmp_path / "cpu.max"
    file.write_text(text)
    assert machine.quota(file) == expected
    assert machine.quota(tmp_path / "none") is None


def test_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {1, 3, 5}, raising=False)
    for quota, expected in ((None, 3), (2, 2), (0, 1), (8, 3)):
        monkeypatch.setattr(machine, "quota", lambda _, quota=quota: quota)
        assert usable_processors() == expected


def test_where_outcomes_are_kept(tmp_path: Path) -> None:
    home, own = tmp_path / "home", tmp_path / "own"
    (home / ".cache").mkdir(parents=True)
    environment = {"HOME": str(home)}
    assert cache_directory(environment, is_wanted=None) == home / ".cache/aws-login-scan"
    assert cache_directory(environment, is_wanted=False) is None
    environment["XDG_CACHE_HOME"] = str(own)
    assert cache_directory(environment, is_wanted=None) is None
    assert cache_directory(environment, is_wanted=True) == own / "aws-login-scan"
    for relative in ("x", "", "."):
        assert cache_directory({"XDG_CACHE_HOME": relative, "HOME": ""}, is_wanted=True) is None
