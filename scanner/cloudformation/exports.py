"""What stacks hand to each other: exports, outputs by the stack's name, and what the CDK writes into other regions.

An export's name is unique in an account and region, and so is a stack's, so a name that one stack of the scan has names
that one. Where several have it, they go into different accounts or regions. Which of them is meant is known where all
but one are certainly elsewhere, or where one is certainly there; else by the order in which a cloud assembly deploys
its stacks: a CDK application notes that a stack depends on the one that it has a value from. Otherwise it stays open.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-getstackoutput.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from scanner.cause import Cause, CauseKind
from scanner.cloudformation.cross_region import WRITER, region_of, written_by
from scanner.cloudformation.handed_out import handed_out
from scanner.cloudformation.intrinsics import evaluate
from scanner.cloudformation.stack_outputs import export_name
from scanner.symbol import Named, NameKind
from scanner.truth import NO, YES, Truth, undetermined
from scanner.values import Unknown, Value, unknown

if TYPE_CHECKING:
    from scanner.cloudformation.scope import Scope
    from scanner.cloudformation.stack_outputs import Known, OutputName
    from scanner.cloudformation.template import Resource
    from scanner.facts import Account
    from scanner.span import Span
    from scanner.symbol import Symbol


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that a stack hands to others."""

    scope: Scope
    region: Known
    """Where others find it."""
    value: Callable[[], Value]
    exists: Truth


@dataclass(slots=True)
class Exchange:
    """The exports and the named stacks of one root and of those that are joined to it."""

    contested: Mapping[str, str] = field(default_factory=dict)
    """Names that several roots export, with these."""
    imported: dict[str, None] = field(default_factory=dict)
    """The names that something imports, as far as they are known."""
    together: dict[tuple[Account, Account], None] = field(default_factory=dict)
    """Pairs of accounts that are one, because a stack of one has a value from a stack of the other."""
    _exports: dict[str, list[Offer]] = field(default_factory=dict)
    _parameters: dict[str, list[Offer]] = field(default_factory=dict)
    _stacks: dict[str, list[Scope]] = field(default_factory=dict)

    def offer(self, scopes: Iterable[Scope]) -> frozenset[str]:
        """Note what the stacks offer; the names of their exports, as far as they are known."""
        names: set[str] = set()
        for scope in scopes:
            if scope.stack.name is not None:
                self._stacks.setdefault(scope.stack.name, []).append(scope)
            for output, declared in scope.template.outputs.items():
                name = _export_name(declared, scope)
                if name is not None and not scope.output_exists(output).is_no:
                    self._exports.setdefault(name, []).append(_output(scope, output))
                    names.add(name)
            for resource in scope.template.resources.values():
                for parameter, offer in _written(resource, scope) if resource.type == WRITER else ():
                    self._parameters.setdefault(parameter, []).append(offer)
        return frozenset(names)

    def follow(self) -> None:
        """Evaluate what is exported, to know what that imports."""
        for offers in self._exports.values():
            for offer in offers:
                offer.value()

    def export(self, name: str, importer: Scope, span: Span | None) -> Value:
        """The value of an export as the stack that imports it sees it."""
        self.imported.setdefault(name)
        symbol = Named(NameKind.EXPORT, name)
        offers = _meant(self._exports.get(name, ()), importer, importer.account, importer.region)
        if not offers and name in self.contested:
            return unknown(_contested(name, self.contested[name], span), symbol, span)
        if not offers:
            cause = Cause(CauseKind.UNRESOLVED_REFERENCE, f'the export "{name}" is defined elsewhere', span)
            return unknown(cause, symbol, span)
        if len(offers) > 1:
            return unknown(_contested(name, _files(offers), span), symbol, span)
        return self._taken(offers[0], importer, f'the export "{name}"', symbol, span)

    def output(self, name: OutputName, reader: Scope, span: Span | None) -> Value:
        """An output of a stack by the stack's name, which is that of one account and region."""
        account = name.account(reader.account)
        stacks = [_output(scope, name.output) for scope in self._stacks.get(name.stack, ())]
        offers = _meant(stacks, reader, account, name.region)
        if len(offers) > 1:
            detail = f"{name} is that of one of several stacks ({_files(offers)}), depending on account and region"
            return unknown(Cause(CauseKind.UNRESOLVED_REFERENCE, detail, span), name.symbol, span)
        if not offers:
            return name.elsewhere(span)
        is_own = account == reader.account
        return self._taken(offers[0], reader if is_own else None, str(name), name.symbol, span)

    def parameter(self, name: str, reader: Scope, span: Span | None) -> Value | None:
        """What a CDK application has written into a parameter of SSM for the reader; None for any other parameter."""
        offers = _meant(self._parameters.get(name, ()), reader, reader.account, reader.region)
        symbol = Named(NameKind.DYNAMIC_REFERENCE, name)
        return self._taken(offers[0], reader, f'the parameter "{name}"', symbol, span) if len(offers) == 1 else None

    def _taken(self, offer: Offer, reader: Scope | None, what: str, symbol: Symbol | None, span: Span | None) -> Value:
        """What is offered; a reader of the same account, whatever that is, is certainly in the account of the offer."""
        if offer.exists.is_no:
            return unknown(Cause(CauseKind.UNRESOLVED_REFERENCE, f"{what} does not exist", span), symbol, span)
        if offer.exists.is_undetermined:
            detail = f"{what} is there or not: {min(offer.exists.causes, key=Cause.sort_key).detail}"
            return unknown(Cause(CauseKind.UNRESOLVED_REFERENCE, detail, span), symbol, span)
        if reader is not None and offer.scope.in_account != reader.in_account:
            self.together.setdefault((offer.scope.in_account, reader.in_account))
        found = offer.value() if reader is not None else handed_out(offer.value())
        return found.passed(span) if span is not None else found


def _output(scope: Scope, name: str) -> Offer:
    exists = scope.output_exists(name) if name in scope.template.outputs else NO
    return Offer(scope, scope.region, partial(scope.output, name), exists & _stack_exists(scope))


def _written(writer: Resource, scope: Scope) -> Iterable[tuple[str, Offer]]:
    """The parameters that a writer makes. They are deleted with it, so they exist where it does."""
    exists = scope.existence(writer)[0] & _stack_exists(scope)
    where = region_of(writer, scope)
    for name, expression in written_by(writer):
        yield name, Offer(scope, where, partial(_value_of, expression, scope), exists)


def _value_of(expression: Value, scope: Scope) -> Value:
    found = evaluate(expression, scope)
    nothing = Cause(CauseKind.MALFORMED, "what is exported to another region is no value", expression.span)
    return unknown(nothing) if found is None else found


def _meant(offers: Sequence[Offer], reader: Scope, account: Known, region: Known) -> Sequence[Offer]:
    """Those that may be meant; one where it is certain, none where all are certainly elsewhere."""
    possible = [offer for offer in offers if _may_be(offer.scope.account, account) and _may_be(offer.region, region)]
    if len(possible) > 1:
        certain = [offer for offer in possible if offer.scope.account == account and offer.region == region]
        known = [offer for offer in certain if isinstance(account, str) and isinstance(region, str)]
        possible = known if len(known) == 1 else possible
    if len(possible) > 1:
        before = [offer for offer in possible if offer.scope.stack.label in reader.stack.after]
        possible = before if len(before) == 1 else possible
    return possible


def _may_be(one: Known, other: Known) -> bool:
    return one == other or isinstance(one, Unknown) or isinstance(other, Unknown)


def _stack_exists(scope: Scope) -> Truth:
    conditions = scope.stack.conditions
    return undetermined(*(found.cause for found in conditions)) if conditions else YES


def _files(offers: Iterable[Offer]) -> str:
    return ", ".join(sorted({offer.scope.stack.files[-1].path for offer in offers}))


def _contested(name: str, files: str, span: Span | None) -> Cause:
    detail = f'several stacks export "{name}" ({files}), and which one is meant depends on account and region'
    return Cause(CauseKind.UNRESOLVED_REFERENCE, detail, span)


def _export_name(output: Value, scope: Scope) -> str | None:
    entries = output.data if isinstance(output.data, Mapping) else {}
    export = entries["Export"].data if "Export" in entries else None
    written = export.get("Name") if isinstance(export, Mapping) else None
    name = evaluate(written, scope) if written is not None else None
    return None if name is None else export_name(name)
