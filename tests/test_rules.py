"""Every rule flags its flagged examples and passes its passed ones; rule files that are wrong say where."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from scanner.report.report import Report
from scanner.rules.loader import RuleError, builtin_rules, load_rule
from scanner.rules.rule import Rule
from tests.scans import ROOT, errors, scanned, verdicts

RULES = builtin_rules()
EXAMPLES = [
    (rule, path, flagged)
    for rule in RULES
    for flagged, paths in ((True, rule.examples.flagged), (False, rule.examples.passed))
    for path in paths
]


def test_every_rule_has_examples() -> None:
    assert RULES, "rules/ has no rule"
    assert len(EXAMPLES) >= 2 * len(RULES)


@cache
def scanned_example(path: str) -> Report:
    """The report on an example, with the findings of all rules."""
    return scanned(ROOT, path)


def test_rules_can_be_selected() -> None:
    rule = RULES[0]
    found = scanned(ROOT, *rule.examples.flagged, select=(rule.id,)).findings
    assert {finding.rule for finding in found} == {rule.id}


@pytest.mark.parametrize(("rule", "path", "flagged"), EXAMPLES, ids=lambda value: getattr(value, "id", str(value)))
def test_examples(rule: Rule, path: str, flagged: bool) -> None:
    listed = f'rules/{rule.id}.yaml lists {path} under "{"flagged" if flagged else "passed"}"'
    assert (ROOT / path).exists(), f"{listed}, but there is no such file or directory"
    report = scanned_example(path)
    assert errors(report) == [], f"{listed}, but it cannot be scanned without errors"
    assert report.principals, f"{listed}, but it has no users, roles or permission sets"
    found = [(finding.principal, finding.message) for finding in report.findings if finding.rule == rule.id]
    if flagged:
        assert found, f"{listed}, but the rule flags none of {verdicts(report)}"
    else:
        assert found == [], f"{listed}, but the rule flags something in it"


GOOD = {
    "id": "a-rule",
    "severity": "note",
    "title": "T",
    "select": '"$.principals[0]"',
    "message": '"{name}"',
    "help": "H",
    "examples": "{flagged: [a], passed: [b]}",
}


def rule_file(folder: Path, **changes: str | None) -> Path:
    lines = {**GOOD, **changes}
    text = "".join(f"{key}: {value}\n" for key, value in lines.items() if value is not None)
    file = folder / "a-rule.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_good_rule_file_loads(tmp_path: Path) -> None:
    assert load_rule(rule_file(tmp_path)).id == "a-rule"


def test_the_comment_at_the_head_is_the_description(tmp_path: Path) -> None:
    file = rule_file(tmp_path)
    file.write_text(
        "# One\n# line.\n#\n#  Another.\n" + file.read_text(encoding="utf-8") + "# Not this.\n", encoding="utf-8"
    )
    assert load_rule(file).description == "One line.\n\nAnother."


@pytest.mark.parametrize(
    ("changes", "line", "message"),
    [
        ({"severity": "fatal"}, 2, "must be error, warning or note"),
        ({"select": '"$.principals[?("'}, 4, "not a JSONPath"),
        ({"select": "3"}, 4, "must be a JSONPath"),
        ({"message": '"{nmae}"'}, 5, "no placeholder {nmae}"),
        ({"id": "other"}, 1, "not the name of the file"),
        ({"help": None}, 1, '"help" is missing'),
        ({"examples": "{flagged: []}"}, 7, "flagged"),
        ({"examples": "{flagged: [], passed: [b]}"}, 7, "at least one"),
        ({"colour": "red"}, 8, 'no key "colour"'),
        ({"title": "[unclosed"}, 4, "not valid YAML"),
    ],
)
def test_wrong_rule_files_say_where(tmp_path: Path, changes: dict[str, str | None], line: int, message: str) -> None:
    with pytest.raises(RuleError, match=message.replace("{", "\\{")) as caught:
        load_rule(rule_file(tmp_path, **changes))
    assert caught.value.span.line == line
