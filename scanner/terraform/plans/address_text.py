"""Addresses that Terraform has written, as types: ``module.team["a"].data.aws_iam_user.all[0]``.

What is not expanded yet has ``[*]`` in place of a key. Keys are quoted as in the configuration language
(``scanner.terraform.address`` writes them).
"""

from __future__ import annotations

import re

from scanner.regexes import anywhere, beginning
from scanner.terraform.address import InstanceKey, Mode, ModuleAddress, ResourceAddress, Wildcard

_KEY = r'(?:\[(?:"(?P<text>(?:[^"\\]|\\.)*)"|(?P<number>\d+)|(?P<any>\*))\])?'
_STEP = beginning(rf"module\.(?P<name>[\w-]+){_KEY}(?:\.|\Z)")
_RESOURCE = beginning(rf"(?P<data>data\.)?(?P<type>[\w-]+)\.(?P<name>[\w-]+){_KEY}\Z")
_INSTANCE = beginning(
    r"(?:module\.[\w-]+KEY(?:\.|\Z))*+(?:data\.)?(?P<type>[\w-]+)\.[\w-]+KEY\Z".replace(
        "KEY", r'(?:\[(?:"(?:[^"\\]|\\.)*"|\d+|\*)\])?'
    )
)
_ESCAPE = anywhere(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))|([$%])\4\{", re.DOTALL)
_CHARACTERS = {"n": "\n", "r": "\r", "t": "\t"}


def parse_module_address(text: str) -> ModuleAddress | None:
    """``module.a["k"].module.b`` as an address; the root module for an empty text; None for anything else."""
    module, rest = _steps(text)
    return module if rest == "" else None


def parse_resource_address(text: str) -> ResourceAddress | None:
    """A resource instance or data source; None for anything else."""
    module, rest = _steps(text)
    found = _RESOURCE.match(rest)
    if found is None:
        return None
    mode = Mode.DATA if found["data"] else Mode.MANAGED
    return ResourceAddress(module, mode, found["type"], found["name"], _key(found))


def resource_type(text: str) -> str | None:
    """The type in the address of a resource instance or data source; None for anything else."""
    found = _INSTANCE.match(text)
    return found["type"] if found is not None else None


def _steps(text: str) -> tuple[ModuleAddress, str]:
    steps: list[tuple[str, InstanceKey]] = []
    position = 0
    while (found := _STEP.match(text, position)) is not None:
        steps.append((found["name"], _key(found)))
        position = found.end()
    return ModuleAddress(tuple(steps)), text[position:]


def _key(found: re.Match[str]) -> InstanceKey:
    if found["text"] is not None:
        return _ESCAPE.sub(_character, found["text"])
    if found["any"] is not None:
        return Wildcard.ANY
    return int(found["number"]) if found["number"] is not None else None


def _character(found: re.Match[str]) -> str:
    code = found[1] or found[2]
    if code is not None:
        number = int(code, 16)
        return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"
    if found[4] is not None:
        return f"{found[4]}{{"
    return _CHARACTERS.get(found[3], found[3])
