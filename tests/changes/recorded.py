"""The cases of ``tests/cases/changes``: configurations before and after, and the plans that Terraform makes of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from scanner.verdicts.sign_in import Client

_FOLDER = Path(__file__).parent.parent / "cases" / "changes"
RECORDED = _FOLDER / "recorded"
_DOCUMENT: Mapping[str, Any] = yaml.safe_load((_FOLDER / "cases.yaml").read_text(encoding="utf-8"))


Said = tuple[str, str | None, str]
"""Kind, client and name of a change."""
_OF_CLIENTS = ("lost", "gained", "weaker", "stronger", "undetermined")


@dataclass(frozen=True, slots=True)
class Case:
    """One change."""

    before: dict[str, str] | None
    """Files; None where Terraform has no state."""
    after: dict[str, str]
    options: tuple[str, ...]
    """Of ``terraform plan``."""
    changes: Mapping[Said, tuple[str, ...]]
    """What a plan says, and why."""
    of_configurations: frozenset[Said]
    """What the two configurations say."""


def _files(names: list[str] | None) -> dict[str, str] | None:
    return None if names is None else {f"{name}.tf": _DOCUMENT["blocks"][name] for name in names}


def _said(written: str) -> Iterator[Said]:
    """What ``lost ada``, ``lost remote ada`` and ``undetermined console ada`` mean."""
    kind, *client, name = written.split()
    if client:
        yield kind, client[0] if client[0] != "console" else None, name
    elif kind in _OF_CLIENTS:
        yield from ((kind, one.value, name) for one in Client)
    else:
        yield kind, None, name


def _case(written: Mapping[str, Any]) -> Case:
    because: Mapping[str, list[str]] = written.get("changes", {})
    changes = {said: tuple(because[change]) for change in because for said in _said(change)}
    configurations: list[str] = written.get("of configurations", list(because))
    return Case(
        _files(written["before"]),
        _files(written["after"]) or {},
        tuple(written.get("options", ())),
        changes,
        frozenset(said for change in configurations for said in _said(change)),
    )


CASES = {name: _case(written) for name, written in _DOCUMENT["cases"].items()}
