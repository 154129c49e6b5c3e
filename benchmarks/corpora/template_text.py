"""A template as YAML with short intrinsics, the way people write it, or as JSON with long ones, the way tools do."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

_SHORT = {
    "Ref": "!Ref",
    "Condition": "!Condition",
    "Fn::Sub": "!Sub",
    "Fn::If": "!If",
    "Fn::Equals": "!Equals",
    "Fn::And": "!And",
    "Fn::Or": "!Or",
    "Fn::Not": "!Not",
    "Fn::Join": "!Join",
    "Fn::FindInMap": "!FindInMap",
    "Fn::Select": "!Select",
}
_PLAIN = re.compile(r"[A-Za-z_/][\w/. -]*[\w/]\Z")
_READ_AS_ANOTHER_TYPE = {"yes", "no", "on", "off", "true", "false", "null", "y", "n"}


def as_json(template: dict[str, Any]) -> str:
    """Indented, as the CDK and most generators write it."""
    return json.dumps(template, indent=2) + "\n"


def as_yaml(template: dict[str, Any], comment: str) -> str:
    """In block style, sections apart."""
    sections = ["\n".join(_entries({key: value}, 0)) for key, value in template.items()]
    return f"# {comment}\n" + "\n\n".join(sections) + "\n"


def _entries(mapping: dict[str, Any], depth: int) -> Iterator[str]:
    for key, value in mapping.items():
        yield from _led(f"{'  ' * depth}{_scalar(key)}:", value, depth)


def _led(lead: str, value: Any, depth: int) -> Iterator[str]:
    """A value behind what stands before it in its line."""
    tag, inner = _shortened(value)
    if tag:
        lead = f"{lead} {tag}"
    if isinstance(inner, dict) and inner:
        yield lead
        yield from _entries(inner, depth + 1)
    elif isinstance(inner, list) and inner:
        yield lead
        for item in inner:
            yield from _item(item, depth + 1)
    else:
        yield f"{lead} {_scalar(inner)}"


def _item(item: Any, depth: int) -> Iterator[str]:
    indent = "  " * depth
    tag, inner = _shortened(item)
    if isinstance(inner, dict) and inner and not tag:
        first, *rest = _entries(inner, depth + 1)
        yield f"{indent}- {first.lstrip()}"
        yield from rest
    else:
        yield from _led(f"{indent}-", item, depth)


def _shortened(value: Any) -> tuple[str, Any]:
    if isinstance(value, dict) and len(value) == 1:
        ((name, inner),) = value.items()
        if name in _SHORT and not (name == "Condition" and not isinstance(inner, str)):
            return _SHORT[name], inner
        if name == "Fn::GetAtt":
            return "!GetAtt", ".".join(inner)
    return "", value


def _scalar(value: Any) -> str:
    if isinstance(value, str) and _PLAIN.match(value) and value.lower() not in _READ_AS_ANOTHER_TYPE:
        return value
    return json.dumps(value)
