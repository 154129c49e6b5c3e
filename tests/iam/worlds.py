"""Random small worlds, for laws of the evaluation.

A *world* is a principal with its policies and a request, written as plain data in which a ``Blank`` stands for what is
not known: a piece of a text, a whole value, a statement, an attachment. A *filling* settles some of the blanks, and
so does a context that fixes keys.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import strategies as st

from scanner import values
from scanner.cause import ACCOUNT_ID, Cause, CauseKind
from scanner.iam.context import Circumstances, ControlLevel, account_of, context_of, region_of
from scanner.iam.evaluate import Decision, Outcome, decide
from scanner.iam.pattern import Text, text_of
from scanner.iam.policy import DocumentKind, parse_document
from scanner.iam.principal import AttachedPolicy, How, PolicyType, Principal, PrincipalKind
from scanner.iam.request import Request
from scanner.span import Span
from scanner.symbol import Named, NameKind
from scanner.truth import NO, YES, Truth, undetermined
from scanner.values import Unknown, Value
from scanner.verdicts.question import Question
from scanner.verdicts.questions import answers
from tests.examples import examples

SPAN = Span("policy", 1, 1, 1, 1)
ACCOUNT = "111122223333"
REGIONS = ("eu-west-1", "us-east-1")
EXAMPLES = examples(80)

DEFINITE = {Outcome.ALLOWED, Outcome.IMPLICIT_DENY, Outcome.EXPLICIT_DENY}


@dataclass(frozen=True)
class Blank:
    """Something that is not known. Blanks of one name are the same thing."""

    name: str


ALLOW_ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}
DENY_ALL = {"Effect": "Deny", "Action": "*", "Resource": "*"}
ALLOW_OTHER = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}

FILLINGS: dict[str, tuple[Any, ...]] = {
    "action": ("signin:*", "s3:GetObject", "signin:CreateOAuth2Token", "*"),
    "name of action": ("CreateOAuth2Token", "*", "Create", ""),
    "resource": ("*", "arn:aws:s3:::b", "arn:aws:signin:*:*:oauth2/*", "arn:aws:iam::*:user/${aws:username}"),
    "client": ("localhost", "remote", "*", "local", ""),
    "middle": ("eu-west-1:*:oauth2", "*:*:oauth2", "*", "x:y:z"),
    "value": ("alice", "bob", "a*", "", "10", "${aws:username}"),
    "rest": ("lice", "", "*", "x"),
    "flag": ("true", "false"),
    "date": ("2026-01-01", "2027-06-01T12:00:00Z", "1767225600"),
    "effect": ("Allow", "Deny"),
    "version": ("2012-10-17", "2008-10-17"),
    "condition": ({}, {"StringEquals": {"aws:username": "bob"}}, {"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
    "statement": (ALLOW_ALL, DENY_ALL, ALLOW_OTHER),
    "document": tuple({"Version": "2012-10-17", "Statement": [one]} for one in (ALLOW_ALL, DENY_ALL, ALLOW_OTHER)),
    "attached": (True, False),
    "user": ("alice", "bob", "lice"),
    "team": ("alice", "red"),
}
FREE_KEYS: dict[str, tuple[tuple[str, ...] | None, ...]] = {
    "aws:SourceVpc": (("vpc-1",), ("alice",), None),
    "aws:userid": (("alice",), ("localhost",), None),
    "aws:MultiFactorAuthPresent": (("true",), ("false",), None),
    "aws:MultiFactorAuthAge": (("5",), ("10",), ("100",), None),
    "aws:SourceIp": (("203.0.113.7",), ("198.51.100.1",), ("2001:db8::1",), None),
    "aws:CurrentTime": (("2026-01-01T00:00:00Z",), ("2027-01-01T00:00:00Z",)),
    "aws:TagKeys": (("a",), ("a", "b"), None),
}
TEAM = "aws:PrincipalTag/team"


@dataclass(frozen=True)
class Policy:
    document: Any
    attached: Any = True


@dataclass(frozen=True)
class World:
    kind: PrincipalKind
    name: Any
    tags: Mapping[str, Any]
    policies: tuple[Policy, ...]
    boundary: Policy | None = None
    scps: tuple[Policy, ...] = ()
    rcps: tuple[Policy, ...] = ()
    account: str | None = None
    region: str | None = None
    context: Mapping[str, tuple[str, ...] | None] = field(default_factory=dict)
    filling: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Many:
    """A JSON list; a Python list is a text in pieces."""

    items: list[Any]


ACTIONS = (
    "signin:CreateOAuth2Token",
    "SIGNIN:create*",
    "signin:*",
    "*",
    "s3:*",
    Blank("action"),
    ["signin:", Blank("name of action")],
    ["s3:", Blank("name of action")],
)
RESOURCES = (
    "*",
    "arn:aws:signin:*:*:oauth2/public-client/*",
    "arn:aws:signin:eu-west-1:*:oauth2/public-client/localhost",
    f"arn:aws:signin:*:{ACCOUNT}:oauth2/public-client/l*",
    "arn:aws:signin:*:*:oauth2/public-client/${aws:userid}",
    "arn:aws:signin:*:oauth2/public-client/${aws:username, 'localhost'}",
    "arn:aws:signin:*:*:oauth2/public-client/remote",
    Blank("resource"),
    ["arn:aws:signin:*:*:oauth2/public-client/", Blank("client")],
    ["arn:aws:signin:", Blank("middle"), "/public-client/localhost"],
    ["arn:aws:signin:*:*:oauth2/public-client/${aws:userid}", Blank("client")],
)
KEYS = ("aws:username", "AWS:UserName", "aws:SourceVpc", "aws:userid", TEAM)
TEXTS = ("alice", "a*", "vpc-1", "", "${aws:username}", "${aws:userid}", Blank("value"), ["a", Blank("rest")])
STRING_OPERATORS = (
    *("StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase"),
    *("StringEqualsIfExists", "StringNotEqualsIfExists", "StringNotLikeIfExists"),
)
CONDITIONS: tuple[tuple[tuple[str, ...], tuple[str, ...], tuple[Any, ...]], ...] = (
    (STRING_OPERATORS, KEYS, TEXTS),
    (STRING_OPERATORS, KEYS, TEXTS),
    (("Null",), KEYS, ("true", "false", Blank("flag"))),
    (("Bool", "BoolIfExists"), ("aws:MultiFactorAuthPresent",), ("true", "false", Blank("flag"))),
    (
        ("NumericLessThan", "NumericNotEquals", "NumericGreaterThanEqualsIfExists"),
        ("aws:MultiFactorAuthAge",),
        ("10", ["1", Blank("rest")], Blank("value")),
    ),
    (("IpAddress", "NotIpAddress"), ("aws:SourceIp",), ("203.0.113.0/24", "2001:db8::/32", Blank("value"))),
    (("DateLessThan", "DateGreaterThanEquals"), ("aws:CurrentTime",), ("2026-06-01T00:00:00Z", Blank("date"))),
    (
        ("ForAllValues:StringEquals", "ForAllValues:StringNotLike"),
        ("aws:TagKeys",),
        ("a", "b*", Blank("value")),
    ),
    (
        ("ForAnyValue:StringLike", "ForAnyValue:StringNotEquals"),
        ("aws:TagKeys",),
        ("a", "b*", Blank("value")),
    ),
    (
        ("ArnLike", "ArnNotLike"),
        ("aws:PrincipalArn",),
        ("arn:aws:iam::*:user/alice", ["arn:aws:iam::*:user/", Blank("user")], "arn:aws:iam::*:role/*"),
    ),
    (("StringEquals", "StringNotEquals"), ("aws:RequestedRegion",), (REGIONS[0], Blank("value"))),
    (("StringEquals", "StringNotEquals"), ("aws:PrincipalAccount",), (ACCOUNT, Blank("value"))),
)
EFFECTS = ("Allow", "Allow", "Allow", "Deny", Blank("effect"))


class Dice:
    """Draws worlds from a seed. Hypothesis chooses the seeds; drawing every piece through it takes too long."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 # no secret depends on it

    def one(self, options: Sequence[Any]) -> Any:
        # The first ones match more often; with even chances most statements would not match at all.
        return options[min(self._random.randrange(len(options)), self._random.randrange(len(options)))]

    def evenly(self, options: Sequence[Any]) -> Any:
        return self._random.choice(options)

    def one_in(self, times: int) -> bool:
        return self._random.randrange(times) == 0

    def several(self, options: Sequence[Any]) -> Many:
        return Many([self.one(options) for _ in range(self.evenly((1, 1, 2)))])

    def shuffled(self, items: Iterable[Any]) -> list[Any]:
        found = list(items)
        self._random.shuffle(found)
        return found

    def condition(self) -> Any:
        if self.one_in(12):
            return Blank("condition")
        operators, keys, texts = self.evenly(CONDITIONS)
        found = {self.evenly(operators): {self.evenly(keys): Many([self.evenly(texts) for _ in range(2)])}}
        if self.one_in(3):
            operators, keys, texts = self.evenly(CONDITIONS)
            found.setdefault(self.evenly(operators), {self.evenly(keys): self.evenly(texts)})
        return found

    def statement(self, effects: Sequence[Any] = EFFECTS) -> Any:
        if effects is EFFECTS and self.one_in(15):
            return Blank("statement")
        found: dict[str, Any] = {
            "Effect": self.evenly(effects),
            "NotAction" if self.one_in(6) else "Action": self.several(ACTIONS),
            "NotResource" if self.one_in(6) else "Resource": self.several(RESOURCES),
        }
        if not self.one_in(3):
            found["Condition"] = self.condition()
        return found

    def policy(self, effects: Sequence[Any] = EFFECTS) -> Policy:
        if effects is EFFECTS and self.one_in(20):
            return Policy(Blank("document"))
        version = self.one(("2012-10-17", "2012-10-17", "2008-10-17", Blank("version")))
        listed = Many([self.statement(effects) for _ in range(self.evenly((1, 1, 2)))])
        return Policy({"Version": version, "Statement": listed}, self.one((True, True, Blank("attached"))))

    def world(self) -> World:
        return World(
            kind=self.one((PrincipalKind.USER, PrincipalKind.ROLE)),
            name=self.evenly(("alice", "bob", Blank("user"), ["a", Blank("user")])),
            tags=self.evenly(({}, {"team": "alice"}, {"team": Blank("team")})),
            policies=tuple(self.policy() for _ in range(self.evenly((1, 1, 2, 3)))),
            boundary=self.policy() if self.one_in(4) else None,
            scps=(self.policy(),) if self.one_in(5) else (),
            account=self.evenly((None, ACCOUNT)),
            region=self.evenly((None, *REGIONS)),
        )

    def worlds(self) -> Iterator[World]:
        while True:
            yield self.world()

    def settled(self, world: World, *, everything: bool = False) -> World:
        """The world with some, or all, of what it leaves open settled."""

        def some(options: Mapping[str, tuple[Any, ...]]) -> dict[str, Any]:
            return {name: self.evenly(options[name]) for name in options if everything or self.one_in(2)}

        filling, context = some(FILLINGS), some(FREE_KEYS)
        if world.kind is PrincipalKind.ROLE and "team" not in world.tags and (everything or self.one_in(2)):
            context[TEAM] = self.evenly((("alice",), ("red",), None))
        settle = everything or self.one_in(2)
        return replace(
            world,
            filling={**filling, **world.filling},
            context={**context, **world.context},
            region=world.region or (self.evenly(REGIONS) if settle else None),
            account=world.account or (ACCOUNT if settle else None),
        )

    def settled_where(self, world: World, causes: Iterable[Cause]) -> World:
        """The world with exactly that settled which these causes name."""
        whole = self.settled(world, everything=True)
        named = {cause.detail.lower() for cause in causes}
        kinds = {cause.kind for cause in causes}
        return replace(
            world,
            filling={name: found for name, found in whole.filling.items() if cause_of(name).detail in named},
            context={key: found for key, found in whole.context.items() if key.lower() in named},
            region=whole.region if CauseKind.REGION in kinds else world.region,
            account=whole.account if ACCOUNT_ID.detail.lower() in named else world.account,
        )


dice = st.integers(0, 2**32 - 1).map(Dice)


def value_of(data: Any, filling: Mapping[str, Any]) -> Value:
    match data:
        case Blank(name):
            if name in filling:
                return value_of(filling[name], filling)
            return values.unknown(cause_of(name), Named(NameKind.VALUE, name))
        case Many(items):
            return Value(tuple(value_of(item, filling) for item in items))
        case list() if any(isinstance(item, dict) for item in data):
            return Value(tuple(value_of(item, filling) for item in data))
        case list():
            pieces = (value_of(item, filling).data for item in data)
            return values.joined([piece for piece in pieces if isinstance(piece, str | Unknown)])
        case dict():
            return Value({key: value_of(item, filling) for key, item in data.items()})
    return values.of(data)


def cause_of(name: str) -> Cause:
    return Cause(CauseKind.MISSING_INPUT, f'variable "{name}" has no value')


def text(data: Any, filling: Mapping[str, Any]) -> Text:
    found = text_of(value_of(data, filling))
    assert found is not None
    return found


def truth_of(data: Any, filling: Mapping[str, Any]) -> Truth:
    if isinstance(data, Blank):
        return (YES if filling[data.name] else NO) if data.name in filling else undetermined(cause_of(data.name))
    return YES if data else NO


WITHOUT_SESSION_TAGS = parse_document(
    values.of(
        {
            "Version": "2012-10-17",
            "Statement": {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole"},
        }
    ),
    DocumentKind.TRUST,
)
"""So that the tags of a role are those that the world gives it."""


def made(world: World) -> tuple[Principal, Circumstances]:
    def attached(policy: Policy, policy_type: PolicyType) -> AttachedPolicy:
        kind = DocumentKind.RESOURCE_CONTROL if policy_type is PolicyType.RCP else DocumentKind.IDENTITY
        document = parse_document(value_of(policy.document, world.filling), kind)
        assert [found.detail for found in document.diagnostics] == []
        return AttachedPolicy(
            policy_type, "policy", document, How.ATTACHED, SPAN, truth_of(policy.attached, world.filling)
        )

    principal = Principal(
        kind=world.kind,
        name=text(world.name, world.filling),
        arn=(),
        partition="aws",
        account=world.account,
        tags={key: text(found, world.filling) for key, found in world.tags.items()},
        policies=tuple(attached(policy, PolicyType.IDENTITY) for policy in world.policies),
        boundaries=(attached(world.boundary, PolicyType.BOUNDARY),) if world.boundary is not None else (),
        trust=WITHOUT_SESSION_TAGS if "team" in world.tags else None,  # None may let any session tag in
    )
    circumstances = Circumstances(
        region=world.region,
        context=tuple(world.context.items()),
        scp_levels=(ControlLevel(tuple(attached(policy, PolicyType.SCP) for policy in world.scps)),),
        resource_control_policies=tuple(attached(policy, PolicyType.RCP) for policy in world.rcps),
    )
    account = account_of(principal)
    resource_type = "user" if world.kind is PrincipalKind.USER else "role"
    return replace(principal, arn=("arn:aws:iam::", *account, f":{resource_type}/", *principal.name)), circumstances


def decision(world: World) -> Decision:
    principal, circumstances = made(world)
    account = account_of(principal)
    resource = ("arn:aws:signin:", *region_of(circumstances), ":", *account, ":oauth2/public-client/localhost")
    request = Request(
        "signin:CreateOAuth2Token", resource, context_of(principal, circumstances, "signin:CreateOAuth2Token")
    )
    return decide(principal, request, circumstances)


def answer(world: World, action: str, resource: str) -> Decision:
    """What a rule is told that asks for it."""
    principal, circumstances = made(world)
    (found,) = answers(principal, circumstances, [Question(action, resource)])
    return found.decision


def same(left: Decision, right: Decision) -> bool:
    return (left.outcome, left.causes, left.blocked_by) == (right.outcome, right.causes, right.blocked_by)
