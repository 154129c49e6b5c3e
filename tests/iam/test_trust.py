"""Laws of trust policies, over the statements that the decision tables have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.iam.binding import binding_of
from scanner.iam.policy import DocumentKind, parse_document
from scanner.iam.principal import Principal, PrincipalKind
from scanner.truth import Truth
from scanner.verdicts.ways_in import WaysIn, ways_in
from tests.examples import examples
from tests.iam.case_evaluation import value_of
from tests.tables import TABLES, table

pytestmark = pytest.mark.slow

CASES = TABLES / "iam"
PRINCIPAL = Principal(PrincipalKind.ROLE, ("admin",), arn=(), partition="aws", account="111122223333")
BINDING = binding_of(PRINCIPAL, ("111122223333",))


def gather(effect: str) -> Iterator[dict[str, Any]]:
    for name in ("trust-policies", "trust-audiences", "trust-denies", "session-tags"):
        for case in table(CASES / f"{name}.yaml")["cases"]:
            trust = case.get("principal", {}).get("trust", ())
            if "malformed" not in case and isinstance(trust, list):
                yield from (found for found in trust if isinstance(found, dict) and found["Effect"] == effect)


ALLOWS, DENIES = list(gather("Allow")), list(gather("Deny"))
allows = st.lists(st.sampled_from(ALLOWS), min_size=1, max_size=2)
denies = st.lists(st.sampled_from(DENIES), max_size=2)
LAWS = examples(60)


def ways(*statements: dict[str, Any]) -> WaysIn:
    document = parse_document(value_of({"Version": "2012-10-17", "Statement": list(statements)}), DocumentKind.TRUST)
    assert not document.diagnostics
    return ways_in(document, BINDING)


def answers(found: WaysIn) -> tuple[Truth, ...]:
    return found.saml, found.saml_by_wildcard, found.switch_role, found.account_access


def at_most(left: WaysIn, right: WaysIn) -> bool:
    def rank(answer: Truth) -> int:
        return 2 if answer.is_yes else 1 if answer.is_undetermined else 0

    return all(rank(one) <= rank(other) for one, other in zip(answers(left), answers(right), strict=True))


def test_there_are_statements() -> None:
    assert len(ALLOWS) > 100
    assert len(DENIES) > 30


@LAWS
@given(allows, denies, st.sampled_from(DENIES))
def test_one_more_deny_opens_no_way(
    allowed: list[dict[str, Any]], denied: list[dict[str, Any]], more: dict[str, Any]
) -> None:
    assert at_most(ways(*allowed, *denied, more), ways(*allowed, *denied))


@LAWS
@given(allows, denies, st.sampled_from(ALLOWS))
def test_one_more_allow_closes_no_way(
    allowed: list[dict[str, Any]], denied: list[dict[str, Any]], more: dict[str, Any]
) -> None:
    assert at_most(ways(*allowed, *denied), ways(*allowed, more, *denied))


@LAWS
@given(allows, denies)
def test_the_order_of_statements_does_not_matter(allowed: list[dict[str, Any]], denied: list[dict[str, Any]]) -> None:
    assert answers(ways(*allowed, *denied)) == answers(ways(*reversed(denied), *reversed(allowed)))


@LAWS
@given(allows, st.lists(st.sampled_from(ALLOWS), max_size=1))
def test_a_deny_of_everything_leaves_nothing(allowed: list[dict[str, Any]], more: list[dict[str, Any]]) -> None:
    everything = {"Effect": "Deny", "Principal": "*", "Action": "sts:*"}
    assert all(answer.is_no for answer in answers(ways(*allowed, *more, everything)))
