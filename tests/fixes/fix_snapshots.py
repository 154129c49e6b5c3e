"""What fixes looked like when somebody last read it. ``UPDATE_SNAPSHOTS=1`` in the environment writes it anew."""

from __future__ import annotations

import os
from pathlib import Path

SNAPSHOTS = Path(__file__).parent / "snapshots"


def place(case: str, folder: str = "") -> Path:
    """Where the snapshot of a case is."""
    name = case.replace(" ", "-").replace(":", "").replace(",", "")
    return SNAPSHOTS / folder / f"{name}.diff"


def check(case: str, text: str, *, folder: str = "") -> None:
    """Compare with the snapshot of a case."""
    path = place(case, folder)
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    assert path.exists(), f"there is no snapshot {path.name} yet: run `make snapshots`, and read what it has written"
    assert text == path.read_text(), f"{path.name} has other text: if yours is right, run `make snapshots`"
