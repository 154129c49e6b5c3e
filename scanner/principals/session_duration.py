"""How long the sessions of a principal last at most.

A role says it in seconds, a permission set as an ISO 8601 duration; one hour unless they say otherwise:
https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_CreatePermissionSet.html
"""

from __future__ import annotations

from decimal import Decimal

from scanner.facts import Identity, IdentityKind
from scanner.regexes import whole

DEFAULT = 3600
"""Seconds, where the code says nothing."""

_ISO = whole(
    r"P(?=[\dT])(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?"
)
_UNITS = {"weeks": 604_800, "days": 86_400, "hours": 3600, "minutes": 60, "seconds": 1}


def session_duration(identity: Identity) -> int | None:
    """Seconds; None for a user, and where it is not known or not a duration."""
    written = identity.session_duration
    if written is None:
        return None
    if written.is_null:
        return DEFAULT
    if identity.kind is IdentityKind.PERMISSION_SET:
        return _parsed(written.text or "")
    match written.data:
        case str(text) if text.isdecimal() and text.isascii():
            return int(text)
        case bool():
            return None
        case int() | Decimal() as number if number == int(number):
            return int(number)
    return None


def _parsed(text: str) -> int | None:
    found = _ISO.fullmatch(text)
    if found is None:
        return None
    return sum(int(found[unit] or 0) * seconds for unit, seconds in _UNITS.items())
