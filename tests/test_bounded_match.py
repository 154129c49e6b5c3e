"""Regular expressions of selectors end, whatever they are searched in."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from time import process_time

import pytest

from scanner.rules import bounded_match
from scanner.rules.problems import RuleError
from scanner.rules.rule import Selector
from scanner.rules.selector_check import faults
from tests.scans import scanned, write

NAME = "a" * 60 + "1"
USER = f'resource "aws_iam_user" "u" {{\n  name = "{NAME}"\n}}\n'
RULE = (
    "id: r\nseverity: note\ntitle: T\nmessage: M\nhelp: H\nselect:\n"
    "  - \"$.principals[?(@.kind == 'role')]\"\n  - \"$.principals[?(@.name =~ '{pattern}')]\"\n"
)


@pytest.mark.parametrize("pattern", ["^(a+)+$", "^(a|a)*b", "(.*a){25}b", "^(a|aa)+$", "((((a*)*)*)*)*b"])
def test_a_search_ends(tmp_path: Path, pattern: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_match, "MAX_SECONDS", 0.2)
    write(tmp_path, {"main.tf": USER, "r.yaml": RULE.format(pattern=pattern)})
    begun = process_time()
    with suppress(RuleError):
        assert not [one for one in scanned(tmp_path, "main.tf", rule_paths=("r.yaml",)).findings if one.rule == "r"]
    assert process_time() - begun < 10


def test_a_search_that_does_not_end_is_said_with_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_match, "MAX_SECONDS", 0.2)
    write(tmp_path, {"main.tf": USER, "r.yaml": RULE.format(pattern="^(a|aa)+$")})
    with pytest.raises(RuleError, match=r"^r\.yaml:8: the regular expression .* takes longer than 0\.2 seconds; "):
        scanned(tmp_path, "main.tf", rule_paths=("r.yaml",))


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("((a{1000}){1000}){1000}", "what it repeats comes to more than 1,000,000 copies"),
        ("(adm){e<=1}", "a brace that counts nothing is written [{]"),
    ],
)
def test_what_is_no_pattern_for_both_readers_is_refused(pattern: str, why: str) -> None:
    (fault,) = faults(f"$.principals[?(@.name =~ '{pattern}')]")
    assert fault.message == f"'{pattern}' is not a regular expression: {why}"


@pytest.mark.parametrize(
    "selector",
    [
        "$.principals[?(@.kind == 'user' && (@.name =~ '^b' || @.name =~ 'c$'))]",
        "$.principals[?(@.groups[?(@.name =~ '^b')])]",
        "$.principals[*].groups[?(@.name =~ '^b')]",
        "$..groups[?(@.name =~ '^b')]",
    ],
)
def test_a_pattern_is_found_wherever_it_stands(selector: str) -> None:
    document = {
        "principals": [
            {"kind": "user", "name": "abc", "groups": [{"name": "bcd"}]},
            {"kind": "user", "name": "abd", "groups": [{"name": None}, {"name": "x"}]},
        ]
    }
    assert {path[1] for path in Selector(selector).select(document)} == {0}
