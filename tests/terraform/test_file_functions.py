"""Functions that read files: those of the scanned tree, and nothing outside of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scanner import values
from scanner.terraform.configuration.known_functions import FUNCTIONS
from scanner.terraform.language.functions import FunctionError, call
from scanner.values import Value
from tests.terraform.function_calls import SPAN, apply, context, missing


@pytest.fixture
def tree(tmp_path: Path) -> Path:
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


def apply_in(tree: Path, name: str, *arguments: object) -> Value:
    return call(FUNCTIONS[name], tuple(values.of(argument) for argument in arguments), context(tree), SPAN)


def test_files_of_the_tree_are_read(tree: Path) -> None:
    assert apply_in(tree, "file", "policies/a.json").text == '{"a": 1}\n'
    assert apply_in(tree, "file", "./policies/../policies/b.txt").text == "b"
    assert apply_in(tree, "file", f"{tree}/policies/b.txt").text == "b"
    assert apply_in(tree, "file", "inside").text == "b"
    assert apply_in(tree, "filebase64", "binary").text == "//4="
    assert apply_in(tree, "filemd5", "policies/b.txt") == apply("md5", "b")
    assert apply_in(tree, "filebase64sha512", "policies/b.txt") == apply("base64sha512", "b")
    assert apply_in(tree, "templatefile", "policies/b.txt", {"x": 1}).text == "policies/b.txt: b ['x']"
    assert apply_in(tree, "templatestring", "t", {}).text == "None: t []"
    assert apply_in(tree, "abspath", "a/../b").text == f"{tree}/b"


@pytest.mark.parametrize("path", ["nosuch", "policies", "fifo", "binary", "policies/b.txt/c", "a\0b"])
def test_what_is_no_text_file_is_refused(tree: Path, path: str) -> None:
    with pytest.raises(FunctionError):
        apply_in(tree, "file", path)


@pytest.mark.parametrize("path", ["../secret", "link", "/etc/passwd", "~/x", "policies/../../secret", "../nosuch"])
@pytest.mark.parametrize("name", ["file", "fileexists", "filesha256"])
def test_nothing_outside_the_tree_is_read(tree: Path, name: str, path: str) -> None:
    found = apply_in(tree, name, path).unknown
    assert found is not None
    assert "outside the scanned tree" in found.cause.detail
    assert "secret" not in found.cause.detail.replace(path, "")


def test_a_large_file_is_not_read(tree: Path) -> None:
    with (tree / "large").open("wb") as file:
        file.truncate(9 * 1024 * 1024)
    assert apply_in(tree, "file", "large").unknown is not None


def test_whether_a_file_exists(tree: Path) -> None:
    assert apply_in(tree, "fileexists", "policies/a.json").data is True
    assert apply_in(tree, "fileexists", "policies/z.json").data is False
    with pytest.raises(FunctionError, match="directory"):
        apply_in(tree, "fileexists", "policies")


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
def test_the_files_of_a_pattern(tree: Path, pattern: str, expected: list[str]) -> None:
    assert apply_in(tree, "fileset", "policies", pattern) == values.of(expected)


def test_a_pattern_does_not_leave_the_tree(tree: Path) -> None:
    assert apply_in(tree, "fileset", ".", "../*").unknown is not None
    assert apply_in(tree, "fileset", "..", "*").unknown is not None
    assert apply_in(tree, "fileset", ".", "link").unknown is not None


def test_a_path_that_is_not_known(tree: Path) -> None:
    found = apply_in(tree, "file", missing("var.x")).unknown
    assert found is not None
    assert found.symbol is None
    assert found.cause.detail == "var.x has no value"
