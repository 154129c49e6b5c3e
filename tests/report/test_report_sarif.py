"""SARIF, read back by OASIS's schema and GitHub's rules. Update snapshots with ``UPDATE_SNAPSHOTS=1``."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from report_builders import HELP, HOSTILE, SUPPRESSION, diagnostic, finding, hostile, many, report, span, typical
from report_snapshot import check
from sarif_reader import instances, links, read, unescaped

from scanner.diagnostic import Diagnostic, Severity
from scanner.excerpt import Sources
from scanner.finding import Finding, Level, Place, RelatedLocation, Suppression
from scanner.report import Appearance, render, sarif
from scanner.report.report import Report
from scanner.rules.loader import builtin_rules, load_rule
from scanner.span import Span

RULE = """\
{comment}
id: rule
severity: {severity}
title: A rule
select: "$.principals[?(@.kind == 'user')]"
message: "{{name}} is flagged"
help: "{help}"
tags: {tags}
url: https://example.com/rules/rule)
"""


def rendered(found: Report, directory: str = "", category: str = "") -> str:
    return render("sarif", found, Appearance("1.2.3", directory=directory, category=category))


def run_of(found: Report, directory: str = "", category: str = "") -> dict[str, Any]:
    return read(rendered(found, directory, category))


def results(*findings: Finding) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = run_of(report(findings=findings))["results"]
    return found


def instance(key: str, *, message: str = "", at: Span | None = None, **other: Any) -> Finding:
    """One of a block with ``for_each``; all of them say the same but for the name, unless told otherwise."""
    around = () if message else ("", " cannot use `aws login`")
    made = finding(message or f"{key} cannot use `aws login`", address=f'aws_iam_user.this["{key}"]', at=at)
    return replace(made, subject=key, around=around, **other)


def notifications(run: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = run["invocations"][0].get("toolExecutionNotifications", [])
    return found


def test_snapshot() -> None:
    run_of(typical())
    check("typical.sarif", rendered(typical(), "infra", "aws-login-scan/infra/"))


@pytest.mark.parametrize("found", [report(), many(), hostile()], ids=["nothing", "many", "hostile"])
def test_everybody_takes_it(found: Report) -> None:
    run_of(found)
    run_of(found, "some/where")


@pytest.mark.parametrize("found", [typical(), many(), hostile()], ids=["typical", "many", "hostile"])
def test_every_open_finding_is_in_it_once_and_no_other(found: Report) -> None:
    listed = json.loads(render("json", found, Appearance("1.2.3")))["findings"]
    is_open = [each for each in listed if "suppressed" not in each and "baselined" not in each]
    assert is_open
    wanted = sorted((each["principal"], each["root"], each["message"], each["fingerprint"]) for each in is_open)
    here = [(each["fullyQualifiedName"], each["properties"]) for each in instances(run_of(found))]
    assert sorted((name, own["root"], own["message"], own["fingerprint"]) for name, own in here) == wanted


def test_the_order_in_which_things_were_found_does_not_show() -> None:
    for found in (typical(), hostile(), many()):
        backwards = Report(
            found.roots, found.files, found.principals[::-1], found.findings[::-1], found.diagnostics[::-1]
        )
        assert rendered(found) == rendered(backwards)


def test_the_worst_come_first_and_trouble_after_findings_of_its_level() -> None:
    found = report(findings=many(9).findings, diagnostics=(diagnostic(), diagnostic(Severity.WARNING, "Run it.")))
    listed = [(result["level"], result["ruleId"].startswith("scan/")) for result in run_of(found)["results"]]
    order = ["error", "warning", "note"]
    assert listed == sorted(listed, key=lambda one: (order.index(one[0]), one[1]))
    assert [own for _, own in listed].count(True) == 2


def test_instances_of_a_block_are_one_result_that_lists_them() -> None:
    (result,) = results(*(instance(key) for key in ("cleo", "abe", "bo")))
    assert unescaped(result["message"]["text"]).splitlines() == [
        "abe, bo and cleo cannot use `aws login`.",
        'Who: aws_iam_user.this["abe"], aws_iam_user.this["bo"], aws_iam_user.this["cleo"]',
        f"Fix: {' '.join(HELP.split())}",
    ]


def test_instances_that_have_something_else_each_say_it() -> None:
    (result,) = results(
        replace(instance("abe", message="abe lacks one action"), help="Allow it."),
        replace(instance("bo", message="bo lacks both actions"), help="Allow both."),
        replace(instance("cleo", message="cleo lacks both actions"), help="Allow both."),
    )
    assert unescaped(result["message"]["text"]).splitlines() == [
        "Console user cannot use aws login: 3 principals.",
        "abe lacks one action.",
        'Who: aws_iam_user.this["abe"]',
        "Fix: Allow it.",
        "bo lacks both actions.",
        'Who: aws_iam_user.this["bo"]',
        "Fix: Allow both.",
        "cleo lacks both actions.",
        'Who: aws_iam_user.this["cleo"]',
        "Fix: Allow both.",
    ]


def test_a_crowd_is_listed_in_full_but_not_in_the_message() -> None:
    alike = [instance(f"u{number:03}") for number in range(300)]
    unlike = [
        instance(f"v{number:03}", message=f"v{number} is special", at=span(line=90, end_line=92))
        for number in range(50)
    ]
    first, second = results(*alike, *unlike)
    assert len(instances({"results": [first, second]})) == 350
    assert "and 290 more" in first["message"]["text"]
    assert "And 40 more principals, for other reasons." in second["message"]["text"]
    assert all(len(result["message"]["text"]) < 2_000 for result in (first, second))


def test_one_block_in_two_roots_names_the_roots() -> None:
    here, there = (finding(address="aws_iam_user.a", root=root) for root in ("prod", "test"))
    (result,) = results(here, there)
    assert "Who: aws_iam_user.a (prod), aws_iam_user.a (test)" in result["message"]["text"]


def test_a_plan_that_is_one_line_is_one_alert_for_each_rule() -> None:
    """GitHub hashes the line, so several would be taken for one, and all but one be lost."""
    found = [
        instance(f"u{number}", at=Span("plan.json", 1, 100 * number + 1, 1, 100 * number + 90)) for number in range(5)
    ]
    (result,) = results(*found)
    assert result["locations"][0]["physicalLocation"]["region"] == {
        "startLine": 1,
        "startColumn": 1,
        "endLine": 1,
        "endColumn": 90,
    }
    assert len(instances({"results": [result]})) == 5


@pytest.mark.parametrize(
    ("at", "region", "context"),
    [
        (Span("a.tf", 3, 1, 7, 2), (3, 1, 3, 2), (3, 7)),
        (Span("a.tf", 3, 5, 4, 1), (3, 5, 3, 6), None),
        (Span("a.tf", 3, 5, 3, 40), (3, 5, 3, 40), None),
        (Span.whole_file("a.tf"), (1, 1, 1, 2), None),
        (Span("a.tf", 9, 4, 9, 4), (9, 4, 9, 5), None),
    ],
)
def test_the_region_is_where_the_block_begins(
    at: Span, region: tuple[int, ...], context: tuple[int, int] | None
) -> None:
    (result,) = results(finding(at=at))
    place = result["locations"][0]["physicalLocation"]
    assert tuple(place["region"][key] for key in ("startLine", "startColumn", "endLine", "endColumn")) == region
    wanted = {"startLine": context[0], "endLine": context[1]} if context else None
    assert place.get("contextRegion") == wanted


def test_where_the_source_is_at_hand_the_region_is_the_whole_line(tmp_path: Path) -> None:
    (tmp_path / "a.tf").write_text('# é\n  resource "aws_iam_user" "é" {  \n    name = "ada"\n  }\n')
    with_lines = Appearance("1.2.3", excerpt=Sources(tmp_path).excerpt)
    for at, end in ((Span("a.tf", 2, 3, 4, 4), 32), (Span("a.tf", 4, 3, 5, 1), 4), (Span("b.tf", 2, 3, 4, 4), 4)):
        run = read(render("sarif", report(findings=(finding(at=at),)), with_lines))
        assert run["results"][0]["locations"][0]["physicalLocation"]["region"]["endColumn"] == end


def test_what_min_severity_hides_is_told() -> None:
    run = run_of(many(60).at_least(Level.WARNING))
    assert len(run["results"]) == 40
    assert [each["message"]["text"] for each in notifications(run)] == [
        "Not in this file: 20 findings below --min-severity."
    ]


def test_related_places_are_linked_in_the_message() -> None:
    related = (
        RelatedLocation("gives [it] away", span("infra/[a](b).tf", 9, 11)),
        RelatedLocation("module call", span()),
    )
    (result,) = results(finding(related=related))
    assert links(result["message"]["text"]) == [("infra/[a](b).tf:9", "1"), ("infra/main.tf:3", "2")]
    first = result["relatedLocations"][0]
    assert unescaped(first["message"]["text"]) == "gives [it] away"
    assert first["physicalLocation"]["region"] == {"startLine": 9, "startColumn": 1, "endLine": 11, "endColumn": 2}
    assert unquote(first["physicalLocation"]["artifactLocation"]["uri"]) == "infra/[a](b).tf"


def test_no_more_related_places_than_github_keeps() -> None:
    related = tuple(RelatedLocation("names it", span(line=line)) for line in range(1, 300))
    (result,) = results(finding(related=related))
    assert len(result["relatedLocations"]) == 99
    assert len(links(result["message"]["text"])) == 8
    assert result["message"]["text"].endswith("Why: 291 more places")


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    related = (RelatedLocation(text, Span(text, 1, 1, 2, 1)),)
    found = report(findings=(finding(text, address=text, root=text, at=Span(text, 2, 1, 2, 1), related=related),))
    (result,) = run_of(found)["results"]
    assert [target for _, target in links(result["message"]["text"])] == ["1"]
    (each,) = instances({"results": [result]})
    assert each["fullyQualifiedName"] == text.encode("utf-8", "backslashreplace").decode()


def test_the_reader_sees_links() -> None:
    assert links(r"a [b\]](1), ![c](https://x) \\[d](2) \[e](3)") == [("b]", "1"), ("c", "https://x"), ("d", "2")]


@pytest.mark.parametrize(
    "text",
    [
        "[a](https://evil.example)",
        r"\[a](https://evil.example)",
        r"[a\](https://evil.example)",
        r"\[a\](https://evil.example)",
        r"\\[a\\](https://evil.example)",
        "![a](https://evil.example)",
        "[[a]](1)",
        "a](1)",
        "](1)[",
    ],
)
def test_scanned_text_makes_no_link(text: str) -> None:
    (result,) = results(finding(f"{text} is flagged", address=text))
    shown = result["message"]["text"]
    assert links(shown) == []
    assert unescaped(shown).startswith(f"{text} is flagged.\nWho: {text}\n")


def test_scanned_text_makes_no_placeholder() -> None:
    (result,) = results(finding("{0} may use ${aws:username}"))
    assert result["message"]["text"].startswith("{{0}} may use ${aws:username}.")


@pytest.mark.parametrize(
    ("path", "directory", "uri"),
    [
        ("main.tf", "", "main.tf"),
        ("main.tf", "infra", "infra/main.tf"),
        ("../common/main.tf", "infra", "common/main.tf"),
        ("a b/ü%[1].tf", "", "a%20b/%C3%BC%25%5B1%5D.tf"),
        ("c:d.tf", "", "c%3Ad.tf"),
        ("/elsewhere/main.tf", "infra", "file:///elsewhere/main.tf"),
        ("", "", "."),
        (".", "infra", "infra"),
        ("bad\udcff.tf", "", "bad%5Cudcff.tf"),
    ],
)
def test_files_are_named_from_the_top_of_the_repository(path: str, directory: str, uri: str) -> None:
    run = run_of(report(findings=(finding(at=Span(path, 1, 1, 2, 1)),)), directory)
    assert run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": uri}


def test_trouble_is_an_alert_and_a_notification() -> None:
    found = report(diagnostics=(diagnostic(), diagnostic(Severity.WARNING, "Run `terraform init`.")))
    run = run_of(found)
    assert run["invocations"][0]["executionSuccessful"] is False
    wanted = [
        ("scan/incomplete", "error", "Invalid block: Expected a closing brace."),
        ("scan/not-followed", "warning", "Module not installed: Run `terraform init`."),
    ]
    assert [(each["ruleId"], each["level"], each["message"]["text"]) for each in run["results"]] == wanted
    told = [(each["descriptor"]["id"], each["level"], each["message"]["text"]) for each in notifications(run)]
    assert told == wanted
    assert run_of(report(diagnostics=found.warnings))["invocations"][0]["executionSuccessful"] is True


def test_all_trouble_of_a_line_is_in_its_alert() -> None:
    at = span("infra/broken.tf", 12, 12)
    found = tuple(Diagnostic(Severity.ERROR, "Broken", text, at, root) for text in ("One.", "Two.") for root in "ab")
    run = run_of(report(diagnostics=found))
    assert [each["message"]["text"] for each in run["results"]] == ["Broken: One.\nBroken: Two."]
    assert len(notifications(run)) == 4


def test_what_is_left_out_is_no_alert_and_can_be_read() -> None:
    in_file = Suppression("it is a [robot](https://x)", None, span())
    in_settings = Suppression("agreed", date(2027, 3, 1), Span(".aws-login-scan.yaml", 4, 1, 4, 9))
    found = report(
        findings=(
            finding(address="open"),
            replace(finding(address="commented"), suppressed=in_file),
            replace(finding(address="configured"), suppressed=in_settings),
            replace(finding(address="old"), baselined=True),
            replace(finding(address="both"), baselined=True, suppressed=in_file),
        )
    )
    run = run_of(found)
    assert [each["fullyQualifiedName"] for each in instances(run)] == ["open"]
    listed = run["properties"]["suppressedResults"]
    by_name = {each["fullyQualifiedName"]: result for result in listed for each in instances({"results": [result]})}
    assert set(by_name) == {"commented", "configured", "old", "both"}
    (commented,) = by_name["commented"]["suppressions"]
    assert (commented["kind"], commented["status"]) == ("inSource", "accepted")
    assert commented["justification"] == in_file.reason
    assert by_name["both"]["suppressions"] == [commented]
    (configured,) = by_name["configured"]["suppressions"]
    assert (configured["kind"], configured["properties"]) == ("external", {"until": "2027-03-01"})
    assert configured["location"]["physicalLocation"]["artifactLocation"]["uri"] == ".aws-login-scan.yaml"
    assert by_name["old"]["baselineState"] == "unchanged"
    (told,) = notifications(run)
    assert told["descriptor"]["id"] == "scan/left-out"
    assert "3 findings suppressed and 1 finding in the baseline" in told["message"]["text"]


def test_a_comment_at_the_module_call_is_in_the_source() -> None:
    call = span("infra/calls.tf", 3)
    found = replace(
        finding(), places=(Place(span()), Place(call)), suppressed=Suppression("ours", None, span("infra/calls.tf", 2))
    )
    (result,) = run_of(report(findings=(found,)))["properties"]["suppressedResults"]
    assert result["suppressions"][0]["kind"] == "inSource"


def test_fingerprints_stay_when_lines_move_and_instances_come_and_go() -> None:
    def fingerprints(*found: Finding) -> list[str]:
        return [result["partialFingerprints"][sarif.results.FINGERPRINT] for result in results(*found)]

    lower = span(line=33, end_line=37)
    assert fingerprints(finding()) == fingerprints(finding(at=lower)) == [finding().fingerprint]
    two = fingerprints(instance("abe"), instance("bo"))
    assert two == fingerprints(instance("abe", at=lower), instance("bo", at=lower))
    assert two == fingerprints(instance("bo"), instance('cle[o\\"]'), instance("dan"))
    assert two != fingerprints(*(replace(instance(key), rule="other") for key in ("abe", "bo")))
    assert len(set(fingerprints(finding(), finding(at=lower)))) == 2


def test_what_does_not_fit_is_the_least_bad_and_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MAX_RESULTS", 25)
    run = run_of(many(60))
    assert [result["level"] for result in run["results"]] == ["error"] * 20 + ["warning"] * 5
    (told,) = notifications(run)
    assert told["descriptor"]["id"] == "scan/cut"
    assert told["message"]["text"].startswith("35 of 60 results are not here")


def test_what_github_does_not_show_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "SHOWN_RESULTS", 50)
    (told,) = notifications(run_of(many(60)))
    assert told["message"]["text"] == "GitHub shows the worst 50 of 60 results."
    assert notifications(run_of(many(50))) == []


@pytest.mark.parametrize("number", [3_000, 400])
def test_a_file_is_never_too_large(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """First the long lists are cut, then the least bad results."""
    monkeypatch.setattr(sarif, "MAX_BYTES", 20_000)
    crowd = [instance(f"u{count}") for count in range(number)]
    old = [replace(each, baselined=True) for each in many(60).findings]
    run = run_of(report(findings=(*crowd, *many(60).findings, *old)))
    assert run["results"]
    assert len(instances({"results": run["results"][:1]})) == 100
    assert "properties" not in run
    assert any("would be too large" in told["message"]["text"] for told in notifications(run))
    assert any("60 findings in the baseline" in told["message"]["text"] for told in notifications(run))


def test_the_built_in_rules_describe_themselves() -> None:
    run = run_of(replace(report(), rules=builtin_rules()))
    described = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    assert set(described) == {rule.id for rule in builtin_rules()} | {"scan/incomplete", "scan/not-followed"}
    for rule in builtin_rules():
        assert described[rule.id]["shortDescription"]["text"] == rule.title
        assert described[rule.id]["defaultConfiguration"]["level"] == rule.level.value
        assert "{" not in json.dumps(described[rule.id]["help"]).replace('{"', "")


@pytest.mark.parametrize(("severity", "score"), [("error", "8.0"), ("warning", "5.5"), ("note", "2.0")])
def test_a_rule_of_ones_own(tmp_path: Path, severity: str, score: str) -> None:
    comment = "\n".join(["# It is long. " + "x" * 90] * 30)
    tags = json.dumps(["security", *(f"tag-{number}" for number in range(30))])
    (tmp_path / "rule.yaml").write_text(RULE.format(comment=comment, severity=severity, tags=tags, help="y" * 2000))
    run = run_of(replace(report(), rules=(load_rule(tmp_path / "rule.yaml"),)))
    rule = run["tool"]["driver"]["rules"][0]
    assert rule["helpUri"] == "https://example.com/rules/rule)"
    assert rule["help"]["text"].endswith("…\n\nhttps://example.com/rules/rule)")
    assert rule["help"]["markdown"].endswith("…\n\n<https://example.com/rules/rule)>")
    assert rule["fullDescription"]["text"].startswith("It is long. ")
    assert len(rule["properties"]["tags"]) == 20
    assert rule["properties"]["security-severity"] == score


def test_help_says_what_holds_for_everybody(tmp_path: Path) -> None:
    said = {}
    for text in ("Delete it.", "{remedy} Or leave it.", "Tell {name} to stop."):
        (tmp_path / "rule.yaml").write_text(RULE.format(comment="# Why.", severity="note", tags="[login]", help=text))
        run = run_of(replace(report(), rules=(load_rule(tmp_path / "rule.yaml"),)))
        said[text] = run["tool"]["driver"]["rules"][0]["help"]["text"].split("\n\n")[1]
    assert said == {
        "Delete it.": "Delete it.",
        "{remedy} Or leave it.": "Or leave it. What to do depends on the principal: each result says it.",
        "Tell {name} to stop.": "What to do depends on the principal: each result says it.",
    }


def test_levels_are_those_of_findings() -> None:
    for level in Level:
        assert results(finding(level=level))[0]["level"] == level.value


def test_versions_and_categories() -> None:
    assert run_of(report())["tool"]["driver"]["semanticVersion"] == "1.2.3"
    odd = read(render("sarif", report(), Appearance("1.2.3.dev4")))
    assert "semanticVersion" not in odd["tool"]["driver"]
    assert "automationDetails" not in run_of(report())
    assert run_of(report(), category="a/b/")["automationDetails"] == {"id": "a/b/"}


def test_another_form_of_a_principal_is_named() -> None:
    run = run_of(report(findings=(replace(finding(), also_in=("plan.json",), suppressed=None),)))
    assert instances(run)[0]["properties"]["also_in"] == ["plan.json"]
    assert SUPPRESSION.reason not in json.dumps(run)
