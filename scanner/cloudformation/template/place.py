"""Where a template lies, and which files it can name.

Files are read inside the scanned tree only.
"""

from __future__ import annotations

import posixpath
from pathlib import Path

from scanner import file_system
from scanner.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where a template lies."""

    path: str
    """As reports print it."""
    location: Path
    """Absolute."""
    boundary: Path
    """Absolute: other files are read inside this directory only."""

    def beside(self, relative: str) -> Place | None:
        """A file named relative to the template; None when it is outside the tree, also through a link."""
        location = Path(posixpath.normpath(self.location.parent / relative))
        inside = file_system.real(location).is_relative_to(file_system.real(self.boundary))
        shown = posixpath.normpath(posixpath.join(posixpath.dirname(self.path), relative))
        return Place(shown, location, self.boundary) if inside else None
