"""What a start may cost: libraries and rooms of the scanner are imported by those scans that need them.

Seconds depend on the machine, imports do not. Most of a small scan is imports, so a library too many doubles it.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.scans import write
from tests.test_imports import HOMES

pytestmark = pytest.mark.slow
LIBRARIES = {*HOMES, "pydantic", "click"}
FIXTURES = Path(__file__).parent.parent / "fixtures"
USER = """
resource "aws_iam_user" "ada" {
  name = "ada"
}

resource "aws_iam_user_login_profile" "ada" {
  user = aws_iam_user.ada.name
}
"""
HARD = 'resource "aws_iam_user" "a" {\n  name = "%{ if true }é%{ endif }"\n}\n'
TEMPLATE = "Resources:\n  Ada:\n    Type: AWS::IAM::User\n    Properties: {LoginProfile: {Password: x}}\n"
SCAN = """
import sys
before = {*sys.modules}
from scanner.__main__ import main
try:
    main()
except SystemExit:
    pass
print("imported:", *{*sys.modules} - before)
"""


def imported(directory: Path, *arguments: str) -> set[str]:
    """The modules that there are when a scan has ended."""
    command = [sys.executable, "-c", SCAN, *arguments]
    found = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=True)
    return set(found.stdout.rpartition("imported:")[2].split())


def rooms(modules: set[str]) -> set[str]:
    """The first two names of the scanner's modules."""
    return {".".join(module.split(".")[1:3]) for module in modules if module.startswith("scanner.")}


def test_the_version_takes_nothing(tmp_path: Path) -> None:
    modules = imported(tmp_path, "--version")
    assert rooms(modules) == {"__main__", "escape", "plain_arguments", "regexes", "streams"}
    assert not modules & {*LIBRARIES, "dataclasses", "inspect", "pathlib"}


def test_nothing_to_scan_takes_little(tmp_path: Path) -> None:
    modules = imported(tmp_path)
    assert not modules & LIBRARIES
    found = rooms(modules)
    assert not {one for one in found if one.split(".")[0] in ("iam", "principals", "facts", "extraction")}
    assert not found & {"terraform.language", "cloudformation.language", "cloudformation.stacks", "work.assessor"}
    assert not found & {"rules.rule_file", "rules.match", "verdicts.reasons"}


@pytest.mark.parametrize(
    ("files", "libraries"),
    [
        ({"main.tf": USER}, {"jsonpath_ng"}),
        ({"main.tf": HARD}, {"jsonpath_ng", "lark", "regex"}),  # Lark looks whether regex is there
        ({"a.yaml": TEMPLATE}, {"jsonpath_ng", "yaml", "cfn_tools"}),
        ({"plan.json": (FIXTURES / "plan" / "minimal-user.json").read_text()}, {"jsonpath_ng"}),
        ({"main.tf": USER, ".gitignore": "*.log\n"}, {"jsonpath_ng", "pathspec"}),
        ({"main.tf": "locals {\n  a = 1\n}\n"}, set()),
    ],
    ids=["user", "grammar", "template", "plan", "ignore file", "nobody"],
)
def test_a_small_root_takes_the_libraries_of_its_kind(
    files: dict[str, str], libraries: set[str], tmp_path: Path
) -> None:
    write(tmp_path, files)
    modules = imported(tmp_path)
    assert modules & LIBRARIES - {"msgspec"} == libraries, "and msgspec, which writes what is kept"
    own = rooms(modules)
    if "a.yaml" in files:
        assert "terraform.language" not in own
    else:
        assert "cloudformation.language" not in own
