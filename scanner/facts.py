"""What one scan root says about identities and policies, before anything is joined.

Both front-ends produce these. References (a membership's user, an attachment's policy) are still the values that
the code has there: names, ARNs or unknowns with symbols. ``scanner.principals.joins`` joins them. Everything is
frozen and picklable and holds no secret: that a user has a password is a fact, the password is not.
"""

from __future__ import annotations

from dataclasses import field
from enum import Enum
from typing import TYPE_CHECKING

from scanner.cause import Cause
from scanner.diagnostic import Diagnostic
from scanner.lazy_dataclass import dataclass
from scanner.root import Assumption, RootKind
from scanner.span import Span
from scanner.symbol import Account as AccountSymbol
from scanner.values import Unknown, Value

if TYPE_CHECKING:
    from scanner.iam.context import ControlLevel
    from scanner.iam.principal import AttachedPolicy, PrincipalKind


class IdentityKind(Enum):
    """What a policy can be attached to. All but groups are principals."""

    USER = "user"
    ROLE = "role"
    PERMISSION_SET = "permission_set"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class Existence:
    """When a resource exists: always, or only if some unknown conditions hold (``count``, ``for_each``, ``Condition``).

    Two resources that depend on the same condition exist together.
    """

    conditions: tuple[Unknown, ...] = ()

    def implies(self, other: Existence) -> bool:
        """Whether the other thing surely exists where this one does."""
        own = {condition.symbol for condition in self.conditions} - {None}
        return all(condition.symbol in own for condition in other.conditions)


ALWAYS = Existence()


@dataclass(frozen=True, slots=True)
class Account:
    """The account that something is in, as far as the code or the user says; ``same_account`` compares them."""

    id: str | None = None
    configuration: str = ""
    """The provider configuration or the stack that it is made through. One configuration is in one account."""
    says: str = ""
    """What that says about its account without naming it: a digest, for there may be secrets in it."""

    is_supposed: bool = field(default=False, compare=False)
    """The ID of another configuration, which says the same: it is dropped once the two turn out to differ."""

    @property
    def symbol(self) -> AccountSymbol:
        """What stands for the ID while it is not known."""
        return AccountSymbol(self.says)


@dataclass(frozen=True, slots=True)
class Home:
    """Where a resource is created, as far as the code or the user says."""

    partition: str = "aws"
    account: Account = Account()  # frozen
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a fact was written."""

    address: str
    """Terraform resource address with instance keys, or CloudFormation logical ID."""
    span: Span
    existence: Existence = ALWAYS
    trail: tuple[Span, ...] = ()
    """Module calls or nested stacks on the way to it, outermost first."""
    account: Account = Account()  # frozen
    """Where it is created: what is in one account never reaches an identity of another."""
    notes: tuple[tuple[str, Span], ...] = ()
    """What else it is called, and where."""
    is_foreign: bool = False
    """It belongs to another root, which this one exchanges values with, and which reports it."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A user, group, role or permission set."""

    kind: IdentityKind
    origin: Origin
    home: Home
    name: Value
    arn: Value
    tags: Value
    """A mapping of text to text, null, or unknown as a whole."""
    trust: Value | None = None
    """A role's trust policy."""
    session_duration: Value | None = None
    """The longest session: of a role in seconds, of a permission set as AWS writes durations; null for the default."""


@dataclass(frozen=True, slots=True)
class Target:
    """What something is attached to: by reference, or, for what is written inside a resource, by its address."""

    kind: IdentityKind
    reference: Value | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class ManagedPolicy:
    """A customer managed policy that the code defines."""

    origin: Origin
    name: Value
    arn: Value
    document: Value
    """A mapping, JSON text, or unknown."""


@dataclass(frozen=True, slots=True)
class InlinePolicy:
    """A document embedded in an identity."""

    origin: Origin
    target: Target
    name: Value
    document: Value
    may_be_none: bool = False
    """Whether it stands for a list of policies of which nothing is known, not even that it has one."""


class PolicyUse(Enum):
    """What an attached managed policy does."""

    PERMISSIONS = "permissions"
    BOUNDARY = "boundary"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A managed policy attached to an identity, or set as its permissions boundary."""

    origin: Origin
    target: Target
    policy: Value
    """ARN of the policy, or its name; unknown as a whole when a list of policies is."""
    use: PolicyUse = PolicyUse.PERMISSIONS
    path: Value | None = None
    """Where it is a name, the path beside it, null for the default. A permission set names policies in this way."""


@dataclass(frozen=True, slots=True)
class Exclusive:
    """Policies of an identity that are not listed are removed whenever the code is applied."""

    origin: Origin
    target: Target
    inline: bool
    """True for inline policies by name, False for managed ones by ARN."""
    listed: Value
    paths: tuple[Value, ...] | None = None
    """Where it lists customer managed policies of a permission set by name, the path beside each, null for the default.
    Those that AWS manages have a list of their own."""


@dataclass(frozen=True, slots=True)
class ExclusiveAttachment:
    """A policy is detached from whoever of one kind is not listed, whenever the code is applied."""

    origin: Origin
    kind: IdentityKind
    policy: Value
    """Its ARN."""
    listed: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class ExclusiveMembership:
    """Users of a group who are not listed are removed from it whenever the code is applied."""

    origin: Origin
    group: Value
    listed: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Membership:
    """A user is in a group."""

    origin: Origin
    user: Target
    group: Value


@dataclass(frozen=True, slots=True)
class LoginProfile:
    """A user has a console password."""

    origin: Origin
    user: Target


@dataclass(frozen=True, slots=True)
class AccessKey:
    """A user has a long-term access key."""

    origin: Origin
    user: Target
    active: bool = True


MAX_ANSWERS = 48
"""A choice with more answers is not tried out. Where a policy depends on one of so many, people ask for it by name."""


@dataclass(frozen=True, slots=True)
class Entitlement:
    """People get a role through the account access manager."""

    origin: Origin
    role: Value
    """The role's ARN."""


@dataclass(frozen=True, slots=True)
class BindingPolicies:
    """The control policies of the organization that bind one account."""

    account: str
    scp_levels: tuple[ControlLevel, ...]
    """Each of them has to allow an action."""
    rcps: tuple[AttachedPolicy, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that the code leaves open and that has few answers, so that each can be tried in its turn."""

    answers: tuple[Assumption, ...]
    """Exactly one of them is the case. All have the same subject."""
    causes: frozenset[Cause]
    """The doubts that may be settled by an answer."""


@dataclass(frozen=True, slots=True)
class Facts:
    """All that one root says, in the order in which it was read."""

    root: str
    root_kind: RootKind
    """The reports' ``origin``: which reader made them. All of CloudFormation's count as templates."""
    identities: tuple[Identity, ...] = ()
    policies: tuple[ManagedPolicy, ...] = ()
    inline_policies: tuple[InlinePolicy, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    exclusives: tuple[Exclusive, ...] = ()
    exclusive_attachments: tuple[ExclusiveAttachment, ...] = ()
    exclusive_memberships: tuple[ExclusiveMembership, ...] = ()
    memberships: tuple[Membership, ...] = ()
    login_profiles: tuple[LoginProfile, ...] = ()
    access_keys: tuple[AccessKey, ...] = ()
    entitlements: tuple[Entitlement, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    files: frozenset[str] = field(default_factory=frozenset)
    """Paths of the files that were read."""
    choices: tuple[Choice, ...] = ()
    """What is open with few answers, the most telling first."""
    refuted: tuple[Existence, ...] = ()
    """Under what is taken for granted the code would be refused, given that what has this existence is there."""
    parameters: frozenset[str] = frozenset()
    """Names of the parameters that can be given to it."""
    undeclared: frozenset[Diagnostic] | None = None
    """Values of variables from the command line that it does not declare; None for what takes no variables."""
    exports: frozenset[str] = frozenset()
    """Names of the values that it hands to other stacks, as far as they are known."""
    imports: frozenset[str] = frozenset()
    """Names of the values that it has from other stacks and that it does not export itself."""
    together: tuple[tuple[Account, Account], ...] = ()
    """Pairs of accounts that are the same, because one hands something to the other."""
    controls: tuple[BindingPolicies, ...] = ()
    """What binds accounts of an organization, where there is data of one."""
    told: frozenset[PrincipalKind] = frozenset()
    """The kinds of principals of which an account has no others."""
    files_of_account: frozenset[str] = frozenset()
    """The files with account data among what it says, which is beside the code and not in it."""
    moves: tuple[tuple[str, str], ...] = ()
    """Addresses before and after: of instances, resources, and modules with all that is in them."""
    replaced: frozenset[str] = frozenset()
    """Addresses of what is not what was there before, but another in its place."""
    forgotten: frozenset[str] = frozenset()
    """Addresses of identities that stay in AWS and are not the code's any more."""
    keeps: tuple[str, ...] = ()
    """Places of what others may read: the state with its outputs, SSM parameters."""
    reads: tuple[str, ...] = ()
    """Places of others that it reads."""
    is_rewritten: bool = False
    """A macro that is not followed may change all of it, so a policy that is malformed here is not an error yet."""

    def refuted_identities(self) -> frozenset[str]:
        """The addresses of the identities that the code would be refused with, wherever they are there."""
        if not self.refuted:
            return frozenset()
        return frozenset(
            one.origin.address
            for one in self.identities
            if any(one.origin.existence.implies(other) for other in self.refuted)
        )


Fact = (
    Identity
    | ManagedPolicy
    | InlinePolicy
    | Attachment
    | Exclusive
    | ExclusiveAttachment
    | ExclusiveMembership
    | Membership
    | LoginProfile
    | AccessKey
    | Entitlement
)


def collect(
    root: str,
    root_kind: RootKind,
    facts: tuple[Fact, ...],
    diagnostics: tuple[Diagnostic, ...],
    files: frozenset[str],
    choices: tuple[Choice, ...] = (),
) -> Facts:
    """Sort single facts into one value."""
    return Facts(
        root,
        root_kind,
        identities=tuple(fact for fact in facts if isinstance(fact, Identity)),
        policies=tuple(fact for fact in facts if isinstance(fact, ManagedPolicy)),
        inline_policies=tuple(fact for fact in facts if isinstance(fact, InlinePolicy)),
        attachments=tuple(fact for fact in facts if isinstance(fact, Attachment)),
        exclusives=tuple(fact for fact in facts if isinstance(fact, Exclusive)),
        exclusive_attachments=tuple(fact for fact in facts if isinstance(fact, ExclusiveAttachment)),
        exclusive_memberships=tuple(fact for fact in facts if isinstance(fact, ExclusiveMembership)),
        memberships=tuple(fact for fact in facts if isinstance(fact, Membership)),
        login_profiles=tuple(fact for fact in facts if isinstance(fact, LoginProfile)),
        access_keys=tuple(fact for fact in facts if isinstance(fact, AccessKey)),
        entitlements=tuple(fact for fact in facts if isinstance(fact, Entitlement)),
        diagnostics=diagnostics,
        files=files,
        choices=choices,
    )
