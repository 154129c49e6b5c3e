"""The configuration inside a plan: what an argument refers to, module by module.

A plan lists the references of an expression, not the expression. An argument that is known after apply is taken to be
what it refers to when there is one reference only (beside ``each`` and ``count``), which is how identities and policies
are passed on. Anything else stays unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from scanner.terraform.address import InstanceKey, ModuleAddress, ResourceAddress

Object = dict[str, Any]
Instances = Callable[[ResourceAddress], tuple[Any, ...]]
"""The instance keys of a resource, given its address without key."""

_STEP = re.compile(r'module\.([^.\[\]]+)(?:\[(?:"((?:[^"\\]|\\.)*)"|(\d+))\])?(?:\.|$)')
_REFERENCE = re.compile(
    r"^(?P<data>data\.)?(?P<type>[A-Za-z_][\w-]*)\.(?P<name>[A-Za-z_][\w-]*)"
    r'(?:\[(?:"(?P<text>(?:[^"\\]|\\.)*)"|(?P<number>\d+))\])?(?:\.(?P<attribute>[A-Za-z_][\w-]*))?$'
)
_MODULE_REFERENCE = re.compile(
    r'^module\.(?P<name>[A-Za-z_][\w-]*)(?:\[(?:"(?P<text>(?:[^"\\]|\\.)*)"|(?P<number>\d+))\])?'
    r"(?:\.(?P<output>[A-Za-z_][\w-]*))?$"
)
_MAX_HOPS = 60
# What an argument takes of a resource when the reference goes through an index and so names no attribute.
_TAKES = {
    "policy": ("json", "arn"),
    "assume_role_policy": ("json",),
    "inline_policy": ("json",),
    "user": ("name",),
    "users": ("name",),
    "role": ("name",),
    "group": ("name",),
}


@dataclass(frozen=True, slots=True)
class Reference:
    """An attribute of one resource instance."""

    address: ResourceAddress
    attribute: str


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an expression stands: in a module instance, in a block with an instance key of its own."""

    module: ModuleAddress
    key: InstanceKey


def parse_module_address(text: str) -> ModuleAddress:
    """``module.a["k"].module.b`` as an address; the root module for an empty text."""
    return ModuleAddress(tuple((found[1], _key(found[2], found[3])) for found in _STEP.finditer(text)))


def _key(text: str | None, number: str | None) -> InstanceKey:
    if text is not None:
        return text.replace('\\"', '"').replace("\\\\", "\\")
    return int(number) if number is not None else None


@dataclass(frozen=True, slots=True)
class PlannedConfiguration:
    """The ``configuration`` of a plan, and its ``variables``."""

    configuration: Object
    variables: Object

    def provider_argument(self, name: str) -> Any:  # any JSON
        """An argument of the default ``aws`` provider: a constant, or a variable of the root module."""
        expression = _get(self.configuration, "provider_config", "aws", "expressions", name)
        if not isinstance(expression, dict):
            return None
        if "constant_value" in expression:
            return expression["constant_value"]
        references = expression.get("references")
        if isinstance(references, list) and len(references) == 1 and str(references[0]).startswith("var."):
            return _get(self.variables, str(references[0]).removeprefix("var."), "value")
        return None

    def sets(self, address: ResourceAddress, argument: str) -> bool:
        """Whether the code sets the argument; if not, an unknown value is the provider's."""
        return argument in self._expressions(address)

    def trace(self, address: ResourceAddress, argument: str, instances: Instances) -> Reference | None:
        """The attribute that an argument refers to; None when the configuration does not say."""
        expression = self._expressions(address).get(argument)
        place = _Place(address.module, address.key)
        takes = _TAKES.get(argument, ("arn",))
        return self._follow(expression, place, takes, instances, _MAX_HOPS)

    def _expressions(self, address: ResourceAddress) -> Object:
        module = self._module(address.module)
        for resource in module.get("resources") or ():
            if not isinstance(resource, dict):
                continue
            if (resource.get("mode"), resource.get("type"), resource.get("name")) == (
                address.mode,
                address.type,
                address.name,
            ):
                return _object(resource.get("expressions"))
        return {}

    def _module(self, address: ModuleAddress) -> Object:
        module = _object(self.configuration.get("root_module"))
        for name, _ in address.steps:
            module = _object(_get(module, "module_calls", name, "module"))
        return module

    def _follow(
        self,
        expression: Any,
        place: _Place,
        takes: tuple[str, ...],
        instances: Instances,
        hops: int,
    ) -> Reference | None:
        references = expression.get("references") if isinstance(expression, dict) else None
        if not isinstance(references, list) or hops == 0:
            return None
        texts = [text for text in references if isinstance(text, str)]
        own = [text for text in texts if text.split(".")[0] in ("each", "count", "self")]
        others = [text for text in texts if text not in own]
        longest = [text for text in others if not any(other != text and _extends(other, text) for other in others)]
        if len(longest) != 1:
            return None
        (text,) = longest
        if text.startswith("var."):
            return self._variable(text.removeprefix("var.").split(".")[0], place, takes, instances, hops)
        module = _MODULE_REFERENCE.match(text)
        if module is not None:
            return self._output(module, place, takes, instances, hops, through_each=bool(own))
        found = _REFERENCE.match(text)
        return self._resource(found, place, takes, instances, through_each=bool(own)) if found is not None else None

    def _variable(
        self, name: str, place: _Place, takes: tuple[str, ...], instances: Instances, hops: int
    ) -> Reference | None:
        if not place.module.steps:
            return None
        *outer, (call, key) = place.module.steps
        caller = ModuleAddress(tuple(outer))
        expression = _get(self._module(caller), "module_calls", call, "expressions", name)
        return self._follow(expression, _Place(caller, key), takes, instances, hops - 1)

    def _output(
        self,
        found: re.Match[str],
        place: _Place,
        takes: tuple[str, ...],
        instances: Instances,
        hops: int,
        *,
        through_each: bool,
    ) -> Reference | None:
        outputs = _object(_get(self._module(place.module), "module_calls", found["name"], "module", "outputs"))
        name = found["output"] or (next(iter(outputs)) if len(outputs) == 1 else None)
        key = _key(found["text"], found["number"])
        if name is None:
            return None
        if key is None and through_each:
            key = place.key
        child = place.module.child(found["name"], key)
        expression = _get(outputs, name, "expression")
        return self._follow(expression, _Place(child, None), takes, instances, hops - 1)

    def _resource(
        self, found: re.Match[str], place: _Place, takes: tuple[str, ...], instances: Instances, *, through_each: bool
    ) -> Reference | None:
        mode = "data" if found["data"] else "managed"
        address = ResourceAddress(place.module, mode, found["type"], found["name"])
        keys = instances(address)
        key = _key(found["text"], found["number"])
        if key is None and keys and keys != (None,):
            if through_each and place.key in keys:
                key = place.key
            elif len(keys) == 1:
                key = keys[0]
            else:
                return None
        attribute = found["attribute"] or (takes[0] if mode == "data" or len(takes) == 1 else takes[-1])
        return Reference(ResourceAddress(place.module, mode, found["type"], found["name"], key), attribute)


def _extends(longer: str, shorter: str) -> bool:
    return longer.startswith(shorter) and longer[len(shorter) :][:1] in (".", "[")


def _object(found: Any) -> Object:  # untrusted JSON
    return found if isinstance(found, dict) else {}


def _get(found: Any, *path: str) -> Any:  # untrusted JSON
    for step in path:
        found = found.get(step) if isinstance(found, dict) else None
    return found
