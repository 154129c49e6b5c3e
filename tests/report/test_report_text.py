"""The text report: what people read, and what it must never do. Update snapshots with ``UPDATE_SNAPSHOTS=1``."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace

import pytest
from report_builders import HOSTILE, diagnostic, finding, hostile, many, principal, report, span, typical
from report_snapshot import check

from scanner.finding import Finding, Level, RelatedLocation
from scanner.report import FORMATS, Appearance, render
from scanner.report.report import Report

COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def rendered(found: Report, *, colour: bool = False, width: int = 80) -> str:
    return render("text", found, Appearance("1.2.3", colour, width))


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("typical.txt", typical()),
        ("nothing.txt", report((principal(),))),
        ("incomplete.txt", report(diagnostics=(diagnostic(),))),
        ("hostile.txt", hostile()),
    ],
)
def test_snapshot(name: str, found: Report) -> None:
    check(name, rendered(found).replace(HOSTILE["long"], "(10000 letters)"))


def test_snapshot_in_colour() -> None:
    check("colour.txt", rendered(typical(), colour=True))


def test_colour_changes_nothing_else() -> None:
    assert COLOUR.sub("", rendered(typical(), colour=True)) == rendered(typical())
    assert "\x1b" not in rendered(typical())


@pytest.mark.parametrize("width", [0, 40, 72, 80, 200])
def test_lines_fit_unless_one_word_does_not(width: int) -> None:
    lines = rendered(typical(), width=width).splitlines()[:-2]
    too_long = [line for line in lines if len(line) > max(width, 40)]
    assert all(len(line.split()) <= 2 for line in too_long)


def test_the_worst_come_first_then_path_and_line() -> None:
    heads = re.findall(r"^(error|warning|note)\[.*\n  --> .*:(\d+)$", rendered(many()), re.MULTILINE)
    assert len(heads) == 60
    order = [(["error", "warning", "note"].index(level), int(line)) for level, line in heads]
    assert order == sorted(order)


def test_nothing_found_takes_one_line() -> None:
    text = rendered(report((principal(),)))
    assert text == "No findings in 1 principal, 4 files, 1 root.\n"


def test_long_evidence_is_cut() -> None:
    related = tuple(RelatedLocation("names it", span(line=line)) for line in range(1, 31))
    text = rendered(report(findings=(finding(related=related),)))
    assert text.count("names it") == 8
    assert "and 22 more places" in text


def instances(number: int, block: int = 3) -> list[Finding]:
    """Findings about the instances of one block."""
    around = ("", " cannot use `aws login`")
    return [
        replace(
            finding(
                f"user{count} cannot use `aws login`", address=f'aws_iam_user.team["user{count}"]', at=span(line=block)
            ),
            subject=f"user{count}",
            around=around,
        )
        for count in range(number)
    ]


@pytest.mark.parametrize(
    ("number", "message", "listed"),
    [
        (1, "user0 cannot", 1),
        (2, "user0 and user1 cannot", 2),
        (3, "user0, user1 and user2 cannot", 3),
        (300, "user0, user1 and 298 more cannot", 10),
    ],
)
def test_instances_of_one_block_are_told_together(number: int, message: str, listed: int) -> None:
    text = rendered(report(findings=tuple(instances(number))))
    assert text.count("error[") == 1
    assert message in text
    assert text.count("aws_iam_user.team") == listed
    assert ("and 290 more" in text) == (number == 300)
    assert f"{number} finding" in text


def test_of_a_rule_that_flags_very_many_blocks_the_first_are_told_at_length() -> None:
    found = [each for block in range(300) for each in instances(1, block + 1)]
    text = rendered(report(findings=tuple(found)), width=200)
    assert text.count("  fix ") == 20
    assert "280 more findings of this rule" in text
    assert all(f"infra/main.tf:{line}" in text for line in range(1, 301))
    assert len(text.splitlines()) < 600


def test_what_does_not_count_is_not_shown() -> None:
    text = rendered(typical())
    assert "robot" not in text
    assert "2 suppressed, 1 in the baseline (see --format json)." in text


def test_levels_that_are_not_wanted() -> None:
    text = rendered(typical().at_least(Level.WARNING))
    assert "carol" not in text
    assert "1 not shown (--min-severity)" in text
    assert typical().at_least(Level.NOTE) == typical()


@pytest.mark.parametrize("name", ["text", "concise", "github"])
def test_quiet(name: str) -> None:
    text = render(name, typical(), Appearance("1.2.3", quiet=True))
    assert "Expected a closing brace" in text
    assert "terraform init" not in text
    assert "principals" not in text
    assert render(name, report((principal(),)), Appearance("1.2.3", quiet=True)) == ""


def test_concise_lines_have_place_level_and_rule() -> None:
    lines = render("concise", typical(), Appearance("1.2.3")).splitlines()
    assert [line.split(" ")[:2] for line in lines[:-1]] == [
        ["infra/main.tf:3:1:", "error[user-cannot-aws-login]"],
        ["infra/modules/people/main.tf:1:1:", "warning[access-key]"],
        ["infra/main.tf:40:1:", "note[unused]"],
        ["infra/broken.tf:12:1:", "error"],
        ["infra/broken.tf:12:1:", "warning"],
    ]


@pytest.mark.parametrize("colour", [False, True])
@pytest.mark.parametrize("width", [40, 80, 10_000])
def test_no_scanned_text_reaches_the_terminal_as_anything_but_text(width: int, *, colour: bool) -> None:
    text = COLOUR.sub("", rendered(hostile(), colour=colour, width=width))
    assert text.replace("\n", "").isprintable()
    text.encode("utf-8")
    assert not [line for line in text.splitlines() if line.lstrip().startswith("::")]
    assert not re.search(r"##\w*\[", text)


def test_dangerous_characters_are_shown() -> None:
    text = rendered(report(findings=(finding(HOSTILE["bidirectional"] + HOSTILE["escape"]),)))
    assert r"abc\u202e\u2066txt.\u200f\u061c\x1b]0;title\x07\x1b[31mred\x9b2J\x7f" in text


def test_words_are_not_broken() -> None:
    text = rendered(report(findings=(finding(HOSTILE["long"]),)), width=40)
    assert HOSTILE["long"] in text


def test_the_same_report_gives_the_same_bytes() -> None:
    assert rendered(hostile()) == rendered(hostile())


def test_formats_are_imported_when_they_are_used() -> None:
    code = (
        "import sys; from scanner.report import FORMATS;"
        "print(*FORMATS, *[name for name in sys.modules if name.startswith('scanner.') or name in ('msgspec', 'rich')])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.split() == [*FORMATS, "scanner.lazy_dataclass", "scanner.report"]
