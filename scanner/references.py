"""What references name: identities by name, managed policies by ARN, name or symbol.

Known texts are compared with known texts; an unknown is the same as another of the same symbol. Anything else may or
may not be the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scanner import values
from scanner.facts import Identity, IdentityKind, ManagedPolicy, Target
from scanner.symbol import Attribute, Symbol
from scanner.truth import YES, Truth
from scanner.values import Unknown, Value, same_text


class IdentityIndex:
    """Which identities of one kind a reference names."""

    def __init__(self, identities: Iterable[Identity]) -> None:
        self._identities = tuple(identities)
        self._by_text: dict[str, list[Identity]] = {}
        self._by_symbol: dict[Symbol, Identity] = {}
        self._by_address: dict[str, Identity] = {}
        self._unnamed: list[Identity] = []
        for identity in self._identities:
            self._by_address[identity.origin.address] = identity
            for key in (identity.name, identity.arn):
                if key.text is not None:
                    self._by_text.setdefault(key.text, []).append(identity)
                elif key.unknown is not None and key.unknown.symbol is not None:
                    self._by_symbol[key.unknown.symbol] = identity
            if identity.name.text is None or identity.kind is IdentityKind.PERMISSION_SET:
                self._unnamed.append(identity)

    def named(self, target: Target) -> Iterator[tuple[Identity, Truth]]:
        """Every identity that the target names, or may name."""
        if target.address is not None:
            yield self._by_address[target.address], YES
            return
        reference = target.reference or values.NULL
        if reference.text is not None:
            yield from ((identity, YES) for identity in self._by_text.get(reference.text, ()))
            candidates: Iterable[Identity] = self._unnamed  # for the others the text has decided
        elif reference.unknown is not None:
            symbol = reference.unknown.symbol
            if symbol is not None and symbol in self._by_symbol:
                yield self._by_symbol[symbol], YES
                return
            if isinstance(symbol, Attribute) and symbol.owner in self._by_address:
                yield self._by_address[symbol.owner], YES
                return
            candidates = self._identities
        else:
            return
        for identity in candidates:
            # IAM's own identities are referred to by name only, permission sets by ARN.
            key = identity.arn if identity.kind is IdentityKind.PERMISSION_SET else identity.name
            answer = same_text(reference, key)
            if not answer.is_no:
                yield identity, answer


class PolicyIndex:
    """Customer managed policies by what may refer to them.

    A principal can only have policies of its own account attached, so the account in an ARN tells nothing.
    """

    def __init__(self, policies: Iterable[ManagedPolicy]) -> None:
        self._by_text: dict[str, ManagedPolicy] = {}
        self._by_symbol: dict[Symbol, ManagedPolicy] = {}
        self._partly_known: list[tuple[Value, ManagedPolicy]] = []
        for policy in policies:
            for key in (policy.arn, policy.name):
                resource = _resource_of(key)
                if resource.text is not None:
                    self._by_text.setdefault(resource.text, policy)
                if key.unknown is not None and key.unknown.symbol is not None:
                    self._by_symbol.setdefault(key.unknown.symbol, policy)
                if resource.unknown is not None and resource.unknown.pieces:
                    self._partly_known.append((resource, policy))

    def find(self, reference: Value) -> ManagedPolicy | None:
        """The policy that a reference certainly names; None if there is none."""
        unknown = reference.unknown
        if unknown is not None and unknown.symbol is not None and unknown.symbol in self._by_symbol:
            return self._by_symbol[unknown.symbol]
        resource = _resource_of(reference)
        if resource.text is not None:
            return self._by_text.get(resource.text)
        return next((policy for key, policy in self._partly_known if same_text(key, resource).is_yes), None)


def _resource_of(reference: Value) -> Value:
    """Of a policy's ARN what follows ``:policy/`` (path and name), as far as it is known; anything else as it is."""
    parts = values.pieces(reference) or ()
    for number, part in enumerate(parts):
        if isinstance(part, str) and ":policy/" in part and _starts_as_arn(parts):
            return values.joined([part.split(":policy/", 1)[1], *parts[number + 1 :]], reference.span)
    return reference


def _starts_as_arn(parts: tuple[str | Unknown, ...]) -> bool:
    return isinstance(parts[0], str) and parts[0].startswith("arn:")


def is_customer_arn(reference: Value) -> bool:
    """Whether the reference surely names a policy that the code should define: its path and name are known."""
    return _resource_of(reference).text is not None


def bind_partition(reference: Value, partition: str) -> Value:
    """The reference with the partition that the code is applied in, where it is written as such."""
    parts = values.pieces(reference)
    if parts is None or not any(isinstance(part, Unknown) and part.symbol == values.PARTITION for part in parts):
        return reference
    bound = values.joined(
        (partition if isinstance(part, Unknown) and part.symbol == values.PARTITION else part for part in parts),
        reference.span,
    )
    symbol = reference.unknown.symbol if reference.unknown is not None else None
    if symbol is not None and bound.unknown is not None:
        return Value(Unknown(bound.unknown.cause, symbol, bound.unknown.pieces), reference.span)
    return bound


def written_reference(reference: Value) -> str:
    """A reference for people: its text with ``…`` for holes, or its symbol."""
    unknown = reference.unknown
    if unknown is not None and unknown.symbol is not None:
        return str(unknown.symbol)
    parts = values.pieces(reference) or ()
    return "".join(part if isinstance(part, str) else "…" for part in parts)
