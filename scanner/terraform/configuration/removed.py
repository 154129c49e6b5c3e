"""``removed`` blocks that leave something in AWS which the configuration does not have any more.

What was attached stays attached, and a password stays; to whom and what, the state knows and the configuration does
not. Of a module it does not even say what was in it. An identity is no longer defined by the code, so it is not a
principal.

https://developer.hashicorp.com/terraform/language/block/removed
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner import values
from scanner.cause import Cause, CauseKind
from scanner.diagnostic import Diagnostic, warning
from scanner.facts import Fact, Identity, ManagedPolicy
from scanner.lazy_dataclass import dataclass
from scanner.span import Span
from scanner.terraform.address import Mode, ModuleAddress, ResourceAddress
from scanner.terraform.aws.facts import DEFINITIONS, TYPES, facts_left_behind
from scanner.terraform.configuration.module import Module
from scanner.terraform.language import nodes
from scanner.terraform.language.namespace import Namespace
from scanner.terraform.resource_instance import ResourceInstance


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """A resource that Terraform forgets and does not destroy, or a module with all that is in it."""

    address: ResourceAddress | ModuleAddress
    span: Span

    def diagnostic(self) -> Diagnostic:
        """What the report says of it."""
        detail = (
            f"{self.address} is removed from the state but stays in AWS, so it still counts. The configuration no "
            "longer says whom it concerns. Scan a plan, which does."
        )
        return warning("Left in AWS", detail, self.span)

    def facts(self) -> Iterator[Fact]:
        """What may still be true of anybody."""
        detail = f"{self.address}, which stays in AWS (removed with destroy = false)"
        unknown = values.unknown(Cause(CauseKind.UNRESOLVED_REFERENCE, detail, self.span))
        attributes = Namespace(tuple, lambda _: unknown, lambda _: unknown)
        for address in self._resources():
            found = tuple(facts_left_behind(ResourceInstance(address, attributes, self.span)))
            if not any(isinstance(fact, Identity) for fact in found):  # what one has inside concerns nobody else
                yield from (fact for fact in found if not isinstance(fact, ManagedPolicy))

    def _resources(self) -> Iterator[ResourceAddress]:
        """What is left; of a module, which the configuration no longer has, one of each type."""
        if isinstance(self.address, ResourceAddress):
            yield self.address
        else:
            for type_ in sorted(TYPES - DEFINITIONS):
                yield ResourceAddress(self.address, Mode.MANAGED, type_, "any")


def left_behind(module: Module, address: ModuleAddress) -> Iterator[LeftBehind]:
    """What the ``removed`` blocks of a module leave of memberships, attachments and the like."""
    for block in module.removed:
        parsed = module.parsed(block)
        if parsed is None or not _keeps(parsed.body) or "from" not in parsed.body.attributes:
            continue
        calls = [*address.steps]
        words = [*_names(parsed.body.attributes["from"].value)]
        while words[:1] == ["module"] and len(words) > 1:
            calls.append((words[1], None))
            words = words[2:]
        inside = ModuleAddress(tuple(calls))
        if not words and len(calls) > len(address.steps):
            yield LeftBehind(inside, parsed.span)
        elif len(words) == 2 and words[0] in TYPES - DEFINITIONS:
            yield LeftBehind(ResourceAddress(inside, Mode.MANAGED, *words), parsed.span)


def _keeps(body: nodes.Body) -> bool:
    written = [block.body.attributes.get("destroy") for block in body.blocks if block.type == "lifecycle"]
    return any(isinstance(one.value, nodes.Literal) and one.value.value is False for one in written if one is not None)


def _names(node: nodes.Node) -> Iterator[str]:
    """The words of an address, without keys."""
    match node:
        case nodes.Name(name):
            yield name
        case nodes.GetAttribute(target, name):
            yield from _names(target)
            yield name
        case nodes.Index(target):
            yield from _names(target)
