"""Functions on IP address ranges in CIDR notation."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import TypeAlias

from scanner.regexes import anywhere
from scanner.terraform.language.functions.signature import (
    Function,
    FunctionError,
    Parameter,
    UnsupportedError,
    invalid,
    plain,
    whole,
)
from scanner.terraform.language.kinds import ListItems
from scanner.terraform.language.types import NUMBER, STRING
from scanner.values import Data, Value

_Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

_PREFIX = Parameter("prefix", STRING)
_NEWBITS = Parameter("newbits", NUMBER)
_LEADING_ZEROS = anywhere(r"\b0+(?=\d)")
_MAX_NEWBITS = 32
"""Terraform's limit for ``cidrsubnets``."""


def _network(text: str) -> _Network:
    """The range; digits of an IPv4 address may have leading zeros, and are decimal nevertheless."""
    address, slash, length = text.partition("/")
    if not slash or not length.isdecimal() or not length.isascii():
        raise FunctionError(f"invalid CIDR expression: invalid CIDR address: {text}.")
    if ":" not in address:
        address = _LEADING_ZEROS.sub("", address)
    try:
        found = ipaddress.ip_network(f"{address}/{int(length)}", strict=False)
    except ValueError:
        raise FunctionError(f"invalid CIDR expression: invalid CIDR address: {text}.") from None
    if found.version == 6 and found.network_address.ipv4_mapped is not None:
        raise UnsupportedError(f"an IPv4 address inside an IPv6 one: {text}")
    return found


def _at(network: _Network, address: int, length: int) -> _Network:
    kind = ipaddress.IPv4Network if network.version == 4 else ipaddress.IPv6Network
    return kind((address, length))


def _cidrhost(prefix: str, number: Data) -> str:
    network, host = _network(prefix), whole(number, "hostnum")
    if not -network.num_addresses <= host < network.num_addresses:
        raise FunctionError(f"prefix of {network.prefixlen} does not accommodate a host numbered {host}.")
    return str(network[host])


def _cidrnetmask(prefix: str) -> str:
    network = _network(prefix)
    if network.version == 6:
        raise FunctionError(f"IPv6 addresses cannot have a netmask: {prefix}.")
    return str(network.netmask)


def _cidrsubnet(prefix: str, extension: Data, number: Data) -> str:
    network, newbits, index = _network(prefix), whole(extension, "newbits"), whole(number, "netnum")
    length = network.prefixlen + newbits
    if newbits < 0 or index < 0:
        raise UnsupportedError("the extension or the number of the subnet is negative")
    if length > network.max_prefixlen:
        raise FunctionError(f"insufficient address space to extend prefix of {network.prefixlen} by {newbits}.")
    if index >= 1 << newbits:
        raise FunctionError(f"prefix extension of {newbits} does not accommodate a subnet numbered {index}.")
    start = int(network.network_address) + (index << (network.max_prefixlen - length))
    return str(_at(network, start, length))


def _cidrsubnets(prefix: str, *extensions: Data) -> tuple[Value, ...]:
    network = _network(prefix)
    following = int(network.network_address)
    end = following + network.num_addresses
    found: list[Value] = []
    for extension in extensions:
        newbits = whole(extension, "newbits")
        length = network.prefixlen + newbits
        if newbits < 1:
            raise invalid("newbits", "must extend prefix by at least one bit")
        if newbits > _MAX_NEWBITS:
            raise invalid("newbits", f"may not extend prefix by more than {_MAX_NEWBITS} bits")
        if length > network.max_prefixlen:
            raise invalid("newbits", f"would extend prefix to {length} bits, which is too long for the address")
        size = 1 << (network.max_prefixlen - length)
        start = -(-following // size) * size
        if start + size > end:
            raise invalid("newbits", f"not enough remaining address space for a subnet with a prefix of {length} bits")
        found.append(Value(str(_at(network, start, length))))
        following = start + size
    return ListItems(found)


def _cidrcontains(containing: str, contained: str) -> bool:
    """OpenTofu: whether an address, or all addresses of a range, are in another range."""
    outer = _network(containing)
    if "/" in contained:
        inner = _network(contained)
    else:
        length = 128 if ":" in contained else 32
        try:
            inner = _network(f"{contained}/{length}")
        except FunctionError:
            raise FunctionError(f"invalid IP address or prefix: {contained}.") from None
    if inner.version != outer.version:
        raise UnsupportedError("the addresses are of different versions")
    return inner.prefixlen >= outer.prefixlen and inner.network_address in outer


_FUNCTIONS = (
    Function(
        "cidrcontains",
        (Parameter("containing_prefix", STRING), Parameter("contained_ip_or_prefix", STRING)),
        plain(_cidrcontains),
    ),
    Function("cidrhost", (_PREFIX, Parameter("hostnum", NUMBER)), plain(_cidrhost)),
    Function("cidrnetmask", (_PREFIX,), plain(_cidrnetmask)),
    Function("cidrsubnet", (_PREFIX, _NEWBITS, Parameter("netnum", NUMBER)), plain(_cidrsubnet)),
    Function("cidrsubnets", (_PREFIX,), plain(_cidrsubnets), rest=_NEWBITS),
)
FUNCTIONS: Mapping[str, Function] = {function.name: function for function in _FUNCTIONS}
