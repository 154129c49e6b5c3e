"""The elements ``Principal`` and ``NotPrincipal``: whom a statement of a trust or resource control policy is about.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

from __future__ import annotations

from collections.abc import Mapping

from scanner.cause import Cause
from scanner.iam.elements import MalformedError, items_of, mapping_of, text_in
from scanner.iam.pattern import Text, literal
from scanner.lazy_dataclass import dataclass
from scanner.regexes import whole
from scanner.values import Value


@dataclass(frozen=True, slots=True)
class PrincipalPattern:
    """One entry of a ``Principal`` element: ``AWS``, ``Service``, ``Federated``, ``CanonicalUser`` or ``*``."""

    kind: str
    text: Text
    is_deleted: bool = False
    """It is what AWS leaves of a user or role that has been deleted, and names nobody any more."""


@dataclass(frozen=True, slots=True)
class Principals:
    """``Principal``/``NotPrincipal`` of a statement."""

    items: tuple[PrincipalPattern, ...]
    negated: bool = False
    doubt: frozenset[Cause] = frozenset()


UNIQUE_ID = whole(r"A[A-Z]{2}A[0-9A-Z]{12,}")
"""What IAM calls a user or role by, beside its ARN.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
"""


def read_principals(entries: Mapping[str, Value], statement: Value, kind: str, *, is_in_force: bool) -> Principals:
    """Whom a statement of a policy of some kind is about. Raises ``MalformedError``.

    AWS shows the ARN of whoever is named by a unique ID, unless there is nobody of this ID any more.
    """
    positive, negative = entries.get("Principal"), entries.get("NotPrincipal")
    if positive is not None and negative is not None:
        raise MalformedError("A statement has both Principal and NotPrincipal.", statement.span)
    value = positive if positive is not None else negative
    if value is None:
        raise MalformedError(f"A statement of a {kind} policy has no Principal.", statement.span)
    negated = negative is not None
    if value.unknown is not None:
        return Principals((), negated, frozenset({value.unknown.cause}))
    if value.text is not None:
        if value.text != "*":
            raise MalformedError(f'The Principal "{value.text}" is not "*".', value.span)
        return Principals((PrincipalPattern("*", ("*",)),), negated)
    items: list[PrincipalPattern] = []
    for named, entry in mapping_of(value, "A Principal", statement.span).items():
        if named not in ("AWS", "Service", "Federated", "CanonicalUser"):
            raise MalformedError(f'There is no principal type called "{named}".', entry.span or value.span)
        if entry.data != ():  # an empty list is accepted, and names nobody
            texts = (text_in(item, "Principal", statement) for item in items_of(entry, "Principal", statement))
            items.extend(
                PrincipalPattern(named, text, is_in_force and named == "AWS" and _is_unique_id(text)) for text in texts
            )
    return Principals(tuple(items), negated)


def _is_unique_id(text: Text) -> bool:
    return UNIQUE_ID.fullmatch(literal(text) or "") is not None
