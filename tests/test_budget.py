"""One root cannot take more than its budget, and what could not be worked out is never decided."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from scanner import values
from scanner.budget import MAX_PARTS, STEPS, Budget, BudgetSpentError
from scanner.diagnostic import Severity
from scanner.values import Value
from tests.laws.verdicts import DEFINITE
from tests.scans import ROOT, errors, scanned, verdicts, write

GOOD = """
resource "aws_iam_user" "good" {
  name = "good"
}

resource "aws_iam_user_login_profile" "good" {
  user = aws_iam_user.good.name
}
"""
ASKS = """
resource "aws_iam_user" "asks" {
  name = "asks-${length(jsonencode(local.x))}"
}

resource "aws_iam_user_policy_attachment" "asks" {
  user       = aws_iam_user.asks.name
  policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"
}
"""


def _doubled(first: str, again: str, times: int = 60) -> str:
    steps = "".join(f"  a{number + 1} = {again.replace('@', f'local.a{number}')}\n" for number in range(times))
    return f"locals {{\n  a0 = {first}\n{steps}  x = local.a{times}\n}}\n"


def _documents() -> str:
    source = "data.aws_iam_policy_document.d{}.json"
    return (
        'data "aws_iam_policy_document" "d0" {\n  statement {\n    actions = ["s3:*"]\n    resources = ["*"]\n  }\n}\n'
        + "".join(
            f'data "aws_iam_policy_document" "d{number + 1}" {{\n'
            f"  source_policy_documents = [{source.format(number)}, {source.format(number)}]\n}}\n"
            for number in range(40)
        )
        + "locals {\n  x = data.aws_iam_policy_document.d40.json\n}\n"
    )


def _each(text: str, number: int) -> str:
    return "".join(text.replace("@", str(place)) for place in range(number))


THOUSAND = "locals {\n  r = range(1000)\n  x = $\n}\n"
TERRAFORM = {
    "a text that doubles": _doubled('"aaaaaaaa"', '"${@}${@}"'),
    "a list that doubles": _doubled("[1, 2]", "[@, @]"),
    "lists that are compared": _doubled("[1, 2]", "[@, @, @ == @]"),
    "a list that is joined to itself": _doubled("[1, 2]", "concat(@, @)"),
    "a list that is flattened": _doubled("[1, 2]", "[@, @]").replace("local.a60\n", "flatten(local.a60)\n"),
    "a list that becomes another one": _doubled("[1, 2]", "[@, @]").replace("local.a60\n", "tolist(local.a60)\n"),
    "a list that becomes a set": _doubled("[1, 2]", "[@, @]").replace("local.a60\n", "toset([local.a60])\n"),
    "a map that doubles": _doubled("{ k = 1 }", "{ l = @, r = @ }"),
    "a map that is merged": _doubled("{ k = 1 }", "merge({ l = @ }, { r = @ })"),
    "a map under an open key": 'variable "v" {}\n' + _doubled("{ k = 1 }", "{ (var.v) = @, r = @ }"),
    "an object in a loop": _doubled("[1]", "[for i in [1, 2] : { a = @, b = @ }]"),
    "a splat that doubles": _doubled("[{ a = 1 }]", "[{ a = @[*].a }, { a = @ }]"),
    "arms that double": _doubled("[1, 2]", "length(@) == 3 ? [@] : [@, @]"),
    "loops in loops": THOUSAND.replace("$", "[for a in local.r : [for b in local.r : [for c in local.r : a * b * c]]]"),
    "texts in loops": THOUSAND.replace("$", '[for a in local.r : join(",", [for b in local.r : "${a}-${b}-${a}"])]'),
    "many loops": _each("locals {\n  x@ = [for a in local.r : [for b in local.r : a * b + @]]\n}\n", 40)
    + THOUSAND.replace("$", f"[{', '.join(f'length(local.x{place})' for place in range(40))}]"),
    "many long texts": _doubled('"aaaaaaaa"', '"${@}${@}"', 19).replace("  x =", "  y =")
    + _each('locals {\n  x@ = "${local.y}@"\n}\n', 200)
    + f"locals {{\n  x = [{', '.join(f'local.x{place}' for place in range(200))}]\n}}\n",
    "different elements": "locals {\n  a = flatten([for i in range(1000) : [for j in range(90) : { k = i, l = j }]])\n"
    "  x = [toset(local.a), [for e in local.a : index(local.a, e)]]\n}\n",
    "documents that double": _documents(),
    "blocks in blocks": 'data "aws_iam_policy_document" "d" {\n  dynamic "statement" {\n    for_each = range(1000)\n'
    '    content {\n      actions = ["s3:Get${statement.value}"]\n      resources = ["*"]\n'
    '      dynamic "condition" {\n        for_each = range(1000)\n        content {\n          test = "StringEquals"\n'
    '          variable = "aws:PrincipalTag/${condition.value}"\n          values = ["x"]\n        }\n      }\n'
    "    }\n  }\n}\nlocals {\n  x = data.aws_iam_policy_document.d.json\n}\n",
    "a file read a thousand times": THOUSAND.replace("$", '[for a in local.r : jsondecode(file("l.json"))]'),
    "modules that call two others": "".join(f'module "{side}" {{\n  source = "./m0"\n}}\n' for side in "lr")
    + "locals {\n  x = 1\n}\n",
    "many instances of many blocks": _each(
        'resource "aws_iam_user_policy_attachment" "a@" {\n  count = 50000\n  user = "good"\n'
        '  policy_arn = "arn:aws:iam::aws:policy/P@-${count.index}"\n}\n',
        40,
    )
    + "locals {\n  x = 1\n}\n",
}
BESIDE = {
    "l.json": "[" + ",".join("1" for _ in range(30_000)) + "]",
    **{
        f"m{level}/main.tf": "".join(f'module "{side}" {{\n  source = "../m{level + 1}"\n}}\n' for side in "lr")
        for level in range(30)
    },
    "m30/main.tf": 'resource "aws_iam_user" "u" {\n  name_prefix = "u"\n}\n',
}


@pytest.mark.slow
@pytest.mark.parametrize("name", TERRAFORM)
def test_what_multiplies_ends(tmp_path: Path, name: str) -> None:
    text = TERRAFORM[name]
    beside = {file: content for file, content in BESIDE.items() if file in text or ("./m0" in text and file[0] == "m")}
    write(tmp_path, {"good.tf": GOOD, "main.tf": text + ASKS, **beside})
    report = scanned(tmp_path, max_steps=300_000)
    found = [message for message in errors(report) if message.startswith("Bound exceeded")]
    assert 1 <= len(found) <= 5
    assert not any("Internal" in message for message in errors(report))
    assert "aws_iam_user.good" in verdicts(report)


def test_what_a_module_that_is_left_out_may_hold(tmp_path: Path) -> None:
    grant = """
resource "aws_iam_user_policy_attachment" "a" {
  user       = "good"
  policy_arn = "arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess"
}
"""
    deny = grant.replace("SignInLocalDevelopmentAccess", "AWSDenyAll")
    calls = TERRAFORM["modules that call two others"] + 'module "z" {\n  source = "./deny"\n}\n'
    beside = {name: text for name, text in BESIDE.items() if name[0] == "m"}
    write(tmp_path, {"main.tf": GOOD + grant + calls, **beside, "deny/main.tf": deny})
    assert verdicts(scanned(tmp_path, max_steps=300_000))["aws_iam_user.good"] == ("yes", "unknown")


ROOTS = sorted(file.parent for file in (ROOT / "fixtures/terraform").glob("*/main.tf"))


LESS = (1, 20, 60, 150, 400, 1000, 2500)


@pytest.mark.parametrize("root", ROOTS, ids=lambda root: root.name)
def test_what_is_decided_with_less_is_what_is_decided_with_all(root: Path) -> None:
    whole = {found.definition.address: found for found in scanned(root).principals}
    for steps in LESS[ROOTS.index(root) % 2 :: 2]:
        report = scanned(root, max_steps=steps)
        is_told = any(one.severity is Severity.ERROR for one in report.diagnostics)
        found = {one.definition.address: one for one in report.principals}
        for address, one in found.items():
            if address not in whole:
                continue  # it stands for instances that are not known
            for ours, full in zip(one.permissions, whole[address].permissions, strict=True):
                same = ours.decision.outcome is full.decision.outcome
                assert same or ours.decision.outcome not in DEFINITE, f"{address} {ours.action} with {steps} steps"
                assert same or is_told
        assert is_told or found.keys() == whole.keys()


def _list(times: int, make: Callable[[Value], object]) -> Value:
    value = Value(1)
    for _ in range(times):
        value = values.of(make(value))
    return value


@pytest.mark.parametrize(
    ("value", "steps"),
    [
        (Value(None), 1),
        (Value(True), 1),
        (Value("a" * 63), 1),
        (Value("a" * 640), 11),
        (values.of([]), 1),
        (values.of([1, [2, "x"], {"k": "v"}]), 8),
        (_list(3, lambda value: [value, value]), 15),
        (_list(18, lambda value: [value, value]), 2**19 - 1),
        (_list(60, lambda value: [value, value]), None),
        (_list(60, lambda value: {"a": value, "b": value}), None),
        (Value("a" * (64 * MAX_PARTS)), None),
    ],
)
def test_a_value_is_weighed(value: Value, steps: int | None) -> None:
    budget = Budget()
    if steps is None:
        with pytest.raises(BudgetSpentError, match="more than 1,000,000 parts"):
            budget.spend_on(value)
        assert budget.spent == 0
        return
    budget.spend_on(value)
    budget.spend_on(value)
    assert budget.spent == 2 * steps


def test_nothing_is_left_of_a_budget_that_is_spent() -> None:
    budget = Budget(10)
    budget.spend(10)
    for _ in range(3):
        assert budget.spent >= 10
        with pytest.raises(BudgetSpentError, match="more than 10 steps"):
            budget.spend(1)
    assert budget.is_spent


def test_the_usual_budget_is_the_one_that_is_documented() -> None:
    assert f"{STEPS:,}" in (ROOT / "docs/usage.md").read_text()


def test_what_a_module_that_is_too_deep_may_hold(tmp_path: Path) -> None:
    levels = {f"n{level}/main.tf": f'module "m" {{\n  source = "../n{level + 1}"\n}}\n' for level in range(45)}
    root = 'module "m" {\n  source = "./n0"\n}\n'
    write(tmp_path, {"main.tf": GOOD + root, **levels, "n45/main.tf": ""})
    report = scanned(tmp_path)
    assert any("nested more than 40 calls deep" in message for message in errors(report))
    assert verdicts(report)["aws_iam_user.good"] == ("yes", "unknown")
