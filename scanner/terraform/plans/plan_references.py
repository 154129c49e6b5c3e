"""The configuration inside a plan: what an argument refers to, module by module.

A plan in JSON lists the references of an expression, not the expression. Two things follow from a list all the same:

- An argument that only names an identity or a policy (``scanner.terraform.aws.naming``) and has one reference, to an
  attribute that is such a name, is taken to be that.
- Any argument is what it refers to if the configuration beside the plan has a plain reference there, and the same one
  as the plan (``scanner.terraform.plans.plan_confirmation`` marks it).

Both are followed through variables and outputs of modules, each of which must be one reference in its turn.

What chooses an instance, ``each`` and ``count`` in an index, is not a reference of its own. Nor does a plan say what
the index does with it: ``[count.index]`` and ``[1 - count.index]`` look the same. So the instance with the same key is
meant only where something shows it: the configuration beside the plan, another instance of the block, whose argument
is known and is that of the same key, or that it does not matter, because all instances are policies with one text.

Local values are not in a plan: what goes through them is not known.
"""

from __future__ import annotations

import re
from dataclasses import field, replace
from typing import Any, Protocol

from scanner.budget import spend
from scanner.lazy_dataclass import dataclass
from scanner.regexes import beginning
from scanner.terraform.address import InstanceKey, Mode, ModuleAddress, ResourceAddress
from scanner.terraform.aws.naming import fits, named_by, usual_attribute
from scanner.terraform.aws.resource_type import Named
from scanner.terraform.plans.plain_reference import Plain
from scanner.terraform.plans.plan_document import block_address
from scanner.terraform.plans.planned_instances import JSONObject

Path = tuple[str | tuple[int, int], ...]
"""Where a value stands in a block: names of arguments and nested blocks, and for one of several its number and how many
there are."""


class Planned(Protocol):
    """What the plan knows of its resources and data sources."""

    def instances(self, address: ResourceAddress) -> tuple[InstanceKey, ...]:
        """The instance keys of a resource, given its address without key."""

    def module_instances(self, address: ModuleAddress, call: str) -> tuple[InstanceKey, ...]:
        """The instance keys of a module call."""

    def is_open(self, address: ResourceAddress, attribute: str) -> bool:
        """Whether an attribute is known after apply."""

    def text(self, address: ResourceAddress, attribute: str) -> str | None:
        """An attribute that the plan knows as a text."""

    def block(self, address: ResourceAddress) -> tuple[ResourceAddress, ...]:
        """All instances of the block that an instance comes from, in all instances of its module."""


_REFERENCE = beginning(
    r"^(?P<data>data\.)?(?P<type>[A-Za-z_][\w-]*)\.(?P<name>[A-Za-z_][\w-]*)"
    r'(?:\[(?:"(?P<text>(?:[^"\\]|\\.)*)"|(?P<number>\d+))\])?(?:\.(?P<attribute>[A-Za-z_][\w-]*))?$'
)
_MODULE_REFERENCE = beginning(
    r'^module\.(?P<name>[A-Za-z_][\w-]*)(?:\[(?:"(?P<text>(?:[^"\\]|\\.)*)"|(?P<number>\d+))\])?'
    r"(?:\.(?P<output>[A-Za-z_][\w-]*)(?P<index>\[[^\]]*\])?(?:\.(?P<attribute>[A-Za-z_][\w-]*))?)?$"
)
_STEPS = 15
"""Of following a reference by one step."""
_MAX_HOPS = 60
_SCOPES = frozenset({"local", "path", "terraform", "self", "var", "module", "each", "count"})
"""What a reference may begin with instead of a resource type."""


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
    block: JSONObject = field(default_factory=dict)
    """The resource or module call, for what its ``for_each`` is."""
    keys: tuple[InstanceKey, ...] = ()
    """Those of all instances of the block."""
    resource: ResourceAddress | None = None
    """The resource that the block is of, without key."""


@dataclass(frozen=True, slots=True)
class PlannedConfiguration:
    """The ``configuration`` of a plan, and its ``variables``."""

    configuration: JSONObject
    variables: JSONObject
    _blocks: dict[tuple[str, ...], dict[tuple[Any, ...], JSONObject]] = field(default_factory=dict, compare=False)
    """By the names of the module calls on the way, then by mode, type and name."""
    _shown: dict[tuple[object, ...], bool] = field(default_factory=dict, compare=False)
    """What the instances of a block show of an index, by the block and what is asked."""

    def provider_key(self, address: ResourceAddress) -> str | None:
        """Which provider configuration a resource has."""
        key = self._block(address).get("provider_config_key")
        return key if isinstance(key, str) else None

    def provider_expressions(self, key: str) -> JSONObject:
        """What is written in a provider configuration."""
        return _object(_get(self.configuration, "provider_config", key, "expressions"))

    def text(self, expression: Any) -> str | None:  # untrusted JSON
        """What an argument of a provider is, if that is a text."""
        found = self.constant(expression)
        return found if isinstance(found, str) else None

    def constant(self, expression: Any) -> Any:  # untrusted JSON
        """What an argument of a provider is: a constant, or a variable of the root module."""
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

    def named(
        self, address: ResourceAddress, path: Path, planned: Planned, known: str | None = None
    ) -> Reference | None:
        """What an argument names, as far as one can tell by its one reference; of a known one, what has that text."""
        named = named_by(tuple(step for step in path if isinstance(step, str)))
        if named is None or not isinstance(path[-1], str):
            return None
        expression = self._expression(address, path)
        if not expression.get("references"):
            return None
        place = self._place(address, planned)
        tracer = _Tracer(self, planned, named, known=known)
        if known is not None:
            return tracer.follow(expression, place)
        found = replace(tracer, trusts_keys=False).follow(expression, place)
        if found is not None:
            return found
        likely = tracer.follow(expression, place)
        is_shown = likely is not None and (self._are_alike(likely, planned) or self._is_by_key(address, path, planned))
        return likely if is_shown else None

    def _are_alike(self, found: Reference, planned: Planned) -> bool:
        """Whether it does not matter which instance is meant."""
        key = "alike", found.attribute, block_address(found.address)
        if key not in self._shown:
            self._shown[key] = _are_alike(found, planned)
        return self._shown[key]

    def _is_by_key(self, address: ResourceAddress, path: Path, planned: Planned) -> bool:
        """Whether the other instances of a block show that its index is the key itself."""
        key = "by key", path, block_address(address)
        if key not in self._shown:
            self._shown[key] = self._others_are_by_key(address, path, planned)
        return self._shown[key]

    def _others_are_by_key(self, address: ResourceAddress, path: Path, planned: Planned) -> bool:
        """Whether what is known of the same argument of other instances is what has the same key with them."""
        if len(path) != 1 or not isinstance(path[0], str):
            return False
        others = planned.block(address)
        spend(_STEPS * len(others))
        known = [(other, planned.text(other, path[0])) for other in others]
        texts = [(other, text) for other, text in known if text is not None]
        # One of several is no proof: the middle one of three has the same key counted from either end.
        if len(texts) < max(1, min(2, len(others) - 1)):
            return False
        return all(self.named(other, path, planned, text) is not None for other, text in texts)

    def confirmed(self, address: ResourceAddress, path: Path, planned: Planned) -> tuple[Reference | None, ...]:
        """What an argument is for sure: one reference, or all items of a list. Empty if it is not confirmed.

        None stands for an item that leads nowhere.
        """
        plain = self._plain(address, path)
        if plain is None:
            return ()
        items = plain.items
        if not isinstance(path[-1], str) and plain.is_list:
            number, count = path[-1]
            items = items[number : number + 1] if len(items) == count else ()
        place, tracer = self._place(address, planned), _Tracer(self, planned, None)
        return tuple(tracer.to(item.references, item.steps, place, _MAX_HOPS) for item in items)

    def is_plain(self, address: ResourceAddress, path: Path) -> bool:
        """Whether the configuration beside the plan has the same plain reference, wherever that leads."""
        return self._plain(address, path) is not None

    def is_list(self, address: ResourceAddress, path: Path) -> bool:
        """Whether an argument that is confirmed is written as a list."""
        plain = self._plain(address, path)
        return plain is not None and plain.is_list

    def _plain(self, address: ResourceAddress, path: Path) -> Plain | None:
        return _plain(self._expression(address, path))

    def _expression(self, address: ResourceAddress, path: Path) -> JSONObject:
        expression: Any = self._block(address).get("expressions")
        for step in path:
            if isinstance(step, str):
                expression = _get(expression, step)
            elif isinstance(expression, list):
                number, count = step
                # What a dynamic block makes is not listed: with one of them the numbers differ.
                expression = expression[number] if len(expression) == count else None
        return _object(expression)

    def _place(self, address: ResourceAddress, planned: Planned) -> _Place:
        resource = address.resource
        return _Place(address.module, address.key, self._block(address), planned.instances(resource), resource)

    def _block(self, address: ResourceAddress) -> JSONObject:
        way = tuple(name for name, _ in address.module.steps)
        blocks = self._blocks.get(way)
        if blocks is None:
            blocks = self._blocks[way] = {}
            for resource in self.module(address.module).get("resources") or ():
                if isinstance(resource, dict):
                    names = tuple(resource.get(key) for key in ("mode", "type", "name"))
                    if all(isinstance(name, str) for name in names):
                        blocks.setdefault(names, resource)
        return blocks.get((address.mode.value, address.type, address.name), {})

    def module(self, address: ModuleAddress) -> JSONObject:
        """The configuration of a module."""
        module = _object(self.configuration.get("root_module"))
        for name, _ in address.steps:
            module = _object(_get(module, "module_calls", name, "module"))
        return module


@dataclass(frozen=True, slots=True)
class _Tracer:
    configuration: PlannedConfiguration
    planned: Planned
    named: Named | None
    """What the reference must be a name of, which a part of what is passed on may be as well; None where each step must
    be confirmed, and so be all of the next."""
    takes: str | None = None
    """The attribute that is taken of an output, if the reference to it says so."""
    known: str | None = None
    """The text that the plan has for it; None for what is known after apply."""
    trusts_keys: bool = True
    """Whether what stands in an index is taken to be the key itself."""

    def follow(self, expression: JSONObject, place: _Place, hops: int = _MAX_HOPS) -> Reference | None:
        """The one attribute that an expression refers to, if it is one and known after apply."""
        plain = _plain(expression)
        if self.named is None:
            single = plain is not None and not plain.is_list and len(plain.items) == 1
            return self.to(plain.items[0].references, plain.items[0].steps, place, hops) if plain and single else None
        listed = expression.get("references")
        texts = tuple(text for text in listed if isinstance(text, str)) if isinstance(listed, list) else ()
        return self.to(texts, (), place, hops)

    def to(self, texts: tuple[str, ...], steps: tuple[str, ...], place: _Place, hops: int) -> Reference | None:
        """What references with all their beginnings lead to, and the attributes after them."""
        spend(_STEPS + len(texts) * len(texts))
        longest = [text for text in texts if not any(other != text and _extends(other, text) for other in texts)]
        choosing = [text for text in longest if text.split(".")[0] in ("each", "count")]
        meant = [text for text in longest if text not in choosing]
        if hops == 0 or len(meant) > 1:
            return None
        if not meant:
            return self._each_value(choosing[0], place, hops - 1) if len(choosing) == 1 else None
        keys = self._keys(choosing, place)
        return self._reference(meant[0], steps, place, keys, hops - 1)

    def _keys(self, choosing: list[str], place: _Place) -> frozenset[InstanceKey] | None:
        """The keys that ``each`` and ``count`` may choose an instance by; None if there is no index."""
        if not choosing:
            return None
        if not self.trusts_keys:
            return frozenset()
        keys: set[InstanceKey] = {place.key} if "each.key" in choosing or "count.index" in choosing else set()
        each = [text for text in choosing if text == "each.value" or _extends(text, "each.value")]
        constant = _get(place.block, "for_each_expression", "constant_value")
        if isinstance(constant, dict):
            found = (_get(constant, str(place.key), *text.split(".")[2:]) for text in each)
            keys |= {value for value in found if isinstance(value, str)}
        elif each and self._value_is_key(place):
            keys.add(place.key)
        return frozenset(keys)

    def _value_is_key(self, place: _Place) -> bool:
        """Whether ``each.value`` is ``each.key``, as in a set: an argument that is ``each.value`` shows it."""
        if place.resource is None:
            return False
        for name, expression in _object(place.block.get("expressions")).items():
            spend(_STEPS)
            if isinstance(expression, dict) and expression.get("references") == ["each.value"]:
                spend(_STEPS * len(place.keys))
                keyed = ((key, place.resource.instance(key)) for key in place.keys)
                if all(self.planned.text(address, name) == key for key, address in keyed):
                    return True
        return False

    def _each_value(self, text: str, place: _Place, hops: int) -> Reference | None:
        """``each.value`` is what ``for_each`` refers to, or the instance of it that has the same key."""
        for_each = _object(place.block.get("for_each_expression"))
        if not (text == "each.value" or _extends(text, "each.value")):
            return None
        texts = for_each.get("references")
        found = _REFERENCE.match(str(texts[0])) if isinstance(texts, list) and len(texts) == 1 else None
        if found is None or found["type"] in _SCOPES or found["attribute"] is not None:
            return self.follow(for_each, place, hops) if self.named is not None else None
        steps, address = text.split(".")[2:], _address(found, place)
        if len(steps) != 1 or (self.named is None and _plain(for_each) is None):
            return None
        has_key = place.key in self.planned.instances(address)
        return self._attribute(address.instance(place.key), steps[0]) if has_key else None

    def _reference(
        self, text: str, steps: tuple[str, ...], place: _Place, keys: frozenset[InstanceKey] | None, hops: int
    ) -> Reference | None:
        if text.startswith("var."):
            name = text.removeprefix("var.").split(".")[0].split("[")[0]
            is_part = keys is not None or text != f"var.{name}"
            return None if is_part and self.named is None else self._variable(name, place, hops)
        module = _MODULE_REFERENCE.match(text)
        if module is not None:
            return self._output(module, steps, place, keys, hops)
        found = _REFERENCE.match(text)
        return self._resource(found, steps, place, keys) if found is not None and found["type"] not in _SCOPES else None

    def _variable(self, name: str, place: _Place, hops: int) -> Reference | None:
        if not place.module.steps:
            return None  # variables of the root module have values when it is planned
        *outer, (call, key) = place.module.steps
        caller = ModuleAddress(tuple(outer))
        block = _object(_get(self.configuration.module(caller), "module_calls", call))
        passed = _object(_get(block, "expressions", name))
        return self.follow(passed, _Place(caller, key, block, self.planned.module_instances(caller, call)), hops)

    def _output(
        self,
        found: re.Match[str],
        steps: tuple[str, ...],
        place: _Place,
        keys: frozenset[InstanceKey] | None,
        hops: int,
    ) -> Reference | None:
        module = _object(_get(self.configuration.module(place.module), "module_calls", found["name"], "module"))
        outputs = _object(module.get("outputs"))
        written = found["output"] or (steps[0] if steps else None)
        name = written or (next(iter(outputs)) if len(outputs) == 1 else None)
        instances = self.planned.module_instances(place.module, found["name"]) or (_written_key(found),)
        chosen = _chosen(found, instances, keys, place)
        taken = found["attribute"] or (steps[1] if len(steps) == 2 and not found["output"] else None)
        is_part = found["output"] and (keys is not None or found["index"])
        if name is None or chosen is None or (is_part and self.named is None):
            return None
        inner = self if taken is None else replace(self, takes=taken)
        expression = _object(_get(outputs, name, "expression"))
        return inner.follow(expression, _Place(place.module.child(found["name"], chosen[0])), hops)

    def _resource(
        self, found: re.Match[str], steps: tuple[str, ...], place: _Place, keys: frozenset[InstanceKey] | None
    ) -> Reference | None:
        address = _address(found, place)
        chosen = _chosen(found, self.planned.instances(address), keys, place)
        written = found["attribute"] or (steps[0] if len(steps) == 1 else None)
        if chosen is None or len(steps) > 1 or (keys is not None and found["attribute"]):
            return None
        if self.takes is not None and written is not None:
            return None
        usual = usual_attribute(address.type, self.named) if self.named is not None else None
        attribute = written or self.takes or usual
        return self._attribute(address.instance(chosen[0]), attribute) if attribute is not None else None

    def _attribute(self, address: ResourceAddress, attribute: str) -> Reference | None:
        suits = self.named is None or (address.mode is Mode.MANAGED and fits(address.type, attribute, self.named))
        if self.known is not None:
            is_it = self.planned.text(address, attribute) == self.known
        else:
            is_it = self.planned.is_open(address, attribute)
        return Reference(address, attribute) if suits and is_it else None


def _are_alike(found: Reference, planned: Planned) -> bool:
    """Whether it does not matter which instance of a policy is meant."""
    if found.address.type != "aws_iam_policy" or found.attribute not in ("arn", "id"):
        return False
    instances = planned.block(found.address)
    spend(_STEPS * len(instances))
    texts = {planned.text(address, "policy") for address in instances}
    return len(texts) == 1 and None not in texts


def _address(found: re.Match[str], place: _Place) -> ResourceAddress:
    return ResourceAddress(place.module, Mode.DATA if found["data"] else Mode.MANAGED, found["type"], found["name"])


def _chosen(
    found: re.Match[str], instances: tuple[InstanceKey, ...], keys: frozenset[InstanceKey] | None, place: _Place
) -> tuple[InstanceKey] | None:
    """The key of the one instance that a reference means.

    A number chooses among as many as the block has itself: with others, as in ``count.index % 2``, it is not an index.
    """
    written = _written_key(found)
    if written is not None:
        return (written,) if written in instances else None
    if len(instances) == 1:
        return (instances[0],)
    meant = [key for key in instances if keys is not None and key in keys]
    if len(meant) != 1 or (isinstance(meant[0], int) and set(instances) != set(place.keys)):
        return None
    return (meant[0],)


def _written_key(found: re.Match[str]) -> InstanceKey:
    text, number = found["text"], found["number"]
    if text is not None:
        return str(text).replace('\\"', '"').replace("\\\\", "\\")
    return int(number) if number is not None else None


def _extends(longer: str, shorter: str) -> bool:
    return longer.startswith(shorter) and longer[len(shorter) :][:1] in (".", "[")


def _plain(expression: JSONObject) -> Plain | None:
    """What the configuration beside the plan confirms. A plan in JSON cannot confirm itself."""
    found = expression.get("plain")
    return found if isinstance(found, Plain) else None


def _object(found: Any) -> JSONObject:  # untrusted JSON
    return found if isinstance(found, dict) else {}


def _get(found: Any, *path: str) -> Any:  # untrusted JSON
    for step in path:
        found = found.get(step) if isinstance(found, dict) else None
    return found
