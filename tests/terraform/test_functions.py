"""Built-in functions: against what real Terraform answered, and what they make of unknowns."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner import values
from scanner.cause import Cause, CauseKind
from scanner.span import Span
from scanner.symbol import Attribute, Named, NameKind
from scanner.terraform.configuration.known_functions import FUNCTIONS
from scanner.terraform.configuration.scanned_files import ScannedFiles
from scanner.terraform.language.equality import equal
from scanner.terraform.language.functions import SPECIAL, FunctionContext, FunctionError, call
from scanner.terraform.language.functions.encoding import encode_json
from scanner.terraform.language.kinds import Unsettled
from scanner.terraform.language.numbers import number
from scanner.values import Unknown, Value, joined, unknown

CASES = Path(__file__).parents[1] / "cases" / "expressions"
SPAN = Span.whole_file("main.tf")


def context(directory: Path = Path("/nowhere")) -> FunctionContext:
    def render(text: str, variables: Any, path: str) -> Value:
        return values.of(f"{path}: {text} {sorted(variables)}")

    return FunctionContext(ScannedFiles(directory, directory), render)


def apply(name: str, *arguments: object) -> Value:
    return call(FUNCTIONS[name], tuple(values.of(argument) for argument in arguments), context(), SPAN)


def missing(name: str) -> Value:
    owner, _, attribute = name.rpartition(".")
    is_text = attribute in ("arn", "id", "unique_id")
    symbol = Attribute(owner, attribute, is_text=is_text) if owner.startswith("aws_") else Named(NameKind.VALUE, name)
    return unknown(Cause(CauseKind.MISSING_INPUT, f"{name} has no value"), symbol)


def text(*parts: str | Value) -> Value:
    return joined(part if isinstance(part, str) else part.data for part in parts)  # type: ignore[misc]


def shown(value: Value) -> str:
    """A value as a reader would write it: holes as their symbols, or as ``?``."""
    match value.data:
        case Unknown(pieces=()) as hole:
            return f"<{hole.symbol or '?'}>"
        case Unknown(pieces=parts):
            return "".join(part if isinstance(part, str) else f"<{part.symbol or '?'}>" for part in parts)
        case tuple() as items:
            listed = ", ".join(shown(item) for item in items)
            return f"{{{listed}}}" if isinstance(items, Unsettled) else f"[{listed}]"
        case data:
            return str(data)


def recorded() -> list[Any]:
    cases = []
    for path in sorted(CASES.glob("*.yaml")):
        for index, case in enumerate(yaml.safe_load(path.read_text(encoding="utf-8")).get("calls", [])):
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
    assert encode_json(apply(case["call"], *arguments)).data == case["result"]


def test_there_are_recorded_cases() -> None:
    assert len(recorded()) >= 600


def test_most_functions_are_recorded() -> None:
    names = {parameters.values[0]["call"] for parameters in recorded()}
    elsewhere = {name for name in FUNCTIONS if name.startswith(("file", "template", "provider::"))}
    not_definite = {"base64gzip", "bcrypt", "issensitive", "plantimestamp", "rsadecrypt", "timestamp", "uuid"}
    newer = {"base64gunzip", "cidrcontains", "flip_sensitive", "urldecode"}
    assert FUNCTIONS.keys() - names == elsewhere | not_definite | newer | {"sensitive"}


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


class TestFiles:
    @pytest.fixture
    def tree(self, tmp_path: Path) -> Path:
        tree = tmp_path / "tree"
        (tree / "policies" / "deep").mkdir(parents=True)
        (tree / "policies" / "a.json").write_text('{"a": 1}\n', encoding="utf-8")
        (tree / "policies" / "b.txt").write_text("b", encoding="utf-8")
        (tree / "policies" / "deep" / "c.json").write_text("{}", encoding="utf-8")
        (tree / "binary").write_bytes(b"\xff\xfe")
        (tmp_path / "secret").write_text("secret", encoding="utf-8")
        (tree / "link").symlink_to(tmp_path / "secret")
        (tree / "inside").symlink_to(tree / "policies" / "b.txt")
        os.mkfifo(tree / "fifo")
        return tree

    def apply(self, tree: Path, name: str, *arguments: object) -> Value:
        return call(FUNCTIONS[name], tuple(values.of(argument) for argument in arguments), context(tree), SPAN)

    def test_reading(self, tree: Path) -> None:
        assert self.apply(tree, "file", "policies/a.json").text == '{"a": 1}\n'
        assert self.apply(tree, "file", "./policies/../policies/b.txt").text == "b"
        assert self.apply(tree, "file", f"{tree}/policies/b.txt").text == "b"
        assert self.apply(tree, "file", "inside").text == "b"
        assert self.apply(tree, "filebase64", "binary").text == "//4="
        assert self.apply(tree, "filemd5", "policies/b.txt") == apply("md5", "b")
        assert self.apply(tree, "filebase64sha512", "policies/b.txt") == apply("base64sha512", "b")
        assert self.apply(tree, "templatefile", "policies/b.txt", {"x": 1}).text == "policies/b.txt: b ['x']"
        assert self.apply(tree, "templatestring", "t", {}).text == "None: t []"
        assert self.apply(tree, "abspath", "a/../b").text == f"{tree}/b"

    @pytest.mark.parametrize("path", ["nosuch", "policies", "fifo", "binary", "policies/b.txt/c", "a\0b"])
    def test_refused(self, tree: Path, path: str) -> None:
        with pytest.raises(FunctionError):
            self.apply(tree, "file", path)

    @pytest.mark.parametrize("path", ["../secret", "link", "/etc/passwd", "~/x", "policies/../../secret", "../nosuch"])
    @pytest.mark.parametrize("name", ["file", "fileexists", "filesha256"])
    def test_outside(self, tree: Path, name: str, path: str) -> None:
        found = self.apply(tree, name, path).unknown
        assert found is not None
        assert "outside the scanned tree" in found.cause.detail
        assert "secret" not in found.cause.detail.replace(path, "")

    def test_too_large(self, tree: Path) -> None:
        with (tree / "large").open("wb") as file:
            file.truncate(9 * 1024 * 1024)
        assert self.apply(tree, "file", "large").unknown is not None

    def test_existence(self, tree: Path) -> None:
        assert self.apply(tree, "fileexists", "policies/a.json").data is True
        assert self.apply(tree, "fileexists", "policies/z.json").data is False
        with pytest.raises(FunctionError, match="directory"):
            self.apply(tree, "fileexists", "policies")

    @pytest.mark.parametrize(
        ("pattern", "expected"),
        [
            ("*.json", ["a.json"]),
            ("**/*.json", ["a.json", "deep/c.json"]),
            ("**", ["a.json", "b.txt", "deep/c.json"]),
            ("*", ["a.json", "b.txt"]),
            ("{a,b}.*", ["a.json", "b.txt"]),
            ("[a-c].json", ["a.json"]),
            ("?.txt", ["b.txt"]),
            ("deep/*", ["deep/c.json"]),
            ("[^a].*", ["b.txt"]),
            ("nosuch", []),
        ],
    )
    def test_fileset(self, tree: Path, pattern: str, expected: list[str]) -> None:
        assert self.apply(tree, "fileset", "policies", pattern) == values.of(expected)

    def test_fileset_outside(self, tree: Path) -> None:
        assert self.apply(tree, "fileset", ".", "../*").unknown is not None
        assert self.apply(tree, "fileset", "..", "*").unknown is not None
        assert self.apply(tree, "fileset", ".", "link").unknown is not None

    def test_unknown_path(self, tree: Path) -> None:
        found = self.apply(tree, "file", X).unknown
        assert found is not None
        assert found.symbol is None
        assert found.cause.detail == "var.x has no value"


# Soundness: filling in an unknown may settle a result, and never contradicts one.

HOLES = {f"var.{name}": name for name in "pqr"}
FILLINGS = st.one_of(st.text("abAB/-: é", max_size=3), st.integers(-2, 3), st.booleans(), st.none())
TEXTS = st.text("abAB/-: é", max_size=4)
BARE = st.sampled_from(sorted(HOLES)).map(missing)
PARTLY = st.lists(st.one_of(TEXTS, st.sampled_from(sorted(HOLES)).map(missing)), min_size=1, max_size=3).map(
    lambda parts: text(*parts)
)
LEAVES = st.one_of(TEXTS.map(Value), st.integers(-2, 3).map(Value), st.booleans().map(Value), BARE, PARTLY)
LISTS = st.lists(st.one_of(LEAVES, st.just(Value(None))), max_size=4).map(lambda items: Value(tuple(items)))
MAPS = st.dictionaries(st.sampled_from("abc"), LEAVES, max_size=3).map(Value)
NESTED = st.lists(st.one_of(LISTS, LEAVES), max_size=3).map(lambda items: Value(tuple(items)))
TEXTLIKE = st.one_of(TEXTS.map(Value), BARE, PARTLY)
SIGNATURES: dict[str, tuple[st.SearchStrategy[Value], ...]] = {
    "lower": (TEXTLIKE,), "upper": (TEXTLIKE,), "trimspace": (TEXTLIKE,), "title": (TEXTLIKE,),
    "startswith": (TEXTLIKE, TEXTLIKE), "endswith": (TEXTLIKE, TEXTLIKE), "strcontains": (TEXTLIKE, TEXTLIKE),
    "trimprefix": (TEXTLIKE, TEXTLIKE), "trimsuffix": (TEXTLIKE, TEXTLIKE),
    "replace": (TEXTLIKE, TEXTLIKE, TEXTLIKE), "join": (TEXTLIKE, LISTS), "split": (TEXTLIKE, TEXTLIKE),
    "concat": (LISTS, LISTS), "flatten": (NESTED,), "compact": (LISTS,), "distinct": (LISTS,), "toset": (LISTS,),
    "tolist": (LISTS,), "sort": (LISTS,), "reverse": (LISTS,), "length": (st.one_of(LISTS, MAPS, TEXTLIKE),),
    "element": (LISTS, st.integers(0, 4).map(Value)), "contains": (LISTS, LEAVES), "index": (LISTS, LEAVES),
    "slice": (LISTS, st.integers(0, 2).map(Value), st.integers(0, 4).map(Value)), "one": (LISTS,),
    "coalesce": (LEAVES, LEAVES, LEAVES), "coalescelist": (LISTS, LISTS), "alltrue": (LISTS,), "anytrue": (LISTS,),
    "keys": (MAPS,), "values": (MAPS,), "merge": (MAPS, MAPS), "lookup": (MAPS, TEXTLIKE, LEAVES), "tomap": (MAPS,),
    "zipmap": (LISTS, LISTS), "setproduct": (LISTS, LISTS), "setunion": (LISTS, LISTS), "setsubtract": (LISTS, LISTS),
    "format": (st.sampled_from(["%s-%s", "%v/%q", "%3s%-4s", "%d%s", "%t%%%v"]).map(Value), LEAVES, LEAVES),
    "formatlist": (st.sampled_from(["%s-%s", "%v/%q"]).map(Value), LISTS, LEAVES),
    "jsonencode": (st.one_of(LISTS, MAPS, LEAVES),), "tostring": (LEAVES,), "chunklist": (LISTS, st.just(Value(2))),
}  # fmt: skip


def filled(value: Value, filling: dict[str, object]) -> Value:
    match value.data:
        case Unknown(pieces=(), symbol=symbol):
            return values.of(filling[str(symbol)])
        case Unknown(pieces=parts):
            inner = [part if isinstance(part, str) else filled(Value(part), filling) for part in parts]
            pieces = [part if isinstance(part, str) else apply("tostring", part).data for part in inner]
            if any(piece is None for piece in pieces):
                raise FunctionError("null in a text")
            return Value("".join(str(piece) for piece in pieces))
        case tuple() as items:
            return Value(tuple(filled(item, filling) for item in items))
        case dict() as entries:
            return Value({name: filled(item, filling) for name, item in entries.items()})
        case _:
            return value


def agrees(before: Value, after: Value) -> bool:
    """Whether a result could be what it turned out to be."""
    match before.data, after.data:
        case (Unknown(pieces=()), _):
            return True
        case (Unknown(), _):
            return not equal(before, after).is_no
        case (Unsettled() as xs, tuple() as ys):
            return all(any(agrees(x, y) for y in ys) for x in xs)
        case (tuple() as xs, tuple() as ys):
            return len(xs) == len(ys) and all(agrees(x, y) for x, y in zip(xs, ys, strict=True))
        case (dict() as xs, dict() as ys):
            return xs.keys() == ys.keys() and all(agrees(xs[key], ys[key]) for key in xs)
        case _:
            return type(before.data) is type(after.data) and before.data == after.data


@settings(max_examples=1000, deadline=None)
@given(st.data())
def test_filling_in_an_unknown_never_contradicts(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(SIGNATURES)))
    arguments = tuple(data.draw(strategy) for strategy in SIGNATURES[name])
    filling = {symbol: data.draw(FILLINGS) for symbol in HOLES}
    try:
        after = call(FUNCTIONS[name], tuple(filled(argument, filling) for argument in arguments), context(), SPAN)
    except FunctionError:
        return  # Terraform would not plan this configuration at all
    before = call(FUNCTIONS[name], arguments, context(), SPAN)
    assert agrees(before, after), (shown(before), shown(after))
