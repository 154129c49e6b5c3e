"""The decision tables in ``tests/cases/iam``: what AWS documents, case by case. ``case_files.py`` has their format."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from scanner.diagnostic import Diagnostic
from scanner.iam.principal import PolicyType
from scanner.principals.definition import PrincipalDefinition
from scanner.root import RootKind
from scanner.verdicts.console import console_access
from tests.iam.case_evaluation import SPAN, decision_of, principal_of, truth_of
from tests.iam.case_files import Case, CaseError, gather, read_cases

FEWEST_CASES = 300
LAYERS = {"boundary": PolicyType.BOUNDARY, "scp": PolicyType.SCP, "rcp": PolicyType.RCP}
CASES = gather()


def identifier(case: Case) -> str:
    return f"{case.topic}: {case.name}"


@pytest.mark.parametrize("case", [case for case in CASES if "outcome" in case.expected], ids=identifier)
def test_decision(case: Case) -> None:
    decision, diagnostics = decision_of(case)
    assert decision.outcome.value == case.expected["outcome"], [str(cause.detail) for cause in decision.causes]
    for piece in case.expected.get("causes", ()):
        assert any(piece in cause.detail for cause in decision.causes), (piece, decision.causes)
    assert decision.blocked_by == {LAYERS[layer] for layer in case.expected.get("blocked_by", ())}
    check_malformed(case, diagnostics)


@pytest.mark.parametrize("case", [case for case in CASES if "console" in case.expected], ids=identifier)
def test_console_access(case: Case) -> None:
    principal = principal_of(case.given)
    profile = truth_of(case.given["principal"].get("login_profile", False))
    definition = PrincipalDefinition(
        principal, "aws_iam_user.this", ".", RootKind.TERRAFORM_MODULE, SPAN, login_profile=profile
    )
    access = console_access(definition)
    wanted = case.expected["console"]
    assert access.access.value == wanted["access"]
    assert sorted(via.value for via in access.via) == sorted(wanted.get("via", ()))
    for piece in case.expected.get("causes", ()):
        assert any(piece in cause.detail for cause in access.causes), (piece, access.causes)
    check_malformed(case, principal.trust.diagnostics if principal.trust is not None else ())


def check_malformed(case: Case, diagnostics: Sequence[Diagnostic]) -> None:
    wanted = case.expected.get("malformed")
    if wanted is None:
        assert [found.detail for found in diagnostics] == []
        return
    assert diagnostics, "nothing is said to be malformed"
    assert wanted["says"] in diagnostics[0].detail
    if "line" in wanted:
        assert diagnostics[0].span.line == wanted["line"]


def test_the_tables_are_there_and_say_each_thing_once() -> None:
    assert len(CASES) >= FEWEST_CASES
    names = [identifier(case) for case in CASES]
    assert sorted(names) == sorted(set(names))
    outcomes = {case.expected.get("outcome") for case in CASES} - {None}
    assert outcomes == {"allowed", "conditional", "unknown", "implicit_deny", "explicit_deny"}


@pytest.mark.parametrize(
    "wrong",
    [
        "cases: [{name: a, cites: {p: b}, outcome: allowed, statement: []}]",
        "cases: [{name: a, cites: {q: b}, outcome: allowed}]",
        "cases: [{name: a, cites: {}, outcome: allowed}]",
        "cases: [{name: a, cites: {p: b}}]",
        "cases: [{name: a, cites: {p: b}, outcome: allowed, console: {access: 'no'}}]",
        "cases: [{name: a, cites: {p: b}, outcome: allowed, principal: {sort: user}}]",
        "cases: [{name: a, cites: {p: b}, outcome: allowed, request: {verb: get}}]",
        "cases: [{name: a, cites: {p: b}, outcome: allowed, malformed: {say: c}}]",
        "cases: [{name: a, cites: {p: b}, outcome: allowed, statements: [], policies: []}]",
        "cases: [{name: a, name: c, cites: {p: b}, outcome: allowed}]",
        "cases: []",
        "cases: []\nmore: []",
    ],
)
def test_a_case_file_with_a_slip_is_refused(wrong: str, tmp_path: Path) -> None:
    path = tmp_path / "slip.yaml"
    path.write_text(f"pages: {{p: 'https://docs.aws.amazon.com/x'}}\n{wrong}\n", encoding="utf-8")
    with pytest.raises(CaseError):
        list(read_cases(path))
