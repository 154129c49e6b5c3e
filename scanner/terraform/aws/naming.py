"""Arguments that only name an identity or a policy, and the attributes that such a name is.

An argument like this is hardly ever made of anything but one reference, so a plan in JSON, which has the references
and not the expressions, is taken to say what it names. A document may be made of what it refers to in any way.
"""

from __future__ import annotations

from collections.abc import Mapping

from scanner.terraform.address import Mode, ResourceAddress
from scanner.terraform.aws.resource_type import Named
from scanner.terraform.aws.resource_types import RESOURCE_TYPES
from scanner.terraform.aws.vocabulary import NAMES

_NESTED: Mapping[tuple[str, str], Named] = {
    place: named for known in RESOURCE_TYPES.values() for place, named in known.nested_names.items()
}
_NAMING = frozenset({"name", "id", "arn"})


def is_naming(address: ResourceAddress, attribute: str) -> bool:
    """Whether other resources refer to the resource by this attribute."""
    return address.mode is Mode.MANAGED and attribute in _NAMING and bool(_attributes(address.type))


def named_by(path: tuple[str, ...]) -> Named | None:
    """What an argument names, given the names of the blocks around it and its own; None if it does more than that."""
    *blocks, name = path
    return (_NESTED.get((blocks[-1], name)) if blocks else None) or NAMES.get(name)


def fits(resource_type: str, attribute: str, named: Named) -> bool:
    """Whether an attribute is a name of what is meant; arguments that name the same are."""
    return (_attributes(resource_type) or NAMES).get(attribute) is named


def usual_attribute(resource_type: str, named: Named) -> str | None:
    """The attribute that is taken of a resource where the reference does not say."""
    return next((name for name, what in _attributes(resource_type).items() if what is named), None)


def _attributes(resource_type: str) -> Mapping[str, Named]:
    known = RESOURCE_TYPES.get(resource_type)
    return known.names if known is not None else {}
