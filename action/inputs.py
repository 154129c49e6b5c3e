"""The inputs of the action, from the JSON of GitHub's ``inputs`` context.

For a composite action that context has what the workflow gives *and* the defaults of what it does not give. Names that
action.yml does not declare are among the former (``CompositeActionHandler.cs`` and ``ActionRunner.cs`` of
actions/runner, version 2.336.0): the runner itself only warns about them, and a misspelled ``fail_on`` would go
unnoticed.
"""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass

DECLARED = frozenset(
    {
        "annotations",
        "category",
        "changes-only",
        "comment",
        "compare-to",
        "config",
        "fail-on",
        "github-token",
        "min-severity",
        "options",
        "paths",
        "python",
        "sarif",
        "summary",
        "working-directory",
    }
)
"""All inputs of action.yml."""
_LISTS = frozenset({"options", "paths"})


class InputError(Exception):
    """An input that is refused: a clause that says which, and why."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the workflow asks for. Texts are empty where it says nothing."""

    paths: tuple[str, ...]
    """At least one."""
    options: tuple[str, ...]
    """Arguments for the scanner, none of which is ``--``."""
    working_directory: str
    config: str
    fail_on: str
    min_severity: str
    annotations: bool
    summary: bool
    compare_to: str
    """``merge-base``, ``prior``, or a path."""
    changes_only: bool
    comment: bool
    github_token: str
    category: str


def parse_inputs(text: str) -> Inputs:
    """The inputs, or an `InputError`. Names are compared without case, as GitHub does."""
    given = {name.lower(): value for name, value in json.loads(text).items()}
    _refuse_undeclared(given)
    for name, value in given.items():
        if name not in _LISTS and ("\n" in value.strip() or "\r" in value.strip()):
            raise InputError(f'the input "{name}" has more than one line')
    _flag(given, "sarif")  # action.yml reads it: `==` compares texts without case, as `_flag` does
    return Inputs(
        paths=_lines(given, "paths") or (".",),
        options=_options(given),
        working_directory=_text(given, "working-directory") or ".",
        config=_text(given, "config"),
        fail_on=_text(given, "fail-on"),
        min_severity=_text(given, "min-severity"),
        annotations=_flag(given, "annotations"),
        summary=_flag(given, "summary"),
        compare_to=_text(given, "compare-to"),
        changes_only=_changes_only(given),
        comment=_flag(given, "comment"),
        github_token=_text(given, "github-token"),
        category=_text(given, "category"),
    )


def _refuse_undeclared(given: dict[str, str]) -> None:
    for name in given:
        if name not in DECLARED:
            near = difflib.get_close_matches(name.replace("_", "-"), sorted(DECLARED), n=1)
            advice = f'did you mean "{near[0]}"?' if near else f"there are {', '.join(sorted(DECLARED))}"
            raise InputError(f'there is no input "{name}"; {advice}')


def _text(given: dict[str, str], name: str) -> str:
    return given.get(name, "").strip()


def _flag(given: dict[str, str], name: str) -> bool:
    value = _text(given, name).lower()
    if value not in ("true", "false"):
        raise InputError(f'the input "{name}" is "{value}"; write true or false')
    return value == "true"


def _changes_only(given: dict[str, str]) -> bool:
    wanted = _flag(given, "changes-only")
    if wanted and not _text(given, "compare-to"):
        raise InputError('the input "changes-only" goes with "compare-to"')
    return wanted


def _lines(given: dict[str, str], name: str) -> tuple[str, ...]:
    """One value a line. Blanks around it come from indentation, those inside belong to it."""
    return tuple(line.strip() for line in given.get(name, "").split("\n") if line.strip())


def _options(given: dict[str, str]) -> tuple[str, ...]:
    options = _lines(given, "options")
    for option in options:
        if option == "--":
            raise InputError('the input "options" has the line "--"; write paths into the input "paths"')
        name, *value = option.split(maxsplit=1)
        if name.startswith("--") and "=" not in name and value:
            raise InputError(
                f'the input "options" has the line "{option}"; write "{name}={value[0]}", or the value on the next line'
            )
    return options
