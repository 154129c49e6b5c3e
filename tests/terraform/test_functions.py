"""Built-in functions: against what real Terraform answered, and what they make of unknowns."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import pytest

from scanner import values
from scanner.cause import CauseKind
from scanner.span import Span
from scanner.terraform.configuration.known_functions import FUNCTIONS
from scanner.terraform.language import functions
from scanner.terraform.language.functions import SPECIAL, FunctionError
from scanner.terraform.language.functions.json_encoding import encode_json
from scanner.terraform.language.numbers import number
from scanner.values import Value, unknown
from tests.tables import TABLES, table
from tests.terraform.function_calls import SPAN, apply, missing, shown, text

CASES = TABLES / "expressions"


@cache
def recorded() -> list[Any]:
    cases = []
    for path in sorted(CASES.glob("*.yaml")):
        for index, case in enumerate(table(path).get("calls", [])):
            if "unknown" not in case:
                cases.append(pytest.param(case, id=f"{path.stem}-{index}-{case['call']}"))
    return cases


def plain(argument: object) -> object:
    """YAML's floats as the numbers that Terraform reads from the same digits."""
    match argument:
        case float():
            return number(Decimal(repr(argument)))
        case list():
            return [plain(item) for item in argument]
        case dict():
            return {name: plain(item) for name, item in argument.items()}
        case _:
            return argument


@pytest.mark.parametrize("case", recorded())
def test_as_recorded(case: dict[str, Any]) -> None:
    arguments = [plain(argument) for argument in case["args"]]
    if "error" in case:
        with pytest.raises(FunctionError):
            apply(case["call"], *arguments)
        return
    assert "result" in case, f"{case} is not recorded yet: run tools/record_expressions.py on its file"
    assert encode_json(apply(case["call"], *arguments)).data == case["result"]


def test_there_are_recorded_cases() -> None:
    assert len(recorded()) >= 600


ELSEWHERE = {name for name in FUNCTIONS if name.startswith(("file", "template", "provider::"))}
NOT_DEFINITE = {"base64gzip", "bcrypt", "issensitive", "plantimestamp", "rsadecrypt", "sensitive", "timestamp", "uuid"}
NEWER = {"base64gunzip", "cidrcontains", "flip_sensitive", "urldecode"}
"""Functions that Terraform 1.11 does not have; ``tests/cases/newer_language.yaml`` has their cases."""


def test_every_function_has_cases() -> None:
    names = {parameters.values[0]["call"] for parameters in recorded()}
    missing = sorted(FUNCTIONS.keys() - names - ELSEWHERE - NOT_DEFINITE - NEWER)
    assert not missing, (
        f"no case calls the functions {missing}: add `- {{call: {missing[0]}, args: […]}}` to a file in "
        "tests/cases/expressions and record it with tools/record_expressions.py; "
        "or, if Terraform 1.11 does not have it, add it to NEWER here and cases to tests/cases/newer_language.yaml"
    )
    listed = (NOT_DEFINITE | NEWER) & names
    assert not listed, f"{sorted(listed)} have recorded cases now: take them out of NOT_DEFINITE or NEWER here"


def test_newer_functions_have_cases() -> None:
    written = [case["expr"] for cases in table(TABLES / "newer_language.yaml").values() for case in cases]
    missing = sorted(name for name in NEWER if not any(f"{name}(" in expression for expression in written))
    assert not missing, f"no case calls the functions {missing}: add some to tests/cases/newer_language.yaml"


def test_every_table_of_functions_is_used_and_no_name_is_there_twice() -> None:
    topics = [import_module(f"{functions.__name__}.{found.name}") for found in iter_modules(functions.__path__)]
    tables = {topic.__name__: topic.FUNCTIONS for topic in topics if hasattr(topic, "FUNCTIONS")}
    assert len(tables) > 10
    counted = Counter(name for names in tables.values() for name in names)
    assert not {name for name, number in counted.items() if number > 1}, "the same name is in two tables of functions"
    for module, names in tables.items():
        missing = sorted(names.keys() - functions.FUNCTIONS.keys())
        assert not missing, f"{missing} of {module} are not in FUNCTIONS of {functions.__name__}: add the table there"


def test_special_functions_are_the_evaluators() -> None:
    assert not SPECIAL & FUNCTIONS.keys()


X, Y = missing("var.x"), missing("var.y")
ARN = missing("aws_iam_role.a.arn")


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("lower", [X], "<lower(var.x)>"),
        ("lower", [text("A-", X, "-B")], "a-<lower(var.x)>-b"),
        ("title", [X], "<title(var.x)>"),
        ("title", [unknown(X.unknown.cause)], "<?>"),  # type: ignore[union-attr]
        ("md5", [text("a", X)], '<md5(text("a", var.x))>'),
        ("concat", [["a", X], [1]], "[a, <var.x>, 1]"),
        ("concat", [["a"], X], '<concat(["a"], var.x)>'),
        ("length", [["a", X]], "2"),
        ("length", [{"a": X}], "1"),
        ("length", [text("a", X)], '<length(text("a", var.x))>'),
        ("toset", [["b", X]], "{b, <var.x>}"),
        ("toset", [[X]], "[<var.x>]"),
        ("toset", [[X, X]], "[<var.x>]"),
        ("tolist", [["a", X]], "[a, <var.x>]"),
        ("tolist", [["a", 1, X]], "[a, 1, <var.x>]"),
        ("tolist", [[1, X]], "[<?>, <var.x>]"),
        ("tolist", [X], "<tolist(var.x)>"),
        ("tostring", [X], "<var.x>"),
        ("distinct", [["a", X, "a"]], "{a, <var.x>}"),
        ("distinct", [["a", text("b", X)]], "[a, b<var.x>]"),
        ("flatten", [[["a"], [ARN]]], "[a, <aws_iam_role.a.arn>]"),
        ("flatten", [[["a"], X]], '<flatten([["a"], var.x])>'),
        ("compact", [["a", "", None, ARN]], "[a, <aws_iam_role.a.arn>]"),
        ("compact", [["a", X]], '<compact(["a", var.x])>'),
        ("keys", [{"b": X, "a": 1}], "[a, b]"),
        ("values", [{"b": X, "a": 1}], "[1, <var.x>]"),
        ("lookup", [{"a": X, "b": 1}, "b"], "1"),
        ("lookup", [{"a": X}, "c", "d"], "d"),
        ("lookup", [{"a": X}, Y, "d"], '<lookup({"a" = var.x}, var.y, "d")>'),
        ("element", [["a", X], 1], "<var.x>"),
        ("element", [["a", X], 2], "a"),
        ("slice", [["a", X, "b"], 1, 3], "[<var.x>, b]"),
        ("reverse", [["a", X]], "[<var.x>, a]"),
        ("sort", [["b", X]], "{b, <var.x>}"),
        ("join", ["/", ["a", X, "b"]], "a/<var.x>/b"),
        ("join", [Y, ["a", "b"]], "a<var.y>b"),
        ("join", ["/", X], '<join("/", var.x)>'),
        ("format", ["%s-%s", "a", X], "a-<var.x>"),
        ("format", ["%5s|%d", X, Y], "<?>|<?>"),
        ("format", ["%q", text("<", X)], '"\\u003c<?>"'),
        ("formatlist", ["%s/%s", ["a", "b"], ARN], "[a/<aws_iam_role.a.arn>, b/<aws_iam_role.a.arn>]"),
        ("formatlist", ["%s/%s", ["a"], X], '<formatlist("%s/%s", ["a"], var.x)>'),
        ("replace", [text("a-b-", X), "-", "_"], 'a_b_<replace(var.x, "-", "_")>'),
        ("replace", [text("ab", X), "bc", "_"], '<replace(text("ab", var.x), "bc", "_")>'),
        ("replace", ["a-b", "-", X], "a<var.x>b"),
        ("startswith", [text("arn:", X), "ar"], "True"),
        ("startswith", [text("arn:", X), "b"], "False"),
        ("startswith", [text("a", X), "ab"], '<startswith(text("a", var.x), "ab")>'),
        ("endswith", [text(X, "/*"), "*"], "True"),
        ("strcontains", [text(X, "abc"), "b"], "True"),
        ("trimprefix", [text("arn:", X), "arn:"], "<var.x>"),
        ("trimsuffix", [text(X, "/"), "/"], "<var.x>"),
        ("trimspace", [text(" a ", X, " b\n")], "a <var.x> b"),
        ("trimspace", [text(X, " a")], "<?>a"),
        ("coalesce", [None, "", "a", X], "a"),
        ("coalesce", [X, "a"], '<coalesce(var.x, "a")>'),
        ("coalesce", [text("a", X), "b"], "a<var.x>"),
        ("coalescelist", [[], [X]], "[<var.x>]"),
        ("contains", [["a", X], "a"], "True"),
        ("contains", [["a", X], "b"], '<contains(["a", var.x], "b")>'),
        ("contains", [["a", text("c", X)], "b"], "False"),
        ("contains", [[X, Y], Y], "True"),
        ("index", [["a", X, "b"], "a"], "0"),
        ("index", [[X, "a"], "a"], '<index([var.x, "a"], "a")>'),
        ("one", [[X]], "<var.x>"),
        ("zipmap", [["a"], [X]], "{'a': Value"),
        ("setproduct", [["a"], [X]], "[[a, <var.x>]]"),
        ("setproduct", [X, []], "[]"),
        ("setunion", [["a"], [X]], "{a, <var.x>}"),
        ("alltrue", [[X, False]], "False"),
        ("alltrue", [[X, True]], "<alltrue([var.x, true])>"),
        ("anytrue", [[X, True]], "True"),
        ("jsonencode", [{"b": [1, X], "a": text("<", Y)}], '{"a":"\\u003c<var.y>","b":[1,<?>]}'),
        ("jsondecode", [X], "<jsondecode(var.x)>"),
        ("merge", [{"a": 1}, X], '<merge({"a" = 1}, var.x)>'),
        ("provider::aws::arn_build", ["aws", "iam", "", X, "role/a"], "arn:aws:iam::<var.x>:role/a"),
        ("timestamp", [], "<?>"),
        ("uuid", [], "<?>"),
        ("plantimestamp", [], "<plantimestamp()>"),
        ("bcrypt", ["a"], "<?>"),
    ],
)
def test_unknowns(name: str, arguments: list[object], expected: str) -> None:
    assert shown(apply(name, *arguments)).startswith(expected)


def test_length_of_an_unsettled_set_is_unknown() -> None:
    assert apply("length", apply("toset", ["a", X])).unknown is not None
    assert apply("length", apply("toset", ["a", text("b", X)])).unknown is not None
    assert apply("contains", apply("toset", ["a", X]), "a").data is True


def test_cause_is_that_of_the_first_unknown() -> None:
    found = apply("substr", "abc", Y, X).unknown
    assert found is not None
    assert found.cause.detail == "var.y has no value"


def test_json_text_remembers_what_it_encodes() -> None:
    document = values.of({"Statement": [{"Effect": "Allow", "Resource": text("arn:", X)}]}, SPAN)
    encoded = apply("jsonencode", document)
    assert encoded.encodes == document
    assert apply("jsondecode", encoded) == document
    assert apply("jsonencode", {"a": 1}).encodes == values.of({"a": 1})


def test_json_is_decoded_around_what_can_only_stand_in_a_string() -> None:
    arn = missing("aws_iam_role.a.arn")
    assert apply("jsondecode", text('{"a": ["', arn, '/x", 1]}')) == Value(
        {"a": Value((text(arn, "/x"), values.of(Decimal(1))))}
    )
    for open_ in (text('{"a": "', X, '"}'), text('{"a": ', arn, "}"), text('{"', arn, '": 1}')):
        assert apply("jsondecode", open_).unknown is not None


def test_result_has_the_span_of_the_call_unless_it_is_an_argument() -> None:
    own = Span("other.tf", 3, 1, 3, 5)
    assert apply("lower", "A").span == SPAN
    assert apply("element", [Value("a", own)], 0).span == own


def test_arn_functions() -> None:
    parsed = apply("provider::aws::arn_parse", "arn:aws:iam::123456789012:role/a/b")
    assert parsed == values.of(
        {"partition": "aws", "service": "iam", "region": "", "account_id": "123456789012", "resource": "role/a/b"}
    )
    trimmed = apply("provider::aws::trim_iam_role_path", "arn:aws:iam::123456789012:role/a/b")
    assert trimmed.text == "arn:aws:iam::123456789012:role/b"
    for wrong in ("arn:aws:iam::1:user/a", "arn:aws:s3:::role/a", "nonsense"):
        with pytest.raises(FunctionError):
            apply("provider::aws::trim_iam_role_path", wrong)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("regex", ["(a+)+$", "a" * 4000 + "b"]),
        ("format", ["%999999s", "a"]),
        ("join", ["x" * 100_000, ["a"] * 1000]),
        ("setproduct", [list(range(1000)), list(range(1000))]),
        ("replace", ["a" * 100_000, "a", "b" * 1000]),
        ("indent", [1_000_000, "a\n" * 1000]),
        ("jsondecode", ["[" * 50_000]),
        ("jsondecode", ["1e999999999"]),
        ("yamldecode", ["[" * 1000]),
        ("yamldecode", ["a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
            f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(9))]),
        ("base64gzip", ["a"]),
    ],
)  # fmt: skip
def test_limits_give_an_unknown_that_says_so(name: str, arguments: list[object]) -> None:
    found = apply(name, *arguments).unknown
    assert found is not None
    assert found.cause.kind is CauseKind.UNSUPPORTED


@pytest.mark.parametrize(
    ("name", "arguments"), [("range", [0, 10**12]), ("tonumber", ["1e999999999"]), ("pow", [9, 9e9])]
)
def test_what_terraform_refuses_ends_at_once(name: str, arguments: list[object]) -> None:
    with pytest.raises(FunctionError):
        apply(name, *arguments)
