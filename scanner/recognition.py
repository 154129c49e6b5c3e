"""What a file is, by what is in it: a template, a change set, a plan or a state, account data, or nothing of ours.

Never opens what is not a regular file, and reads no more than it takes to tell. What a file is called says no more than
how much that may be.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from scanner import file_system
from scanner.account.recognition import MARKS as ACCOUNT_MARKS
from scanner.account.recognition import is_authorization_details, is_credential_report, is_permission_sets
from scanner.cloudformation.template.recognition import (
    CHANGE_SET_MARK,
    TEMPLATE_MARKS,
    looks_like_change_set,
    looks_like_template,
)
from scanner.file_system import why
from scanner.root import RootKind
from scanner.source_file import MAX_BYTES, UnreadableFileError, wide_encoding
from scanner.terraform.plans.recognition import ARCHIVE, PLAN_MARKS, as_text, recognise_plan

TEMPLATE_SUFFIXES = (".json", ".yaml", ".yml", ".template", ".cfn", ".cform", ".stack")
_HEAD = 4096
"""Bytes that are read to recognise a file."""


def recognise(head: bytes) -> RootKind | None:
    """What a file is, from its beginning; None for anything that is not ours."""
    plan = recognise_plan(head)
    if plan is not None:
        return plan
    text = as_text(head)
    if is_authorization_details(text) or is_credential_report(text) or is_permission_sets(text):
        return RootKind.ACCOUNT
    if looks_like_change_set(text):
        return RootKind.CHANGE_SET
    return RootKind.CLOUDFORMATION_TEMPLATE if looks_like_template(text) else None


def may_be_ours(content: bytes) -> bool:
    """Whether a file that begins like this may be recognised: each kind has one of a few words."""
    if any(map(content.__contains__, _MARKS)) or wide_encoding(content) is not None or content.startswith(ARCHIVE):
        return True
    return b"\0" in content and any(map(_without_nuls(content).__contains__, _MARKS))


def readings(head: bytes) -> Iterator[bytes]:
    """What a file with NUL characters may be for whoever overlooks them: in UTF-8."""
    yield _without_nuls(head)
    for encoding in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"):
        yield head.decode(encoding, "ignore").encode("utf-8", "ignore")


def _without_nuls(content: bytes) -> bytes:
    """ASCII as it would be in UTF-8, whichever encoding it is in, and whatever hides in it."""
    return content.replace(b"\0", b"")


_MARKS = tuple(mark.encode() for mark in (*TEMPLATE_MARKS, CHANGE_SET_MARK, *PLAN_MARKS, *ACCOUNT_MARKS))


def is_none_of_ours(path: str) -> bool:
    """Whether a regular file is plainly nothing that is scanned, as most are that have to be opened.

    False for what takes a closer look, and for what cannot be read.
    """
    is_read = path.lower().endswith(TEMPLATE_SUFFIXES)
    try:
        return not may_be_ours(file_system.beginning(path, _HEAD, lambda _: is_read, MAX_BYTES))
    except (OSError, ValueError, file_system.NotRegularError):
        return False


def read_head(path: Path) -> bytes:
    """The beginning of a regular file; the whole of a template that begins with a long preamble is not needed."""
    try:
        return file_system.beginning(path, _HEAD, lambda head: _may_be_a_template(head, path), _HEAD + MAX_BYTES)
    except file_system.NotRegularError as problem:
        raise UnreadableFileError("it is not a regular file") from problem
    except (OSError, ValueError) as problem:
        raise UnreadableFileError(why(problem)) from problem


def _may_be_a_template(head: bytes, path: Path) -> bool:
    """Whether it takes the whole file to tell: descriptions, parameters and mappings may stand before the resources."""
    return path.suffix.lower() in TEMPLATE_SUFFIXES and recognise_plan(head) is None
