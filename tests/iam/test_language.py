"""Languages against brute force: every text of them that is short enough, every filling of every hole."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.cause import Cause, CauseKind
from scanner.iam.automaton import Hole, Pattern, Wildcard
from scanner.iam.language import Chosen, Language, Once, Question, Rule, Run, Sentence, admits
from scanner.symbol import Named, NameKind
from scanner.truth import NO, YES, Truth, undetermined
from tests.examples import examples

LETTERS = "ab"
LONGEST = 5
"""A run is tried up to this length. Patterns here are shorter, so a longer one tells no more."""


def a_hole(name: str) -> Hole:
    return Hole(frozenset({Cause(CauseKind.MISSING_INPUT, name)}), Named(NameKind.VALUE, name))


X, OWN = a_hole("x"), a_hole("own")
RUN = Run(frozenset(LETTERS))
literals = st.sampled_from(LETTERS)
pieces = st.one_of(literals, st.just(RUN), st.just(Once(frozenset(LETTERS))))
languages = st.lists(st.lists(pieces, min_size=1, max_size=2).map(tuple), min_size=1, max_size=2).map(tuple)
wildcards = st.sampled_from([Wildcard.ANY_TEXT, Wildcard.ANY_CHARACTER])
patterns = st.lists(st.one_of(literals, wildcards), max_size=3).map(tuple)
open_patterns = st.lists(st.one_of(literals, wildcards, st.just(X)), max_size=3).map(tuple)


def rules(of: st.SearchStrategy[Pattern]) -> st.SearchStrategy[Rule]:
    tests = st.builds(Question, st.lists(of, max_size=2).map(tuple), st.booleans())
    return st.builds(Rule, st.just(YES), st.lists(tests, max_size=2).map(tuple))


def texts(language: Language) -> Iterator[str]:
    for sentence in language:
        for chosen in itertools.product(*(list(fillings(piece)) for piece in sentence)):
            yield "".join(chosen)


def fillings(piece: str | Run | Once | Hole | Chosen) -> Iterator[str]:
    match piece:
        case str():
            yield piece
        case Once(characters):
            yield from sorted(characters)
        case Run(characters):
            for size in range(1, LONGEST + 1):
                yield from map("".join, itertools.product(sorted(characters), repeat=size))


def matches(pattern: Pattern, text: str, filling: str) -> bool:
    if not pattern:
        return not text
    first, rest = pattern[0], pattern[1:]
    if first is Wildcard.ANY_TEXT:
        return any(matches(rest, text[place:], filling) for place in range(len(text) + 1))
    if first is Wildcard.ANY_CHARACTER:
        return bool(text) and matches(rest, text[1:], filling)
    written = filling if isinstance(first, Hole) else str(first)
    return text.startswith(written) and matches(rest, text[len(written) :], filling)


def meets(rule: Rule, text: str, filling: str) -> bool:
    return all(any(matches(part, text, filling) for part in test.patterns) is not test.negated for test in rule.tests)


def by_trying(language: Language, allow: Rule, denies: tuple[Rule, ...], filling: str = "") -> bool:
    return any(
        meets(allow, text, filling) and not any(meets(deny, text, filling) for deny in denies)
        for text in texts(language)
    )


@pytest.mark.slow
@examples(130)
@given(languages, rules(patterns), st.lists(rules(patterns), max_size=2).map(tuple))
def test_the_answer_is_that_of_all_texts(language: Language, allow: Rule, denies: tuple[Rule, ...]) -> None:
    assert admits(language, allow, denies) == (YES if by_trying(language, allow, denies) else NO)


@pytest.mark.slow
@examples(130)
@given(languages, rules(open_patterns), st.lists(rules(open_patterns), max_size=1).map(tuple))
def test_a_definite_answer_holds_for_every_filling(language: Language, allow: Rule, denies: tuple[Rule, ...]) -> None:
    answer = admits(language, allow, denies)
    words = ["".join(word) for size in range(3) for word in itertools.product(LETTERS, repeat=size)]
    if not answer.is_undetermined:
        assert {by_trying(language, allow, denies, filling) for filling in words} == {answer.is_yes}


REGIONS: Sentence = ("-", Run(frozenset("abcd")))
WITH_OWN: Language = (REGIONS, ("-", Chosen(OWN)))


def test_a_pattern_may_name_a_piece_by_its_symbol() -> None:
    assert admits(WITH_OWN, rule(("-", OWN)), ()).is_yes
    assert admits(WITH_OWN, rule(("+", OWN)), ()).is_no
    assert admits(WITH_OWN, Rule(), (rule(("-", OWN)),)).is_yes  # there are others than it
    assert admits(WITH_OWN, rule(("-", OWN)), (rule(("-", OWN)),)).is_no
    assert admits(WITH_OWN, rule(("-", OWN)), (rule(("-ab",)),)).is_undetermined  # it may be the one that is denied
    assert admits(WITH_OWN, rule(("-ab",)), (rule(("-", OWN)),)).is_undetermined
    assert admits(WITH_OWN, rule(("-ab",)), ()).is_yes


def rule(pattern: Pattern) -> Rule:
    return Rule(tests=(Question((pattern,)),))


def test_what_does_not_depend_on_the_text() -> None:
    doubt: Truth = undetermined(Cause(CauseKind.MISSING_INPUT, "x"))
    assert admits((("a",),), Rule(NO), ()).is_no
    assert admits((("a",),), Rule(doubt), ()) == doubt
    assert admits((("a",),), Rule(), (Rule(doubt),)) == doubt
    assert admits((("a",),), Rule(), (Rule(NO),)).is_yes
    assert admits((("a",),), Rule(doubt), (Rule(YES),)).is_no


def test_case_is_folded_where_it_is_asked() -> None:
    language: Language = ((Run(frozenset("aA")),),)
    assert admits(language, Rule(tests=(Question((("aa",),), folded=True), Question((("AA",),)))), ()).is_yes
    assert admits(language, Rule(tests=(Question((("aa",),)), Question((("AA",),)))), ()).is_no
