"""Drift: where the code and an account are not the same, as far as that changes who can use ``aws login``.

What the account settles for the code is no difference: a password that was given by hand, the policies of a group that
the code does not define. Principals meet by kind and name in one account. What is not known on one side is none either,
and whoever has a name that is not known, or may be in that account, may be anybody whom it fits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from scanner.changes.because import Sides, reasons_for, told_apart
from scanner.changes.change import Change, ChangeKind
from scanner.changes.compare import Home
from scanner.changes.standing import Standing, standing
from scanner.iam import pattern
from scanner.iam.evaluate import Outcome
from scanner.iam.pattern import literal
from scanner.iam.principal import PrincipalKind
from scanner.lazy_dataclass import dataclass
from scanner.verdicts.assessed_principal import AssessedPrincipal
from scanner.verdicts.console import Access, Via
from scanner.verdicts.reasons import Reason
from scanner.verdicts.sign_in import Client

_IN = (Access.YES, Access.POSSIBLE)
_SIDES = Sides("in the account", "in the code")


@dataclass(frozen=True, slots=True)
class Drift:
    """All that is not the same."""

    principals: Mapping[Home, tuple[Change, ...]]
    """By whom it is about: the principal of the code where there is one, else that of the account."""
    only_in_account: tuple[AssessedPrincipal, ...]

    @property
    def changes(self) -> tuple[Change, ...]:
        """All of it, in the order of kinds, then of roots and addresses."""
        found = (one for several in self.principals.values() for one in several)
        return tuple(sorted(found, key=order))


@dataclass(frozen=True, slots=True)
class KnownAccount:
    """What is known of one account."""

    principals: tuple[AssessedPrincipal, ...]
    told: frozenset[PrincipalKind]
    """The kinds of those of whom nobody else is in the account."""


def drift(code: Sequence[AssessedPrincipal], accounts: Iterable[KnownAccount]) -> Drift:
    """What is different between the code, settled with the accounts, and each of them."""
    found: dict[Home, tuple[Change, ...]] = {}
    alone: list[AssessedPrincipal] = []
    for account in accounts:
        known = _Met(account)
        for one in code:
            differences = tuple(known.differences(one))
            if differences:
                found.setdefault((one.definition.root, one.definition.address), differences)
        for other in known.only_there(code):
            alone.append(other)
            now = standing(other)
            why = Reason("it is in the account and not in the code", other.definition.span)
            found[now.root, now.address] = (Change(ChangeKind.ONLY_IN_ACCOUNT, None, now, None, (why,)),)
    return Drift(found, tuple(alone))


def order(change: Change) -> tuple[object, ...]:
    """What drift is sorted by: the worst first."""
    subject = change.subject
    client = "" if change.client is None else change.client.value
    return tuple(ChangeKind).index(change.kind), subject.root, subject.address, client


class _Met:
    """The principals of one account, and whom of the code they have met."""

    def __init__(self, account: KnownAccount) -> None:
        self._account = account
        self._by_name: dict[tuple[PrincipalKind, str], list[AssessedPrincipal]] = {}
        self._ids = {one.principal.account for one in account.principals} - {None}
        for one in account.principals:
            name = literal(one.principal.name)
            if name:
                self._by_name.setdefault((one.principal.kind, name.casefold()), []).append(one)

    def differences(self, one: AssessedPrincipal) -> Iterator[Change]:
        """Those of somebody of the code; none where it is not certain that it is this account."""
        others = self._others(one)
        if len(others) == 1 and _is_same_account(one, others[0]):
            yield from _differences(standing(others[0]), standing(one))
        elif not others and one.console.access in _IN and self._would_know(one):
            why = Reason("it is in the code and not in the account", one.definition.span)
            yield Change(ChangeKind.ONLY_IN_CODE, None, None, standing(one), (why,))

    def only_there(self, code: Sequence[AssessedPrincipal]) -> Iterator[AssessedPrincipal]:
        """Who can sign in, would be in code, and is not; nobody where the code has nothing in the account."""
        if not any(one.principal.account in self._ids for one in code):
            return
        met = {id(other) for one in code for other in self._others(one)}
        open_ones = [one for one in code if not literal(one.principal.name)]
        for other in self._account.principals:
            is_missing = id(other) not in met and other.console.access in _IN and not _is_of_permission_set(other)
            if is_missing and not any(_may_be(one, other) for one in open_ones):
                yield other

    def _others(self, one: AssessedPrincipal) -> list[AssessedPrincipal]:
        name = literal(one.principal.name)
        if not name:
            return []
        found = self._by_name.get((one.principal.kind, name.casefold()), ())
        return [other for other in found if _may_be_in_one_account(one, other)]

    def _would_know(self, one: AssessedPrincipal) -> bool:
        """Whether somebody with this name would be there."""
        is_here = one.principal.account in self._ids and bool(literal(one.principal.name))
        return is_here and one.principal.kind in self._account.told


def _may_be_in_one_account(one: AssessedPrincipal, other: AssessedPrincipal) -> bool:
    return len({one.principal.account, other.principal.account} - {None}) < 2


def _is_same_account(one: AssessedPrincipal, other: AssessedPrincipal) -> bool:
    """Permission sets belong to the organization, in which there is one of each name."""
    is_known = one.principal.account is not None or one.principal.kind is PrincipalKind.PERMISSION_SET
    return is_known and _may_be_in_one_account(one, other)


def _may_be(one: AssessedPrincipal, other: AssessedPrincipal) -> bool:
    """Whether somebody whose name is not known may be somebody."""
    fits = one.principal.kind is other.principal.kind and _may_be_in_one_account(one, other)
    return fits and not (one.principal.name and pattern.matches(one.principal.name, other.principal.name).is_no)


def _is_of_permission_set(other: AssessedPrincipal) -> bool:
    """Whether it is a role that Identity Center makes, which no code has."""
    return other.principal.kind is PrincipalKind.ROLE and Via.IDENTITY_CENTER in other.console.via


def _differences(account: Standing, code: Standing) -> Iterator[Change]:
    consoles = account.console, code.console
    if Access.UNKNOWN not in consoles and (account.console in _IN) is not (code.console in _IN):
        because = told_apart(account, code, lambda one: one.ways, _SIDES)
        yield Change(ChangeKind.DIFFERS, None, account, code, because)
    if Access.NO in consoles:
        return  # nobody can use on one side what is allowed there
    for client in Client:
        outcomes = account.outcome(client), code.outcome(client)
        if Outcome.UNKNOWN not in outcomes and outcomes[0] is not outcomes[1]:
            because = told_apart(account, code, reasons_for(client), _SIDES)
            yield Change(ChangeKind.DIFFERS, client, account, code, because)
