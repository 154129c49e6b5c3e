"""Which of the accounts that the code of one root speaks of are the same.

Two provider configurations or stacks are in one account if they are the same configuration, or if both say which
account they are in and say the same. They are in two if they name different ones, or if a resource of one kind and
name exists through each of them, for such names are unique in an account (without case):
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-names
Those that do not differ in what decides about the account (two aliases for two regions) are taken to be in one unless
such a pair tells otherwise. Of any other two it is not known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from scanner.cause import Cause, CauseKind
from scanner.facts import Account, Identity, ManagedPolicy
from scanner.truth import NO, YES, Truth, truth, undetermined


class Accounts:
    """What is known about the accounts of one root."""

    def __init__(
        self,
        resources: Iterable[Identity | ManagedPolicy],
        together: Iterable[tuple[Account, Account]] = (),
        without_name: str = "the default provider configuration",
    ) -> None:
        self._without_name = without_name
        """What people call the account that is made through no named configuration or stack."""
        self._joined = _joined(together)
        self._different: set[frozenset[str]] = set()
        self._split: set[str] = set()
        """Digests of configurations that say the same and are in several accounts nevertheless."""
        existing: dict[tuple[object, str], dict[str, Account]] = {}
        for resource in resources:
            name = resource.name.text
            if name is None or resource.origin.existence.conditions:
                continue
            kind = resource.kind if isinstance(resource, Identity) else ManagedPolicy
            account = self.settled(resource.origin.account)
            existing.setdefault((kind, name.casefold()), {})[account.configuration] = account
        for accounts in existing.values():
            if len(accounts) > 1:
                self._tell_apart(tuple(accounts.values()))

    def _tell_apart(self, accounts: tuple[Account, ...]) -> None:
        for number, one in enumerate(accounts):
            for other in accounts[:number]:
                self._different.add(frozenset({one.configuration, other.configuration}))
                if one.says == other.says:
                    self._split.add(one.says)

    def settled(self, account: Account) -> Account:
        """The account, with what is known about all that are certainly the same one."""
        found = self._joined.get(account, account)
        if found.is_supposed and any(found.configuration in pair for pair in self._different):
            return replace(found, id=None)
        return found

    def same(self, one: Account, other: Account) -> Truth:
        """Whether two accounts are one; undetermined while the code and the user do not say."""
        if one is other:
            return YES
        one, other = self.settled(one), self.settled(other)
        if one.configuration == other.configuration and one.id == other.id:
            return YES
        if frozenset({one.configuration, other.configuration}) in self._different:
            return NO
        if one.id is not None and other.id is not None:
            return truth(one.id == other.id)
        if one.says == other.says and one.says not in self._split:
            return YES
        names = " and ".join(sorted(account.configuration or self._without_name for account in (one, other)))
        return undetermined(Cause(CauseKind.MISSING_INPUT, f"whether {names} are in the same account"))


def _joined(together: Iterable[tuple[Account, Account]]) -> Mapping[Account, Account]:
    """One account for all that are the same: one whose ID is known, else the first by its configuration."""
    groups: dict[Account, set[Account]] = {}
    for one, other in together:
        group = groups.get(one, {one}) | groups.get(other, {other})
        groups |= dict.fromkeys(group, group)
    return {
        account: min(group, key=lambda found: (found.id is None, found.id or "", found.configuration))
        for account, group in groups.items()
    }
