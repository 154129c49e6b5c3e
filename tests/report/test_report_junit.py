"""JUnit XML, read back by the schema of Jenkins' xUnit plugin, and by what GitLab and Jenkins make of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import xmlschema
from report_builders import HOSTILE, diagnostic, finding, hostile, many, principal, report, span, typical

from scanner.diagnostic import Severity
from scanner.escape import visible
from scanner.finding import Level
from scanner.report import Appearance, render
from scanner.report.junit import MAX_CASES
from scanner.report.report import Report
from scanner.rules.loader import builtin_rules

SCHEMA = Path(__file__).parent / "schemas" / "junit-10.xsd"


@cache
def schema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(str(SCHEMA))


def rendered(found: Report, directory: str = "") -> str:
    return render("junit", found, Appearance("1.2.3", directory=directory))


def suites(found: Report, directory: str = "") -> dict[str, list[ET.Element]]:
    return {suite.attrib["name"]: suite.findall("testcase") for suite in parsed(rendered(found, directory))}


def parsed(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314 # our own


def outcome(case: ET.Element) -> str:
    return next((child.tag for child in case), "passed")


REPORTS = {"typical": typical(), "nothing": report(), "many": many(), "hostile": hostile()}


@pytest.mark.parametrize("name", REPORTS)
def test_it_is_valid(name: str) -> None:
    schema().validate(rendered(REPORTS[name]))


def test_the_schema_refuses_something() -> None:
    with pytest.raises(xmlschema.XMLSchemaValidationError):
        schema().validate(rendered(typical()).replace("<failure ", "<flaw ").replace("</failure>", "</flaw>"))


@pytest.mark.parametrize("name", REPORTS)
def test_counts_are_those_of_the_test_cases(name: str) -> None:
    root = parsed(rendered(REPORTS[name]))
    for element in (root, *root):
        outcomes = Counter(outcome(case) for case in element.iter("testcase"))
        assert element.attrib["tests"] == str(outcomes.total())
        assert element.attrib["failures"] == str(outcomes["failure"])
        assert element.attrib["errors"] == str(outcomes["error"])
        assert element.get("skipped", str(outcomes["skipped"])) == str(outcomes["skipped"])


def test_outcomes() -> None:
    shown = {
        name: [(case.attrib["name"], outcome(case)) for case in cases] for name, cases in suites(typical()).items()
    }
    assert shown["user-cannot-aws-login"] == [
        ("aws_iam_user.alice in infra", "failure"),
        ("aws_iam_user.old in infra", "skipped"),
        ("aws_iam_user.robot[0] in infra", "skipped"),
        ("aws_iam_user.robot[1] in infra", "skipped"),
        ('module.people.aws_iam_user.this["bob"] in infra', "passed"),
    ]
    assert shown["input"] == [
        ("infra/broken.tf: Invalid block", "error"),
        ("infra/broken.tf: Module not installed", "skipped"),
    ]


def test_what_is_shown_of_a_failure() -> None:
    """GitLab shows the text alone, so all of it is there; Jenkins shows the message first."""
    (case, *_) = suites(typical())["user-cannot-aws-login"]
    (failure,) = case
    message = next(each.message for each in typical().findings if each.level is Level.ERROR)
    assert failure.attrib == {"message": message, "type": "error"}
    assert failure.text is not None
    assert failure.text.splitlines()[:3] == [
        f"infra/main.tf:3: error: {message}",
        "who: aws_iam_user.alice",
        "why: infra/main.tf:9: gives console access",
    ]
    assert failure.text.splitlines()[-1].startswith("fix: Attach the AWS managed policy")


def test_what_is_left_out_has_its_reason() -> None:
    cases = {case.attrib["name"]: case for case in suites(typical())["user-cannot-aws-login"]}
    (skipped,) = cases["aws_iam_user.robot[0] in infra"]
    assert skipped.attrib["message"] == "suppressed until 2027-03-01: a robot"
    assert (skipped.text or "").startswith("suppressed until 2027-03-01: a robot (infra/main.tf:2)\n")
    (skipped,) = cases["aws_iam_user.old in infra"]
    assert skipped.attrib["message"] == "in the baseline"


@pytest.mark.parametrize("found", [typical(), many(), hostile()], ids=["typical", "many", "hostile"])
def test_every_open_finding_fails(found: Report) -> None:
    failed = Counter(
        (case.attrib["classname"], child.attrib["message"])
        for cases in suites(found).values()
        for case in cases
        for child in case.findall("failure")
    )
    assert failed == Counter((f"scan.{each.rule}", visible(each.message)) for each in found.open_findings)


def test_a_rule_that_finds_nothing_passes_every_principal() -> None:
    rules = builtin_rules()
    found = replace(report(principals=(principal(), principal(("bob",), address="aws_iam_user.bob"))), rules=rules)
    shown = suites(found)
    assert list(shown) == [*sorted(rule.id for rule in rules), "input"]
    for cases in shown.values():
        assert {outcome(case) for case in cases} == {"passed"}


def test_a_rule_whose_findings_are_not_shown_passes_nobody() -> None:
    rules = builtin_rules()
    errors = {rule.id for rule in rules if rule.level is Level.ERROR}
    found = replace(report(principals=(principal(),), findings=many(3).findings), rules=rules)
    assert set(suites(found.at_least(Level.ERROR))) == {*errors, "input"}
    assert len(suites(found.at_least(Level.NOTE))) == len(rules) + 1


def test_a_report_always_has_a_test_case() -> None:
    (case,) = suites(report())["input"]
    assert (case.attrib["name"], outcome(case)) == ("everything was read", "passed")
    cases = suites(report(diagnostics=(diagnostic(Severity.WARNING),)))["input"]
    assert [outcome(case) for case in cases] == ["passed", "skipped"]


def test_names_are_unique() -> None:
    """GitLab shows only the first test case of a name."""
    twins = tuple(finding(f"number {number}") for number in range(3))
    third = finding("number 3", address="aws_iam_user.alice in infra (2)", root=".")
    found = report(findings=(*twins, third), diagnostics=(diagnostic(),) * 3)
    for cases in suites(found).values():
        names = [case.attrib["name"] for case in cases]
        assert len(names) == len(set(names))
    assert len(suites(found)["user-cannot-aws-login"]) == 4


def test_names_do_not_depend_on_the_working_directory() -> None:
    inside = report(findings=(finding(root="prod", at=span("prod/main.tf")), finding(root=".", address="b")))
    (top, prod) = suites(inside, "infra")["user-cannot-aws-login"]
    assert prod.attrib["name"] == "aws_iam_user.alice in infra/prod"
    assert prod[0].text is not None
    assert prod[0].text.startswith("infra/prod/main.tf:3: ")
    assert top.attrib["name"] == "b in infra"
    assert suites(inside)["user-cannot-aws-login"][0].attrib["name"] == "b"


def test_a_crowd_that_has_passed_is_one_test_case() -> None:
    rules = builtin_rules()
    crowd = [principal(address=f"aws_iam_user.this[{n}]") for n in range(MAX_CASES // len(rules) + 1)]
    found = replace(report(principals=tuple(crowd), findings=many(40).findings), rules=rules)
    names = [case.attrib["name"] for case in suites(found)["user-cannot-aws-login"]]
    assert len(names) == 41
    assert names[-1] == "all other principals"
    fewer = replace(found, principals=found.principals[1:])
    assert len(suites(fewer)["aws-login-denied"]) == len(crowd) - 1


@pytest.mark.parametrize("name", HOSTILE)
def test_letters_that_xml_cannot_have_are_seen(name: str) -> None:
    text = HOSTILE[name]
    shown = parsed(rendered(report(findings=(finding(text),))))
    assert [child.attrib["message"] for child in shown.iter("failure")] == [visible(text)]
