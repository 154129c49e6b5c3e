"""Built-in functions called by name, and what comes of it as text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from scanner import values
from scanner.cause import Cause, CauseKind
from scanner.span import Span
from scanner.symbol import Attribute, Named, NameKind
from scanner.terraform.configuration.known_functions import FUNCTIONS
from scanner.terraform.configuration.scanned_files import ScannedFiles
from scanner.terraform.language.functions import FunctionContext, call
from scanner.terraform.language.kinds import Unsettled
from scanner.values import Unknown, Value, joined, unknown

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
