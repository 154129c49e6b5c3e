"""The configuration inside a plan: what an argument refers to, module by module.

A plan lists the references of an expression, not the expression. An argument that is known after apply hangs on at
least one reference that is. When there is one only, it is taken to be that, which is how identities and policies are
passed on. References that the plan knows are no candidates: they decide something beside it, as the condition of a
conditional does. Where a reference goes through ``each`` or ``count`` to one of several instances, the key says which,
and ``each.value`` where the plan has it. Local values are not in a plan: what goes through them stays unknown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from scanner.terraform.address import InstanceKey, ModuleAddress, ResourceAddress

Object = dict[str, Any]
Path = tuple[str | tuple[int, int], ...]
"""Where a value stands in a block: names of arguments and nested blocks, and for one of several its number and how many
there are."""


class Planned(Protocol):
    """What the plan knows of its resources and data sources."""

    def instances(self, address: ResourceAddress) -> tuple[InstanceKey, ...]:
        """The instance keys of a resource, given its address without key."""

    def module_instances(self, address: ModuleAddress, call: str) -> tuple[InstanceKey, ...]:
        """The instance keys of a module call."""

    def is_open(self, address: ResourceAddress, attribute: str | None) -> bool:
        """Whether an attribute, or any of them, is known after apply."""

    def text(self, address: ResourceAddress, attribute: str) -> str | None:
        """An attribute that the plan knows as a text."""


_REFERENCE = re.compile(
    r"^(?P<data>data\.)?(?P<type>[A-Za-z_][\w-]*)\.(?P<name>[A-Za-z_][\w-]*)"
    r'(?:\[(?:"(?P<text>(?:[^"\\]|\\.)*)"|(?P<number>\d+))\])?(?:\.(?P<attribute>[A-Za-z_][\w-]*))?$'
)
_MODULE_REFERENCE = re.compile(
    r'^module\.(?P<name>[A-Za-z_][\w-]*)(?:\[(?:"(?P<text>(?:[^"\\]|\\.)*)"|(?P<number>\d+))\])?'
    r"(?:\.(?P<output>[A-Za-z_][\w-]*)(?:\[[^\]]*\])?(?:\.(?P<attribute>[A-Za-z_][\w-]*))?)?$"
)
_MAX_HOPS = 60
_SCOPES = frozenset({"local", "path", "terraform", "self", "var", "module", "each", "count"})
"""What a reference may begin with instead of a resource type."""
_KNOWN = frozenset({"each", "count", "path", "terraform"})
"""Those that are known when a plan is made; ``each.value`` is looked at separately."""
# What an argument takes of a resource when the reference goes through an index and so names no attribute.
_NAMES, _DOCUMENTS = ("name", "id"), ("json", "minified_json", "policy", "inline_policy")
_SUITS = {
    "user": _NAMES,
    "users": _NAMES,
    "role": _NAMES,
    "roles": _NAMES,
    "group": _NAMES,
    "groups": _NAMES,
    "policy_arn": ("arn", "id"),
    "managed_policy_arn": ("arn", "id"),
    "permission_set_arn": ("arn",),
    "permissions_boundary": ("arn", "id"),
    "policy": _DOCUMENTS,
    "assume_role_policy": (*_DOCUMENTS, "assume_role_policy"),
    "inline_policy": _DOCUMENTS,
    "source_policy_documents": _DOCUMENTS,
    "override_policy_documents": _DOCUMENTS,
    "source_json": _DOCUMENTS,
    "override_json": _DOCUMENTS,
}
"""What an argument can be as a whole. Of anything else it takes a part, and nothing in a plan says which."""
_TAKES = {
    "policy": ("json", "arn"),
    "assume_role_policy": ("json",),
    "inline_policy": ("json",),
    "source_policy_documents": ("json",),
    "override_policy_documents": ("json",),
    "source_json": ("json",),
    "override_json": ("json",),
    "user": ("name",),
    "users": ("name",),
    "role": ("name",),
    "roles": ("name",),
    "group": ("name",),
    "groups": ("name",),
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
    key: InstanceKey = None
    block: Object = field(default_factory=dict)
    """The resource or module call, for what its ``for_each`` is."""
    resource: ResourceAddress | None = None
    """The resource that the block is of, without key."""


Candidates = frozenset[Reference] | None
"""What a value that is known after apply may hang on; None where the plan does not say."""
_NOTHING: frozenset[Reference] = frozenset()


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
        return argument in _object(self._block(address).get("expressions"))

    def trace(self, address: ResourceAddress, path: Path, planned: Planned) -> Reference | None:
        """The attribute that a value refers to; None when the configuration does not say."""
        block = self._block(address)
        expression: Any = block.get("expressions")
        for step in path:
            if isinstance(step, str):
                expression = _get(expression, step)
            elif isinstance(expression, list):
                number, count = step
                # What a dynamic block makes is not listed: with one of them the numbers differ.
                expression = expression[number] if len(expression) == count else None
        names = [step for step in path if isinstance(step, str)]
        takes = _TAKES.get(names[-1], ("arn",))
        place = _Place(address.module, address.key, block, replace(address, key=None))
        found = _Tracer(self, planned, takes).candidates(expression, place, _MAX_HOPS)
        if found is None or len(found) != 1:
            return None
        (reference,) = found
        return reference if reference.attribute in _SUITS.get(names[-1], (reference.attribute,)) else None

    def _block(self, address: ResourceAddress) -> Object:
        for resource in self.module(address.module).get("resources") or ():
            if not isinstance(resource, dict):
                continue
            if (resource.get("mode"), resource.get("type"), resource.get("name")) == (
                address.mode,
                address.type,
                address.name,
            ):
                return resource
        return {}

    def module(self, address: ModuleAddress) -> Object:
        """The configuration of a module."""
        module = _object(self.configuration.get("root_module"))
        for name, _ in address.steps:
            module = _object(_get(module, "module_calls", name, "module"))
        return module


@dataclass(frozen=True, slots=True)
class _Tracer:
    configuration: PlannedConfiguration
    planned: Planned
    takes: tuple[str, ...]

    def candidates(self, expression: Any, place: _Place, hops: int) -> Candidates:
        """All that an expression may hang on. Nothing for what is known."""
        if not isinstance(expression, dict) or hops == 0:
            return None
        references = expression.get("references")
        texts = [text for text in references if isinstance(text, str)] if isinstance(references, list) else []
        longest = [text for text in texts if not any(other != text and _extends(other, text) for other in texts)]
        each = [text for text in longest if text == "each.value" or _extends(text, "each.value")]
        keys, found = self._keys(longest, each, place, hops)
        for text in longest:
            if text.split(".")[0] in _KNOWN or text in each:
                continue
            more = self._reference(text, place, keys, hops - 1)
            if found is None or more is None:
                return None
            found |= more
        return found

    def _keys(
        self, longest: list[str], each: list[str], place: _Place, hops: int
    ) -> tuple[frozenset[InstanceKey], Candidates]:
        """The keys that ``each`` and ``count`` may choose an instance by, and what ``each.value`` itself hangs on."""
        keys: set[InstanceKey] = {place.key} if "each.key" in longest or "count.index" in longest else set()
        if not each:
            return frozenset(keys), _NOTHING
        for_each = _object(place.block.get("for_each_expression"))
        constant = for_each.get("constant_value")
        if isinstance(constant, dict):
            found = (_get(constant, str(place.key), *text.split(".")[2:]) for text in each)
            return frozenset({*keys, *(value for value in found if isinstance(value, str))}), _NOTHING
        if self._value_is_key(place):
            return frozenset({*keys, place.key}), _NOTHING
        same = self._same_instance(for_each, each, place)
        hangs_on = same if same is not None else self.candidates(for_each, place, hops - 1)
        if hangs_on is None and any(text not in each and text.split(".")[0] not in _KNOWN for text in longest):
            return frozenset(), _NOTHING  # it chooses one of the instances that the other references are about
        return frozenset(), hangs_on

    def _value_is_key(self, place: _Place) -> bool:
        """Whether ``each.value`` is ``each.key``, as in a set: an argument that is ``each.value`` shows it."""
        if place.resource is None:
            return False
        instances = self.planned.instances(place.resource)
        for name, expression in _object(place.block.get("expressions")).items():
            if isinstance(expression, dict) and expression.get("references") == ["each.value"]:
                keyed = ((key, replace(place.resource, key=key)) for key in instances)
                if all(self.planned.text(address, name) == key for key, address in keyed):
                    return True
        return False

    def _same_instance(self, for_each: Object, each: list[str], place: _Place) -> Candidates:
        """``for_each`` over a resource: ``each.value`` is the instance with the same key."""
        texts = for_each.get("references")
        found = _REFERENCE.match(str(texts[0])) if isinstance(texts, list) and len(texts) == 1 else None
        if found is None or found["type"] in _SCOPES or found["attribute"] is not None or len(each) != 1:
            return None
        steps = each[0].split(".")[2:]
        mode = "data" if found["data"] else "managed"
        address = ResourceAddress(place.module, mode, found["type"], found["name"])
        if len(steps) != 1 or place.key not in self.planned.instances(address):
            return None
        return frozenset({Reference(replace(address, key=place.key), steps[0])})

    def _reference(self, text: str, place: _Place, keys: frozenset[InstanceKey], hops: int) -> Candidates:
        if text.startswith("var."):
            return self._variable(text.removeprefix("var.").split(".")[0].split("[")[0], place, hops)
        module = _MODULE_REFERENCE.match(text)
        if module is not None:
            return self._output(module, place, keys, hops)
        found = _REFERENCE.match(text)
        return self._resource(found, place, keys) if found is not None and found["type"] not in _SCOPES else None

    def _variable(self, name: str, place: _Place, hops: int) -> Candidates:
        if not place.module.steps:
            return _NOTHING  # variables of the root module have values when it is planned
        *outer, (call, key) = place.module.steps
        caller = ModuleAddress(tuple(outer))
        block = _object(_get(self.configuration.module(caller), "module_calls", call))
        expressions = _object(block.get("expressions"))
        if name not in expressions:
            return _NOTHING  # the default
        return self.candidates(expressions[name], _Place(caller, key, block), hops)

    def _output(self, found: re.Match[str], place: _Place, keys: frozenset[InstanceKey], hops: int) -> Candidates:
        outputs = _object(
            _get(self.configuration.module(place.module), "module_calls", found["name"], "module", "outputs")
        )
        name = found["output"] or (next(iter(outputs)) if len(outputs) == 1 else None)
        if name is None:
            return None
        expression = _get(outputs, name, "expression")
        instances = self.planned.module_instances(place.module, found["name"])
        inner = self if found["attribute"] is None else replace(self, takes=(found["attribute"],))
        candidates = _NOTHING
        for key in _chosen(found, instances, keys) or (_key(found["text"], found["number"]),):
            more = inner.candidates(expression, _Place(place.module.child(found["name"], key)), hops)
            if more is None:
                return None
            candidates |= more
        return candidates

    def _resource(self, found: re.Match[str], place: _Place, keys: frozenset[InstanceKey]) -> Candidates:
        mode = "data" if found["data"] else "managed"
        address = ResourceAddress(place.module, mode, found["type"], found["name"])
        written = found["attribute"]
        attribute = written or (self.takes[0] if mode == "data" or len(self.takes) == 1 else self.takes[-1])
        chosen = _chosen(found, self.planned.instances(address), keys)
        instances = (replace(address, key=key) for key in chosen)
        return frozenset(
            Reference(instance, attribute) for instance in instances if self.planned.is_open(instance, written)
        )


def _chosen(
    found: re.Match[str], instances: tuple[InstanceKey, ...], keys: frozenset[InstanceKey]
) -> tuple[InstanceKey, ...]:
    """The instances that a reference may mean."""
    written = _key(found["text"], found["number"])
    if written is not None:
        return (written,) if written in instances else ()
    meant = tuple(key for key in instances if key in keys)
    return meant or instances


def _extends(longer: str, shorter: str) -> bool:
    return longer.startswith(shorter) and longer[len(shorter) :][:1] in (".", "[")


def _object(found: Any) -> Object:  # untrusted JSON
    return found if isinstance(found, dict) else {}


def _get(found: Any, *path: str) -> Any:  # untrusted JSON
    for step in path:
        found = found.get(step) if isinstance(found, dict) else None
    return found
