"""Where something of an account is: read off its ARN."""

from __future__ import annotations

from functools import lru_cache

from scanner.account.entries import DetailsError
from scanner.facts import Account, Home, Origin
from scanner.span import Span


def home(arn: str) -> Home:
    """The partition and account of an ARN; what names no account may be in any. Raises ``DetailsError``."""
    parts = arn.split(":", 5)
    if len(parts) < 6:
        raise DetailsError(f'it is not what AWS sends: "{arn}" is not an ARN')
    return Home(parts[1], account(parts[4]))


@lru_cache(maxsize=1024)
def account(number: str) -> Account:
    """The account with this number, always the very same. What says nothing may be in another."""
    return Account(number, number, number) if number else Account()


def origin(arn: str, span: Span) -> Origin:
    """That of what has an ARN and stands there. Raises ``DetailsError``."""
    return Origin(arn, span, account=home(arn).account)
