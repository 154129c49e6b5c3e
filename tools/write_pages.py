"""Writes what pages of the documentation have from elsewhere.

Usage: python -m tools.write_pages

- ``docs/rules/ID.md`` follows from ``rules/ID.yaml``;
- in ``docs/formats/json.md`` everything from the marker on follows from ``scanner/report/schema.json``;
- in a block of code that is marked ``console``, what follows a line ``$ scan …`` is what that prints.

The pages are committed, because findings lead to them and people read them in the repository; ``tests/test_pages.py``
says when one is not what this would write.
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from scanner.rules.loader import builtin_rules
from scanner.rules.rule import Rule

ROOT = Path(__file__).parents[1]
RULES = ROOT / "docs" / "rules"
JSON = ROOT / "docs" / "formats" / "json.md"
SCHEMA = ROOT / "scanner" / "report" / "schema.json"
MARKER = "<!-- From here on tools/write_pages.py writes this page, from scanner/report/schema.json. -->\n"

_CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def main() -> None:
    """Write all of them, and delete pages of rules that are gone."""
    wanted = pages()
    for path in set(RULES.glob("*.md")) - set(wanted):
        path.unlink()
    for path, text in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    sys.stdout.write(f"{len(wanted)} pages\n")


def pages() -> dict[Path, str]:
    """What each page must be that has something from elsewhere."""
    found = {path: path.read_text(encoding="utf-8") for path in ROOT.glob("docs/**/*.md") if path.parent != RULES}
    found |= {RULES / f"{rule.id}.md": rule_page(rule) for rule in builtin_rules()}
    found[JSON] = found[JSON].partition(MARKER)[0] + MARKER + json_keys(json.loads(SCHEMA.read_text(encoding="utf-8")))
    return {
        path: _CONSOLE.sub(_session, text)
        for path, text in found.items()
        if path == JSON or path.parent == RULES or _CONSOLE.search(text)
    }


def _session(block: re.Match[str]) -> str:
    commands = re.findall(r"^\$ (.+)$", block[1], re.MULTILINE)
    return "```console\n" + "\n".join(f"$ {command}\n{printed(command)}" for command in commands) + "```"


@cache
def printed(command: str) -> str:
    """What a command line of ``scan`` prints in a pipe, at the top of the repository."""
    name, *arguments = shlex.split(command)
    if name != "scan":
        raise ValueError(f"{command} is not a command line of scan")
    scan = subprocess.run(
        [sys.executable, "-m", "scanner", *arguments],
        capture_output=True,
        check=False,
        cwd=ROOT,
        encoding="utf-8",
        env={"PYTHONUTF8": "1"},
    )
    return scan.stderr + scan.stdout


def rule_page(rule: Rule) -> str:
    """The page of one rule."""
    return "\n".join([*_head(rule), *_selection(rule), *_wording(rule), *_examples(rule)])


def _head(rule: Rule) -> Iterator[str]:
    yield f"<!-- Written by tools/write_pages.py from rules/{rule.id}.yaml. -->\n"
    yield f"# {rule.id}\n"
    yield f"**{rule.level.value}**: {rule.title}.\n"
    yield _plain(rule.description) + "\n"
    if "400 Bad Request" in rule.message:
        yield "[I got `400 Bad Request` from `aws login`](../400-bad-request.md) has the other causes of such a page.\n"


def _selection(rule: Rule) -> Iterator[str]:
    yield "## What it flags\n"
    several = (
        "each principal that one of these selects" if len(rule.selectors) > 1 else "each principal that this selects"
    )
    yield f"The rule flags {several}; [Rules](../rules.md#the-document) describes the document.\n"
    yield from _block("text", "\n".join(selector.text for selector in rule.selectors))


def _wording(rule: Rule) -> Iterator[str]:
    yield "## What it says\n"
    yield from _block("text", rule.message)
    yield "How to fix it:\n"
    yield from _block("text", rule.help)
    if re.search(r"\{\w+\}", rule.message + rule.help):
        yield "[Placeholders](../rules.md#placeholders) stand in braces.\n"


def _examples(rule: Rule) -> Iterator[str]:
    first = rule.examples.flagged[0]
    yield "## An example\n"
    if source := _source(first):
        yield f"[{source.relative_to(ROOT).as_posix()}](../../{source.relative_to(ROOT).as_posix()}):\n"
        yield from _block("terraform", source.read_text(encoding="utf-8"))
    yield from _block("console", f"$ scan --select {rule.id} {first}")
    others = rule.examples.flagged[1:]
    if others:
        yield "The rule also flags something in\n"
        yield from _list(others)
    yield "and it passes\n" if others else "It passes\n"
    yield from _list(rule.examples.passed)


def _source(example: str) -> Path | None:
    """The file of an example that is one file of Terraform."""
    files = list((ROOT / example).glob("*.tf"))
    return files[0] if len(files) == 1 else None


def _list(paths: tuple[str, ...]) -> Iterator[str]:
    yield "\n".join(f"- [{path}](../../{path})" for path in paths) + "\n"


def _block(language: str, text: str) -> Iterator[str]:
    yield f"```{language}\n{text.rstrip()}\n```\n"


def _plain(text: str) -> str:
    """Text in which no character means anything to Markdown."""
    return re.sub(r"([\\`*_<>\[\]])", r"\\\1", text)


def json_keys(schema: Mapping[str, Any]) -> str:
    """One table of keys for each kind of object that has a name in the schema, the report itself first."""
    named = schema["$defs"]
    kinds = {name: each for name, each in named.items() if "properties" in each and "$ref" not in each}
    objects = {"report": schema, **kinds}
    return "".join(
        f"\n## {name.capitalize()}\n\n{_plain(each['description'])}\n\n| key | value | meaning |\n|---|---|---|\n"
        + "".join(f"{row}\n" for row in _rows(each, named, ""))
        for name, each in objects.items()
    )


def _rows(node: Mapping[str, Any], named: Mapping[str, Any], prefix: str) -> Iterator[str]:
    for key, written in node["properties"].items():
        many = "items" in written
        value = written["items"] if many else written
        name = _name(value, named)
        definition = named.get(name, value)
        has_table = "properties" in named.get(name, ())
        about = written.get("description", "" if has_table or many else definition.get("description", ""))
        shown = f"[{name}](#{name})" if has_table else _value(definition, plural=many)
        optional = "" if key in node["required"] else " Not always there."
        yield f"| `{prefix}{key}` | {'list of ' if many else ''}{shown} | {(_plain(about) + optional).strip()} |"
        if "properties" in definition and not has_table:
            yield from _rows(definition, named, f"{prefix}{key}{'[]' if many else ''}.")


def _name(node: Mapping[str, Any], named: Mapping[str, Any]) -> str:
    """The kind of object that a node refers to; one that narrows another is of that kind. Empty without."""
    name = node.get("$ref", "").rpartition("/")[2]
    return _name(named[name], named) or name if name else ""


def _value(node: Mapping[str, Any], *, plural: bool) -> str:
    if "const" in node:
        return f"`{json.dumps(node['const'])}`"
    if "enum" in node:
        return ", ".join(f"`{value}`" for value in node["enum"])
    types = node["type"] if isinstance(node["type"], list) else [node["type"]]
    return " or ".join(f"{name}s" if plural else name for name in types)


if __name__ == "__main__":
    main()
