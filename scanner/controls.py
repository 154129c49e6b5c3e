"""Which files hold the control policies of an account, as the user names them."""

from __future__ import annotations

from scanner.lazy_dataclass import dataclass

DEFAULT_ACCOUNT = "default"
"""The section for accounts that have none of their own."""


@dataclass(frozen=True, slots=True)
class AccountControls:
    """Files with the control policies that bind one account."""

    scp_levels: tuple[tuple[str, ...], ...] = ()
    """From the organization's root down to the account: each level has to allow an action."""
    rcps: tuple[str, ...] = ()
