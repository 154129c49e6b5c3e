"""What the action and the image install is what the project asks for, and what its tests ran with."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping

import pytest
from examples import ROOT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
RENEW = "run make lock"
LOCKS = sorted(file.name for file in ROOT.glob("requirements*.txt"))


def _versions(name: str) -> Mapping[str, str]:
    text = re.sub(r"\s*\\\n\s*", " ", (ROOT / name).read_text(encoding="utf-8"))
    lines = [line.split(" --hash=")[0] for line in text.splitlines() if line and not line.startswith("#")]
    found = [Requirement(line) for line in lines]
    return {canonicalize_name(each.name): str(each.specifier).removeprefix("==") for each in found}


CONSTRAINTS = _versions("constraints.txt")


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("requirements.txt", PROJECT["project"]["dependencies"]),
        ("requirements-build.txt", PROJECT["build-system"]["requires"]),
        ("requirements-dev.txt", [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["dev"]]),
        ("requirements-fuzz.txt", PROJECT["dependency-groups"]["fuzz"]),
        ("requirements-release.txt", PROJECT["dependency-groups"]["release"]),
        ("requirements-uv.txt", PROJECT["dependency-groups"]["uv"]),
    ],
)
def test_a_lock_is_up_to_date(name: str, wanted: list[str]) -> None:
    locked = _versions(name)
    for requirement in map(Requirement, wanted):
        version = locked.get(canonicalize_name(requirement.name))
        assert version is not None, f"{name} lacks {requirement}: {RENEW}"
        assert version in requirement.specifier, f"{name} has {requirement.name} {version}: {RENEW}"
    other = {each: version for each, version in locked.items() if CONSTRAINTS.get(each, version) != version}
    assert not other, f"{name} has other versions than constraints.txt, {other}: {RENEW}"


@pytest.mark.parametrize("name", LOCKS)
def test_everything_has_hashes(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    entries = re.split(r"^(?=[a-z])", text, flags=re.MULTILINE)[1:]
    assert entries
    for entry in entries:
        assert re.match(r"[a-z0-9.-]+==\S+", entry)
        assert len(re.findall(r"--hash=sha256:[0-9a-f]{64}\b", entry)) >= 1


def test_the_locks_agree_with_each_other() -> None:
    found: dict[str, set[str]] = {}
    for lock in LOCKS:
        for name, version in _versions(lock).items():
            found.setdefault(name, set()).add(version)
    assert {name: versions for name, versions in found.items() if len(versions) > 1} == {}


def test_what_ci_runs_is_installed_by_hash() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in ("$(VENV)/.installed", "fuzz", "release"):
        (recipe,) = re.findall(rf"^{re.escape(target)}:.*\n((?:\t.*\n)+)", makefile, re.MULTILINE)
        installs = [line for line in recipe.splitlines() if " install " in line or "$(UV)" in line]
        assert installs
        for line in installs:
            is_locked = "$(HASHED)" in line or "--require-hashes" in line
            assert is_locked or {"--no-index", "--no-deps", "--no-build-isolation"} <= set(line.split())
    assert "HASHED := --require-hashes --only-binary :all:\n" in makefile


def test_the_build_group_is_what_the_build_requires() -> None:
    assert PROJECT["dependency-groups"]["build"] == PROJECT["build-system"]["requires"]
