"""Builds what a release is made of, twice, and refuses to go on where the two are not the same bytes.

Those are the wheel, the source distribution, and the software bill of materials (CycloneDX) of what the action and the
image install. Run it with an interpreter that has ``requirements-release.txt``; ``make release`` does. The files depend
on the commit alone: on neither the machine, nor the clock, nor the directory.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parent.parent
SOURCES = ("scanner", "rules", "pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE", "requirements.txt")
"""What the files are made of."""
ANOTHER_MACHINE = {"TZ": "Asia/Kathmandu", "LC_ALL": "C", "PYTHONHASHSEED": "77", "HOME": "/nonexistent"}
"""What another machine may have otherwise."""


def main() -> int:
    """The exit status is 1 where a second build gives other bytes."""
    parser = argparse.ArgumentParser(prog="python -m tools.build_release", description=__doc__)
    parser.add_argument("--directory", type=Path, default=ROOT / "dist", help="where the files go")
    given = parser.parse_args()
    with TemporaryDirectory() as first, TemporaryDirectory(prefix="another-place-") as second:
        built = build(Path(first), {})
        again = build(Path(second), ANOTHER_MACHINE, later=100_000)
        if differing := sorted(name for name in built.keys() | again.keys() if built.get(name) != again.get(name)):
            print(f"a second build differs in {', '.join(differing)}", file=sys.stderr)
            return 1
    given.directory.mkdir(parents=True, exist_ok=True)
    for name, content in sorted(built.items()):
        (given.directory / name).write_bytes(content)
        print(f"{hashlib.sha256(content).hexdigest()}  {name}")
    return 0


def build(directory: Path, environment: Mapping[str, str], later: int = 0) -> dict[str, bytes]:
    """The files by name, from a copy of the sources below a directory, which are so many seconds younger there."""
    sources, out = directory / "sources", directory / "out"
    sources.mkdir()
    for name in SOURCES:
        _copy(ROOT / name, sources / name)
    for path in sources.rglob("*"):
        os.utime(path, (stamp() + later, stamp() + later))
    given = {**os.environ, "SOURCE_DATE_EPOCH": str(stamp()), **environment}
    packages(sources, out, given)
    bill_of_materials(sources, out, given)
    return {file.name: file.read_bytes() for file in out.iterdir()}


def packages(sources: Path, out: Path, environment: Mapping[str, str]) -> None:
    """The wheel and the source distribution."""
    _run(("hatchling", "build", "--target", "sdist", "--target", "wheel", "--directory", out), sources, environment)


def bill_of_materials(sources: Path, out: Path, environment: Mapping[str, str]) -> None:
    """What the lock names, with the hashes."""
    project = sources / "pyproject.toml"
    project.write_text(_with_version(project.read_text(encoding="utf-8")), encoding="utf-8")
    bill = out / f"aws_login_scan-{version()}.cdx.json"
    command = ("cyclonedx_py", "requirements", "--pyproject", project, "--output-reproducible", "--output-file", bill)
    _run((*command, "requirements.txt"), sources, environment)


def _run(command: Iterable[str | Path], directory: Path, environment: Mapping[str, str]) -> None:
    subprocess.run(
        [sys.executable, "-m", *map(str, command)], cwd=directory, env=environment, check=True, stdout=sys.stderr
    )


def stamp() -> int:
    """When the commit was made; what is not in a repository of its own gives the time from the environment."""
    if "SOURCE_DATE_EPOCH" in os.environ:
        return int(os.environ["SOURCE_DATE_EPOCH"])
    told = subprocess.run(
        ["git", "log", "-1", "--format=%ct"],  # noqa: S607 # whichever git there is
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return int(told.stdout)


def version() -> str:
    """The version of the package, without importing it."""
    text = (ROOT / "scanner" / "__init__.py").read_text(encoding="utf-8")
    (found,) = (line.split('"')[1] for line in text.splitlines() if line.startswith("__version__"))
    return found


def _with_version(project: str) -> str:
    """The bill of materials takes it from there only."""
    before, dynamic, behind = project.partition('dynamic = ["version"]\n')
    if not dynamic:
        raise ValueError("pyproject.toml does not take the version from the package")
    return f'{before}version = "{version()}"\n{behind}'


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, target)


if __name__ == "__main__":
    sys.exit(main())
