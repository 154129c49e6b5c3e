"""The questions that came up while a configuration was evaluated, as choices that ``verdicts.scenarios`` can try."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.cause import Cause
from scanner.facts import Choice, Existence
from scanner.root import Assumption
from scanner.symbol import Symbol
from scanner.terraform.language.questions import Question, Questions


def choices(questions: Questions) -> tuple[Choice, ...]:
    """One for each question, in the order in which they came up: what others are made of comes first."""
    return tuple(_choices(questions))


def _choices(questions: Questions) -> Iterator[Choice]:
    asked_by: dict[Cause, list[Symbol]] = {}
    for subject, question in questions.asked.items():
        for cause in question.causes:
            asked_by.setdefault(cause, []).append(subject)
    causes = {subject: {*question.causes} for subject, question in questions.asked.items()}
    for cause in questions.all_derived:
        for origin in questions.origins(cause):
            for subject in asked_by.get(origin, ()):
                causes[subject].add(cause)
    for subject, question in questions.asked.items():
        yield Choice(tuple(_answers(subject, question)), frozenset(causes[subject]))


def _answers(subject: Symbol, question: Question) -> Iterator[Assumption]:
    yield from (Assumption(subject, answer) for answer in question.answers)
    if not question.is_closed:
        yield Assumption(subject, None, tuple(question.answers))


def refuted(questions: Questions) -> tuple[Existence, ...]:
    """When Terraform would refuse the configuration under what is taken for granted."""
    return tuple(Existence(doubts) for doubts in questions.refuted)
