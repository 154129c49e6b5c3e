"""The Dockerfile, as far as that can be told without building it."""

from __future__ import annotations

import re
import tomllib

from examples import ROOT

LINES = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text(encoding="utf-8")).splitlines()
INSTRUCTIONS = [tuple(line.split(None, 1)) for line in LINES if line and not line.startswith("#")]
COPIED = {
    name
    for instruction, text in INSTRUCTIONS
    if instruction == "COPY" and not text.startswith("--from")
    for name in text.split()[:-1]
}
WHEEL = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def _all(instruction: str) -> list[str]:
    return [text for name, text in INSTRUCTIONS if name == instruction]


def test_bases_are_pinned_by_digest() -> None:
    bases = {text.removesuffix(" AS build") for text in _all("FROM")}
    assert len(bases) == 1
    assert re.fullmatch(r"python:3\.\d+-slim-\w+@sha256:[0-9a-f]{64}", bases.pop())


def test_nobody_is_root() -> None:
    assert _all("USER") == ["65532:65532"]
    assert (_all("WORKDIR")[-1], _all("ENTRYPOINT")) == ("/src", ['["scan"]'])


def test_what_is_installed_is_checked_by_hash() -> None:
    for command in " && ".join(_all("RUN")).split(" && "):
        if " install " in command or " wheel " in command:
            assert "--require-hashes" in command or "--no-index" in command, command


def test_what_the_wheel_is_made_of_is_copied() -> None:
    wheel = WHEEL["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {"pyproject.toml", WHEEL["project"]["readme"], *wheel["packages"], *wheel["force-include"]}
    missing = {name for name in needed if name.split("/")[0] not in COPIED}
    assert not missing, f"the Dockerfile does not copy {missing}"


def test_what_is_copied_is_there_and_not_ignored() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    kept = {line.removeprefix("!") for line in lines if line.startswith("!")}
    assert "*" in lines
    assert kept == COPIED
    assert all((ROOT / name).exists() for name in COPIED)
