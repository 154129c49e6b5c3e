"""cfn-lint reads templates as we do: the same values, each key on the same line."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("cfnlint", reason="cfn-lint is not installed")

from tests.cloudformation.decoded import REFUSED, differences
from tests.tables import TABLES, table

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent.parent
FIXTURES = sorted(path for path in ROOT.glob("fixtures/cloudformation/**/*") if path.is_file())
CASES = {
    f"{path.stem}: {name}": content.get("head", "") + case["template"]
    for path in sorted(ROOT.glob("tests/cases/cloudformation/*.yaml"))
    for content in [table(path)]
    for name, case in content["cases"].items()
}

SPELLINGS: dict[str, str] = table(TABLES / "template-spellings.yaml")


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.name)
def test_fixtures(path: Path) -> None:
    assert differences(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("text", CASES.values(), ids=CASES)
def test_cases(text: str) -> None:
    assert differences(text) == []


@pytest.mark.parametrize("text", SPELLINGS.values(), ids=SPELLINGS)
def test_spellings(text: str) -> None:
    assert differences(text) == []


def test_what_differs_is_seen() -> None:
    text = "Resources:\n  U: {Type: 'AWS::IAM::User'}\n"
    assert differences(text, text + "\n") == []
    assert differences(text, "\n" + text) == [
        "/Resources: line 1 and 2",
        "/Resources/U: line 2 and 3",
        "/Resources/U/Type: line 2 and 3",
    ]
    assert differences(text, text.replace("User", "Role")) == [
        "/Resources/U/Type: 'AWS::IAM::User' and 'AWS::IAM::Role'"
    ]
    assert differences(text, text.replace("U:", "V:")) == ["/Resources: ['U'] and ['V']"]


@pytest.mark.parametrize(
    "text", ["Resources:\n  U: {}\n  U: {}\n", "a: [!ImportValue Fn::Sub: b]\n", "a: [b\n", '{"a": 1 "b": 2}']
)
def test_what_is_refused(text: str) -> None:
    assert differences(text)[0] == REFUSED
