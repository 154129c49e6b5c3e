"""What an account has beside the code: it settles what the code leaves open, and nothing else.

Groups and policies that the code names and does not define are those of the account, and users of the code may have
passwords and keys that somebody gave them by hand. What the code defines, the code decides. Where the code does not say
which account it is applied in and there is data of one, it is that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from scanner.account.recognition import is_stored_account
from scanner.account.replaced import Written
from scanner.cause import Cause, CauseKind
from scanner.defined_names import DefinedNames
from scanner.facts import Account, Facts, Identity, IdentityKind, ManagedPolicy, Origin, Target
from scanner.root import Inputs, RootKind, ScanRoot
from scanner.same_account import Accounts
from scanner.truth import Truth, truth, undetermined


def root_of(path: str, directory: Path) -> ScanRoot:
    """The root that a directory with account data is; its path is relative to the other directory.

    What there is of the organization lies beside it.
    """
    place = directory / path
    boundary = place.parent.parent.parent if is_stored_account(place) else place.parent
    return ScanRoot(RootKind.ACCOUNT, path, place, boundary, Inputs())


def with_accounts(code: Facts, accounts: Sequence[Facts]) -> Facts:
    """The facts of a root with what is in the accounts beside it. They are not reported as the root's own."""
    for account in accounts:
        code = _with_account(code, account, is_alone=len(accounts) == 1)
    return code


def _with_account(code: Facts, account: Facts, *, is_alone: bool) -> Facts:
    there = _account_of(account)
    if there is None:
        return code
    same = _accounts_in(code, there, is_alone=is_alone)
    groups_of_code = (one for one in code.identities if one.kind is IdentityKind.GROUP)
    own_groups = DefinedNames(one for one in groups_of_code if _may_be_in(one, same))
    own_policies = DefinedNames(one for one in code.policies if _may_be_in(one, same))
    groups = [one for one in account.identities if one.kind is IdentityKind.GROUP and not _may_be_of(one, own_groups)]
    by_address = {one.origin.address: one for one in groups}
    written = Written(code.inline_policies, partial(_is_in, same=same, there=there))
    own = {
        (one.name.text or "").casefold(): one
        for one in code.identities
        if one.kind is IdentityKind.USER and one.origin.account in same and one.name.text
    }
    users = {
        one.origin.address: own[name]
        for one in account.identities
        if one.kind is IdentityKind.USER and (name := (one.name.text or "").casefold()) in own
    }
    return replace(
        code,
        identities=(*code.identities, *(replace(one, origin=_foreign(one.origin)) for one in groups)),
        policies=(
            *code.policies,
            *(
                replace(one, origin=_foreign(one.origin))
                for one in account.policies
                if not _may_be_of(one, own_policies)
            ),
        ),
        inline_policies=(
            *code.inline_policies,
            *(
                replace(kept, origin=_foreign(kept.origin))
                for one in account.inline_policies
                if one.target.address in by_address
                for kept in written.left(one, by_address[one.target.address])
            ),
        ),
        attachments=(
            *code.attachments,
            *(
                replace(one, origin=_foreign(one.origin))
                for one in account.attachments
                if one.target.address in by_address
            ),
        ),
        login_profiles=(
            *code.login_profiles,
            *(
                replace(one, origin=_foreign(one.origin), user=to)
                for one in account.login_profiles
                for to in _to(one.user, users)
                if not one.origin.existence.conditions
            ),
        ),
        access_keys=(
            *code.access_keys,
            *(
                replace(one, origin=_foreign(one.origin), user=to)
                for one in account.access_keys
                for to in _to(one.user, users)
            ),
        ),
        entitlements=(
            *code.entitlements,
            *(replace(one, origin=_foreign(one.origin)) for one in account.entitlements),
        ),
        controls=(*code.controls, *account.controls),
        together=(*code.together, *((one, there) for one in same if one != there)),
        files_of_account=code.files_of_account | account.files,
    )


def _may_be_of(one: Identity | ManagedPolicy, code: DefinedNames) -> bool:
    return one.name.text is not None and code.may_have(one.name.text, one.origin.account.id)


def _may_be_in(one: Identity | ManagedPolicy, accounts: frozenset[Account]) -> bool:
    return one.origin.account in accounts or one.origin.account.id is None


def _is_in(account: Account, same: frozenset[Account], there: Account) -> Truth:
    """Whether something of the code is in the account, be it of another root."""
    if account in same or account.id is not None:
        return truth(account in same or account.id == there.id)
    return undetermined(Cause(CauseKind.MISSING_INPUT, "which account the code is applied in (--account)"))


def _to(target: Target, users: dict[str, Identity]) -> Iterator[Target]:
    """The user of the code that is a user of the account."""
    found = users.get(target.address or "")
    if found is not None:
        yield Target(IdentityKind.USER, address=found.origin.address)


def _account_of(facts: Facts) -> Account | None:
    """The account that data is about: that of most of it, for some may be of others."""
    ids = [one.origin.account for one in facts.identities if one.origin.account.id is not None]
    return max(dict.fromkeys(ids), key=ids.count, default=None)


def _accounts_in(code: Facts, there: Account, *, is_alone: bool) -> frozenset[Account]:
    """Which of the accounts of the code it is: those that say so, or the only one if that says nothing.

    One that says nothing beside one that names another may be that other, too.
    """
    found = tuple(dict.fromkeys(_accounts(code)))
    accounts = Accounts((*code.identities, *code.policies), code.together)
    is_only = is_alone and all(accounts.same(one, found[0]).is_yes for one in found)
    return frozenset(
        one for one in found if (known := accounts.settled(one).id) == there.id or (is_only and known is None)
    )


def _accounts(code: Facts) -> Iterator[Account]:
    for facts in (code.identities, code.policies, code.attachments, code.memberships, code.login_profiles):
        yield from (one.origin.account for one in facts if not one.origin.is_foreign)


def _foreign(origin: Origin) -> Origin:
    return replace(origin, is_foreign=True)
