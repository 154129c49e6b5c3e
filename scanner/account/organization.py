"""An organization: which control policies bind each of its accounts, level by level.

The management account is bound by none. A policy type that is not enabled binds nobody; where the data does not say so,
a type is enabled whose policies have targets, for those of a type that is not have none.

https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html
"""

from __future__ import annotations

from dataclasses import field

from scanner.cause import Cause, CauseKind
from scanner.diagnostic import Diagnostic, error
from scanner.facts import BindingPolicies
from scanner.iam.context import ControlLevel
from scanner.iam.policy import DocumentKind, opaque, parse_document
from scanner.iam.principal import AttachedPolicy, How, PolicyType
from scanner.lazy_dataclass import dataclass
from scanner.span import Span
from scanner.values import of

_FULL_ACCESS = frozenset({"p-fullawsaccess", "p-rcpfullawsaccess"})
"""The policies of AWS, which allow everything. Nobody can change them."""
_EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
_KINDS = {PolicyType.SCP: DocumentKind.SERVICE_CONTROL, PolicyType.RCP: DocumentKind.RESOURCE_CONTROL}
_DEEPEST = 16
"""More than the organizational units that AWS lets people nest."""


@dataclass(frozen=True, slots=True)
class Place:
    """An account, an organizational unit or the root."""

    parent: str | None
    """None for the root, and for what the data does not say it of."""
    is_root: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Control:
    """A control policy."""

    name: str
    policy_type: PolicyType
    content: object
    """A mapping or JSON text; None while it is not known."""
    span: Span


@dataclass(slots=True)
class Organization:
    """What files say of an organization, whichever layout they have."""

    management: str | None = None
    accounts: dict[str, Place] = field(default_factory=dict)
    units: dict[str, Place] = field(default_factory=dict)
    """The organizational units and the root."""
    policies: dict[str, Control] = field(default_factory=dict)
    attached: dict[str, list[tuple[str, PolicyType]]] = field(default_factory=dict)
    """Policies by whom they are attached to, each with its type."""
    enabled: frozenset[PolicyType] | None = None
    """The types of policies that bind anybody; None where no file says so."""


def bindings(organization: Organization) -> tuple[tuple[BindingPolicies, ...], tuple[Diagnostic, ...]]:
    """Which policies bind each account, and what is wrong with them or with the way to it."""
    resolved = _Resolved(organization)
    found = tuple(
        resolved.of(account, place)
        for account, place in organization.accounts.items()
        if account != organization.management
    )
    return found, tuple(dict.fromkeys(resolved.diagnostics))


class _Resolved:
    """Policies, each read once for all whom it binds."""

    def __init__(self, organization: Organization) -> None:
        self._organization = organization
        every = (kind for found in organization.attached.values() for _, kind in found)
        self._enabled = frozenset(every) if organization.enabled is None else organization.enabled
        self._policies: dict[str, AttachedPolicy] = {}
        self._levels: dict[str, ControlLevel] = {}
        self.diagnostics: list[Diagnostic] = []

    def of(self, account: str, place: Place) -> BindingPolicies:
        """What binds one account."""
        way, lost = self._way(account, place)
        levels = [self._level(one, place.span) for one in way]
        rcps = [policy for one in way for policy in self._attached(one, PolicyType.RCP, place.span)]
        if lost is not None:
            levels.append(ControlLevel((_unknown(account, PolicyType.SCP, lost, place.span),), is_complete=True))
            rcps.append(_unknown(account, PolicyType.RCP, lost, place.span))
        return BindingPolicies(
            account,
            tuple(levels) if PolicyType.SCP in self._enabled else (),
            tuple({id(one): one for one in rcps}.values()) if PolicyType.RCP in self._enabled else (),
        )

    def _way(self, account: str, place: Place) -> tuple[list[str], Cause | None]:
        """The account and all above it, and what is not known of the way to the root."""
        way, below = [account], place
        while not below.is_root and len(way) < _DEEPEST:
            above = self._organization.units.get(below.parent or "")
            if above is None or below.parent is None:
                missing = f"the unit {below.parent}" if below.parent is not None else f"the unit that {way[-1]} is in"
                detail = f"{missing} of the organization, which is not listed"
                self.diagnostics.append(error("Unfinished account data", f"{account} is below {detail}.", place.span))
                return way, Cause(CauseKind.MISSING_POLICY, detail, place.span)
            way.append(below.parent)
            below = above
        return way, None

    def _level(self, target: str, span: Span) -> ControlLevel:
        known = self._levels.get(target)
        if known is None:
            scps = self._attached(target, PolicyType.SCP, span)
            known = self._levels[target] = ControlLevel(scps, is_complete=True)
        return known

    def _attached(self, target: str, policy_type: PolicyType, span: Span) -> tuple[AttachedPolicy, ...]:
        found = self._organization.attached.get(target, ())
        return tuple(self._policy(policy, kind, span) for policy, kind in found if kind is policy_type)

    def _policy(self, policy: str, policy_type: PolicyType, span: Span) -> AttachedPolicy:
        known = self._policies.get(policy)
        if known is None:
            known = self._policies[policy] = self._read(policy, policy_type, span)
        return known

    def _read(self, policy: str, policy_type: PolicyType, span: Span) -> AttachedPolicy:
        listed = self._organization.policies.get(policy)
        content = listed.content if listed is not None else None
        if content is None and policy.lower() in _FULL_ACCESS:
            content = _EVERYTHING
        place = listed.span if listed is not None else span
        if content is None:
            detail = f"the control policy {listed.name if listed is not None else policy}, which is not listed"
            return _unknown(policy, policy_type, Cause(CauseKind.MISSING_POLICY, detail, place), place)
        document = parse_document(of(content, place), _KINDS[policy_type], is_in_force=True)
        self.diagnostics += document.diagnostics
        return AttachedPolicy(policy_type, listed.name if listed is not None else policy, document, How.CONTROL, place)


def _unknown(name: str, policy_type: PolicyType, cause: Cause, span: Span) -> AttachedPolicy:
    return AttachedPolicy(policy_type, name, opaque(cause), How.CONTROL, span)
