"""Records what real Terraform makes of the expressions in tests/cases/expressions.

Usage: python -m tools.record_expressions [FILE…]

A case of ``calls`` names a function and its arguments as JSON; a case of ``expressions`` is any expression that stands
on one line. This script evaluates these with ``terraform console`` in an empty directory and writes beside each the
``result``, as the text that ``jsonencode`` makes of it, or ``error: true`` (infinity is an error, too, since JSON has
none), or ``unknown: true``.

A case of ``outputs`` is the value of an output beside the file's ``configuration``, on as many lines as it likes; a
case of ``variables`` is a declaration, perhaps with the value that is ``given`` and the way ``by`` which (the files of
``BY_FILE``, ``var`` for the command line, ``env`` for the environment), and perhaps another ``expr`` than the variable
itself to look at. These are planned, and ``result`` is the planned output as JSON, with ``{"unknown": true}`` in
place of what is not known before apply.

Case files are written anew, one case a line, with the comments that they had.
"""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

CASES = Path(__file__).parents[1] / "tests" / "cases" / "expressions"
BATCH = 8
"""Expressions for one console; few, because one bad expression spoils the batch."""
OUTPUT = "result"
BY_FILE = {"tfvars": "terraform.tfvars", "json": "terraform.tfvars.json"}
UNKNOWN = {"unknown": True}

_UNPRINTABLE = re.compile(r"[^\x20-\x7e]")
_PLAIN = re.compile(r"(?!(?:true|false|null|yes|no|on|off|y|n)$)[a-z][a-z0-9_]*")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def main(arguments: Sequence[str]) -> None:
    """Record the given case files, or all of them."""
    version = _version()
    for path in [Path(name) for name in arguments] or sorted(CASES.glob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        cases = yaml.safe_load(text)
        configuration = cases.get("configuration", "")
        groups = {name: cases.get(name) or [] for name in ("calls", "expressions", "outputs", "variables")}
        asked = [call_text(case["call"], case["args"]) for case in groups["calls"]]
        asked += [case["expr"] for case in groups["expressions"]]
        batches = [asked[start : start + BATCH] for start in range(0, len(asked), BATCH)]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            results = [result for batch in pool.map(_in_empty_directory, batches) for result in batch]
            results += pool.map(partial(planned, configuration), [case["expr"] for case in groups["outputs"]])
            results += pool.map(planned_variable, groups["variables"])
        lines = [line for line in text.splitlines() if line.startswith("#")]
        lines.append(f"terraform: {version}")
        if configuration:
            lines += ["configuration: |", *(f"  {line}".rstrip() for line in configuration.splitlines())]
        recorded = iter(results)
        for name, group in groups.items():
            lines += [f"{name}:"] if group else []
            lines += [case_line(case, next(recorded)) for case in group]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        print(f"{path.name}: {len(results)} cases, {sum('error' in result for result in results)} of them errors")


def call_text(name: str, arguments: Sequence[object]) -> str:
    """One call in Terraform's language."""
    return f"{name}({', '.join(literal(argument) for argument in arguments)})"


def literal(value: object) -> str:
    """A JSON value in Terraform's language."""
    match value:
        case str():
            return _quoted(value).replace("${", "$${").replace("%{", "%%{")
        case list():
            return f"[{', '.join(literal(item) for item in value)}]"
        case dict():
            return f"{{{', '.join(f'{literal(name)} = {literal(item)}' for name, item in value.items())}}}"
        case _:
            return json.dumps(value)


def evaluate(sources: Sequence[str], directory: Path) -> list[dict[str, Any]]:
    """The result of each expression. One bad expression ends the whole console, so bad batches are halved."""
    lines = [f"base64encode(jsonencode({source}))" for source in sources]
    run = subprocess.run(
        ["terraform", "console"],  # noqa: S607 # whichever is installed; its version is recorded
        input="\n".join([*lines, ""]),
        capture_output=True,
        text=True,
        cwd=directory,
        check=False,
    )
    results = run.stdout.splitlines()
    if run.returncode == 0 and len(results) == len(sources):
        return [_result(line) for line in results]
    if len(sources) == 1:
        return [{"error": True}]
    middle = len(sources) // 2
    return evaluate(sources[:middle], directory) + evaluate(sources[middle:], directory)


def planned(
    configuration: str,
    expression: str,
    files: Mapping[str, str] = MappingProxyType({}),
    options: Sequence[str] = (),
    environment: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, Any]:
    """The planned value of an output beside a configuration."""
    output = f'output "{OUTPUT}" {{\n  value = {expression}\n}}\n'
    with tempfile.TemporaryDirectory() as directory:
        for name, text in {"main.tf": configuration, "output.tf": output, **files}.items():
            (Path(directory) / name).write_bytes(text.encode())
        run = subprocess.run(
            ["terraform", "plan", "-input=false", "-out=plan", *options],  # noqa: S607 # as above
            capture_output=True,
            cwd=directory,
            env={**os.environ, **environment},
            check=False,
        )
        if run.returncode != 0:
            return {"error": True}
        show = ["terraform", "show", "-json", "plan"]
        shown = subprocess.run(show, capture_output=True, cwd=directory, check=True).stdout
    change = json.loads(shown)["output_changes"][OUTPUT]
    value = _with_unknowns(change.get("after"), change["after_unknown"])
    return UNKNOWN if value == UNKNOWN else {"result": json.dumps(value, ensure_ascii=False, separators=(",", ":"))}


def planned_variable(case: Mapping[str, str]) -> dict[str, Any]:
    """What a variable ``x`` is, as it is declared and given."""
    declaration, given, by = f'variable "x" {{\n{case["variable"]}\n}}\n', case.get("given", ""), case.get("by")
    return planned(
        declaration,
        case.get("expr", "var.x"),
        files={BY_FILE[by]: given} if by in BY_FILE else {},
        options=[f"-var=x={given}"] if by == "var" else [],
        environment={"TF_VAR_x": given} if by == "env" else {},
    )


def _with_unknowns(value: Any, unknown: Any) -> Any:
    """A planned value, in which the unknown parts are left out or null, together with the mask that tells where."""
    match unknown:
        case True:
            return UNKNOWN
        case dict() if isinstance(value, dict):
            names = value.keys() | unknown.keys()
            return {name: _with_unknowns(value.get(name), unknown.get(name, False)) for name in sorted(names)}
        case list() if isinstance(value, list):
            return [_with_unknowns(part, mask) for part, mask in zip(value, unknown, strict=True)]
        case _:
            return value


def case_line(case: dict[str, Any], result: dict[str, Any]) -> str:
    """One case with its result, as a line of YAML."""
    given = {name: case[name] for name in ("call", "args", "variable", "by", "given", "expr") if name in case}
    return f"  - {{{', '.join(f'{name}: {_flow(value)}' for name, value in (given | result).items())}}}"


def _in_empty_directory(sources: Sequence[str]) -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as directory:
        return evaluate(sources, Path(directory))


def _result(line: str) -> dict[str, Any]:
    if not line.startswith('"'):
        return {"unknown": True}
    return {"result": base64.b64decode(line.strip('"')).decode()}


def _flow(value: object) -> str:
    return value if isinstance(value, str) and _PLAIN.fullmatch(value) else _json(value)


def _json(value: object) -> str:
    """JSON that YAML reads as the same value."""
    match value:
        case str():
            return _quoted(value)
        case list():
            return f"[{', '.join(_json(item) for item in value)}]"
        case dict():
            return f"{{{', '.join(f'{_quoted(name)}: {_json(item)}' for name, item in value.items())}}}"
        case float() if "e" in repr(value):
            mantissa, _, exponent = repr(value).partition("e")
            return f"{mantissa if '.' in mantissa else f'{mantissa}.0'}e{int(exponent):+}"
        case _:
            return json.dumps(value)


def _quoted(text: str) -> str:
    """A quoted text that means the same in YAML and in Terraform's language."""
    escaped = "".join(_ESCAPES.get(character, character) for character in text)
    return f'"{_UNPRINTABLE.sub(_escape, escaped)}"'


def _escape(match: re.Match[str]) -> str:
    character, code = match[0], ord(match[0])
    if character.isprintable():
        return character
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _version() -> str:
    command = ["terraform", "version", "-json"]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    return str(json.loads(run.stdout)["terraform_version"])


if __name__ == "__main__":
    main(sys.argv[1:])
