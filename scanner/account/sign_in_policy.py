"""The account's own Sign-In resource policy: whether there is one that counts. What it says is not taken into account.

It counts once console authorization is enabled for the account.
https://docs.aws.amazon.com/signin/latest/APIReference/API_GetResourcePolicy.html
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from scanner.account.entries import whole


class _File(Struct, rename="camel", gc=False):
    signin_resource_based_policy: dict[str, Any] | None = None
    console_authorization_enabled: bool = True


def counts(text: str) -> bool:
    """Whether a file has a policy that counts, as far as it says. Raises ``DetailsError``."""
    found, _ = whole(text, _File)
    return bool((found.signin_resource_based_policy or {}).get("statement")) and found.console_authorization_enabled
