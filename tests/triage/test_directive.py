"""What a comment may say."""

from __future__ import annotations

from datetime import date

import pytest

from scanner.triage.directive import Directive, Named, directives_in, read_directive
from scanner.triage.reason import MalformedError

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
        ("scan:ignore[a] until OPS-123 is done", [Named("a")], "until OPS-123 is done", None),
        ("scan:ignore[a] until OPS-2026 is done", [Named("a")], "until OPS-2026 is done", None),
        ("scan:ignore[a] until #2026 is done", [Named("a")], "until #2026 is done", None),
        ("scan:ignore[a] until all run 1.12.3 of it", [Named("a")], "until all run 1.12.3 of it", None),
        ("scan:ignore[a] until 3 marketing people go", [Named("a")], "until 3 marketing people go", None),
        ("scan:ignore[a] till Bob is back, who left 2026", [Named("a")], "till Bob is back, who left 2026", None),
        ("scan:ignore[a] why until the 2027-03-01", [Named("a")], "why until the 2027-03-01", DAY),
        ('scan:ignore[a] why until "2027-03-01".', [Named("a")], 'why until "2027-03-01".', DAY),
        ("scan:ignore[a] why until\u00a02027-03-01", [Named("a")], "why until 2027-03-01", DAY),
        ("scan:ignore[a] why until\n  2027-03-01", [Named("a")], "why until 2027-03-01", DAY),
        ("scan:ignore[a] why until2027-03-01", [Named("a")], "why until2027-03-01", DAY),
        ("scan:ignore[a] until the 2027-03-01", [Named("a")], "", DAY),
        ("scan:ignore[*] why", [Named("*")], "why", None),
    ],
)
def test_directives(text: str, rules: list[Named], reason: str, until: date | None) -> None:
    assert read_directive(text) == Directive(tuple(rules), reason, until)


@pytest.mark.parametrize(
    "text",
    [
        *("", "why", "xscan:ignore[a] why", "see `scan:ignore[a]`", "see scan:ignore", "scan:ignored files [a]"),
        *("scan ignore files", "scan-ignored", "scanner: ignore[a]"),
    ],
)
def test_other_comments(text: str) -> None:
    assert not list(directives_in(text))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("scan:ignore[a] why ", ["scan:ignore[a] why"]),
        ("  scan:ignore[a] why", ["scan:ignore[a] why"]),
        ("see scan:ignore[a] why", ["scan:ignore[a] why"]),
        ("checkov:skip=CKV_AWS_273:x scan:ignore[a] why", ["scan:ignore[a] why"]),
        ("scan:ignore[a] why # scan:ignore[b] for", ["scan:ignore[a] why #", "scan:ignore[b] for"]),
        ("scan:ignore a, scan:ignore[b] for", ["scan:ignore a,", "scan:ignore[b] for"]),
        ("x scan-ignore[a] why", ["scan-ignore[a] why"]),
    ],
)
def test_a_directive_may_stand_anywhere(text: str, found: list[str]) -> None:
    assert [text[start:end] for start, end in directives_in(text)] == found


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("scan:ignore", "it is written scan:ignore[RULE] REASON"),
        ("scan:ignore a why", "it is written scan:ignore[RULE] REASON"),
        ("scan: ignore[a] why", "it is written scan:ignore[RULE] REASON"),
        ("scan:ignore [a] why", "it is written scan:ignore[RULE] REASON"),
        ("Scan:Ignore[a] why", "it is written scan:ignore[RULE] REASON"),
        ("scan-ignore[a] why", "it is written scan:ignore[RULE] REASON"),
        ("scan_ignore[a] why", "it is written scan:ignore[RULE] REASON"),
        ("scan ignore[a] why", "it is written scan:ignore[RULE] REASON"),
        ("scan:ignores[a] why", "it is written scan:ignore[RULE] REASON"),
        ("scan:ignored[a] why", "it is written scan:ignore[RULE] REASON"),
        ("scan:ignore-next-line[a] why", "it is written scan:ignore[RULE] REASON"),
        ("scan:ignore(a) why", "it is written scan:ignore[RULE] REASON"),
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
        ("scan:ignore[a] why until 1.3.27", '"1.3.27" is not a date'),
        ("scan:ignore[a] why until 2027-03-01T00:00", '"2027-03" is not a date'),
        ("scan:ignore[a] why until March 2027", '"March 2027" is not a date'),
        ("scan:ignore[a] why until 1 Jan 2027", '"1 Jan" is not a date'),
        ("scan:ignore[a] why until January 1st, please", '"January 1st" is not a date'),
        ("scan:ignore[a] why until the end of March 2027", '"end of March 2027" is not a date'),
        ("scan:ignore[a] why until Q1/2027", '"Q1/2027" is not a date'),
        ("scan:ignore[a] why until 2027-W10", '"2027-W10" is not a date'),
        ("scan:ignore[a] why until 99999-01-01", '"99999-01-01" is not a date'),
        ("scan:ignore[a] until then, that is 2027-03-01", '"then, that is 2027-03-01" is not a date'),
        (
            "scan:ignore[a] why till 2027-03-01",
            '"till 2027-03-01" is not a date; an expiry is written until YYYY-MM-DD',
        ),
        ("scan:ignore[a] why untill 2027-03-01", '"untill 2027-03-01" is not a date'),
        ("scan:ignore[a] why, until", 'nothing stands behind "until"'),
        ("scan:ignore[a] why until:", 'nothing stands behind "until"'),
    ],
)
def test_what_is_nearly_one_is_refused(text: str, problem: str) -> None:
    assert list(directives_in(text)) == [(0, len(text))]
    with pytest.raises(MalformedError) as refused:
        read_directive(text)
    assert str(refused.value).startswith(problem)


@pytest.mark.parametrize(
    "text",
    [
        "scan:ignore[" + "a," * 50_000,
        "scan:ignore[a" + " " * 25_000,
        'scan:ignore[a @ "' + '\\"' * 50_000,
        "scan:ignore[a" + " @" * 50_000,
        "scan:ignore[" + "a-" * 50_000 + "!",
    ],
    ids=["rules", "blanks", "quotes", "signs", "letters"],
)
def test_long_ones_are_refused_quickly(text: str) -> None:
    with pytest.raises(MalformedError):
        read_directive(text)


@pytest.mark.parametrize(
    "text",
    [
        *("until " * 50_000 + "x", "- :" * 50_000, "until\t\t\t" * 25_000 + "2027-03-01"),
        *("until " + "1" * 250_000, "until 1." * 25_000 + "x", "until the " * 25_000, "until x " * 25_000),
    ],
)
def test_long_reasons_are_read_quickly(text: str) -> None:
    assert read_directive("scan:ignore[a] " + text) is not None


def test_many_directives_are_found_quickly() -> None:
    assert len(list(directives_in("scan:ignore[a] x " * 100_000))) == 100_000
    assert not list(directives_in("scan " * 200_000 + "scan" + ":" * 200_000))
