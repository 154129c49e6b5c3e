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
from dataclasses import field
from typing import TYPE_CHECKING

from scanner.budget import spend
from scanner.cause import Cause, CauseKind
from scanner.cloudformation.stacks.handed_out import handed_out
from scanner.handover import EXPORT, PARAMETER, Handover, regional_place
from scanner.lazy_dataclass import dataclass
from scanner.symbol import Named, NameKind
from scanner.values import Unknown, Value, unknown

if TYPE_CHECKING:
    from scanner.cloudformation.language.stack_outputs import Known, OutputName
    from scanner.facts import Account
    from scanner.span import Span
    from scanner.symbol import Symbol
    from scanner.truth import Truth

_STEPS = 2
"""Of a look at one offer."""


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that a stack hands to others."""

    account: Known
    in_account: Account
    region: Known
    """Where others find it."""
    label: str
    """Of the stack in its assembly."""
    path: str
    """Of the stack's template."""
    value: Callable[[], Value]
    exists: Truth
    is_foreign: bool = False
    """The stack belongs to another root."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Where a stack stands that wants something of another one."""

    account: Known
    in_account: Account
    region: Known
    after: frozenset[str]
    """The labels of the stacks that are deployed before it."""


@dataclass(slots=True)
class Exchange:
    """The exports and the named stacks of one root and of the roots joined to it."""

    contested: Mapping[str, str] = field(default_factory=dict)
    """Names that several roots export, with these."""
    handover: Handover = field(default_factory=Handover)
    """What other roots hand over."""
    imported: dict[str, None] = field(default_factory=dict)
    """The names that something imports, as far as they are known."""
    together: dict[tuple[Account, Account], None] = field(default_factory=dict)
    """Pairs of accounts that are one, because a stack of one has a value from a stack of the other."""
    _exports: dict[str, list[Offer]] = field(default_factory=dict)
    _parameters: dict[str, list[Offer]] = field(default_factory=dict)
    _stacks: dict[str, list[Callable[[str], Offer]]] = field(default_factory=dict)

    def offer_export(self, name: str, offer: Offer) -> None:
        """Note what a stack exports under a name."""
        self._exports.setdefault(name, []).append(offer)

    def offer_parameter(self, name: str, offer: Offer) -> None:
        """Note what a stack writes into an SSM parameter."""
        self._parameters.setdefault(name, []).append(offer)

    def offer_outputs(self, stack: str, output: Callable[[str], Offer]) -> None:
        """Note that a stack has a name by which others may read its outputs."""
        self._stacks.setdefault(stack, []).append(output)

    def follow(self) -> None:
        """Evaluate what is exported, to know what that imports."""
        for offers in self._exports.values():
            for offer in offers:
                offer.value()

    def export(self, name: str, importer: Reader, span: Span | None) -> Value:
        """The value of an export as the stack that imports it sees it."""
        self.imported.setdefault(name)
        symbol = Named(NameKind.EXPORT, name)
        offers = _meant(self._exports.get(name, ()), importer, importer.account, importer.region)
        if not offers and name in self.contested:
            return unknown(_contested(name, self.contested[name], span), symbol, span)
        if not offers:
            cause = Cause(CauseKind.UNRESOLVED_REFERENCE, f'the export "{name}", which is defined elsewhere', span)
            return unknown(cause, symbol, span)
        if len(offers) > 1:
            return unknown(_contested(name, _files(offers), span), symbol, span)
        return self._taken(offers[0], importer, f'the export "{name}"', symbol, span)

    def output(self, name: OutputName, reader: Reader, span: Span | None) -> Value:
        """An output of a stack by the stack's name, which is unique in an account and region."""
        account = name.account(reader.account)
        spend(_STEPS * len(self._stacks.get(name.stack, ())))
        stacks = [output(name.output) for output in self._stacks.get(name.stack, ())]
        offers = _meant(stacks, reader, account, name.region)
        if len(offers) > 1:
            detail = f"{name}, which several stacks have ({_files(offers)}), depending on account and region"
            return unknown(Cause(CauseKind.UNRESOLVED_REFERENCE, detail, span), name.symbol, span)
        if not offers:
            return name.elsewhere(span)
        is_own = account == reader.account
        return self._taken(offers[0], reader if is_own else None, str(name), name.symbol, span)

    def parameter(self, name: str, reader: Reader, span: Span | None) -> Value | None:
        """The value of an SSM parameter that a stack of this root writes, or another root; None for any other one."""
        offers = _meant(self._parameters.get(name, ()), reader, reader.account, reader.region)
        if len(offers) == 1:
            symbol = Named(NameKind.DYNAMIC_REFERENCE, name)
            return self._taken(offers[0], reader, f'the parameter "{name}"', symbol, span)
        where = regional_place(PARAMETER, name, reader.account, reader.region)
        found = self.handover.get(where) if where is not None and not offers else None
        return found.passed(span) if found is not None and span is not None else found

    def kept(self) -> Mapping[str, Offer]:
        """What the root itself certainly exports, or writes into SSM parameters, by the places of that."""
        kept: dict[str, list[Offer]] = {}
        for kind, offered in ((PARAMETER, self._parameters), (EXPORT, self._exports)):
            for name, offers in offered.items():
                for offer in offers:
                    where = regional_place(kind, name, offer.account, offer.region)
                    if where is not None and not offer.is_foreign:
                        kept.setdefault(where, []).append(offer)
        return {where: offers[0] for where, offers in kept.items() if len(offers) == 1 and offers[0].exists.is_yes}

    def _taken(self, offer: Offer, reader: Reader | None, what: str, symbol: Symbol | None, span: Span | None) -> Value:
        """What is offered; a reader of the same account, whatever that is, is certainly in the account of the offer."""
        if offer.exists.is_no:
            return unknown(Cause(CauseKind.UNRESOLVED_REFERENCE, f"{what}, which does not exist", span), symbol, span)
        if offer.exists.is_undetermined:
            detail = f"{what}, whose existence depends on {min(offer.exists.causes, key=Cause.sort_key).detail}"
            return unknown(Cause(CauseKind.UNRESOLVED_REFERENCE, detail, span), symbol, span)
        if reader is not None and offer.in_account != reader.in_account:
            self.together.setdefault((offer.in_account, reader.in_account))
        found = offer.value() if reader is not None else handed_out(offer.value())
        return found.passed(span) if span is not None else found


def _meant(offers: Sequence[Offer], reader: Reader, account: Known, region: Known) -> Sequence[Offer]:
    """Those that may be meant; one where it is certain, none where all are certainly elsewhere."""
    spend(_STEPS * len(offers))
    possible = [offer for offer in offers if _may_be(offer.account, account) and _may_be(offer.region, region)]
    if len(possible) > 1:
        certain = [offer for offer in possible if offer.account == account and offer.region == region]
        known = [offer for offer in certain if isinstance(account, str) and isinstance(region, str)]
        possible = known if len(known) == 1 else possible
    if len(possible) > 1:
        before = [offer for offer in possible if offer.label in reader.after]
        possible = before if len(before) == 1 else possible
    return possible


def _may_be(one: Known, other: Known) -> bool:
    return one == other or isinstance(one, Unknown) or isinstance(other, Unknown)


def _files(offers: Iterable[Offer]) -> str:
    return ", ".join(sorted({offer.path for offer in offers}))


def _contested(name: str, files: str, span: Span | None) -> Cause:
    detail = f'the export "{name}", which several stacks have ({files}), depending on account and region'
    return Cause(CauseKind.UNRESOLVED_REFERENCE, detail, span)
