"""Credential reports: who has a password, and who has long-term access keys. Nothing else in them is looked at.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
"""

from __future__ import annotations

import base64
import binascii
import csv
import io
from collections.abc import Mapping

import msgspec
from msgspec import Struct

from scanner.account.recognition import REPORT_MARK
from scanner.lazy_dataclass import dataclass
from scanner.span import Span

_REQUIRED = ("arn", "password_enabled")
_KEYS = ("access_key_1_active", "access_key_2_active")


class ReportError(Exception):
    """A file is not a credential report. The message is a clause about it."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a user has."""

    has_password: bool
    active_keys: int
    span: Span


class _Printed(Struct, rename="pascal"):
    content: str


def credentials(path: str, text: str) -> Mapping[str, Credentials]:
    """What each user of a report has, by ARN. Raises ``ReportError``.

    What ``aws iam get-credential-report`` prints has the report as base64, which other programs decode. Everybody in it
    is at its one line.
    """
    is_printed = text.lstrip()[:1] == "{"
    rows = csv.DictReader(io.StringIO(_content(text) if is_printed else text, newline=""))
    if not set(_REQUIRED) <= set(rows.fieldnames or ()):
        raise ReportError(f"it has no column {' or '.join(_REQUIRED)}")
    found: dict[str, Credentials] = {}
    try:
        for row in rows:
            line = 1 if is_printed else rows.line_num
            password = (row["password_enabled"] or "").lower()
            if password in ("true", "false"):  # it is not_supported for the root user
                keys = sum((row.get(key) or "").lower() == "true" for key in _KEYS)
                found[row["arn"]] = Credentials(password == "true", keys, Span(path, line, 1, line + 1, 1))
    except csv.Error as problem:
        raise ReportError(f"it is not CSV: {problem}") from problem
    return found


def _content(text: str) -> str:
    try:
        printed = msgspec.json.decode(text.encode(), type=_Printed)
        if printed.content.startswith(REPORT_MARK):
            return printed.content
        return base64.b64decode(printed.content, validate=True).decode("utf-8-sig")
    except (msgspec.MsgspecError, UnicodeError, binascii.Error) as problem:
        raise ReportError("its Content is not a report in base64") from problem
