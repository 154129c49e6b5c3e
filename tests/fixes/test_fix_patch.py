"""Which fixes go together, and what is said of the others."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.finding import Finding
from scanner.fix import Applicability, Edit, Fix
from scanner.fixes.applied.patch import OVERLAPS, Patch, patch
from scanner.span import Span
from tests.fixes.fix_builders import Place, edit, files, find_in, finding, fix

TEXT = "abc\ndef\nghi\n"
SAFE, UNSAFE, DISPLAY = Applicability


def patched(*findings: Finding, unsafe: bool = False, **contents: bytes) -> Patch:
    known = files({"main.tf": TEXT.encode(), **{f"{name}.tf": content for name, content in contents.items()}})
    return patch(findings, find_in(known), unsafe=unsafe)


def at(*place: Place, applicability: Applicability = SAFE) -> Fix:
    return fix(*(edit("main.tf", TEXT, one) for one in place), applicability=applicability)


def after(made: Patch) -> dict[str, bytes]:
    return {change.source.path: change.after for change in made.changes}


@pytest.mark.parametrize(
    ("first", "second", "result"),
    [
        ([(0, 1, "X")], [(1, 2, "Y")], "XYc\ndef\nghi\n"),
        ([(0, 1, "X")], [(0, 1, "X")], "Xbc\ndef\nghi\n"),
        ([(4, 4, "X")], [(4, 4, "X")], "abc\nXdef\nghi\n"),
        ([(4, 4, "X")], [(4, 7, "Y")], "abc\nXY\nghi\n"),
        ([(4, 7, "Y")], [(7, 7, "X")], "abc\nYX\nghi\n"),
        ([(4, 7, "Y"), (8, 9, "Z")], [(4, 7, "Y"), (0, 0, "X")], "Xabc\nY\nZhi\n"),
        ([(12, 12, "X")], [(0, 0, "Y")], "Yabc\ndef\nghi\nX"),
    ],
)
def test_fixes_that_go_together(first: list[Place], second: list[Place], result: str) -> None:
    for one, other in ((first, second), (second, first)):
        made = patched(finding(at(*one)), finding(at(*other)))
        assert after(made) == {"main.tf": result.encode()}
        assert (len(made.settled), made.left_out) == (2, ())


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ([(0, 2, "X")], [(1, 3, "Y")]),
        ([(0, 3, "X")], [(1, 2, "Y")]),
        ([(0, 3, "X")], [(1, 1, "Y")]),
        ([(0, 3, "X")], [(0, 3, "Y")]),
        ([(0, 3, "X")], [(0, 2, "X")]),
        ([(4, 4, "X")], [(4, 4, "Y")]),
        ([(8, 9, "Z"), (0, 2, "X")], [(5, 5, "V"), (1, 3, "Y")]),
    ],
)
def test_of_fixes_that_do_not_the_earlier_is_taken(first: list[Place], second: list[Place]) -> None:
    for one, other in ((first, second), (second, first)):
        made = patched(finding(at(*one)), finding(at(*other), name="bob"))
        assert after(made) == after(patched(finding(at(*one))))
        assert [(left.finding.principal, left.reason) for left in made.left_out] == [("aws_iam_user.bob", OVERLAPS)]


def test_nothing_of_a_fix_is_left_behind() -> None:
    """What it would have changed is free for a third one."""
    made = patched(finding(at((0, 2, "X"))), finding(at((1, 3, "Y"), (8, 9, "Z"))), finding(at((8, 9, "W"))))
    assert after(made) == {"main.tf": b"Xc\ndef\nWhi\n"}
    assert (len(made.settled), len(made.left_out)) == (2, 1)


def test_one_fix_is_taken_and_the_best_that_is_wanted() -> None:
    by_hand, unsafe, safe, other = (
        at((0, 1, word), applicability=who) for word, who in (("D", DISPLAY), ("U", UNSAFE), ("S", SAFE), ("T", SAFE))
    )
    without = fix(applicability=SAFE)
    one = finding(without, by_hand, unsafe, safe, other)
    assert after(patched(one)) == {"main.tf": b"Sbc\ndef\nghi\n"}
    assert after(patched(one, unsafe=True)) == {"main.tf": b"Ubc\ndef\nghi\n"}
    assert patched(finding(by_hand, unsafe)).unsafe == (finding(by_hand, unsafe),)
    assert patched(finding(by_hand, unsafe), unsafe=True).unsafe == ()
    assert patched(finding(by_hand), unsafe=True).by_hand == ((finding(by_hand), by_hand),)
    assert patched(finding(without)).by_hand == ((finding(without), without),)
    assert patched(finding()) == Patch((), (), (), (), ())


@pytest.mark.parametrize(
    ("span", "text", "reason"),
    [
        (("gone.tf", 1, 1, 1, 1), "X", "gone.tf: it does not exist"),
        (("main.tf", 9, 1, 9, 1), "X", "main.tf: it is for another text than that of the file; run again"),
        (("main.tf", 1, 5, 1, 5), "X", "main.tf: it is for another text than that of the file; run again"),
        (("main.tf", 1, 0, 1, 0), "X", "main.tf: it is for another text than that of the file; run again"),
        (("main.tf", 0, 1, 1, 1), "X", "main.tf: it is for another text than that of the file; run again"),
        (("main.tf", 4, 2, 4, 2), "X", "main.tf: it is for another text than that of the file; run again"),
        (("main.tf", 2, 2, 2, 1), "X", "main.tf: it is for another text than that of the file; run again"),
        (("main.tf", 1, 1, 1, 1), "\ud800", "its text is not UTF-8"),
        (("main.tf", 1, 1, 1, 4), "abc", "it changes nothing"),
    ],
)
def test_a_fix_that_cannot_be_made_takes_no_other_with_it(
    span: tuple[str, int, int, int, int], text: str, reason: str
) -> None:
    bad = fix(edit("main.tf", TEXT, (8, 9, "Z")), Edit(Span(*span), text)) if "nothing" not in reason else None
    bad = bad or fix(Edit(Span(*span), text))
    made = patched(finding(bad), finding(at((4, 5, "Y"))))
    assert [left.reason for left in made.left_out] == [reason]
    assert after(made) == {"main.tf": b"abc\nYef\nghi\n"}


def test_a_fix_of_several_files() -> None:
    other = "uvw\n"
    one = fix(edit("main.tf", TEXT, (0, 0, "X")), edit("b.tf", other, (3, 4, "")))
    made = patched(finding(one), b=other.encode())
    assert after(made) == {"main.tf": f"X{TEXT}".encode(), "b.tf": b"uvw"}
    assert {place.name for place in made.settled[0].places} == {"main.tf", "b.tf"}


def test_a_file_with_two_names_is_one() -> None:
    known = files({"main.tf": TEXT.encode()})
    known["link/main.tf"] = known["main.tf"]
    fixes = [fix(edit(path, TEXT, (0, 2, text))) for path, text in (("main.tf", "X"), ("link/main.tf", "Y"))]
    made = patch(map(finding, fixes), find_in(known), unsafe=False)
    assert (len(made.changes), [left.reason for left in made.left_out]) == (1, [OVERLAPS])
    same = patch([finding(fix(edit(path, TEXT, (0, 2, "X")))) for path in known], find_in(known), unsafe=False)
    assert (len(same.settled), after(same)) == (2, {"main.tf": b"Xc\ndef\nghi\n"})


@pytest.mark.parametrize("content", [b"\xef\xbb\xbfabc\r\ndef", b"abc\r\ndef\r\n", b"a\x0cb\xe2\x80\xa8c", b""])
def test_everything_else_stays_byte_for_byte(content: bytes) -> None:
    known = files({"main.tf": content})
    text = known["main.tf"].source.text
    made = patch([finding(fix(edit("main.tf", text, (len(text), len(text), "X"))))], find_in(known), unsafe=False)
    assert (made.changes[0].before, made.changes[0].after) == (content, content + b"X")


PLACES = st.tuples(st.integers(0, 12), st.integers(0, 12), st.sampled_from(["", "X", "Y\n"])).map(
    lambda one: (min(one[:2]), max(one[:2]), one[2])
)


@given(st.lists(st.lists(PLACES, min_size=1, max_size=3), max_size=6))
def test_law_what_is_taken_is_all_there_and_nothing_else(fixes: list[list[Place]]) -> None:
    findings = [finding(at(*places), name=str(number)) for number, places in enumerate(fixes)]
    made = patched(*findings)
    assert len(made.settled) + len(made.left_out) == len(fixes)
    taken = {one.finding.principal for one in made.settled}
    wanted = {one for each in findings if each.principal in taken for one in each.fixes[0].edits}
    assert {one for change in made.changes for one in change.edits} == wanted
    ranges = sorted((one.span.line, one.span.column, one.span.end_line, one.span.end_column) for one in wanted)
    assert all(first[2:] <= second[:2] for first, second in pairwise(ranges))
    assert after(patched(*(one.finding for one in made.settled))) == after(made)
