"""Every rule flags its flagged examples and passes its passed ones; rule files that are wrong say where."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from scanner.check_rules import failing_examples
from scanner.rules import rule_file
from scanner.rules.loader import EXAMPLES as EXAMPLE_RULES
from scanner.rules.loader import RuleError, builtin_directory, builtin_rules, example_rules, load_rule, load_rules
from scanner.rules.packed import packed_rule
from scanner.rules.rule import Rule
from scanner.verdicts.question import Question
from tests.scans import ROOT, scanned, write
from tools import pack_rules

RULES = (*builtin_rules(), *example_rules())
SCHEMA = jsonschema.Draft202012Validator(json.loads((ROOT / "rules" / "schema.json").read_text(encoding="utf-8")))


def test_every_rule_has_examples() -> None:
    assert RULES, "rules/ has no rule"
    assert [rule.id for rule in RULES if not rule.examples.flagged or not rule.examples.passed] == []


@pytest.mark.parametrize(("text", "rule"), [*pack_rules.rules()], ids=lambda value: getattr(value, "id", ""))
def test_rules_are_packed_as_they_are_read(text: str, rule: Rule) -> None:
    """With all their places; otherwise each start reads YAML."""
    assert repr(packed_rule(text, rule.span.path)) == repr(rule), "run `make snapshots`"


def test_a_changed_rule_is_read_anew(tmp_path: Path) -> None:
    file = builtin_directory() / "role-cannot-aws-login.yaml"
    copy = tmp_path / file.name
    copy.write_text(file.read_text().replace("severity: ", "severity:  ").replace("title: ", "title: A "))
    assert load_rule(copy, check=False).title == f"A {load_rule(file, check=False).title}"
    (tmp_path / "other.yaml").write_text(file.read_text())
    with pytest.raises(RuleError, match="is not the name of the file"):
        load_rule(tmp_path / "other.yaml", check=False)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_examples(rule: Rule) -> None:
    assert [str(problem) for problem in failing_examples(rule, ROOT)] == []


def test_selectors_of_built_in_rules_are_right() -> None:
    """They are not checked when the scanner starts."""
    assert (*load_rules([builtin_directory()]), *load_rules([builtin_directory() / EXAMPLE_RULES])) == RULES


def test_example_rules_have_examples_in_both_languages() -> None:
    for rule in example_rules():
        languages = {Path(path).parts[1] for path in (*rule.examples.flagged, *rule.examples.passed)}
        assert languages == {"terraform", "cloudformation"}, rule.id


def test_rules_can_be_selected() -> None:
    rule = RULES[0]
    found = scanned(ROOT, *rule.examples.flagged, select=(rule.id,)).findings
    assert {finding.rule for finding in found} == {rule.id}


GOOD = {
    "id": "a-rule",
    "severity": "note",
    "title": "T",
    "select": '"$.principals[0]"',
    "message": '"{name}"',
    "help": "H",
    "examples": "{flagged: [a], passed: [b]}",
}


def rule_text(**changes: str | None) -> str:
    return "".join(f"{key}: {value}\n" for key, value in {**GOOD, **changes}.items() if value is not None)


def written(folder: Path, text: str, name: str = "a-rule.yaml") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def mistakes(folder: Path, text: str) -> list[tuple[int, str]]:
    """The lines and messages of everything that is wrong with a rule file."""
    with pytest.raises(RuleError) as caught:
        load_rule(written(folder, text))
    return [(problem.span.line, problem.message) for problem in caught.value.problems]


def seen_by_schema(text: str) -> bool:
    return not SCHEMA.is_valid(yaml.safe_load(text))


def test_the_comment_at_the_head_is_the_description(tmp_path: Path) -> None:
    comment = "# One\n# yaml-language-server: $schema=schema.json\n# line.\n#\n#  Another.\n"
    assert load_rule(written(tmp_path, f"{comment}{rule_text()}# Not this.\n")).description == "One line.\n\nAnother."


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"examples": None},
        {"select": '["$.principals[0]", "$.principals[1]"]'},
        {"url": "https://example.com/a", "tags": "[iam, mfa]"},
        {"ask": "[{action: 'iam:PassRole', resource: 'arn:aws:iam::*:role/*'}, {action: 'iam:CreateUser'}]"},
    ],
)
def test_a_good_rule_file_loads(tmp_path: Path, changes: dict[str, str | None]) -> None:
    text = rule_text(**changes)
    assert load_rule(written(tmp_path, text)).id == "a-rule"
    assert not seen_by_schema(text)


def test_what_a_rule_asks_for(tmp_path: Path) -> None:
    rule = load_rule(written(tmp_path, rule_text(ask="[{action: 'iam:PassRole'}, {action: 'a:B', resource: '*'}]")))
    assert rule.ask == (Question("iam:PassRole"), Question("a:B"))


SEEN_BY_SCHEMAS: list[tuple[dict[str, str | None], int, str]] = [
    ({"severity": "fatal"}, 2, '"severity" must be error, warning or note'),
    ({"severity": "warn"}, 2, 'did you mean "warning"?'),
    ({"severity": "[note]"}, 2, '"severity" must be a string'),
    ({"id": "a rule"}, 1, '"id" must be made of letters'),
    ({"id": "yes"}, 1, '"id" must be a string; put it in quotes'),
    ({"title": "3"}, 3, '"title" must be a string; put it in quotes'),
    ({"title": '""'}, 3, '"title" must not be empty'),
    ({"title": '"a\\nb"'}, 3, '"title" must be one line'),
    ({"select": "3"}, 4, '"select" must be a string'),
    ({"select": "[]"}, 4, '"select" must have at least one entry'),
    ({"select": "{a: b}"}, 4, '"select" must be a JSONPath or a list of them'),
    ({"select": "[3]"}, 4, 'each entry of "select" must be a string'),
    ({"help": None}, 1, 'the key "help" is missing'),
    ({"examples": "{flagged: [b]}"}, 7, '"examples" must also have the list "passed"'),
    ({"examples": "{flagged: [], passed: [b]}"}, 7, '"flagged" must have at least one entry'),
    ({"examples": "{flagged: [a], passed: b}"}, 7, '"passed" must be a list of strings'),
    ({"examples": "{flagged: [a], passed: [b], pased: []}"}, 7, 'has no key "pased"; did you mean "passed"?'),
    ({"colour": "red"}, 8, 'a rule has no key "colour"'),
    ({"selct": "x"}, 8, 'a rule has no key "selct"; did you mean "select"?'),
    ({"3": "x"}, 8, 'a rule has no key "3"'),
    ({"url": "ftp://example.com"}, 8, '"url" must be an address'),
    ({"url": '"https://example.com/a b"'}, 8, '"url" must be an address'),
    ({"tags": "iam"}, 8, '"tags" must be a list of strings'),
    ({"tags": "[1]"}, 8, 'each entry of "tags" must be a string'),
    ({"ask": "iam:PassRole"}, 8, '"ask" must be a list of {action'),
    ({"ask": "[]"}, 8, '"ask" must be a list of {action'),
    ({"ask": "['iam:PassRole']"}, 8, 'an element of "ask" must be {action'),
    ({"ask": "[{resource: '*'}]"}, 8, 'an element of "ask" must have an action'),
    ({"ask": "[{action: PassRole}]"}, 8, "does not have the form SERVICE:NAME"),
    ({"ask": "[{action: 'a:B', resources: '*'}]"}, 8, 'has no key "resources"; did you mean "resource"?'),
]
UNSEEN: list[tuple[dict[str, str | None], int, str]] = [
    ({"id": "other"}, 1, 'the id "other" is not the name of the file, which is "a-rule"'),
    ({"title": "!strange T"}, 3, '"title" must be a string'),
    ({"select": '"$.principals[?("'}, 4, "it is not a JSONPath"),
    ({"select": "$.version"}, 4, "it never selects a principal"),
    ({"message": '"{nmae}"'}, 5, 'there is no placeholder {nmae}; did you mean "name"?'),
    ({"examples": "[a]"}, 7, '"examples" must have the lists'),
    ({"[a]": "x"}, 8, "a key of a rule must be one of id,"),
    ({"<<": "{colour: red}"}, 8, 'a rule has no key "<<"'),
]
"""A schema does not know the file's name, selectors and placeholders, and sees what YAML has made of the text."""


@pytest.mark.parametrize(("changes", "line", "message"), [*SEEN_BY_SCHEMAS, *UNSEEN])
def test_wrong_rule_files_say_where(tmp_path: Path, changes: dict[str, str | None], line: int, message: str) -> None:
    ((found_line, found),) = mistakes(tmp_path, rule_text(**changes))
    assert (found_line, message in found) == (line, True), found


@pytest.mark.parametrize("changes", [changes for changes, _, _ in SEEN_BY_SCHEMAS])
def test_the_schema_of_rule_files_sees_the_same(changes: dict[str, str | None]) -> None:
    assert seen_by_schema(rule_text(**changes))


def test_a_mistake_that_is_made_very_often_is_told_a_few_times(tmp_path: Path) -> None:
    found = mistakes(tmp_path, rule_text(message=f"'{'%{' * 30_000}'"))
    assert len(found) == 20
    assert len(set(found)) == 1


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 1, "the file is empty"),
        ("# nothing\n", 1, "the file is empty"),
        ("- id: a\n", 1, "a rule file must be a mapping"),
        (rule_text(title="[unclosed"), 4, "the file is not valid YAML: "),
        (rule_text() + "\t- x\n", 8, "the file is not valid YAML: "),
        (rule_text() + "---\n" + rule_text(), 8, "the file has more than one YAML document"),
        (rule_text() + "\x07", 8, "the file is not valid YAML: it has a control character"),
        (rule_text() + "title: again\n", 8, 'the key "title" is already in line 3'),
        (rule_text(tags="*nobody"), 8, "the file is not valid YAML: found undefined alias"),
        (rule_text(title="[" * 90_000), 1, "the file is nested too deeply"),
        ("#" + "x" * 300_000, 1, "the file is longer than 200000 characters"),
    ],
)
def test_what_is_not_a_rule_file_says_so(tmp_path: Path, text: str, line: int, message: str) -> None:
    ((found_line, found),) = mistakes(tmp_path, text)
    assert found.startswith(message)
    assert found_line == line
    assert "<unicode string>" not in found


def test_all_mistakes_are_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(rule_text(id="one", severity="fatal", title="3", help=None), encoding="utf-8")
    (tmp_path / "two.yaml").write_text(rule_text(id="two", tags="[1]"), encoding="utf-8")
    with pytest.raises(RuleError) as caught:
        load_rules([tmp_path, tmp_path / "three.yaml"], tmp_path)
    assert str(caught.value).splitlines() == [
        'one.yaml: the key "help" is missing',
        'one.yaml:2: "severity" must be error, warning or note',
        'one.yaml:3: "title" must be a string; put it in quotes',
        'two.yaml:8: each entry of "tags" must be a string; put it in quotes',
        "three.yaml: the file cannot be read: it does not exist",
    ]


def test_aliases_make_nothing_large(tmp_path: Path) -> None:
    bomb = "".join(f"- &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]\n" for level in range(1, 30))
    found = mistakes(tmp_path, rule_text(tags=f"\n- &a0 [x]\n{bomb}"))
    assert len(found) == 30


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("none", "the directory has no rule files, whose names end in .yaml or .yml"),
        ("schema.json", "it is not a rule file, whose name ends in .yaml or .yml"),
        ("nowhere.yaml", "the file cannot be read: it does not exist"),
        ("latin.yaml", "the file cannot be read: it is not UTF-8"),
        ("folder.yaml", "the directory has no rule files"),
    ],
)
def test_paths_that_are_not_rules(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "none").mkdir()
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "schema.json").write_text("{}", encoding="utf-8")
    (tmp_path / "latin.yaml").write_bytes(b"title: \xe4\n")
    with pytest.raises(RuleError, match=f"^{name}: {message}"):
        load_rules([tmp_path / name], tmp_path)


def test_a_file_that_is_named_twice_is_one_rule(tmp_path: Path) -> None:
    file = written(tmp_path, rule_text())
    assert [rule.id for rule in load_rules([tmp_path, file])] == ["a-rule"]
    written(tmp_path, rule_text(), "a-rule.yml")
    with pytest.raises(RuleError, match=r'a-rule\.yml:1: the rule "a-rule" is already in a-rule\.yaml'):
        load_rules([tmp_path], tmp_path)


def test_the_description_is_the_comment_without_what_it_says_to_editors(tmp_path: Path) -> None:
    text = "# yaml-language-server: $schema=schema.json\n# Why it\n# is there.\n" + rule_text()
    assert load_rule(written(tmp_path, text)).description == "Why it is there."


SELECTORS: dict[str, str] = {
    "a list": '\n  - "$.principals[0]"\n  - "$.principals[?(@.nmae)]"  # HERE\n',
    "folded": ">-\n  $.principals[?(@.kind == 'user'\n  && @.kind == 'role' || @.nmae == 'HERE'\n  )]\n",
    "literal": "|\n  $.principals[?(\n    @.kind == 'user'\n    && @.nmae == 'HERE'\n  )]\n",
    "quoted": "\"$.principals[?(@.kind == 'user'\n  && @.nmae == 'HERE')]\"\n",
    "quoted once": "'$.principals[?(@.kind == ''user''\n  && @.nmae == ''HERE'')]'\n",
    "plain": "$.principals[?(@.kind == 'user'\n  && @.nmae == 'HERE')]\n",
    "folded in a list": "\n  - $.principals[0]\n  - >-\n    $.principals[?(\n    @.nmae == 'HERE')]\n",
}


@pytest.mark.parametrize("select", SELECTORS.values(), ids=SELECTORS)
def test_the_line_of_a_mistake_in_a_selector(tmp_path: Path, select: str) -> None:
    text = rule_text(select=select)
    lines = [line for line, found in mistakes(tmp_path, text) if "nmae" in found]
    assert lines == [number for number, line in enumerate(text.splitlines(), 1) if "HERE" in line]


def test_the_schema_has_the_keys_of_the_loader() -> None:
    schema: dict[str, Any] = dict(SCHEMA.schema)
    keys = schema["properties"]
    assert tuple(keys) == rule_file.KEYS
    assert tuple(schema["required"]) == rule_file.REQUIRED
    assert tuple(keys["examples"]["properties"]) == rule_file.EXAMPLES
    assert tuple(keys["ask"]["items"]["properties"]) == rule_file.ASKED
    jsonschema.Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_the_schema_admits_the_built_in_rules(rule: Rule) -> None:
    assert not seen_by_schema(Path(rule.span.path).read_text(encoding="utf-8"))


@pytest.mark.parametrize("wrong", ["{Name}", "{ name }", "{name.x}", "{denied by}", "{}", "{name", "name}", "{{name}"])
def test_whatever_is_in_braces_is_a_placeholder(wrong: str, tmp_path: Path) -> None:
    text = rule_text(message=None, help=f">-\n  One\n  two {wrong}.") + "message: M\n"
    ((line, message),) = mistakes(tmp_path, text)
    assert text.splitlines()[line - 1] == f"  two {wrong}."
    assert "{{" in message


def test_braces_that_are_written_twice_are_braces(tmp_path: Path) -> None:
    told = rule_text(select='"$.principals[*]"', message="'{{name}} {{{name}}} is {name}'", help="'{{\"a\": {kind}}}'")
    rule = written(tmp_path, told)
    write(tmp_path, {"main.tf": 'resource "aws_iam_user" "u" {\n  name = "u"\n}\n'})
    (found,) = [one for one in scanned(tmp_path, "main.tf", rule_paths=(str(rule),)).findings if one.rule == "a-rule"]
    assert (found.message, found.help) == ("{name} {u} is u", '{"a": user}')
