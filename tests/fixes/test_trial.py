"""Which fixes count, asked of views that a table makes: what harms is found among what does not, in few scans."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.finding import Level
from scanner.fix import Applicability, Edit, Fix
from scanner.fixes.trial import MOST_SCANS, STAYS, UNTRIED, Case, State, Verdict, View, touch, trial
from scanner.iam.evaluate import Outcome
from scanner.span import Span
from scanner.verdicts.console import Access

ROOT, RULE = "root", "user-cannot-aws-login"
Effect = Callable[[frozenset[str]], View]
"""What becomes of the roots if edits with these texts are made."""


def fix(name: str, line: int | None = None) -> Fix:
    at = int(name.strip("abcdefghijklmnopqrstuvwxyz")) + 1 if line is None else line
    return Fix(name, Applicability.UNSAFE, (Edit(Span("main.tf", at, 1, at, 1), name),))


def state(outcome: Outcome, console: Access = Access.YES) -> State:
    return State(console, outcome, (outcome, outcome))


def view(outcomes: Mapping[str, Outcome], errors: int = 0, others: Mapping[str, str] | None = None) -> View:
    flagged = {(RULE, ROOT, name): Level.ERROR for name, found in outcomes.items() if found is Outcome.IMPLICIT_DENY}
    flagged |= {(rule, ROOT, name): Level.NOTE for name, rule in (others or {}).items()}
    broken = Counter({(ROOT, "Duplicate"): errors})
    return View({(ROOT, name): state(found) for name, found in outcomes.items()}, flagged, +broken)


def settled(
    cases: Mapping[str, tuple[Fix, ...]], effect: Callable[[frozenset[str]], View]
) -> tuple[dict[str, Verdict], int]:
    """The verdicts by name, and how many scans it took."""
    talk = trial([Case((RULE, ROOT, name), fixes) for name, fixes in cases.items()], effect(frozenset()))
    scans, answer = 0, None
    while True:
        try:
            wanted = talk.send(answer) if answer is not None else next(talk)
        except StopIteration as end:
            return {flagged[2]: verdict for flagged, verdict in end.value.items()}, scans
        scans += 1
        answer = effect(frozenset(edit.text for edit in wanted.edits))


def granting(grants: Mapping[str, str], harmful: frozenset[str] = frozenset()) -> Effect:
    """Edits that grant it to people, and those that make an error."""

    def effect(made: frozenset[str]) -> View:
        outcomes = dict.fromkeys(grants.values(), Outcome.IMPLICIT_DENY)
        outcomes |= {grants[text]: Outcome.ALLOWED for text in made if text in grants}
        return view(outcomes, errors=len(made & harmful))

    return effect


def test_what_settles_and_does_no_harm_counts() -> None:
    found, scans = settled({"ada": (fix("a0"),), "bob": (fix("b1"),)}, granting({"a0": "ada", "b1": "bob"}))
    assert {name: verdict.fix for name, verdict in found.items()} == {"ada": fix("a0"), "bob": fix("b1")}
    assert scans == 1


def test_another_way_is_tried_when_the_finding_stays() -> None:
    found, scans = settled({"ada": (fix("z0"), fix("a0"))}, granting({"a0": "ada"}))
    assert found["ada"].fix == fix("a0")
    assert scans == 2


@pytest.mark.parametrize(
    ("after", "why"),
    [
        (view({"ada": Outcome.IMPLICIT_DENY, "bob": Outcome.ALLOWED}), STAYS),
        (view({"ada": Outcome.UNKNOWN, "bob": Outcome.ALLOWED}), STAYS),
        (
            view({"bob": Outcome.ALLOWED}, others={"ada": "another-rule"}),
            "ada would get a finding: another-rule",
        ),
        (view({"ada": Outcome.ALLOWED, "bob": Outcome.ALLOWED}, errors=1), "there would be an error (Duplicate)"),
        (view({"ada": Outcome.ALLOWED, "bob": Outcome.CONDITIONAL}), "bob would be able to do less"),
        (view({"ada": Outcome.ALLOWED}), "there would be other principals"),
        (
            view({"ada": Outcome.ALLOWED, "bob": Outcome.ALLOWED}, others={"bob": "aws-login-grant-unused"}),
            "bob would get a finding: aws-login-grant-unused",
        ),
    ],
    ids=["stays", "not known", "in place of it", "error", "worse", "somebody is gone", "another finding"],
)
def test_what_does_harm_does_not_count(after: View, why: str) -> None:
    before = view({"ada": Outcome.IMPLICIT_DENY, "bob": Outcome.ALLOWED})
    found, _ = settled({"ada": (fix("a0"),)}, lambda made: after if made else before)
    assert found["ada"] == Verdict(why_not=why)


def test_who_needs_mfa_afterwards_is_settled_by_a_note() -> None:
    before = view({"ada": Outcome.IMPLICIT_DENY})
    after = view({"ada": Outcome.CONDITIONAL}, others={"ada": "aws-login-conditional"})
    found, _ = settled({"ada": (fix("a0"),)}, lambda made: after if made else before)
    assert found["ada"].fix == fix("a0")


@given(st.sets(st.integers(0, 15), max_size=2))
def test_law_what_harms_is_found_among_what_does_not(bad: set[int]) -> None:
    names = [f"u{number}" for number in range(16)]
    harmful = frozenset(f"e{number}" for number in bad)
    cases = {name: (fix(f"e{number}"),) for number, name in enumerate(names)}
    grants = {f"e{number}": name for number, name in enumerate(names)}
    found, scans = settled(cases, granting(grants, harmful))
    assert {name for name, verdict in found.items() if verdict.fix is None} == {f"u{number}" for number in bad}
    assert scans <= MOST_SCANS


def test_there_is_an_end_to_it() -> None:
    names = [f"u{number}" for number in range(64)]
    cases = {name: (fix(f"e{number}"),) for number, name in enumerate(names)}
    grants = {f"e{number}": name for number, name in enumerate(names)}
    found, scans = settled(cases, granting(grants, frozenset(grants)))
    assert scans == MOST_SCANS
    assert {verdict.fix for verdict in found.values()} == {None}
    assert UNTRIED in {verdict.why_not for verdict in found.values()}


def test_fixes_that_touch_are_tried_apart() -> None:
    def effect(made: frozenset[str]) -> View:
        assert len(made) <= 1
        return granting({"a0": "ada", "b1": "bob"})(made)

    found, scans = settled({"ada": (fix("a0", 7),), "bob": (fix("b1", 7),)}, effect)
    assert {verdict.fix for verdict in found.values()} == {fix("a0", 7), fix("b1", 7)}
    assert scans == 2


@pytest.mark.parametrize(
    ("one", "other", "meets"),
    [
        ((1, 1, 1, 5), (1, 5, 1, 9), False),
        ((1, 1, 1, 5), (1, 4, 1, 9), True),
        ((1, 5, 1, 5), (1, 5, 1, 5), True),
        ((1, 5, 1, 5), (1, 5, 1, 9), True),
        ((1, 1, 1, 5), (1, 5, 1, 5), False),
        ((1, 1, 9, 1), (3, 1, 3, 1), True),
        ((1, 1, 2, 1), (3, 1, 3, 1), False),
    ],
)
def test_touch(one: tuple[int, int, int, int], other: tuple[int, int, int, int], meets: bool) -> None:
    first, second = Span("a", *one), Span("a", *other)
    assert touch(first, second) is meets
    assert touch(second, first) is meets
