"""The configuration file that a value is from: what its paths are relative to, and how far they may lead."""

from __future__ import annotations

import os
from dataclasses import field
from pathlib import Path

from scanner import file_system
from scanner.configuration.errors import MistakeError
from scanner.lazy_dataclass import dataclass
from scanner.span import Span


@dataclass(frozen=True, slots=True)
class Origin:
    """A configuration file.

    One that was found may have come with what is scanned, so it can neither reach out of its tree nor ask for the
    environment. One that the user names can do what the command line can.
    """

    shown: str
    """As reports print it: relative to the working directory."""
    directory: Path
    """Absolute: where it is."""
    working: Path
    """Absolute: the working directory."""
    tree: Path | None
    """Absolute: what a file that was found may name; None for one that the user names."""
    named: dict[str, Span] = field(default_factory=dict, compare=False)
    """What ``path`` has been asked for: each path as it gave it, with its place."""

    @property
    def is_named(self) -> bool:
        """Whether the user names it."""
        return self.tree is None

    def path(self, text: str, span: Span) -> str:
        """A path in the file as the command line would have it. Raises ``MistakeError`` for what it may not name."""
        if not text or "\0" in text:
            raise MistakeError(f'"{text}" is not a path', span)
        absolute = os.path.normpath(self.directory / text)
        if self.tree is not None and not file_system.real(absolute).is_relative_to(file_system.real(self.tree)):
            only = "only the command line and a file given with --config may do that"
            raise MistakeError(f'"{text}" leads out of {self._shown(str(self.tree))}; {only}', span)
        shown = self._shown(absolute)
        shown = "./-" if shown == "-" else shown  # a dash alone means standard input
        self.named.setdefault(shown, span)
        return shown

    def written_path(self, text: str, span: Span) -> str:
        """The same for a file that is written: nothing of git's own, where hooks and settings are."""
        path = self.path(text, span)
        parts = file_system.real(self.working / path).parts
        if self.tree is not None and any(part.lower() == ".git" for part in parts):
            raise MistakeError(f'"{text}" is inside .git, where nothing is written', span)
        return path

    def _shown(self, absolute: str) -> str:
        try:
            return os.path.relpath(absolute, self.working).replace(os.sep, "/")
        except ValueError:  # another drive
            return absolute.replace(os.sep, "/")
