"""Addresses of modules and resource instances, written as ``terraform plan`` prints them."""

from __future__ import annotations

import re
from enum import Enum
from typing import TypeAlias

from scanner.lazy_dataclass import dataclass
from scanner.regexes import anywhere


class Mode(Enum):
    """What a block of the configuration declares, as plans call it."""

    MANAGED = "managed"
    DATA = "data"
    OTHER = "other"
    """Ephemeral resources, and what later versions bring."""

    __hash__ = object.__hash__  # as fast as it can be: every address is hashed many times

    @classmethod
    def of(cls, written: str) -> Mode:
        """The mode that a plan or state calls so."""
        return cls(written) if written in ("managed", "data") else cls.OTHER


class Wildcard(Enum):
    """The key of the one instance that stands for all when ``count`` or ``for_each`` is not known."""

    ANY = "*"


InstanceKey: TypeAlias = "int | str | Wildcard | None"
"""None for a resource without ``count`` and ``for_each``."""


def written_key(key: InstanceKey) -> str:
    """``[0]``, ``["a"]``, ``[*]``, or nothing."""
    match key:
        case None:
            return ""
        case int():
            return f"[{key}]"
        case str():
            return f'["{_QUOTED.sub(_escape_found, key) if _QUOTED.search(key) else key}"]'
        case Wildcard.ANY:
            return "[*]"


_QUOTED = anywhere(r'\$\{|%\{|["\\]|[^ -~]')
_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\", "${": "$${", "%{": "%%{"}


def _escape_found(found: re.Match[str]) -> str:
    return _escape(found[0])


def _escape(found: str) -> str:
    """As in a quoted text of the configuration language, so that a key cannot be read as a template."""
    if found in _ESCAPES or found.isprintable():
        return _ESCAPES.get(found, found)
    return f"\\u{ord(found):04x}" if ord(found) < 0x10000 else f"\\U{ord(found):08x}"


@dataclass(frozen=True, slots=True)
class ModuleAddress:
    """The module calls on the way from the root module; empty for the root module itself."""

    steps: tuple[tuple[str, InstanceKey], ...] = ()

    def child(self, name: str, key: InstanceKey) -> ModuleAddress:
        """The address of one instance of a module call in this module."""
        return ModuleAddress((*self.steps, (name, key)))

    def __str__(self) -> str:
        return ".".join(f"module.{name}{written_key(key)}" for name, key in self.steps)

    @property
    def calls(self) -> str:
        """The key in ``modules.json``: the names of the calls without instance keys."""
        return ".".join(name for name, _ in self.steps)


def full_name(module: ModuleAddress, name: str) -> str:
    """What something in a module is called in the whole root: ``module.team.var.name``."""
    return f"{module}.{name}" if module.steps else name


@dataclass(frozen=True, slots=True)
class ResourceAddress:
    """One instance of a resource or a data source."""

    module: ModuleAddress
    mode: Mode
    """``managed`` or ``data``"""
    type: str
    name: str
    key: InstanceKey = None

    @property
    def resource(self) -> ResourceAddress:
        """The resource that it is an instance of: the address without a key."""
        return ResourceAddress(self.module, self.mode, self.type, self.name)

    def instance(self, key: InstanceKey) -> ResourceAddress:
        """Another instance of the same resource."""
        return ResourceAddress(self.module, self.mode, self.type, self.name, key)

    def __str__(self) -> str:
        prefix = f"{self.module}." if self.module.steps else ""
        data = "data." if self.mode is Mode.DATA else ""
        return f"{prefix}{data}{self.type}.{self.name}{written_key(self.key)}"
