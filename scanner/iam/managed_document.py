"""The documents of AWS managed policies, each read when somebody looks at its statements.

A document may have thousands of actions, and most are never looked at again once a principal has been assessed.
"""

from __future__ import annotations

import json
from functools import lru_cache

from scanner import values
from scanner.iam import managed
from scanner.iam.policy import PolicyDocument, Statement, parse_document

_STATEMENTS = PolicyDocument.__dict__["statements"]
_DIAGNOSTICS = PolicyDocument.__dict__["diagnostics"]
_MANAGED = PolicyDocument.__dict__["managed"]


class ManagedDocument(PolicyDocument):
    """There is one for each policy."""

    __slots__ = ()

    def __init__(self, arn: str) -> None:
        _DIAGNOSTICS.__set__(self, ())
        _MANAGED.__set__(self, arn)

    def __reduce__(self) -> tuple[object, ...]:
        return managed_document, (self.managed,)

    @property
    def statements(self) -> tuple[Statement, ...]:
        """Those of the policy's current version."""
        try:
            found: tuple[Statement, ...] = _STATEMENTS.__get__(self)
        except AttributeError:
            known = managed.document(self.managed or "")
            found = ()
            if known is not None:
                found = parse_document(values.of(json.loads(known.text)), is_in_force=True).statements
            _STATEMENTS.__set__(self, found)
        return found


@lru_cache(maxsize=4096)
def managed_document(arn: str) -> ManagedDocument:
    """The document of the policy with this ARN, which is in the data (``scanner.iam.managed``)."""
    return ManagedDocument(arn)
