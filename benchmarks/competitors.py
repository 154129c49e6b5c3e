"""Other programs on the same input: what they do, where they come from, and whether they are there.

None of them does what a scan does. They say how fast input is read, or looked through, by what is made for that.
"""

from __future__ import annotations

import importlib.metadata
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

PYTHON = [sys.executable, "-I", "-c"]

AST_GREP_RULE = """id: users
language: hcl
rule:
  kind: block
  all:
    - has: {kind: identifier, regex: ^resource$}
    - has: {kind: string_lit, regex: ^"aws_iam_user"$}
"""
"""Finds the blocks of one type, so that the count shows that it has parsed them."""

_COMPOSE = """
import pathlib, sys, yaml
for path in pathlib.Path(sys.argv[1]).rglob("*.yaml"):
    yaml.compose(path.read_bytes(), Loader=yaml.CSafeLoader)
"""
_LOAD = """
import json, sys
with open(sys.argv[1], "rb") as file:
    json.load(file)
"""
_TYPED = """
import sys, typing, msgspec
Change = msgspec.defstruct("Change", [("actions", list[str])])
Resource = msgspec.defstruct("Resource", [("address", str), ("type", str), ("change", Change)])
Plan = msgspec.defstruct("Plan", [("resource_changes", list[Resource])])
with open(sys.argv[1], "rb") as file:
    msgspec.json.decode(file.read(), type=Plan)
"""
_DECODE = """
import sys, msgspec
with open(sys.argv[1], "rb") as file:
    msgspec.json.decode(file.read())
"""
_OTHER_LOAD = """
import sys, orjson
with open(sys.argv[1], "rb") as file:
    orjson.loads(file.read())
"""
_STREAM = """
import sys, ijson
with open(sys.argv[1], "rb") as file:
    kept = [each for each in ijson.items(file, "resource_changes.item") if each["type"].startswith("aws_iam_")]
"""
_GUARD = """
import json, pathlib, sys, cfn_guard_rs
rules = 'rule users when Resources exists { Resources.*[ Type == "AWS::IAM::User" ] { Properties.Path exists } }'
for path in pathlib.Path(sys.argv[1]).rglob("*.json"):
    cfn_guard_rs.run_checks(json.loads(path.read_bytes()), rules)
"""


@dataclass(frozen=True, slots=True)
class Competitor:
    """A program, and how it is run on a tree or file."""

    name: str
    does: str
    command: Callable[[str], list[str]]
    version: Callable[[], str | None]
    """None if it is not installed."""
    is_slow: bool = False
    """Takes minutes, so it is run once, and only if that is asked for."""
    accepted: frozenset[int] = frozenset({0})
    """Exit statuses of a run that did its work."""


def _package(name: str) -> Callable[[], str | None]:
    def version() -> str | None:
        try:
            return importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            return None

    return version


def _terraform() -> str | None:
    found_at = shutil.which("terraform")
    if found_at is None:
        return None
    found = subprocess.run([found_at, "version"], capture_output=True, text=True, check=True)
    return found.stdout.split("\n")[0].removeprefix("Terraform v")


def _beside_python(name: str) -> str:
    """A command of the environment that this runs in."""
    return str(Path(sys.executable).with_name(name))


def competitors(work: Path, checkov: Path | None) -> Mapping[str, Competitor]:
    """All of them. ``work`` is for files that they need; Checkov is where the user has installed it."""
    rule = work / "ast-grep-rule.yml"
    rule.write_text(AST_GREP_RULE, encoding="utf-8")

    def checkov_version() -> str | None:
        if checkov is None:
            return None
        return subprocess.run([checkov, "--version"], capture_output=True, text=True, check=True).stdout.strip()

    return {
        "ast-grep": Competitor(
            "ast-grep",
            "one rule that finds the users",
            lambda path: [
                *(_beside_python("ast-grep"), "scan", "--threads", "1", "--rule", str(rule), "--json=stream", path)
            ],
            _package("ast-grep-cli"),
        ),
        "terraform fmt": Competitor(
            "terraform fmt",
            "`-check -recursive`",
            lambda path: ["terraform", "fmt", "-check", "-recursive", path],
            _terraform,
            accepted=frozenset({0, 3}),
        ),
        "checkov": Competitor(
            "Checkov",
            "two checks",
            lambda path: [
                *(str(checkov), "--directory", path, "--framework", "terraform", "--compact", "--quiet"),
                *("--check", "CKV_AWS_40,CKV_AWS_60", "--skip-download", "--soft-fail", "--output", "json"),
            ],
            checkov_version,
            is_slow=True,
        ),
        "yaml": Competitor(
            "PyYAML",
            "`yaml.compose` with the C loader, the YAML half",
            lambda path: [*PYTHON, _COMPOSE, path],
            _package("pyyaml"),
        ),
        "cfn-guard": Competitor(
            "cfn-guard",
            "one rule, the JSON half, as a library",
            lambda path: [*PYTHON, _GUARD, path],
            _package("cfn-guard-rs"),
        ),
        "cfn-lint": Competitor(
            "cfn-lint",
            "all rules",
            lambda path: [_beside_python("cfn-lint"), "--format", "json", f"{path}/**/*.yaml", f"{path}/**/*.json"],
            _package("cfn-lint"),
            is_slow=True,
            accepted=frozenset(range(16)),
        ),
        "python": Competitor(
            "Python",
            "nothing: `python -c pass`",
            lambda _: [*PYTHON, "pass"],
            lambda: ".".join(map(str, sys.version_info[:3])),
        ),
        "json": Competitor(
            "json.load",
            "everything",
            lambda path: [*PYTHON, _LOAD, path],
            lambda: ".".join(map(str, sys.version_info[:3])),
        ),
        "msgspec": Competitor(
            "msgspec",
            "types and actions of all changes",
            lambda path: [*PYTHON, _TYPED, path],
            _package("msgspec"),
        ),
        "msgspec, everything": Competitor(
            "msgspec", "everything", lambda path: [*PYTHON, _DECODE, path], _package("msgspec")
        ),
        "orjson": Competitor("orjson", "everything", lambda path: [*PYTHON, _OTHER_LOAD, path], _package("orjson")),
        "ijson": Competitor(
            "ijson", "streaming, changes of identities", lambda path: [*PYTHON, _STREAM, path], _package("ijson")
        ),
    }
