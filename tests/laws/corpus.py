"""The projects that laws are tried on: the fixtures, and the roots of any other directory."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

from scanner.discovery import discover
from scanner.root import Inputs, RootKind, ScanRoot
from tests.laws.project import Project

FIXTURES = Path(__file__).parent.parent.parent / "fixtures"
MAX_FILES = 300
MAX_BYTES = 400_000
"""What is larger is left out, since a scan of it would take too long to be done hundreds of times."""
_SOURCE = re.compile(r'^\s*source\s*=\s*"(\.{1,2}/[^"]*)"', re.MULTILINE)

_ABOUT_IDENTITIES = re.compile(r"aws_iam_(?:user|role)|aws_ssoadmin|AWS::IAM::(?:User|Role)|AWS::SSO|AWS::Serverless")


def fixtures() -> list[Project]:
    """A project for each fixture, in every form."""
    found = [
        Project(f"{form}/{directory.name}", _files(directory, directory.name), directory.name)
        for form in ("terraform", "terraform-json")
        for directory in sorted((FIXTURES / form).iterdir())
    ]
    templates = _files(FIXTURES / "cloudformation", "")
    found += [
        Project(f"cloudformation/{path}", _with_nested(templates, path), path)
        for path in sorted(templates)
        if "/" not in path
    ]
    for file in sorted((FIXTURES / "plan").iterdir()):
        if file.suffix in {".json", ".tfstate"}:
            found.append(Project(f"plan/{file.name}", {file.name: file.read_text(encoding="utf-8")}, file.name))
    assembly = FIXTURES / "cdk/people/cdk.out"
    found.append(Project("cdk/people", _files(assembly, "cdk.out"), "cdk.out"))
    return found


def _with_nested(templates: dict[str, str], path: str) -> dict[str, str]:
    stem = path.rsplit(".", 1)[0]
    return {name: text for name, text in templates.items() if name == path or name.startswith(f"{stem}/")}


def _files(directory: Path, prefix: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for file in sorted(directory.rglob("*")):
        if file.is_file() and not file.is_symlink() and file.stat().st_size <= MAX_BYTES and ".git" not in file.parts:
            name = posixpath.join(prefix, file.relative_to(directory).as_posix())
            found[name] = file.read_bytes().decode("utf-8", "surrogateescape")
    return found


def roots_below(directory: Path) -> Iterator[Project]:
    """A project for each root of a directory, with the files that it may read."""
    found = discover((".",), directory, Inputs())
    for root in found.roots:
        project = _project(root, directory)
        if project is not None:
            yield project


def _project(root: ScanRoot, top: Path) -> Project | None:
    name = f"{top.name}/{root.path}"
    match root.kind:
        case RootKind.TERRAFORM_MODULE:
            directories = _module_directories(root.location)
        case RootKind.CLOUDFORMATION_TEMPLATE:
            directories = [root.location.parent]
        case _:
            return None
    if any(top not in (one, *one.parents) for one in directories):
        return None
    files: dict[str, str] = {}
    for one in directories:
        for file in sorted(one.iterdir()):
            if file.is_file() and not file.is_symlink() and file.stat().st_size <= MAX_BYTES:
                relative = posixpath.join(top.name, file.relative_to(top).as_posix())
                files[relative] = file.read_bytes().decode("utf-8", "surrogateescape")
    if root.kind is RootKind.TERRAFORM_MODULE:
        files |= _data_files(root.location, top, files)
    if len(files) > MAX_FILES or not any(_ABOUT_IDENTITIES.search(text) for text in files.values()):
        return None
    return Project(name, files, posixpath.normpath(posixpath.join(top.name, root.path)))


def _module_directories(root: Path) -> list[Path]:
    """The root, and the directories that it calls as modules, and so on."""
    found: list[Path] = []
    waiting = [root]
    while waiting:
        one = waiting.pop()
        if one in found or not one.is_dir():
            continue
        found.append(one)
        for file in one.glob("*.tf"):
            text = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
            waiting += [(one / source).resolve() for source in _SOURCE.findall(text)]
    return found


def _data_files(root: Path, top: Path, known: dict[str, str]) -> dict[str, str]:
    """Policies, templates and tables below the root."""
    found: dict[str, str] = {}
    for file in sorted(root.rglob("*"))[: 10 * MAX_FILES]:
        if (
            file.suffix in {".json", ".yaml", ".yml", ".tpl", ".tftpl", ".csv", ".txt"}
            and file.is_file()
            and not file.is_symlink()
            and file.stat().st_size <= MAX_BYTES
        ):
            relative = posixpath.join(top.name, file.relative_to(top).as_posix())
            if relative not in known:
                found[relative] = file.read_bytes().decode("utf-8", "surrogateescape")
    return found
