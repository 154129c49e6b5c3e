"""The programming interface: what a program can import, what its options refuse, and the page about it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import scanner
from scanner import AccountControls, Inputs, Options, PathGlob, PathSection, UsageError, scan

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


def test_every_name_is_there_and_on_the_page() -> None:
    assert dir(scanner) == sorted(scanner.__all__)
    for name in scanner.__all__:
        assert getattr(scanner, name) is not None
        assert re.search(rf"\b{name}\b", PAGE), f"docs/python.md does not mention {name}"
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = scanner.nothing


def test_nothing_is_imported_before_it_is_asked_for() -> None:
    script = "import sys, scanner; print(sorted(name for name in sys.modules if name.startswith('scanner.')))"
    shown = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert shown.stdout == "[]\n"


@pytest.mark.parametrize("example", EXAMPLES)
def test_examples_run(monkeypatch: pytest.MonkeyPatch, example: str) -> None:
    monkeypatch.chdir(ROOT)
    exec(compile(example, "docs/python.md", "exec"), {})  # noqa: S102 # our own page


@pytest.mark.slow
def test_examples_are_typed(tmp_path: Path) -> None:
    files = [tmp_path / f"example_{number}.py" for number in range(len(EXAMPLES))]
    for file, example in zip(files, EXAMPLES, strict=True):
        file.write_text(example)
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--cache-dir", str(tmp_path / "cache")]
    result = subprocess.run([*command, *map(str, files)], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"paths": "infra"}, "paths is 'infra' and must be a tuple"),
    ({"paths": Path("infra")}, "and must be a tuple"),
    ({"paths": ("",)}, "a path is empty"),
    ({"select": "aws-login-denied"}, "select is 'aws-login-denied' and must be a tuple"),
    ({"rule_paths": "rules"}, "rule_paths is 'rules' and must be a tuple"),
    ({"controls": AccountControls(rcps="x.json")}, "rcps is 'x.json' and must be a tuple"),  # type: ignore[arg-type]
    ({"controls": AccountControls(scp_levels=("x.json",))}, "must be a tuple of tuples"),  # type: ignore[arg-type]
    ({"context": (("aws:SourceIp", "10.0.0.1"),)}, "the values of aws:SourceIp are '10.0.0.1' and must be a tuple"),
    ({"inputs": Inputs(region="EU-West-1")}, '"EU-West-1" is not a region; did you mean eu-west-1?'),
    ({"inputs": Inputs(region="moon")}, '"moon" is not a region; a region is written like eu-west-1'),
    ({"sections": (PathSection(region="moon"),)}, '"moon" is not a region'),
    ({"inputs": Inputs(account="12")}, "an account ID has twelve digits"),
    ({"exclude": (PathGlob("!x"),)}, 'begins with "!"'),
    ({"select": ("no-such-rule",)}, 'there is no rule "no-such-rule"'),
]


@pytest.mark.parametrize(("options", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_what_the_command_line_refuses(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=re.escape(message)):
        scan(Options(**options))


def test_a_format_that_does_not_exist() -> None:
    report = scan(Options(paths=("terraform/minimal-user",), directory=ROOT / "fixtures"))
    with pytest.raises(ValueError, match='there is no format "xml"; there are text, concise, json'):
        scanner.render("xml", report, scanner.Appearance(scanner.__version__))


def test_a_directory_may_be_relative(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    report = scan(Options(directory=Path("fixtures/terraform/minimal-user")))
    assert [finding.span.path for finding in report.findings] == ["main.tf"]
