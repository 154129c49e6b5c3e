"""``--show-config``: what is in force, and who says so. As text it is YAML that could stand in a configuration file."""

from __future__ import annotations

import json
from typing import Any

from scanner.configuration.keys import KEYS, Key
from scanner.configuration.load import Given
from scanner.configuration.settings import Settings
from scanner.configuration.shapes import NO_ENTRIES
from scanner.escape import inert, visible
from scanner.regexes import whole
from scanner.secret_names import looks_secret

VERSION = 1
_MASKED = "***"


def as_json(settings: Settings) -> str:
    """An object with the file, and for each option its values with their sources."""
    document = {
        "version": VERSION,
        "file": settings.configuration.shown if settings.configuration is not None else None,
        "not_used": list(settings.configuration.passed_over) if settings.configuration is not None else [],
        "options": {key.name: list(_values(key, settings)) for key in KEYS},
    }
    return json.dumps(document, indent=2) + "\n"


def _values(key: Key[Any], settings: Settings) -> list[dict[str, object]]:
    given = settings.given(key)
    if not given:
        return [{"value": key.default, "source": "default"}]
    return [{"value": _shown(key, one.value), **_source(one)} for one in given]


def _source(one: Given[Any]) -> dict[str, object]:
    if one.span is None:
        return {"source": "command line"}
    return {"source": "file", "path": one.span.path, "line": one.span.line}


def as_text(settings: Settings) -> str:
    """Lines of YAML, each with a comment that says where it comes from."""
    configuration = settings.configuration
    lines = [f"# Configuration file: {configuration.shown if configuration is not None else 'none'}"]
    if configuration is not None:
        reason = f"because {configuration.shown} is beside it"
        lines += [f"# Not used: {path}, {reason}" for path in configuration.passed_over]
    for key in KEYS:
        lines += _lines(key, settings.given(key))
    return "".join(f"{inert(visible(line))}\n" for line in lines)


def _lines(key: Key[Any], given: tuple[Given[Any], ...]) -> list[str]:
    if not given and key.default is None and not key.shape.empty:
        return [f"# {key.name} is not given"]
    if not given:
        return [f"{key.name}: {key.shape.empty if key.default is None else _written(key.default)}  # default"]
    if key.shape.is_single:
        return [f"{key.name}: {_written(_shown(key, given[0].value))}  # {_place(given[0])}"]
    lines = [f"{key.name}:"]
    named: dict[str, list[tuple[object, str]]] = {}
    for one in given:
        value = _shown(key, one.value)
        if key.shape.empty != NO_ENTRIES:
            lines.append(f"  - {_written(value)}  # {_place(one)}")
        elif isinstance(value, dict):
            for name, inner in value.items():
                named.setdefault(name, []).append((inner, _place(one)))
    for name, values in named.items():
        shown = values[0][0] if len(values) == 1 else [value for value, _ in values]
        places = ", ".join(dict.fromkeys(place for _, place in values))
        lines.append(f"  {_written(name)}: {_written(shown)}  # {places}")
    return lines


def _written(value: object) -> str:
    """JSON, which is YAML; plain words without quotes."""
    is_plain = isinstance(value, str) and whole(r"[A-Za-z_./][\w./-]*").fullmatch(value) and value not in _WORDS
    return str(value) if is_plain else json.dumps(value, ensure_ascii=False)


_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})


def _place(one: Given[Any]) -> str:
    return "command line" if one.span is None else f"{one.span.path}:{one.span.line}"


def _shown(key: Key[Any], value: Any) -> object:
    shown = key.shape.show(value)
    if not key.may_be_secret or not isinstance(shown, dict):
        return shown
    return {name: _MASKED if looks_secret(f"{name}", f"{text}") else text for name, text in shown.items()}
