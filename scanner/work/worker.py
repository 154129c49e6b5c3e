"""What works on roots, here or in another process: task to outcome, with what was looked at on the way."""

from __future__ import annotations

import gc
import signal
from contextlib import suppress
from typing import TYPE_CHECKING

from scanner.chance import chances_met
from scanner.confidential import secrets_met
from scanner.looks import noted
from scanner.session import session
from scanner.triage.comments import may_ask
from scanner.walls import raise_walls
from scanner.work.assessor import Assessor
from scanner.work.codec import CodecError, decode, encode, encode_notes, sealed, unsealed
from scanner.work.outcome import Outcome, Task, Terms

if TYPE_CHECKING:
    from multiprocessing.connection import Connection


def with_notes(assess: Assessor, task: Task) -> tuple[Outcome, bytes, bytes]:
    """The outcome, the same as bytes, and what was looked at; no bytes where it must not be kept."""
    with noted(is_exact=True) as notes, secrets_met() as secrets, chances_met() as chances:
        outcome = assess(task)
    if outcome.has_errors or chances or not notes.is_steady:
        return outcome, b"", b""
    try:
        written, looks = encode(outcome), encode_notes(notes)
    except CodecError:
        return outcome, b"", b""
    if any(secret.encode("utf-8", "surrogatepass") in written for secret in secrets):
        return outcome, b"", b""
    return outcome, written, looks


def serve(pipe: Connection, terms: bytes, keeps: bool) -> None:
    """Answer lists of tasks with outcomes until there are no more. An empty answer: it cannot be said in bytes.

    ``keeps`` is whether outcomes are kept, so that what was looked at is needed.
    """
    # An interrupt goes to all processes of a terminal; whoever started this one ends it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(1_000_000, 50, 100)  # as where the commands begin
    gc.freeze()
    raise_walls()
    assess = Assessor(decode(terms, Terms))
    with suppress(EOFError, OSError), session(), noted(is_exact=keeps, seek=may_ask):  # nobody wants more
        pipe.send_bytes(b"")  # ready
        while True:
            for task in unsealed(pipe.recv_bytes()):
                pipe.send_bytes(answer(assess, decode(task, Task), keeps=keeps))


def answer(assess: Assessor, task: Task, *, keeps: bool) -> bytes:
    """An outcome with what was looked at, sealed."""
    outcome, written, notes = with_notes(assess, task) if keeps else (assess(task), b"", b"")
    try:
        return sealed([written or encode(outcome), notes])
    except CodecError:
        return b""
