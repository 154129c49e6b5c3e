"""The line of source below a finding: which one, which part of it, and what is never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.excerpt import Excerpt, Sources
from scanner.report.quotation import quoted
from scanner.span import Span

SOURCE = """\
resource "aws_iam_user" "ada" {
  name = "ada"
}
\tStatement = [{
\t  Effect = "Deny" }]
  password = "hunter2"
Ada: {Type: AWS::IAM::User, Properties: {LoginProfile: {Password: hunter2}}}
Sid = "NoCliCredentials"
{
[
(
  x = 1
"""


@pytest.mark.parametrize(
    ("place", "line", "meant"),
    [
        ((1, 1, 3, 2), 1, 'resource "aws_iam_user" "ada" {'),
        ((2, 3, 2, 7), 2, "name"),
        ((1, 1, 1, 1), None, None),
        ((2, 8, 2, 8), 2, ""),
        ((2, 80, 2, 80), None, None),
        ((4, 14, 5, 19), 5, 'Effect = "Deny"'),
        ((6, 3, 6, 20), None, None),
        ((7, 1, 7, 70), None, None),
        ((8, 1, 8, 25), 8, 'Sid = "NoCliCredentials"'),
        ((9, 1, 12, 8), None, None),
        ((99, 1, 99, 5), None, None),
        ((0, 1, 0, 5), None, None),
        ((2, 99, 2, 120), None, None),
    ],
)
def test_excerpt(place: tuple[int, int, int, int], line: int | None, meant: str | None, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(SOURCE)
    found = Sources(tmp_path).excerpt(Span("main.tf", *place))
    assert (found.line if found else None) == line
    assert (found.text[found.start : found.end] if found else None) == meant


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b"a\nb\n", ("a", "b", "")),
        (b"\xef\xbb\xbfa\r\nb", ("a\r", "b")),
        ("a\x0cb\u2028c".encode(), ("a\x0cb\u2028c",)),
        (b"", ("",)),
        (b"\xff", ()),
    ],
)
def test_all_lines(content: bytes, lines: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_bytes(content)
    assert Sources(tmp_path).lines("main.tf") == lines
    assert Sources(tmp_path).lines("gone.tf") == ()


def test_no_excerpt_of_what_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "latin.tf").write_bytes(b"\xff\xfe\xff")
    for path in ("plan.tfplan/main.tf", "latin.tf", ".", "a\0b"):
        assert Sources(tmp_path).excerpt(Span(path, 1, 1, 1, 9)) is None


@pytest.mark.parametrize(
    ("before", "meant", "after", "width", "line", "carets"),
    [
        ("  ", "name", " = 1", 80, "  name = 1", "  ^^^^"),
        ("\t", "name", "", None, "    name", "    ^^^^"),
        ("山田", "name", "", 80, "山田name", "    ^^^^"),
        ("", "x" * 50, "y", 40, "x" * 31 + "…", "^" * 31),
        ("", "abc", "y" * 50, 40, "abc" + "y" * 28 + "…", "^^^"),
        ("p" * 200, "name", "", 40, "…" + "p" * 8 + "name", " " * 9 + "^^^^"),
        ("", "a\x1b[31m\u202eb", "", 80, "a\\x1b[31m\\u202eb", "^" * 16),
    ],
)
def test_quotation(before: str, meant: str, after: str, width: int | None, line: str, carets: str) -> None:
    excerpt = Excerpt(1, before + meant + after, len(before), len(before) + len(meant))
    assert quoted(excerpt, width) == (line, carets)
