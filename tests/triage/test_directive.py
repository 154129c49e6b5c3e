"""What a comment may say."""

from __future__ import annotations

from datetime import date

import pytest

from scanner.triage.directive import Directive, DirectiveError, Named, read_directive

DAY = date(2027, 3, 1)


@pytest.mark.parametrize(
    ("text", "rules", "reason", "until"),
    [
        ("scan:ignore[a] why", [Named("a")], "why", None),
        ("scan:ignore[a]why", [Named("a")], "why", None),
        ("scan:ignore[a]: why", [Named("a")], "why", None),
        ("scan:ignore[a] -- why - not", [Named("a")], "why - not", None),
        ("scan:ignore[ a ,b-c, d ] why", [Named("a"), Named("b-c"), Named("d")], "why", None),
        ("scan:ignore[a, a] why", [Named("a")], "why", None),
        ('scan:ignore[a @ "k"] why', [Named("a", '"k"')], "why", None),
        ('scan:ignore[a@"k", b @ 0] why', [Named("a", '"k"'), Named("b", "0")], "why", None),
        (r'scan:ignore[a @ "x\"]y"] why', [Named("a", r'"x\"]y"')], "why", None),
        ('scan:ignore[a @ "x, y"] why', [Named("a", '"x, y"')], "why", None),
        ("scan:ignore[a] why # more", [Named("a")], "why # more", None),
        ("scan:ignore[a] 山田", [Named("a")], "山田", None),
        ("scan:ignore[a]", [Named("a")], "", None),
        ("scan:ignore[a] ...", [Named("a")], "", None),
        ("scan:ignore[a] until 2027-03-01", [Named("a")], "", DAY),
        ("scan:ignore[a] until 2027-03-01 why", [Named("a")], "until 2027-03-01 why", DAY),
        ("scan:ignore[a] why, Until: 2027-03-01.", [Named("a")], "why, Until: 2027-03-01.", DAY),
        ("scan:ignore[a] why (until 2027-03-01)", [Named("a")], "why (until 2027-03-01)", DAY),
        (
            "scan:ignore[a] why until 2028-01-01, or until 2027-03-01",
            [Named("a")],
            "why until 2028-01-01, or until 2027-03-01",
            DAY,
        ),
        ("scan:ignore[a] until Easter", [Named("a")], "until Easter", None),
        ("scan:ignore[a] until the migration", [Named("a")], "until the migration", None),
        ("scan:ignore[a] until 3 people have left", [Named("a")], "until 3 people have left", None),
        ("scan:ignore[*] why", [Named("*")], "why", None),
    ],
)
def test_directives(text: str, rules: list[Named], reason: str, until: date | None) -> None:
    assert read_directive(text) == Directive(tuple(rules), reason, until)


@pytest.mark.parametrize(
    "text", ["", "why", "see scan:ignore[a] why", "scan:ignored[a] why", "scan:ignore-next[a]", "xscan:ignore[a] why"]
)
def test_other_comments(text: str) -> None:
    assert read_directive(text) is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("scan:ignore", "it is written scan:ignore[RULE] REASON"),
        ("scan:ignore a why", "it is written scan:ignore[RULE] REASON"),
        ("scan: ignore[a] why", "it is written scan:ignore[RULE] REASON"),
        ("scan:ignore [a] why", "it is written scan:ignore[RULE] REASON"),
        ("Scan:Ignore[a] why", "it is written scan:ignore[RULE] REASON"),
        ("scan:ignore[] why", "the brackets hold ids"),
        ("scan:ignore[a why", "the brackets hold ids"),
        ("scan:ignore[a,] why", "the brackets hold ids"),
        ("scan:ignore[a b] why", "the brackets hold ids"),
        ("scan:ignore[a @ k] why", "the brackets hold ids"),
        ('scan:ignore[a @ "k] why', "the brackets hold ids"),
        ("scan:ignore[a @ ] why", "the brackets hold ids"),
        ("scan:ignore[a] why until 2027-02-30", '"2027-02-30" is not a date'),
        ("scan:ignore[a] why until 2027-3-1", '"2027-3-1" is not a date'),
        ("scan:ignore[a] why until 2027/03/01", '"2027/03/01" is not a date'),
        ("scan:ignore[a] why until 01.03.2027", '"01.03.2027" is not a date'),
        ("scan:ignore[a] why until 2027", '"2027" is not a date'),
        ("scan:ignore[a] why until 20270301", '"20270301" is not a date'),
    ],
)
def test_what_is_nearly_one_is_refused(text: str, problem: str) -> None:
    with pytest.raises(DirectiveError) as refused:
        read_directive(text)
    assert str(refused.value).startswith(problem)


@pytest.mark.parametrize(
    "text",
    [
        "scan:ignore[" + "a," * 200_000,
        "scan:ignore[a" + " " * 400_000,
        'scan:ignore[a @ "' + '\\"' * 200_000,
        "scan:ignore[a" + " @" * 200_000,
        "scan:ignore[" + "a-" * 200_000 + "!",
    ],
    ids=["rules", "blanks", "quotes", "signs", "letters"],
)
def test_long_ones_are_refused_quickly(text: str) -> None:
    with pytest.raises(DirectiveError):
        read_directive(text)


@pytest.mark.parametrize("text", ["until " * 200_000, "- :" * 200_000, "until\t\t\t" * 100_000 + "2027-03-01"])
def test_long_reasons_are_read_quickly(text: str) -> None:
    assert read_directive("scan:ignore[a] " + text) is not None
