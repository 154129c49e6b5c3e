"""Outcomes of earlier scans, kept in a directory: one file for each root and each way to look at it.

The name of a file is a digest of everything that the outcome depends on and that is known beforehand: the root with its
inputs, the terms, the scanner's code and its libraries. The file has what was looked at while it was worked out
(``scanner.file_system``) with digests of the answers, and the outcome. It counts if every answer is the same today.

A file that is cut off, changed, of another version or gone is a root to work out again (``scanner.work.store``). Which
modules a directory calls is kept in the same way.

No secrets: of what is read there are digests only, an outcome holds no values of variables but those that reach a name,
a tag or a policy, and where one of those is called a secret the outcome is not kept (``scanner.confidential``). Plans,
states and change sets are not kept at all: they are made for one scan, and may hold anything.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

from scanner.calls import Calls
from scanner.file_system import Present
from scanner.looks import Notes, noted
from scanner.root import RootKind
from scanner.work.codec import CodecError, decode, decode_notes, encode, encode_notes, sealed, unsealed
from scanner.work.outcome import Outcome, Task
from scanner.work.store import Store

_OFTEN = 5.0
"""Seconds after which something is written down, if not all of it is in the end."""
_SHARE = 20
"""How many times as long as it takes to write it down somebody has to work before it is done again."""
_NOT_KEPT = frozenset({RootKind.TERRAFORM_PLAN, RootKind.TERRAFORM_STATE, RootKind.CHANGE_SET, RootKind.ACCOUNT})


class Kept:
    """What is kept in a directory, as it is today. Never raises for what is there."""

    def __init__(self, directory: Path, terms: bytes, controls: Notes, *, saves_often: bool = False) -> None:
        """Outcomes are those under the terms; ``controls`` are the looks at files that the terms name.

        With ``saves_often`` what is new is written down now and then, so that little is lost where the scan is ended.
        """
        start = os.fsencode(os.getcwd())  # noqa: PTH109 # as it is
        self._store = Store(directory, start)
        answers = repr(sorted(controls.answers.items())).encode("utf-8", "surrogatepass")
        self._under = sealed([terms, answers, start])
        self._present = Present()
        self._saves_at = time.monotonic() + _OFTEN if saves_often else float("inf")

    def outcome(self, task: Task, written: bytes) -> Outcome | None:
        """The outcome of a root, which is also given as bytes, if nothing that it depends on has changed."""
        found = self._known(_name(self._under, written)) if is_kept(task) else None
        try:
            return decode(found, Outcome) if found is not None else None
        except CodecError:
            return None

    def keep_outcome(self, task: Task, written: bytes, made: bytes, notes: bytes) -> None:
        """Keep the outcome of a root, with what was looked at for it."""
        if is_kept(task):
            self._store.write(_name(self._under, written), sealed([notes, made]))
            self._save_if_it_is_time()

    def calls(self, place: Path, boundary: Path, find: Callable[[], Calls]) -> Calls:
        """What a directory or a template calls, which ``find`` finds."""
        name = _name(b"calls", sealed([os.fsencode(place), os.fsencode(boundary)]))
        found = self._known(name)
        if found is not None:
            try:
                return decode(found, Calls)
            except CodecError:
                pass  # then it is found again
        with noted(is_exact=True) as notes:
            made = find()
        if notes.is_steady:
            with suppress(CodecError):  # then it is found again
                self._store.write(name, sealed([encode_notes(notes), encode(made)]))
                self._save_if_it_is_time()
        return made

    def save(self) -> None:
        """Write down what is new."""
        self._store.save()

    def _save_if_it_is_time(self) -> None:
        began = time.monotonic()
        if began >= self._saves_at:
            self._store.save()
            done = time.monotonic()
            self._saves_at = done + max(_OFTEN, _SHARE * (done - began))

    def _known(self, name: str) -> bytes | None:
        """What stands under a name, if every look that was noted beside it would show the same."""
        content = self._store.read(name)
        if content is None:
            return None
        is_as_noted = self._present.is_as_noted
        try:
            notes, found = unsealed(content)
            is_current = all(
                is_as_noted((look, path, most), answer, mark) for look, path, most, answer, mark in decode_notes(notes)
            )
        except (ValueError, LookupError):
            return None
        return found if is_current else None


def is_kept(task: Task) -> bool:
    """Whether outcomes of such roots are kept at all: not what is made anew each time, and nothing about people."""
    is_about_people = task.terms is not None and bool(task.terms.account_data)
    return task.root.kind not in _NOT_KEPT and task.root.stands_in is None and not is_about_people


def _name(under: bytes, written: bytes) -> str:
    return blake2b(written, digest_size=24, key=blake2b(under, digest_size=32).digest()).hexdigest()
