"""The request context of a principal's own requests: what its definition fixes, what is absent, what stays free.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache

from scanner.cause import ACCOUNT_ID, Cause, CauseKind
from scanner.iam import pattern
from scanner.iam.binding import binding_of
from scanner.iam.pattern import Hole, Text
from scanner.iam.principal import AttachedPolicy, Principal, PrincipalKind
from scanner.iam.request import ContextValue, Fixed, OneOf, Presence, Unsettled
from scanner.iam.trust import may_tag_sessions
from scanner.lazy_dataclass import dataclass
from scanner.symbol import Account, Named, NameKind
from scanner.truth import YES, Truth

REGION_CAUSE = Cause(CauseKind.REGION, "the region that the user signs in through")
REQUEST_REGION_CAUSE = Cause(CauseKind.REGION, "the region of the request")
"""The same for requests that have nothing to do with signing in."""
RESOURCE_CAUSE = Cause(CauseKind.RESOURCE, "the resource")
"""For a request whose resource is open, in whole or in part."""


@dataclass(frozen=True, slots=True)
class ControlLevel:
    """The service control policies of one level: the root, an organizational unit, or the account itself."""

    policies: tuple[AttachedPolicy, ...]
    applies: Truth = YES
    """Undetermined while it is not known whether the account is below this level."""
    is_complete: bool = False
    """Nothing else is attached there: without it, policies that allow nothing stand beside ``FullAWSAccess``."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the user says about requests, because no code does."""

    region: str | None = None
    context: tuple[tuple[str, tuple[str, ...] | None], ...] = ()
    """Context keys with their values; None says that the key is absent."""
    scp_levels: tuple[ControlLevel, ...] = ()
    """Each of them has to allow an action."""
    resource_control_policies: tuple[AttachedPolicy, ...] = ()


def account_of(principal: Principal) -> Text:
    """The principal's account: a literal, or the hole that stands for it everywhere."""
    if principal.account is not None:
        return (principal.account,)
    return (_open_account(principal.account_symbol),)


@lru_cache(maxsize=256)
def _open_account(symbol: Account) -> Hole:
    return replace(pattern.word(frozenset({ACCOUNT_ID}), symbol), is_account_id=True)


def region_of(circumstances: Circumstances, cause: Cause = REGION_CAUSE) -> Text:
    """The region of the request: free unless it is given."""
    return (circumstances.region,) if circumstances.region is not None else open_region(cause)


def open_region(cause: Cause) -> Text:
    """A region that nothing fixes."""
    return (pattern.word(frozenset({cause}), Named(NameKind.CONTEXT_KEY, "aws:requestedregion")),)


def context_of(
    principal: Principal,
    circumstances: Circumstances,
    action: str,
    region: Text | None = None,
    own: Mapping[str, ContextValue] | None = None,
) -> Mapping[str, ContextValue]:
    """Everything that is known of the context of a request that this principal makes by itself.

    ``region`` is that of the request, if it is not the one that the user signs in through; ``own`` are the principal's
    ``OwnKeys``, where somebody wants to know which of them are looked up.
    """
    context: dict[str, ContextValue] = {
        "aws:principalaccount": Fixed((account_of(principal),)),
        "aws:principaltype": Fixed((("User" if principal.kind is PrincipalKind.USER else "AssumedRole",),)),
        "aws:principalisawsservice": Fixed((("false",),)),
        "aws:viaawsservice": Fixed((("false",),)),
        "aws:securetransport": Fixed((("true",),)),
        "aws:requestedregion": Fixed((region_of(circumstances) if region is None else region,)),
        **SIGN_IN_KEYS.get(action.lower(), {}),
    }
    for key, given in circumstances.context:
        context[key.lower()] = Presence.ABSENT if given is None else Fixed(tuple((text,) for text in given))
    return _Context(context, OwnKeys(principal) if own is None else own)


class _Context(Mapping[str, ContextValue]):
    """What is known of a request before it is known who makes it, in front of the keys of who does."""

    __slots__ = ("_known", "_own")

    def __init__(self, known: Mapping[str, ContextValue], own: Mapping[str, ContextValue]) -> None:
        self._known = known
        self._own = own

    def __getitem__(self, key: str) -> ContextValue:
        found = self._known.get(key)
        return self._own[key] if found is None else found

    def __iter__(self) -> Iterator[str]:
        return iter({**self._own, **self._known})

    def __len__(self) -> int:
        return len({**self._own, **self._known})


class OwnKeys(Mapping[str, ContextValue]):
    """The keys of the context in which principals of one kind and account differ, each made when it is looked up."""

    __slots__ = ("_principal", "_tags")

    def __init__(self, principal: Principal) -> None:
        self._principal = principal
        self._tags: Mapping[str, ContextValue] | None = None

    def __getitem__(self, key: str) -> ContextValue:
        principal = self._principal
        if key == _ARN:
            return _principal_arn(principal, account_of(principal))
        if key == _USERNAME:
            return Fixed((principal.name,)) if principal.kind is PrincipalKind.USER else Presence.ABSENT
        if not key.startswith(_TAG):
            raise KeyError(key)
        return self._all_tags()[key]

    def __iter__(self) -> Iterator[str]:
        return iter((_ARN, _USERNAME, *self._all_tags()))

    def __len__(self) -> int:
        return 2 + len(self._all_tags())

    def _all_tags(self) -> Mapping[str, ContextValue]:
        if self._tags is None:
            self._tags = _tags(self._principal, account_of(self._principal))
        return self._tags


_ARN, _USERNAME, _TAG = "aws:principalarn", "aws:username", "aws:principaltag/"


# https://docs.aws.amazon.com/service-authorization/latest/reference/list_signin.html and
# https://docs.aws.amazon.com/signin/latest/userguide/reference-signin-condition-keys.html
SIGN_IN_KEYS: Mapping[str, Mapping[str, ContextValue]] = {
    "signin:authorizeoauth2access": {
        "signin:principalarn": Presence.ABSENT,  # before authentication only
        "signin:oauthtokentype": Presence.ABSENT,
        "signin:oauthgranttype": Presence.ABSENT,
        "signin:oauthclientauthentication": Presence.ABSENT,
    },
    "signin:createoauth2token": {
        "signin:principalarn": Presence.ABSENT,
        "signin:oauthtokentype": Presence.ABSENT,
        "signin:oauthclientauthentication": Fixed((("none",),)),  # the clients of ``aws login`` are public ones
    },
}
"""The service's own condition keys, by action; those that are not named are free."""


def _tags(principal: Principal, account: Text) -> Mapping[str, ContextValue]:
    """Tags of the principal. A session that may bring tags may override any; nothing adds to a user's.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
    """
    if principal.kind is PrincipalKind.PERMISSION_SET or _may_bring_tags(principal, account):
        return {_TAG: Presence.FREE}
    doubt = principal.tags_doubt
    others: ContextValue = Presence.ABSENT if doubt is None else Unsettled(frozenset({doubt}))
    own = {f"{_TAG}{key.lower()}": Fixed((text,)) for key, text in principal.tags.items()}
    return {_TAG: others, **own}


def _may_bring_tags(principal: Principal, account: Text) -> bool:
    if principal.kind is not PrincipalKind.ROLE:
        return False
    return principal.trust is None or not may_tag_sessions(principal.trust, binding_of(principal, account)).is_no


def _principal_arn(principal: Principal, account: Text) -> ContextValue:
    """The ARN; of a permission set that of its role, whose path has the region of Identity Center or nothing.

    https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html
    """
    if principal.kind is not PrincipalKind.PERMISSION_SET:
        return Fixed((principal.arn,))
    cause = Cause(CauseKind.KNOWN_AFTER_APPLY, "the name of the permission set's role")
    causes = frozenset({cause})
    suffix = tuple(Hole(causes, single=True, one_segment=True, word=True) for _ in range(_SUFFIX))
    start = f"arn:{principal.partition}:iam::", *account, ":role/aws-reserved/sso.amazonaws.com/"
    name = "AWSReservedSSO_", *principal.name, "_", *suffix
    return OneOf((_joined(*start, *name), _joined(*start, pattern.word(causes), "/", *name)), cause)


_SUFFIX = 16
"""Characters that Identity Center puts behind the name of a permission set."""


def _joined(*parts: str | Hole) -> Text:
    found: list[str | Hole] = []
    for part in parts:
        if isinstance(part, str) and found and isinstance(found[-1], str):
            found[-1] += part
        else:
            found.append(part)
    return tuple(found)
