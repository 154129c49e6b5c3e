"""Plans and states: JSON, archives, and what stands in an archive, whose checksums would keep any change out."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

from fuzz import seeds
from fuzz.folder import scanned
from fuzz.target import Target

_PLANS = seeds.FIXTURES / "plan"
_ARCHIVE = _PLANS / "minimal-user.tfplan"


def _json(data: bytes) -> object:
    return scanned("plan-json", {"plan.json": data}, "plan.json")


def _state(data: bytes) -> object:
    return scanned("state", {"terraform.tfstate": data}, "terraform.tfstate")


def _archive(data: bytes) -> object:
    return scanned("plan-archive", {"tfplan": data}, "tfplan")


def _changes(data: bytes) -> object:
    return scanned("plan-changes", {"tfplan": _with_changes(data)}, "tfplan")


def _with_changes(changes: bytes) -> bytes:
    """A real plan file with other changes in it."""
    memory = io.BytesIO()
    with zipfile.ZipFile(_ARCHIVE) as real, zipfile.ZipFile(memory, "w") as made:
        for name in real.namelist():
            made.writestr(zipfile.ZipInfo(name), changes if name == "tfplan" else real.read(name))
    return memory.getvalue()


def _json_seeds() -> Iterator[bytes]:
    """The smaller half: most of a plan is what no change has touched."""
    yield from seeds.files(_PLANS, "[a-m]*.json")
    yield from seeds.files(_PLANS, "[n-z]*.json")


def _state_seeds() -> Iterator[bytes]:
    yield from seeds.files(_PLANS, "*.tfstate", "*.state.json")


def _archive_seeds() -> Iterator[bytes]:
    for file in sorted(_PLANS.glob("*.tfplan")):
        yield file.read_bytes()


def _changes_seeds() -> Iterator[bytes]:
    for file in sorted(_PLANS.glob("*.tfplan")):
        with zipfile.ZipFile(file) as archive:
            yield archive.read("tfplan")


PLANS = (
    Target("plan-json", _json, _json_seeds, seconds=5.0, seconds_per_byte=0.001),
    Target("state", _state, _state_seeds, seconds=5.0, seconds_per_byte=0.001),
    Target("plan-archive", _archive, _archive_seeds, seconds=5.0, seconds_per_byte=0.001),
    Target("plan-changes", _changes, _changes_seeds, seconds=5.0, seconds_per_byte=0.001),
)
