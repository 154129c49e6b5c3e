"""Where the resources of a plan are written: in the configuration beside the plan, if it is still the one of the plan.

A plan file holds the configuration that it was made from. A file of the same name and content, seen from the plan's
directory, is the one that people work on; otherwise a resource is where its plan is.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from pathlib import Path

from scanner.root import ScanRoot
from scanner.source_file import UnreadableFileError, read_bytes
from scanner.span import Span
from scanner.terraform.address import ResourceAddress
from scanner.terraform.plans.plan_document import PlanDocument, block_address


@dataclass(frozen=True, slots=True)
class Places:
    """Finds the blocks of one plan."""

    document: PlanDocument
    root: ScanRoot
    _same: dict[str, bool] = field(default_factory=dict)
    """Files that were compared, by their path in the plan."""

    def span(self, address: ResourceAddress) -> Span:
        """The block that an instance comes from, or the plan."""
        block = self.document.sources.get(block_address(address))
        if block is None:
            return Span.whole_file(self.root.path)
        path = block.span.path
        if path not in self._same:
            self._same[path] = self._is_same(path, block.content)
        if not self._same[path]:
            return Span.whole_file(self.root.path)
        shown = posixpath.normpath(posixpath.join(posixpath.dirname(self.root.path), path))
        return Span(shown, block.span.line, block.span.column, block.span.end_line, block.span.end_column)

    def _is_same(self, path: str, content: bytes) -> bool:
        return is_same_file(self.root.location.parent, self.root.boundary, path, content)


def is_same_file(directory: Path, boundary: Path, path: str, content: bytes) -> bool:
    """Whether a file seen from a directory has some content. Nothing outside the boundary is looked at."""
    try:
        location = Path(directory, path).resolve()
        if not location.is_relative_to(boundary.resolve()):
            return False
        return read_bytes(location, len(content)) == content
    except (UnreadableFileError, OSError, ValueError, RuntimeError):
        return False  # it is not there, which is the usual case
