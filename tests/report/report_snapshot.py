"""Rendered text against the files in ``snapshots/``.

Run the tests with ``UPDATE_SNAPSHOTS=1`` in the environment to write the files anew, then read the difference.
"""

from __future__ import annotations

import os
from pathlib import Path

SNAPSHOTS = Path(__file__).parent / "snapshots"


def check(name: str, text: str) -> None:
    path = SNAPSHOTS / name
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.write_bytes(text.encode())
    assert path.exists(), f"there is no snapshot {name} yet: run `make snapshots`, and read what it has written"
    wanted = path.read_bytes().decode()
    assert text == wanted, f"the snapshot {name} has other text: if yours is right, run `make snapshots`"
