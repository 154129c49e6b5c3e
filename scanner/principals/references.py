"""What references name: identities by name, managed policies by ARN or name, either of them by the resource itself.

A reference to an attribute of a resource names that resource, whatever its name is. Otherwise known texts are compared
with known texts, and an unknown is the same as another of the same symbol; anything else may or may not be the same. A
name means something in one account only, where it is unique (``scanner.same_account``).
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import replace

from scanner import values
from scanner.budget import spend
from scanner.cause import Cause, CauseKind
from scanner.facts import Identity, IdentityKind, ManagedPolicy, Origin, Target
from scanner.same_account import Accounts
from scanner.symbol import Attribute, Block, Part, PermissionSetArn, PolicyPath, Symbol
from scanner.truth import NO, YES, Truth, truth, undetermined
from scanner.values import Unknown, Value, same_text

_STEPS = 10
"""Of comparing a reference with what it may name."""


class IdentityIndex:
    """Which identities of one kind a reference names."""

    def __init__(self, identities: Iterable[Identity], accounts: Accounts) -> None:
        self._accounts = accounts
        self._identities = tuple(identities)
        self._by_text: dict[str, list[Identity]] = {}
        self._by_symbol: dict[Symbol, list[Identity]] = {}
        self._by_address: dict[str, Identity] = {}
        self._unnamed: list[Identity] = []
        for identity in self._identities:
            self._by_address[identity.origin.address] = identity
            for key in (identity.name, identity.arn):
                if key.text is not None:
                    self._by_text.setdefault(key.text.casefold(), []).append(identity)
                elif key.unknown is not None and key.unknown.symbol is not None:
                    self._by_symbol.setdefault(key.unknown.symbol, []).append(identity)
            if identity.name.text is None or identity.kind is IdentityKind.PERMISSION_SET:
                self._unnamed.append(identity)

    def named(self, target: Target, origin: Origin) -> Iterator[tuple[Identity, Truth]]:
        """Every identity that the target of something written there names, or may name."""
        account = origin.account
        if target.address is not None:
            yield self._by_address[target.address], YES
            return
        reference = target.reference or values.NULL
        if reference.is_null:
            return
        owner = self._owner(reference)
        if owner is not None and not self._accounts.same(owner.origin.account, account).is_no:
            yield owner, _by_name(target, reference)
            if not origin.existence.conditions:
                yield from self._beside(owner)
            return
        if reference.text is not None:
            if target.kind is not IdentityKind.PERMISSION_SET and reference.text.startswith("arn:"):
                refused = _by_name(target, reference)
                yield from ((identity, refused) for identity in self._by_text.get(reference.text.casefold(), ()))
                return
            known, others = self._by_text.get(reference.text.casefold(), []), self._unnamed
        elif reference.unknown is not None:
            symbol = reference.unknown.symbol
            block = block_of(symbol)
            spend(len(self._identities))
            if block is not None and any(_is_instance(identity, block) for identity in self._identities):
                doubt = undetermined(reference.unknown.cause)
                yield from ((identity, doubt) for identity in self._identities if _is_instance(identity, block))
                return
            known, others = self._by_symbol.get(symbol, []) if symbol is not None else [], list(self._identities)
        else:
            return
        spend(_STEPS * len(others))
        found = [(identity, self._accounts.same(identity.origin.account, account)) for identity in known]
        settled = set(map(id, known))
        for identity in others:
            if id(identity) not in settled:
                named = _is_name_of(identity, reference)
                found.append(
                    (identity, named if named.is_no else named & self._accounts.same(identity.origin.account, account))
                )
        certain = [(identity, is_it) for identity, is_it in found if is_it.is_yes]
        if any(not identity.origin.existence.conditions for identity, _ in certain):
            yield from certain  # no other identity of this account has the same name
        else:
            yield from ((identity, is_it) for identity, is_it in found if not is_it.is_no)

    def _beside(self, owner: Identity) -> Iterator[tuple[Identity, Truth]]:
        """Where the owner stands for the instances under keys that are not known: those whose key may be one of these.

        What is itself such an instance goes with it: under a key that is known there is another instance of either.
        """
        block, wildcard, _ = owner.origin.address.rpartition("[*]")
        doubts = [condition.cause for condition in owner.origin.existence.conditions]
        if wildcard and doubts:
            spend(len(self._identities))
            others = (found for found in self._identities if found is not owner and _is_instance(found, block))
            yield from ((found, undetermined(*doubts)) for found in others)

    def _owner(self, reference: Value) -> Identity | None:
        """The identity that the reference reads an attribute of."""
        attribute = attribute_of(reference)
        return self._by_address.get(attribute.owner) if attribute is not None else None


def _by_name(target: Target, reference: Value) -> Truth:
    """Whether IAM takes the reference: users, roles and groups go by their names, and it refuses their ARNs."""
    attribute = attribute_of(reference)
    is_arn = attribute.name.casefold() == "arn" if attribute is not None else (reference.text or "").startswith("arn:")
    if target.kind is IdentityKind.PERMISSION_SET or not is_arn:
        return YES
    detail = f"{written_reference(reference)}, an ARN where IAM takes the name of a {target.kind.value}"
    return undetermined(Cause(CauseKind.MALFORMED, detail, reference.span))


def _is_name_of(identity: Identity, reference: Value) -> Truth:
    """Whether a reference names the identity: IAM's own by name, without case, permission sets by ARN."""
    if identity.kind is IdentityKind.PERMISSION_SET:
        looked_up = looked_up_permission_set(reference)
        return same_text(reference, identity.arn) if looked_up is None else same_text(Value(looked_up), identity.name)
    answer = same_text(_without_case(reference), _without_case(identity.name))
    texts = known_texts(reference) if reference.unknown is not None and answer.is_undetermined else ()
    answers = [same_text(Value(text.casefold()), _without_case(identity.name)) for text in texts]
    if answers and all(one.is_yes for one in answers):
        return YES
    return NO if answers and all(one.is_no for one in answers) else answer


def _without_case(name: Value) -> Value:
    if name.text is None and (name.unknown is None or not name.unknown.pieces):
        return name
    parts = values.pieces(name) or ()
    return values.joined([part.casefold() if isinstance(part, str) else part for part in parts])


def names_role(reference: Value, role: Identity, roles: Container[str], origin: Origin, accounts: Accounts) -> Truth:
    """Whether an ARN that something says is the ARN of a role that has one of these addresses.

    Where the code says it, an account that is not known is taken to be the one that the ARN names; what an account has
    beside the code may be about a role of another one.
    """
    attribute = attribute_of(reference)
    if attribute is not None and attribute.owner in roles:
        return truth(attribute.owner == role.origin.address)
    wanted, own = path_and_name(reference, ":role/"), path_and_name(role.arn, ":role/")
    if wanted is None or own is None:
        return same_text(reference, role.arn)
    written, account = account_in(reference), accounts.settled(role.origin.account).id
    if None not in (written, account) and written != account:
        return NO
    found = same_text(wanted, own)
    if account is None and written is not None and origin.is_foreign:
        cause = Cause(CauseKind.MISSING_INPUT, f"whether {role.origin.address} is in the account {written} (--account)")
        found &= undetermined(cause)
    return found


def same_name(one: Value, other: Value) -> Truth:
    """Whether two references name the same user, group or role of an account."""
    return _same(one, other, same_text(_without_case(one), _without_case(other)))


def same_policy(one: Value, other: Value) -> Truth:
    """Whether two references name the same managed policy."""
    return _same(one, other, same_text(one, other))


def _same(one: Value, other: Value, by_text: Truth) -> Truth:
    """Two resources are two, whatever their names turn out to be; a data source may find any."""
    read = attribute_of(one), attribute_of(other)
    if by_text.known is not None or read[0] is None or read[1] is None:
        return by_text
    owners = read[0].owner, read[1].owner
    return truth(owners[0] == owners[1]) if not any("data." in owner for owner in owners) else by_text


class PolicyIndex:
    """Customer managed policies by what may refer to them."""

    def __init__(self, policies: Iterable[ManagedPolicy], accounts: Accounts) -> None:
        self._accounts = accounts
        self._by_address: dict[str, ManagedPolicy] = {}
        self._by_text: dict[str, list[ManagedPolicy]] = {}
        self._by_symbol: dict[Symbol, list[ManagedPolicy]] = {}
        self._partly_known: list[ManagedPolicy] = []
        for policy in policies:
            self._by_address[policy.origin.address] = policy
            place = path_and_name(policy.arn)
            if place is not None and place.text is not None:
                self._by_text.setdefault(place.text, []).append(policy)
            elif place is not None:
                self._partly_known.append(policy)
            if policy.arn.unknown is not None and policy.arn.unknown.symbol is not None:
                self._by_symbol.setdefault(policy.arn.unknown.symbol, []).append(policy)

    def find(self, reference: Value, identity: Identity) -> tuple[ManagedPolicy, Truth] | None:
        """The policy that a reference of an identity names or may name; None if the code has none that it could be.

        A user, role or group has policies of its own account only. Those of a permission set are looked up by path and
        name in every account that it is assigned in.
        """
        anywhere = identity.kind is IdentityKind.PERMISSION_SET
        found = [
            (policy, is_it if anywhere else is_it & self._in_account_of(identity, policy, reference))
            for policy, is_it in self._meant(reference)
        ]
        possible = [one for one in found if not one[1].is_no]
        certain = [one for one in possible if one[1].is_yes]
        if len(certain) == 1:
            return certain[0]
        if len(possible) == 1:
            return possible[0]
        if possible:
            names = " or ".join(policy.origin.address for policy, _ in possible)
            detail = f"which policy {written_reference(reference)} is ({names})"
            return possible[0][0], undetermined(Cause(CauseKind.UNRESOLVED_REFERENCE, detail, reference.span))
        return None

    def _meant(self, reference: Value) -> Iterator[tuple[ManagedPolicy, Truth]]:
        """The policies that a reference may mean, whatever account they are in."""
        attribute, place = attribute_of(reference), path_and_name(reference)
        owner = self._by_address.get(attribute.owner) if attribute is not None else None
        symbol = reference.unknown.symbol if reference.unknown is not None else None
        if attribute is not None and owner is not None:
            own = path_and_name(owner.arn)
            if attribute.name in _NAMES and place is None:
                detail = f"{written_reference(reference)}, the name of a policy in place of its ARN"
                yield owner, undetermined(Cause(CauseKind.MALFORMED, detail, reference.span))
            elif attribute.name not in _NAMES or place is None or own is None:
                yield owner, YES
            else:
                yield owner, same_text(place, own)
        elif symbol in self._by_symbol:
            yield from ((policy, YES) for policy in self._by_symbol[symbol])
        elif place is not None and (looked_up := looked_up_policy(place)) is not None:
            yield from self._named(*looked_up)
        elif place is not None:
            others = self._by_text.get(place.text, ()) if place.text is not None else self._partly_known
            spend(_STEPS * len(others))
            for policy in others:
                own = path_and_name(policy.arn)
                if own is not None and same_text(place, own).is_yes:
                    yield policy, YES

    def _named(self, prefix: str, name: Value) -> Iterator[tuple[ManagedPolicy, Truth]]:
        """The policies that are found by a name, below the beginning of a path."""
        spend(_STEPS * len(self._by_address))
        for policy in self._by_address.values():
            own = values.pieces(path_and_name(policy.arn) or values.NULL) or ("",)
            begins = own[0] if isinstance(own[0], str) else ""
            is_below = begins.startswith(prefix) or (len(own) > 1 and prefix.startswith(begins))
            answer = same_text(name, policy.name) if is_below else NO
            if not answer.is_no:
                yield policy, answer

    def _in_account_of(self, identity: Identity, policy: ManagedPolicy, reference: Value) -> Truth:
        written = account_in(reference)
        known = {account.id for account in (identity.origin.account, policy.origin.account)} - {None}
        if written is not None and known - {written}:
            return NO
        if written is not None and written == policy.origin.account.id:
            return YES  # nobody has policies of another account
        attribute = attribute_of(reference)
        if policy.origin.is_foreign and attribute is not None and attribute.owner == policy.origin.address:
            return YES if len(known) < 2 else NO  # an output of another root: the same
        return self._accounts.same(policy.origin.account, identity.origin.account)


_NAMES = frozenset({"name", "Name"})
"""Attributes beside which a path may stand that is another one."""
_NAMING = frozenset({"name", "id", "arn", "Ref", "Name", "Arn", "PolicyArn", "PermissionSetArn"})
"""The attributes by which identities and policies are referred to."""


def attribute_of(reference: Value) -> Attribute | None:
    """The attribute of an identity or policy that a reference is, known or not; None if it is something else."""
    symbol = reference.unknown.symbol if reference.unknown is not None else None
    found = reference.source if reference.source is not None else symbol
    return found if isinstance(found, Attribute) and found.name in _NAMING else None


def known_texts(reference: Value) -> tuple[str, ...]:
    """Every text that a reference may be, where it is known or one of few; empty where it may be anything."""
    if reference.text is not None:
        return (reference.text,)
    candidates = reference.unknown.candidates if reference.unknown is not None else ()
    texts = tuple(one.text for one in candidates if one is not None and one.text is not None)
    return tuple(dict.fromkeys(texts)) if len(texts) == len(candidates) else ()


def names_of(target: Target) -> tuple[str, ...]:
    """Every name that a target may have; empty where it may have any, or is meant by its address."""
    if target.reference is None:
        return ()
    if target.kind is IdentityKind.PERMISSION_SET:
        looked_up = looked_up_permission_set(target.reference)
        return () if looked_up is None else (looked_up,)
    return known_texts(target.reference)


def block_of(symbol: Symbol | None) -> str | None:
    """The address of the block, some instance of which a symbol stands for an attribute of."""
    while isinstance(symbol, Part):
        symbol = symbol.whole
    return symbol.address if isinstance(symbol, Block) else None


def _is_instance(identity: Identity, block: str) -> bool:
    return identity.origin.address == block or identity.origin.address.startswith(f"{block}[")


def path_and_name(reference: Value, after: str = ":policy/") -> Value | None:
    """Of a policy's ARN its path and name (``/team/cli``), as far as they are known; a path and name as it is."""
    if type(reference.data) is str:  # as most are
        text = reference.data
        if text.startswith("/"):
            return reference
        _, found, place = text.partition(after)
        return Value(f"/{place}", reference.span) if found and text.startswith("arn:") else None
    parts = values.pieces(reference) or ("",)
    if not isinstance(parts[0], str):
        return None
    if parts[0].startswith("/"):
        return reference
    if not parts[0].startswith("arn:"):
        return None
    for number, part in enumerate(parts):
        if isinstance(part, str) and after in part:
            return values.joined([f"/{part.split(after, 1)[1]}", *parts[number + 1 :]], reference.span)
    return None


def looked_up_policy(place: Value) -> tuple[str, Value] | None:
    """The beginning of the path and the name by which a data source looks a policy up; None for any other reference."""
    parts = values.pieces(place) or ()
    for number, part in enumerate(parts):
        if isinstance(part, Unknown) and isinstance(part.symbol, PolicyPath):
            return "".join(piece for piece in parts[:number] if isinstance(piece, str)), values.joined(
                parts[number + 1 :]
            )
    return None


def looked_up_permission_set(reference: Value) -> str | None:
    """The name by which a data source looks a permission set up; None for any other reference."""
    symbol = reference.unknown.symbol if reference.unknown is not None else None
    return symbol.name if isinstance(symbol, PermissionSetArn) else None


def by_path_and_name(path: Value, name: Value) -> Value:
    """How a permission set refers to a policy of the accounts that it is assigned in; the path may be null."""
    parts, before = values.pieces(name), values.pieces(path) if not path.is_null else ("/",)
    if parts is None or before is None:
        return name
    joined = values.joined([*before, *parts], name.span)
    return replace(joined, source=attribute_of(name))


def account_in(reference: Value) -> str | None:
    """The account ID that an ARN names."""
    parts = values.pieces(reference) or ("",)
    segments = parts[0].split(":") if isinstance(parts[0], str) else []
    return segments[4] if len(segments) > 5 and segments[0] == "arn" else None


def written_reference(reference: Value) -> str:
    """A reference for people: its text with ``…`` for holes, or its symbol."""
    unknown = reference.unknown
    if unknown is not None and unknown.symbol is not None:
        return str(unknown.symbol)
    parts = values.pieces(reference) or ()
    return "".join(part if isinstance(part, str) else "…" for part in parts)
