"""What quotes the scanned code has a most in length."""

from __future__ import annotations

import json

import pytest

from scanner.report.json import render
from scanner.shortened import MOST, MOST_QUOTED, shortened
from tests.scans import Scan, errors

LONG = "a" * 40_000


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("It is short.", "It is short."),
        (f'The name "{"a" * MOST_QUOTED}" is as long as may be.', None),
        (f'The name "{LONG}" is long.', f'The name "{"a" * MOST_QUOTED}…" is long.'),
        (f'"{LONG}" and "b" and "{LONG}".', f'"{"a" * MOST_QUOTED}…" and "b" and "{"a" * MOST_QUOTED}…".'),
        (LONG, "a" * MOST + "…"),
        ('"a' * 20_000, ('"a' * 20_000)[:MOST] + "…"),
    ],
)
def test_shortened(sentence: str, expected: str | None) -> None:
    assert shortened(sentence) == (sentence if expected is None else expected)


POLICY = """
resource "aws_iam_user" "u" {
  name = "%(name)s"
}
resource "aws_iam_user_login_profile" "u" {
  user = aws_iam_user.u.name
}
resource "aws_iam_user_policy" "p" {
  name   = "%(policy)s"
  user   = aws_iam_user.u.name
  policy = jsonencode({ Version = "2012-10-17", Statement = [
    { Sid = "%(sid)s", Effect = "Allow", Action = "%(action)s", Resource = "%(resource)s",
      Condition = { StringEquals = { "aws:PrincipalTag/%(tag)s" = "%(value)s" } } }
  ] })
}
"""
USUAL = {
    "name": "u",
    "policy": "p",
    "sid": "S",
    "action": "signin:*",
    "resource": "*",
    "tag": "t",
    "value": "v",
}
CASES = {
    "policy": LONG,
    "sid": LONG,
    "action": f"no-service-{LONG}",
    "resource": f"arn:aws:signin:*:*:{LONG}",
    "tag": LONG,
    "value": LONG,
}


@pytest.mark.parametrize("what", CASES)
def test_no_report_quotes_what_is_long(scan_files: Scan, what: str) -> None:
    report = scan_files({"main.tf": POLICY % {**USUAL, what: CASES[what]}})
    written = json.loads(render(report, "1"))

    def texts(found: object) -> list[str]:
        if isinstance(found, dict):
            return [text for part in found.values() for text in texts(part)]
        if isinstance(found, list):
            return [text for part in found for text in texts(part)]
        return [found] if isinstance(found, str) else []

    assert max(map(len, texts(written))) <= 2 * MOST
    assert written["principals"]


def test_an_error_quotes_the_beginning(scan_files: Scan) -> None:
    report = scan_files({"main.tf": POLICY % {**USUAL, "action": LONG}})
    assert errors(report) == [f'Malformed policy document: The action "{"a" * MOST_QUOTED}…" has no service prefix.']
