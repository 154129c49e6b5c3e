"""Configurations of other tools that this repository has: files of its own, and blocks of its pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
GUIDES = ROOT / "docs" / "ci"
"""Pages whose blocks all have to be known here."""
_BLOCK = re.compile(r"^```ya?ml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_NAMED = re.compile(r"# (?:[\w.-]+/)*(\.?[\w-]+\.ya?ml)\n")
COMMIT = "0" * 40
"""In place of COMMIT, by which pages mean a commit of the reader's choice."""


@dataclass(frozen=True, slots=True)
class Example:
    """One configuration."""

    place: str
    kind: str
    """``workflow``, ``steps``, ``action``, or the name of the file that it is meant for."""
    text: str

    def as_workflow(self) -> str:
        """A workflow that has the steps, where there are only steps."""
        if self.kind != "steps":
            return self.text
        steps = "".join(f"      {line}" for line in self.text.splitlines(keepends=True))
        return (
            "name: steps\non: push\npermissions: {}\nconcurrency: {group: steps, cancel-in-progress: true}\n"
            f"jobs:\n  steps:\n    name: steps\n    runs-on: ubuntu-latest\n    steps:\n{steps}"
        )


def _kind(text: str) -> str | None:
    match yaml.safe_load(text):
        case {"jobs": _, True: _}:  # the key "on" is true in YAML 1.1
            return "workflow"
        case [{"uses": _} | {"run": _}, *_]:
            return "steps"
        case _:
            named = _NAMED.match(text)
            return named[1] if named else None


def _blocks() -> Iterator[Example]:
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for block in _BLOCK.finditer(text):
            place = f"{page.relative_to(ROOT).as_posix()}:{text.count(chr(10), 0, block.start()) + 1}"
            content = re.sub(r"@COMMIT\b", f"@{COMMIT}", block[1])
            kind = _kind(content)
            assert kind or GUIDES not in page.parents, f"{place}: begin with a comment that names the file"
            if kind:
                yield Example(place, kind, content)


def _files() -> Iterator[Example]:
    yield Example("action.yml", "action", (ROOT / "action.yml").read_text(encoding="utf-8"))
    for file in sorted((ROOT / ".github" / "workflows").glob("*.yml")):
        yield Example(file.relative_to(ROOT).as_posix(), "workflow", file.read_text(encoding="utf-8"))


EXAMPLES = (*_files(), *_blocks())
WORKFLOWS = tuple(example for example in EXAMPLES if example.kind in ("workflow", "steps"))


def steps(example: Example) -> Iterator[dict[str, Any]]:
    """The steps of workflows and actions, and jobs that call a workflow."""
    content = yaml.safe_load(example.as_workflow())
    if "runs" in content:
        yield from content["runs"]["steps"]
    for job in content.get("jobs", {}).values():
        yield from ([job] if "uses" in job else job["steps"])
