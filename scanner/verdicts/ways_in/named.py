"""Entries of a ``Principal`` element, as all ways in read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from scanner.iam.language import Rule
from scanner.iam.pattern import Hole, Text, literal
from scanner.iam.principal_element import PrincipalPattern, Principals
from scanner.iam.request import ContextValue, Presence
from scanner.symbol import Attribute, Part
from scanner.truth import Truth, any_of, undetermined

COLONS = 5

OF_SERVICES: Mapping[str, ContextValue] = {
    "aws:principalservicename": Presence.ABSENT,
    "aws:principalservicenameslist": Presence.ABSENT,
    "aws:sourceaccount": Presence.ABSENT,
    "aws:sourcearn": Presence.ABSENT,
    "aws:sourceorgid": Presence.ABSENT,
    "aws:sourceorgpaths": Presence.ABSENT,
}
"""Keys that only requests of AWS services have, so that people never do.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

OF_ASSERTIONS: Mapping[str, ContextValue] = {
    "saml:aud": Presence.ABSENT,
    "saml:doc": Presence.ABSENT,
    "saml:iss": Presence.ABSENT,
}
"""Keys that only requests with a SAML assertion have, while others of SAML stay with the session.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-saml
"""


def is_all(item: PrincipalPattern, kind: str) -> bool:
    """Whether an entry stands for all callers of its kind."""
    return item.kind == kind and literal(item.text) == "*"


def are_of_two_resources(one: Text, other: Text) -> bool:
    """Whether two ARNs are of two resources of the code whose names are not known: they have different ones."""
    owners = _owner(one), _owner(other)
    return None not in owners and owners[0] != owners[1]


def _owner(text: Text) -> str | None:
    """The resource whose name, or part of it, is what is not known of an ARN besides the account."""
    symbols = {part.symbol for part in text if isinstance(part, Hole) and not part.word}
    wholes = {symbol.whole if isinstance(symbol, Part) else symbol for symbol in symbols}
    owners = {whole.owner if isinstance(whole, Attribute) and whole.name in _NAMES else None for whole in wholes}
    return owners.pop() if len(owners) == 1 else None


_NAMES = frozenset({"Ref", "Name", "Arn", "name", "arn", "id", "unique_id", "user_id"})


def some(principals: Principals, answers: Iterable[Truth]) -> Rule:
    """A rule for the principals of a statement, of each of which it is known whether it is the caller."""
    if principals.doubt:
        return Rule(undetermined(*principals.doubt))
    found = any_of(answers)
    return Rule(~found if principals.negated else found)


def one_arn(text: Text) -> Text:
    """A principal's ARN. Where its five colons are all written, what is not known has none: IAM takes no others."""
    if sum(part.count(":") for part in text if isinstance(part, str)) != COLONS:
        return text
    return tuple(part if isinstance(part, str) else replace(part, one_segment=True) for part in text)
