"""Writing generated files."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

_HOLE = re.compile(r"<<(\w+)>>")


def fill(template: str, **values: object) -> str:
    """A template with its ``<<holes>>`` filled; braces and dollars, of which HCL is full, mean nothing here."""
    return _HOLE.sub(lambda hole: str(values[hole[1]]), template)


@dataclass
class Tree:
    """A directory that is being written, and how much is in it."""

    top: Path
    size: int = 0
    files: int = 0
    _made: set[Path] = field(default_factory=set)

    def write(self, path: str, text: str) -> None:
        """Write a file, whose path is relative to the directory."""
        target = self.top / path
        if target.parent not in self._made:
            target.parent.mkdir(parents=True, exist_ok=True)
            self._made.add(target.parent)
        content = text.encode()
        target.write_bytes(content)
        self.size += len(content)
        self.files += 1
