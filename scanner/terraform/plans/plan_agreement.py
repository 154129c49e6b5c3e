"""Whether a configuration is the one that a plan was made from, as far as the plan can tell.

A plan in JSON lists the resources, providers and module calls with their sources, what every argument refers to, and
the arguments that are constants. It holds no local values and no expressions, so there are changes that it cannot show.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from scanner.regexes import anywhere
from scanner.terraform.configuration.module_instance import ModuleInstance
from scanner.terraform.plans.plan_description import DESCRIBED, description
from scanner.terraform.plans.planned_instances import JSONObject

_EXPRESSIONS = ("expressions", "count_expression", "for_each_expression")


def difference(planned: JSONObject, root: ModuleInstance) -> str | None:
    """What is written otherwise in the configuration than in the one that the plan lists; None if nothing is."""
    try:
        return next(_differences(planned, _get(planned, "root_module"), root, set()), None)
    except RecursionError:  # deeper than anybody writes, so it is somebody else's
        return "what the plan says of it"


def _differences(plan: JSONObject, planned: JSONObject, instance: ModuleInstance, seen: set[str]) -> Iterator[str]:
    """Module by module, as far as modules are there. Instances of one call are the same module."""
    prefix = "".join(f"module.{name}." for name, _ in instance.address.steps)
    found = description(instance.module)
    yield from _other_providers(plan, instance, found["provider_config"])
    listed_resources, resources = _resources(planned.get("resources")), _resources(found["resources"])
    for key in [*resources, *(key for key in listed_resources if key not in resources)]:
        if not _same(listed_resources.get(key), resources.get(key), _EXPRESSIONS):
            yield prefix + key
    for section, word in (("outputs", "output"), ("module_calls", "module"), ("variables", "variable")):
        listed = _get(planned, section)
        for name in sorted({*listed, *found[section]}):
            said, written = listed.get(name), found[section].get(name)
            if section == "variables":
                same = isinstance(said, dict) and written is not None and _same_default(said, written)
            else:
                same = _same(said, written, ("expression", *_EXPRESSIONS)) and _same_module(said, written)
            if not same:
                yield f"{prefix}{word}.{name}"
    for child in instance.children():
        name, _ = child.address.steps[-1]
        if child.address.calls not in seen:
            seen.add(child.address.calls)
            yield from _differences(plan, _get(planned, "module_calls", name, "module"), child, seen)


def _other_providers(plan: JSONObject, instance: ModuleInstance, written: JSONObject) -> Iterator[str]:
    """Provider configurations of one module. Those that no block makes are listed without arguments."""
    names = "".join(f"module.{name}." for name, _ in instance.address.steps).removesuffix(".")
    prefix = f"{names}:" if names else ""
    listed = {
        key.removeprefix(prefix): _get(plan, "provider_config", key)
        for key in _get(plan, "provider_config")
        if key.rpartition(":")[0] == names
    }
    for name in sorted({*listed, *written}):
        if not _same(listed.get(name, {}), written.get(name, {}), ("expressions",)):
            yield f"the provider {prefix}{name}"


def _same_module(said: JSONObject | None, written: JSONObject | None) -> bool:
    """Whether a call is of the same module. What is not a plain string is not compared."""
    said, written = said or {}, written or {}
    return all(
        (name in written and written[name] is None) or canonical(said.get(name)) == canonical(written.get(name))
        for name, canonical in (("source", _source), ("version_constraint", _version))
    )


_TRANSPORT = anywhere(r"^(?:git::)?(?:\w+://)?(?:git@)?(?:registry\.(?:terraform\.io|opentofu\.org)/)?")


def _source(written: Any) -> str:
    """A module's source without what Terraform adds when it lists it: default host, transport, ``.git``."""
    source = str(written or "")
    if source.startswith("."):
        return posixpath.normpath(source)
    return _TRANSPORT.sub("", source).replace(":", "/").replace(".git", "")


def _version(written: Any) -> str:
    return "".join(str(written or "").split())


def _address(item: JSONObject) -> str:
    return f"{'data.' if item.get('mode') == 'data' else ''}{item.get('type')}.{item.get('name')}"


def _get(found: Any, *names: str) -> JSONObject:
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def _resources(listed: Any) -> dict[str, JSONObject]:
    """Those that are described on both sides, by address in their module."""
    return {
        _address(item): item
        for item in (listed if isinstance(listed, list) else ())
        if isinstance(item, dict) and str(item.get("type")).startswith(DESCRIBED)
    }


def _same(said: JSONObject | None, written: JSONObject | None, names: tuple[str, ...]) -> bool:
    if said is None or written is None:
        return False
    return all(_same_expression(said.get(name), written.get(name)) for name in names)


def _same_expression(said: Any, written: Any) -> bool:
    """References and constants.

    An expression without references says nothing here. Terraform lists the value of one that calls no function, and in
    JSON syntax the text that any is written as.
    """
    if written == {} and isinstance(said, dict) and said.keys() <= {"constant_value"}:
        return True
    for side in (said, written):
        if isinstance(side, dict) and "references" in side:
            return same_references(said, written)
    if isinstance(said, list) and isinstance(written, list):
        return len(said) == len(written) and all(map(_same_expression, said, written))
    if isinstance(written, list) and len(written) == 1 and isinstance(said, dict):
        return _same_expression(said, written[0])
    if not isinstance(said, dict) or not isinstance(written, dict):
        return _is_nothing(said) and _is_nothing(written)
    constants = [side["constant_value"] for side in (said, written) if "constant_value" in side]
    if constants:
        return _loosely_same(constants[0], constants[-1]) and not _says_something(said) and not _says_something(written)
    return all(_same_expression(said.get(name), written.get(name)) for name in {*said, *written})


def _is_nothing(side: Any) -> bool:
    """An argument that is missing or null, or a call without references; blocks without anything else in them."""
    if isinstance(side, dict):
        return all(name != "references" and _is_nothing(item) for name, item in side.items())
    return side is None or (isinstance(side, list) and all(map(_is_nothing, side)))


def _says_something(side: Any) -> bool:
    """Whether there are references in an expression or a block."""
    if isinstance(side, dict):
        inner = (item for name, item in side.items() if name != "constant_value")
        return "references" in side or any(map(_says_something, inner))
    return isinstance(side, list) and any(map(_says_something, side))


def _references(side: Any) -> frozenset[str]:
    found = side.get("references") if isinstance(side, dict) else None
    return frozenset(map(str, found)) if isinstance(found, list) else frozenset()


def same_references(planned: Any, configured: Any) -> bool:
    """Before 1.0, Terraform listed a reference once, and often without what follows the resource."""
    said, written = _references(planned), _references(configured)
    if said == written:
        return True
    coarse = not any(_extends(longer, shorter) for longer in said for shorter in said)
    return (
        coarse and said <= written and all(any(each == one or _extends(each, one) for one in said) for each in written)
    )


def _extends(longer: str, shorter: str) -> bool:
    return longer.startswith((f"{shorter}.", f"{shorter}["))


def _same_default(said: JSONObject, written: JSONObject) -> bool:
    """Defaults are converted to the variable's type in the plan; what is not a constant is not compared."""
    if "default" not in said or "default" not in written:
        return "default" not in written or written["default"] is None
    return _same_converted(said["default"], written["default"])


def _same_converted(said: Any, written: Any) -> bool:
    """The type of the variable may leave attributes out, and give others a default in the place of null."""
    if isinstance(said, dict) and isinstance(written, dict):
        common = [name for name, item in written.items() if name in said and item is not None]
        return all(_same_converted(said[name], written[name]) for name in common)
    return _loosely_same(said, written)


def _loosely_same(said: Any, written: Any) -> bool:
    if isinstance(said, dict) and isinstance(written, dict):
        return all(name in said and _loosely_same(said[name], item) for name, item in written.items())
    if isinstance(said, list) and isinstance(written, list):
        if any(isinstance(item, dict | list) for item in (*said, *written)):
            return bool(said) == bool(written)
        return set(map(scalar_text, said)) == set(map(scalar_text, written))
    return scalar_text(written) in (scalar_text(said), scalar_text(_unescaped(said)))


def _unescaped(said: Any) -> Any:
    """In JSON syntax Terraform lists a text as it is written there."""
    return said.replace("$${", "${").replace("%%{", "%{") if isinstance(said, str) else said


def scalar_text(scalar: Any) -> str | None:
    """A scalar as Terraform converts it to a text; numbers in one spelling."""
    if scalar is None or isinstance(scalar, bool | dict | list):
        return None if scalar is None else str(scalar).lower()
    try:
        return str(Decimal(str(scalar)).normalize())
    except ArithmeticError:
        return str(scalar)
