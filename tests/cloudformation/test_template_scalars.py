"""Scalars are what CloudFormation makes of them: ``tests/cases/template-scalars.yaml`` says who saw that."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.cloudformation.template.scalars import Readings, as_text, plain
from scanner.cloudformation.template.syntax import parse
from tests.scans import scanned_template, verdicts
from tests.tables import TABLES, table

pytestmark = pytest.mark.slow

TABLE = table(TABLES / "template-scalars.yaml")
SCALARS: list[tuple[str, str | list[str], str]] = [tuple(row) for row in TABLE["scalars"]]


def test_every_row_has_a_source() -> None:
    assert {source for _, _, source in SCALARS} <= set(TABLE["sources"])
    assert len(SCALARS) >= 40


@pytest.mark.parametrize(("written", "expected"), [row[:2] for row in SCALARS], ids=[row[0] for row in SCALARS])
def test_plain_scalars(written: str, expected: str | list[str]) -> None:
    found = plain(written)
    assert (list(found.texts) if isinstance(found, Readings) else as_text(found)) == expected


@pytest.mark.parametrize("written", [row[0] for row in SCALARS])
@pytest.mark.parametrize("form", ["'{}'", '"{}"', "!!str {}", "&a !!str {}", "!!str &a {}"])
def test_quotes_and_tags_make_a_text(written: str, form: str) -> None:
    if "!!" in form and written in ("-", "2001-12-14 21:59:43"):
        return  # an element of a list; a mapping
    parsed = parse(f"k: {form.format(written)}\n", "t.yaml")
    assert not parsed.diagnostics
    assert parsed.documents[0].data["k"].text == written  # type: ignore[index,union-attr,call-overload] # a mapping


@given(st.integers(min_value=-(10**18), max_value=10**18))
def test_integers_in_every_notation(number: int) -> None:
    sign, digits = "-" if number < 0 else "", abs(number)
    spellings = [str(number), f"{sign}{digits:#x}", f"{sign}{digits:#b}", f"{sign}0{digits:o}", f"{sign}{digits:_}"]
    assert {plain(spelling) for spelling in spellings} == {number}


@given(st.decimals(min_value=Decimal("0.001"), max_value=Decimal("999999.999"), places=3))
def test_floats_keep_their_spelling_or_have_several(number: Decimal) -> None:
    found = plain(str(number))
    texts = found.texts if isinstance(found, Readings) else (as_text(found),)
    assert str(number) in texts
    assert (len(texts) == 1) == (not str(number).endswith("0"))


@given(st.text(alphabet="0123456789_.:+-eExybnofYNOTrue", max_size=12))
def test_any_text_is_read(written: str) -> None:
    found = plain(written)
    assert found is None or isinstance(found, bool | int | Decimal | str | Readings)


ACCOUNTS = [
    ("value", "a: 012345670123", 1),
    ("not octal", "a: [x, 098765432109]", 1),
    ("in a flow mapping", "{a: {b: 000000000001}}", 1),
    ("key", "000000000001: a", 2),
    ("by an alias, said once", "a: &x 012345670123\nb: *x", 1),
    ("quoted", "a: '012345670123'", 0),
    ("text by its tag", "a: !!str 012345670123", 0),
    ("without a zero", "a: 123456789012", 0),
    ("too short", "a: 01234567012", 0),
    ("in a text", "a: arn:aws:iam::012345670123:root", 0),
    ("block scalar", "a: |\n  012345670123\n", 0),
    ("argument of a short form", "a: !Ref 012345670123", 0),
]


@pytest.mark.parametrize(("text", "problems"), [row[1:] for row in ACCOUNTS], ids=[row[0] for row in ACCOUNTS])
def test_account_ids_without_quotes(text: str, problems: int) -> None:
    found = parse(text, "t.yaml").diagnostics
    assert len(found) == problems
    assert all(one.severity.value == "error" and "quotes" in one.detail for one in found)


KEYS = [
    ("yes: a", "true", "warning"),
    ("Off: a", "false", "warning"),
    ("N: a", "N", None),
    ("12: a", "12", "error"),
    ("0x10: a", "16", "error"),
    ("1.10: a", "1.10", "error"),
    ("'yes': a", "yes", None),
    ("!!str 12: a", "12", None),
    ("2012-10-17: a", "2012-10-17", None),
]


@pytest.mark.parametrize(("text", "key", "severity"), KEYS, ids=[row[0] for row in KEYS])
def test_keys(text: str, key: str, severity: str | None) -> None:
    parsed = parse(text, "t.yaml")
    assert list(parsed.documents[0].data) == [key]  # type: ignore[arg-type] # a mapping
    assert [one.severity.value for one in parsed.diagnostics] == ([] if severity is None else [severity])


TEMPLATE = """\
Parameters:
  Flag: {Type: String, Default: DEFAULT}
Conditions:
  Chosen: !Equals [!Ref Flag, COMPARED]
Resources:
  U:
    Type: AWS::IAM::User
    Properties:
      LoginProfile: {Password: secret}
      Tags: [{Key: flag, Value: DEFAULT}]
      ManagedPolicyArns: [!If [Chosen, "arn:aws:iam::aws:policy/AdministratorAccess", !Ref "AWS::NoValue"]]
"""
DECIDED = [
    ("yes", "'true'", "allowed"),
    ("yes", "'yes'", "implicit_deny"),
    ("on", "yes", "allowed"),
    ("off", "'false'", "allowed"),
    ("0100", "64", "allowed"),
    ("0100", "'0100'", "implicit_deny"),
    ("1_000", "'1000'", "allowed"),
    ("0x1F", "31", "allowed"),
    ("1:30", "'90'", "allowed"),
    ("2024-01-01", "'2024-01-01'", "allowed"),
    ("y", "'y'", "unknown"),
    ("y", "'true'", "unknown"),
    ("y", "'x'", "implicit_deny"),
    ("1.10", "'1.1'", "unknown"),
    ("1.10", "'1.10'", "unknown"),
    ("1.10", "'2'", "implicit_deny"),
    ("1.5", "'1.5'", "allowed"),
]


@pytest.mark.parametrize(("default", "compared", "decision"), DECIDED)
def test_a_verdict_rests_on_what_is_read(default: str, compared: str, decision: str) -> None:
    text = TEMPLATE.replace("DEFAULT", default).replace("COMPARED", compared)
    assert verdicts(scanned_template(text)) == {"U": ("yes", decision)}
