"""``moved`` blocks: which addresses resources and modules had before, for whoever compares two states of the code.

https://developer.hashicorp.com/terraform/language/block/moved
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from scanner.terraform.address import InstanceKey, ModuleAddress, full_name, written_key
from scanner.terraform.configuration.module import Module
from scanner.terraform.language import nodes


def moves(module: Module, address: ModuleAddress) -> Iterator[tuple[str, str]]:
    """From and to, as addresses in the whole root. What is no address is passed over; Terraform refuses it."""
    for block in module.moved:
        parsed = module.parsed(block)
        if parsed is None:
            continue
        written = (parsed.body.attributes.get(name) for name in ("from", "to"))
        source, target = (_address(one.value) if one is not None else None for one in written)
        if source is not None and target is not None:
            yield full_name(address, source), full_name(address, target)


def _address(node: nodes.Node) -> str | None:
    match node:
        case nodes.Name(name):
            return name
        case nodes.GetAttribute(target, name):
            around = _address(target)
            return f"{around}.{name}" if around is not None else None
        case nodes.Index(target, nodes.Literal(key)):
            around = _address(target)
            return f"{around}{written_key(_key(key))}" if around is not None else None
    return None


def _key(written: bool | int | Decimal | str | None) -> InstanceKey:
    return int(written) if isinstance(written, Decimal) else written
