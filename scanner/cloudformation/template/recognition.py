"""Tells a template from other YAML and JSON by its text, without parsing it.

A template has ``AWSTemplateFormatVersion`` at its top level, or ``Resources`` with entries whose ``Type`` is one of
CloudFormation's (``AWS::S3::Bucket``, ``Custom::…``, ``Alexa::…``, a third party's ``Vendor::Service::Thing``), or
macros that make such entries. Kubernetes manifests, workflows, compose files and the like have neither; in AppSpec
files of CodeDeploy the ``Resources`` are a list.
"""

from __future__ import annotations

import json
import re

from scanner.regexes import anywhere, beginning

_VERSION = "AWSTemplateFormatVersion"
TEMPLATE_MARKS = (_VERSION, "Resources")
"""A template has one of these words."""
CHANGE_SET_MARK = '"ChangeSetId"'
"""A change set has it."""
_TYPE = anywhere(
    r"""["']?\bType["']?\s*:\s*["']?(?:AWS::[A-Za-z]|Custom::\w|Alexa::\w|[A-Za-z0-9]+::[A-Za-z0-9]+::[A-Za-z0-9])"""
    r"""|\bFn::(?:Transform["']?\s*:|ForEach::\w)"""
)
_LIST = beginning(r"(?:\s|#[^\n]*)*+(?:-\s|\[)")
"""The Resources of an AppSpec file are a list."""
_JSON_CHANGES = anywhere(r'"Changes"\s*+:\s*+\[')
_JSON_TOKEN = anywhere(r'"(?:[^"\\]|\\.)*+(?:"(\s*+:)?)?|[{}\[\]]', re.DOTALL)
_QUOTED = anywhere(r""""(?:[^"\\]|\\.)*+(?P<ends>")?|'[^'\n]*+'|#[^\n]*+""", re.DOTALL)
_QUOTED_ONCE = anywhere(r"'[^'\n]*+'|#[^\n]*+")
_PLACEHOLDER = anywhere(r"[$%]\{")
_DIRECTIVE = anywhere(r"^[ \t]*%\{~?[ \t]*(?:if|else|endif|for|endfor)\b", re.MULTILINE)
_FIRST_LINE = anywhere(r"^(?!---|%|[ \t]*(?:#|\r?$))([ \t]*)\S", re.MULTILINE)


def looks_like_template(head: str) -> bool:
    """Whether a text, or its beginning, is a template. May be wrong for a text that is cut off too early."""
    if not any(mark in head for mark in TEMPLATE_MARKS):
        return False
    head = head.removeprefix("\ufeff")
    sections = _json_sections(head) if head.lstrip()[:1] == "{" else _yaml_sections(head)
    if _VERSION in sections:
        return True
    if "Resources" not in sections or _LIST.match(head, sections["Resources"]):
        return False
    return _TYPE.search(head, sections["Resources"]) is not None


def looks_like_change_set(text: str) -> bool:
    """Whether a text is the description of a change set, in JSON."""
    is_json = text.removeprefix("\ufeff").lstrip()[:1] == "{"
    return is_json and CHANGE_SET_MARK in text and _JSON_CHANGES.search(text) is not None


def is_text_template(text: str) -> bool:
    """Whether a text becomes a template only when Terraform's ``templatefile`` or its like has filled it in.

    In JSON ``${`` and ``%{`` stand in texts only, as they do for ``Fn::Sub``; in YAML no line begins with a directive.
    """
    if "%{" not in text and "${" not in text:
        return False
    if text.removeprefix("\ufeff").lstrip()[:1] == "{":
        return not _is_json(text) and _PLACEHOLDER.search(_QUOTED.sub(_unquoted, text)) is not None
    return "%{" in text and _DIRECTIVE.search(text) is not None


def _unquoted(found: re.Match[str]) -> str:
    """Nothing, but for a quote that does not end: no other behind it does."""
    return _QUOTED_ONCE.sub("", found[0]) if found[0][0] == '"' and found["ends"] is None else ""


def _is_json(text: str) -> bool:
    try:
        json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return False
    return True


def _json_sections(head: str) -> dict[str, int]:
    """Which of the marks are keys of the outermost object, and where each ends. The version is enough by itself."""
    depth = 0
    found: dict[str, int] = {}
    for token in _JSON_TOKEN.finditer(head):
        text = token[0]
        if text in "{[":
            depth += 1
        elif text in "}]":
            depth -= 1
        elif depth == 1 and token[1] is not None:
            name = text[1 : text.index('"', 1)]
            if name in TEMPLATE_MARKS:
                found.setdefault(name, token.end())
            if name == _VERSION:
                break
    return found


def _yaml_sections(head: str) -> dict[str, int]:
    """Which of the marks are keys at the outermost indentation, and where each ends, likewise."""
    first = _FIRST_LINE.search(head)
    indentation = first[1] if first else ""
    key = anywhere(rf"""^{indentation}["']?({"|".join(TEMPLATE_MARKS)})["']?[ \t]*:(?=\s|$)""", re.MULTILINE)
    found: dict[str, int] = {}
    for match in key.finditer(head):
        found.setdefault(match[1], match.end())
        if match[1] == _VERSION:
            break
    return found
