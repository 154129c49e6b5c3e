"""Notes of what is looked at in the scanned tree, with the answers.

So somebody can see later whether any answer has changed (``file_system.Present``); what nobody has looked at cannot
matter. Like git, that takes a file or directory whose times, size and number are those of then for unchanged, if it had
been left alone for a while by then.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import field
from enum import Enum
from typing import TypeAlias

from scanner.lazy_dataclass import dataclass

AnyPath: TypeAlias = "str | os.PathLike[str]"


class Look(Enum):
    """What one wants to know of a path."""

    CONTENT = "content"
    STATUS = "status"
    LINK = "link"
    ENTRIES = "entries"
    REAL = "real"


Question = tuple[str, str, int]
"""The word of a look, an absolute path, and the most bytes that are read of a content."""


@dataclass(slots=True)
class Notes:
    """What was looked at, with the answers."""

    is_exact: bool = True
    """Whether the answers are wanted."""
    seek: Callable[[bytes], bool] | None = None
    """What is asked about every content besides."""
    answers: dict[Question, str] = field(default_factory=dict)
    """A digest of what was found, or the word for a problem: never any content."""
    marks: dict[Question, str] = field(default_factory=dict)
    """What tells, where it does, that a file or directory is the same without another look into it."""
    without: set[str] = field(default_factory=set)
    """Paths of the files in which what was asked about was not found."""
    is_steady: bool = True
    """Whether every question that was asked again had the same answer."""

    def add(self, look: Look, path: AnyPath, answer: str, limit: int = 0, status: os.stat_result | None = None) -> None:
        """One look; ``status`` is that of what was looked into."""
        text = os.fspath(path)
        question = look.value, text if text.startswith("/") else os.path.abspath(text), limit  # noqa: PTH100 # lexical
        if self.answers.setdefault(question, answer) != answer:
            self.is_steady = False
        elif status is not None and time.time() - max(status.st_mtime, status.st_ctime) > _COARSEST:
            self.marks[question] = mark_of(status)


_COARSEST = 2.0
"""Seconds: what was changed less long ago may be changed again without a trace in its times."""


def mark_of(status: os.stat_result) -> str:
    """Times of changes, with size and number. Nobody sets the second time; on Windows there is none."""
    if os.name != "posix":
        return ""
    return f"{status.st_mtime_ns} {status.st_ctime_ns} {status.st_size} {status.st_ino} {status.st_dev}"


NOTES: ContextVar[Notes | None] = ContextVar("notes", default=None)
"""Those that are taken now, if any."""


@contextmanager
def noted(*, is_exact: bool | None = None, seek: Callable[[bytes], bool] | None = None) -> Iterator[Notes]:
    """Notes of everything that is looked at inside, and that notes around it do not have.

    What is not said is as it is for the notes around it; where there are none, the answers are wanted.
    """
    around = NOTES.get()
    if around is not None:
        is_exact = around.is_exact if is_exact is None else is_exact
        seek = around.seek if seek is None else seek
    notes = Notes(is_exact is not False, seek)
    before = NOTES.set(notes)
    try:
        yield notes
    finally:
        NOTES.reset(before)


@contextmanager
def unnoted() -> Iterator[None]:
    """Look at something without notes: at large files of which nothing is kept, and in which nothing is sought."""
    before = NOTES.set(None)
    try:
        yield
    finally:
        NOTES.reset(before)


def note_all(others: Notes) -> None:
    """Take over the notes of somebody else, as if all of it was looked at now."""
    notes = NOTES.get()
    if notes is not None:
        for question, answer in others.answers.items():
            if notes.answers.setdefault(question, answer) != answer:
                notes.is_steady = False
        notes.marks |= others.marks
        notes.without |= others.without
        notes.is_steady = notes.is_steady and others.is_steady
