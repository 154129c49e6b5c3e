"""What people read follows ``docs/messages.md``, as far as a program can tell."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scanner.cause import clause
from scanner.diagnostic import as_sentence

ROOT = Path(__file__).parent.parent
GUIDE = "see docs/messages.md"

SUMMARY_WORDS = 6
BANNED = {
    r"\b(?:is|are|be) no (?:text|list|mapping|template|string|name|number|object|value|condition|element|block)s?\b": (
        '"is not a …"'
    ),
    r"\bhas not the form\b": '"does not have the form"',
    r"\bh[au]ngs? on\b": '"depends on"',
    r"\bwhatever is raised rises\b": '"exceptions are passed on"',
    r"\bis none that\b": '"is not a … that"',
    r"\bgives no condition\b": '"is not a condition"',
    r"\bthat of whoever\b": "name the owner",
    r"\bas good as none\b": '"does not count"',
    r"\bspeaks? with two voices\b": '"disagree"',
    r"\bstands there without\b": '"is written without"',
}
"""Phrases that are not English, or not plain, and what to write instead. Without a difference of case."""

NAMES = re.compile(r"""(?:["'`{]|AWS|IAM|SAM|SCP|RCP|Fn::|Ref\b|Terraform|Terragrunt|CloudFormation|Rain)""")
"""Beginnings of causes that are capitals for a reason: names, and what the user wrote."""
HOLE = "{}"


@dataclass(frozen=True, slots=True)
class Written:
    """A literal that is handed to one of the functions that make messages."""

    place: str
    text: str
    has_holes: bool


def _text(node: ast.expr) -> tuple[str, bool] | None:
    """A literal with ``{}`` for everything that is put into it."""
    match node:
        case ast.Constant(value=str() as text):
            return text, False
        case ast.JoinedStr(values=parts):
            return "".join(part.value if isinstance(part, ast.Constant) else HOLE for part in parts), True
        case _:
            return None


def _texts(node: ast.expr, names: dict[str, list[ast.expr]]) -> Iterator[tuple[ast.expr, str, bool]]:
    """The literals that an argument may be: it is one, chooses between some, or names the last one before it."""
    match node:
        case ast.IfExp(body=one, orelse=other):
            yield from _texts(one, names)
            yield from _texts(other, names)
        case ast.Name(id=name):
            before = [value for value in names.get(name, ()) if value.lineno <= node.lineno]
            if before:
                yield from _texts(max(before, key=lambda value: value.lineno), {})
        case _:
            found = _text(node)
            if found is not None:
                yield node, *found


def _assigned(function: ast.AST) -> dict[str, list[ast.expr]]:
    found: dict[str, list[ast.expr]] = {}
    for node in ast.walk(function):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                found.setdefault(name, []).append(value)
            case _:
                pass
    return found


def _scopes(tree: ast.Module) -> Iterator[ast.AST]:
    """Every function by itself, and what is outside of functions."""
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    yield from (node for node in tree.body if not isinstance(node, ast.FunctionDef | ast.ClassDef))


def written(names: set[str], argument: int) -> list[Written]:
    """The literals at one argument of all calls of some functions, each place once."""
    found: dict[tuple[str, str], Written] = {}
    for path in sorted((ROOT / "scanner").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if not any(f"{name}(" in text for name in names):
            continue  # parsing all files takes seconds
        for function in _scopes(ast.parse(text)):
            assigned = _assigned(function)
            for node in ast.walk(function):
                if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                    continue
                if node.func.id not in names or len(node.args) <= argument:
                    continue
                for where, text, has_holes in _texts(node.args[argument], assigned):
                    place = f"{path.relative_to(ROOT).as_posix()}:{where.lineno}"
                    found[place, text] = Written(place, text, has_holes)
    return list(found.values())


def _report(problems: list[str]) -> None:
    assert not problems, "\n".join(["", *problems])


def test_a_cause_is_a_noun_phrase() -> None:
    causes = written({"Cause"}, 1)
    assert len(causes) > 100
    problems: list[str] = []
    for one in causes:
        if one.text[:1].isupper() and not NAMES.match(one.text) and not one.text.startswith("Condition"):
            problems.append(f'{one.place}: "{one.text}" begins with a capital; begin in lower case, {GUIDE}')
        if one.text.endswith("."):
            problems.append(f'{one.place}: "{one.text}" ends with a full stop; leave it out, {GUIDE}')
        if ". " in one.text or ": " in one.text:
            problems.append(f'{one.place}: "{one.text}" has a sentence inside; write "X, which …", {GUIDE}')
        if re.match(r"(?:there (?:is|are)|it is) ", one.text):
            problems.append(f'{one.place}: "{one.text}" is a sentence; begin with the thing that is missing, {GUIDE}')
        if re.search(r"^(?!whether )[^,(]* (?:has no|is no|is not|cannot be|does not) ", one.text) and not re.search(
            r" (?:that|which|whose) ", one.text
        ):
            problems.append(f'{one.place}: "{one.text}" is a sentence; write "X, which …", {GUIDE}')
    _report(problems)


def test_a_summary_is_a_short_title() -> None:
    summaries = written({"error", "warning"}, 0)
    assert len(summaries) > 50
    problems: list[str] = []
    for one in summaries:
        if one.has_holes and one.text != "{} not followed":
            problems.append(f'{one.place}: "{one.text}" has values of the user in it; move them to the detail, {GUIDE}')
        if len(one.text.split()) > SUMMARY_WORDS:
            problems.append(f'{one.place}: "{one.text}" is longer than {SUMMARY_WORDS} words, {GUIDE}')
        if not one.text[:1].isupper() and not one.text.startswith(HOLE):
            problems.append(f'{one.place}: "{one.text}" is a title; begin it with a capital, {GUIDE}')
        if one.text.endswith("."):
            problems.append(f'{one.place}: "{one.text}" is a title; leave the full stop out, {GUIDE}')
    _report(problems)


def test_a_detail_is_whole_sentences() -> None:
    details = written({"error", "warning"}, 1)
    assert len(details) > 50
    problems: list[str] = []
    for one in details:
        if not one.text.endswith((".", "?", HOLE)):
            problems.append(f'{one.place}: "{one.text}" has no full stop at its end; write whole sentences, {GUIDE}')
        if one.text[:1].isalpha() and one.text[:1].islower():
            problems.append(f'{one.place}: "{one.text}" begins in lower case; write whole sentences, {GUIDE}')
    _report(problems)


def test_no_phrase_is_banned() -> None:
    files = [
        *(ROOT / "scanner").rglob("*.py"),
        *(ROOT / "rules").glob("*.yaml"),
        *(ROOT / "docs").rglob("*.md"),
        ROOT / "README.md",
    ]
    assert len(files) > 100
    problems: list[str] = []
    for path in sorted(files):
        text = path.read_text(encoding="utf-8")
        for phrase, instead in BANNED.items():
            # "there is no list" is English, "it is no list" is not
            for found in re.finditer(rf"(?<!there )(?:{phrase})", text, re.IGNORECASE):
                place = f"{path.relative_to(ROOT).as_posix()}:{text.count(chr(10), 0, found.start()) + 1}"
                problems.append(f'{place}: "{found[0]}"; write {instead}, {GUIDE}')
    _report(problems)


def test_messages_are_fitted_into_sentences() -> None:
    assert as_sentence("it is larger than 8 bytes") == "It is larger than 8 bytes."
    assert as_sentence("aws_iam_user.u is too old.") == "aws_iam_user.u is too old."
    assert clause("The Sid is empty. Write one.") == "the Sid is empty"
    assert clause("AWS refuses it.") == "AWS refuses it"
    assert clause("A statement has no Effect.") == "a statement has no Effect"
