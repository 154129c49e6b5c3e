"""What stacks hand to each other: exports, and outputs by the name of the stack.

An export's name is unique in an account and region, so a name that one stack of the scan exports names that one. Where
several do, they go into different accounts or regions, and it depends on which of them is meant.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scanner.cause import Cause, CauseKind
from scanner.cloudformation.intrinsics import evaluate
from scanner.symbol import Named, NameKind
from scanner.truth import YES, Truth, undetermined
from scanner.values import Value, unknown

if TYPE_CHECKING:
    from scanner.cloudformation.scope import Scope
    from scanner.facts import Account
    from scanner.span import Span


@dataclass(slots=True)
class Exchange:
    """The exports and the named stacks of one root and of those that are joined to it."""

    contested: Mapping[str, str] = field(default_factory=dict)
    """Names that several roots export, with these."""
    imported: dict[str, None] = field(default_factory=dict)
    """The names that something imports, as far as they are known."""
    together: dict[tuple[Account, Account], None] = field(default_factory=dict)
    """Pairs of accounts that are one, because a stack of one has a value from a stack of the other."""
    _exports: dict[str, list[tuple[Scope, str]]] = field(default_factory=dict)
    _stacks: dict[str, list[Scope]] = field(default_factory=dict)

    def offer(self, scopes: Iterable[Scope]) -> frozenset[str]:
        """Note what the stacks export; the names, as far as they are known."""
        names: set[str] = set()
        for scope in scopes:
            if scope.stack.name is not None:
                self._stacks.setdefault(scope.stack.name, []).append(scope)
            for output, declared in scope.template.outputs.items():
                name = _export_name(declared, scope)
                if name is not None and not scope.output_exists(output).is_no:
                    self._exports.setdefault(name, []).append((scope, output))
                    names.add(name)
        return frozenset(names)

    def follow(self) -> None:
        """Evaluate what is exported, to know what that imports."""
        for offers in self._exports.values():
            for scope, output in offers:
                scope.output(output)

    def export(self, name: str, importer: Scope, span: Span | None) -> Value:
        """The value of an export as the stack that imports it sees it."""
        self.imported.setdefault(name)
        offers = [offer for offer in self._exports.get(name, ()) if _can_meet(offer[0], importer)]
        symbol = Named(NameKind.EXPORT, name)
        if not offers and name in self.contested:
            return unknown(_contested(name, self.contested[name], span), symbol, span)
        if not offers:
            cause = Cause(CauseKind.UNRESOLVED_REFERENCE, f'the export "{name}" is defined elsewhere', span)
            return unknown(cause, symbol, span)
        if len(offers) > 1:
            files = ", ".join(sorted({scope.stack.files[-1].path for scope, _ in offers}))
            return unknown(_contested(name, files, span), symbol, span)
        scope, output = offers[0]
        exists = scope.output_exists(output) & _stack_exists(scope)
        if exists.is_undetermined:
            detail = f'the export "{name}" is there or not: {min(exists.causes, key=Cause.sort_key).detail}'
            return unknown(Cause(CauseKind.UNRESOLVED_REFERENCE, detail, span), symbol, span)
        self._meet(scope, importer)
        found = scope.output(output)
        return found.passed(span) if span is not None else found

    def output(self, stack: str, name: str, reader: Scope, span: Span | None) -> Value | None:
        """An output of the only stack of that name beside the one that reads it; None when there is no such stack."""
        found = [scope for scope in self._stacks.get(stack, ()) if _can_meet(scope, reader)]
        if len(found) != 1 or name not in found[0].template.outputs:
            return None
        self._meet(found[0], reader)
        value = found[0].output(name)
        return value.passed(span) if span is not None else value

    def _meet(self, one: Scope, other: Scope) -> None:
        if one.in_account != other.in_account:
            self.together.setdefault((one.in_account, other.in_account))


def _stack_exists(scope: Scope) -> Truth:
    conditions = scope.stack.conditions
    return undetermined(*(found.cause for found in conditions)) if conditions else YES


def _contested(name: str, files: str, span: Span | None) -> Cause:
    detail = f'several stacks export "{name}" ({files}), and which one is meant depends on account and region'
    return Cause(CauseKind.UNRESOLVED_REFERENCE, detail, span)


def _export_name(output: Value, scope: Scope) -> str | None:
    entries = output.data if isinstance(output.data, Mapping) else {}
    export = entries["Export"].data if "Export" in entries else None
    written = export.get("Name") if isinstance(export, Mapping) else None
    name = evaluate(written, scope) if written is not None else None
    return None if name is None else name.text


def _can_meet(one: Scope, other: Scope) -> bool:
    """Whether two stacks may be in one account and region, as far as these are known."""
    return all(
        left == right or not isinstance(left, str) or not isinstance(right, str)
        for left, right in ((one.account, other.account), (one.region, other.region))
    )
