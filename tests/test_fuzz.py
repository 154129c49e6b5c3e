"""The targets of ``fuzz/``: their seeds hold, and so does a number of inputs that follow from a seed."""

from __future__ import annotations

import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest
import yaml

from fuzz import oracles
from fuzz.mutation import MAX_SIZE, mutated
from fuzz.oracles import fault
from fuzz.oss_fuzz import write
from fuzz.run import faults, inputs, kept, shrunk
from fuzz.target import Target
from fuzz.targets import TARGETS

ROOT = Path(__file__).parent.parent
LAYOUT = ROOT / "fuzz" / "oss-fuzz"
RUNS = 40
"""Of each target; ``make fuzz`` tries many more."""


def target(read: object) -> Target:
    return Target("t", read, lambda: [b"abc"], seconds=0.1, seconds_per_byte=0.0)  # type: ignore[arg-type] # a reader


def raises(data: bytes) -> None:
    if b"!" in data:
        raise KeyError(data)


def endless(_data: bytes) -> None:
    while True:
        pass


def stubborn(_data: bytes) -> None:
    while True:
        with suppress(Exception):  # what the oracle must get through
            endless(b"")


@pytest.mark.parametrize("name", TARGETS)
def test_there_are_seeds(name: str) -> None:
    seeds = list(TARGETS[name].seeds())
    assert len(seeds) > 1
    assert all(isinstance(one, bytes) for one in seeds)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Possible nested set:FutureWarning")  # known: of pathspec's own expressions
@pytest.mark.parametrize("name", TARGETS)
def test_a_number_of_inputs(name: str) -> None:
    assert [str(found) for _, found in faults(TARGETS[name], RUNS, seed=1)] == []


def test_what_is_raised_is_a_fault() -> None:
    found = fault(target(raises), b"a!")
    assert found is not None
    assert found.kind == "raised"
    assert found.place.startswith("KeyError ")
    assert "KeyError: b'a!'" in str(found)
    assert fault(target(raises), b"a") is None


def test_what_does_not_end_is_one() -> None:
    for read in (endless, stubborn):
        found = fault(target(read), b"a")
        assert found is not None
        assert found.kind == "slow"


def test_what_takes_memory_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    most = iter([1000, 1001 + oracles.MAX_GROWTH])
    monkeypatch.setattr(oracles, "_most_memory", lambda: next(most))
    found = fault(target(lambda _: None), b"a")
    assert found is not None
    assert found.kind == "memory"


def test_what_is_not_the_same_again_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oracles, "AGAIN", 1)
    found = fault(target(lambda _: object()), b"a")
    assert found is not None
    assert found.kind == "differs"


def test_a_fault_is_told_once_and_made_smaller(tmp_path: Path) -> None:
    wrong = Target("t", raises, lambda: [b"x" * 50 + b"!" + b"y" * 50])
    told = list(faults(wrong, 50, seed=1))
    assert len(told) == 1
    data, found = told[0]
    assert shrunk(wrong, data, found) == b"!"
    file = kept(tmp_path / "new", b"!", found)
    assert file.read_bytes() == b"!"
    assert file.with_suffix(".txt").read_text(encoding="utf-8").startswith("raised at KeyError")


def test_inputs_follow_from_the_seed() -> None:
    one = TARGETS["iam-pattern"]
    assert list(inputs(one, 50, 1)) == list(inputs(one, 50, 1)) != list(inputs(one, 50, 2))


def test_mutations_are_bounded_and_take_anything() -> None:
    random = Random(1)  # noqa: S311 # nothing is secret about it
    seeds = (b"", b"a", b"a" * MAX_SIZE)
    for _ in range(300):
        assert len(mutated(random.choice(seeds), seeds, random)) <= MAX_SIZE


def test_the_layout_is_that_of_oss_fuzz() -> None:
    project = yaml.safe_load((LAYOUT / "project.yaml").read_text(encoding="utf-8"))
    assert project["language"] == "python"
    assert project["fuzzing_engines"] == ["libfuzzer"]
    assert set(project["sanitizers"]) <= {"address", "undefined"}
    image = (LAYOUT / "Dockerfile").read_text(encoding="utf-8")
    assert re.search(r"^FROM gcr\.io/oss-fuzz-base/base-builder-python\b", image, re.MULTILINE)
    assert "COPY build.sh $SRC/" in image
    assert "compile_python_fuzzer" in (LAYOUT / "build.sh").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_script_of_oss_fuzz_is_sound() -> None:
    shellcheck = Path(sys.executable).parent / "shellcheck"
    done = subprocess.run([shellcheck, LAYOUT / "build.sh"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_every_target_is_a_program_there(tmp_path: Path) -> None:
    write(tmp_path)
    names = {f"fuzz_{name.replace('-', '_')}" for name in TARGETS}
    assert {file.stem for file in tmp_path.glob("*.py")} == names
    for name in names:
        compile((tmp_path / f"{name}.py").read_text(encoding="utf-8"), name, "exec")
        assert any((tmp_path / name).iterdir())
