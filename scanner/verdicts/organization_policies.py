"""Control policies of an organization whose data there is, beside those that the user names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from scanner.cause import ACCOUNT_ID
from scanner.facts import BindingPolicies
from scanner.iam.context import Circumstances
from scanner.truth import YES, undetermined


class OrganizationPolicies:
    """Which of them bind a principal, by its account. In an account that is not known, those of each may."""

    def __init__(self, controls: Sequence[BindingPolicies]) -> None:
        self._controls = controls
        self._added: dict[tuple[str | None, int], tuple[Circumstances, Circumstances]] = {}
        """By the account and the circumstances that were given, which are kept beside what was made of them."""

    def circumstances(self, account: str | None, given: Circumstances) -> Circumstances:
        """The same circumstances with the policies that bind principals of the account.

        The very same object for principals of one account.
        """
        if not self._controls:
            return given
        known = self._added.get((account, id(given)))
        if known is None:
            known = self._added[account, id(given)] = given, self._with(account, given)
        return known[1]

    def _with(self, account: str | None, given: Circumstances) -> Circumstances:
        binding = [one for one in self._controls if account in (None, one.account)]
        applies = YES if account is not None else undetermined(ACCOUNT_ID)
        levels = {id(level): level for one in binding for level in one.scp_levels}.values()
        rcps = {id(policy): policy for one in binding for policy in one.rcps}.values()
        if not levels and not rcps:
            return given
        return replace(
            given,
            scp_levels=(*given.scp_levels, *(replace(level, applies=applies) for level in levels)),
            resource_control_policies=(
                *given.resource_control_policies,
                *(replace(policy, applies=applies) for policy in rcps),
            ),
        )
