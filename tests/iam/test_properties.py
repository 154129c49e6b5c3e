"""Laws of the evaluation, on random small worlds.

A *world* is a principal with its policies and a request, written as plain data in which a ``Blank`` stands for what is
not known: a piece of a text, a whole value, a statement, an attachment. A *filling* settles some of the blanks, and
so does a context that fixes keys. The laws say what may become of the outcome then.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from scanner import values
from scanner.cause import Cause, CauseKind
from scanner.iam.context import Circumstances, account_of, context_of, region_of
from scanner.iam.evaluate import Decision, Outcome, decide
from scanner.iam.pattern import Text, text_of
from scanner.iam.policy import DocumentKind, parse_document
from scanner.iam.principal import AttachedPolicy, PolicyType, Principal, PrincipalKind
from scanner.iam.request import Request
from scanner.span import Span
from scanner.truth import NO, YES, Truth, undetermined
from scanner.values import Unknown, Value

SPAN = Span("policy", 1, 1, 1, 1)
ACCOUNT = "111122223333"
REGIONS = ("eu-west-1", "us-east-1")
EXAMPLES = settings(max_examples=150, deadline=None)

DEFINITE = {Outcome.ALLOWED, Outcome.IMPLICIT_DENY, Outcome.EXPLICIT_DENY}
RANK = {
    Outcome.EXPLICIT_DENY: 0,
    Outcome.IMPLICIT_DENY: 1,
    Outcome.UNKNOWN: 2,
    Outcome.CONDITIONAL: 2,
    Outcome.ALLOWED: 3,
}
MAY_BECOME = {
    Outcome.ALLOWED: {Outcome.ALLOWED},
    Outcome.EXPLICIT_DENY: {Outcome.EXPLICIT_DENY},
    # Nothing allows it; settling a Deny that depended on the context says which kind of denial it is.
    Outcome.IMPLICIT_DENY: {Outcome.IMPLICIT_DENY, Outcome.EXPLICIT_DENY},
    Outcome.CONDITIONAL: {*DEFINITE, Outcome.CONDITIONAL},
    Outcome.UNKNOWN: set(Outcome),
}


# --- What a blank may turn out to be ---------------------------------------------------------------------------------


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
    "middle": ("eu-west-1:*:oauth2", "*:*:oauth2", "*", "x:y"),
    "value": ("alice", "bob", "a*", "", "10", "${aws:username}"),
    "rest": ("lice", "", "*", "x"),
    "flag": ("true", "false"),
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


# --- Worlds ----------------------------------------------------------------------------------------------------------


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


def parts(*options: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    """A text in pieces, some of which may be blank."""
    return st.one_of(*options)


blank = st.sampled_from(sorted(FILLINGS)).map(Blank)
actions = st.sampled_from(
    [
        "signin:CreateOAuth2Token",
        "SIGNIN:create*",
        "signin:*",
        "s3:*",
        "*",
        Blank("action"),
        ["signin:", Blank("name of action")],
        ["s3:", Blank("name of action")],
    ]
)
resources = st.sampled_from(
    [
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
    ]
)
texts = st.sampled_from(
    ["alice", "a*", "vpc-1", "", "${aws:username}", "${aws:userid}", Blank("value"), ["a", Blank("rest")]]
)
keys = st.sampled_from(["aws:username", "aws:SourceVpc", "aws:userid", "AWS:UserName", TEAM])
string_operators = st.builds(
    lambda base, suffix: base + suffix,
    st.sampled_from(["StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase"]),
    st.sampled_from(["", "", "IfExists"]),
)


def several(one: st.SearchStrategy[Any], most: int = 2) -> st.SearchStrategy[Any]:
    return st.lists(one, min_size=1, max_size=most).map(Many)


@dataclass(frozen=True)
class Many:
    """A JSON list; a Python list is a text in pieces."""

    items: list[Any]


def condition(operator: str, key: str, value: Any) -> dict[str, Any]:
    return {operator: {key: value}}


conditions = st.one_of(
    st.builds(condition, string_operators, keys, several(texts)),
    st.builds(condition, st.just("Null"), keys, st.sampled_from(["true", "false", Blank("flag")])),
    st.builds(
        condition,
        st.sampled_from(["Bool", "BoolIfExists"]),
        st.just("aws:MultiFactorAuthPresent"),
        st.sampled_from(["true", "false", Blank("flag")]),
    ),
    st.builds(
        condition,
        st.sampled_from(["NumericLessThan", "NumericNotEquals", "NumericGreaterThanEqualsIfExists"]),
        st.just("aws:MultiFactorAuthAge"),
        st.sampled_from(["10", ["1", Blank("rest")], Blank("value")]),
    ),
    st.builds(
        condition,
        st.sampled_from(["IpAddress", "NotIpAddress"]),
        st.just("aws:SourceIp"),
        several(st.sampled_from(["203.0.113.0/24", "2001:db8::/32", Blank("value")])),
    ),
    st.builds(
        condition,
        st.sampled_from(["DateLessThan", "DateGreaterThanEquals"]),
        st.just("aws:CurrentTime"),
        st.sampled_from(["2026-06-01T00:00:00Z", Blank("value")]),
    ),
    st.builds(
        condition,
        st.sampled_from(
            [
                "ForAllValues:StringEquals",
                "ForAnyValue:StringLike",
                "ForAnyValue:StringNotEquals",
                "ForAllValues:StringNotLike",
            ]
        ),
        st.just("aws:TagKeys"),
        several(st.sampled_from(["a", "b*", Blank("value")])),
    ),
    st.builds(
        condition,
        st.sampled_from(["ArnLike", "ArnNotLike"]),
        st.just("aws:PrincipalArn"),
        st.sampled_from(
            ["arn:aws:iam::*:user/alice", ["arn:aws:iam::*:user/", Blank("user")], "arn:aws:iam::*:role/*"]
        ),
    ),
    st.builds(
        condition,
        st.sampled_from(["StringEquals", "StringNotEquals"]),
        st.sampled_from(["aws:RequestedRegion", "aws:PrincipalAccount"]),
        st.sampled_from(["eu-west-1", ACCOUNT]),
    ),
    st.just(Blank("condition")),
)
effects = st.sampled_from(["Allow", "Allow", "Allow", "Deny", Blank("effect")])


@st.composite
def statements(draw: st.DrawFn, effect: st.SearchStrategy[Any] = effects) -> Any:
    if draw(st.integers(0, 14)) == 0 and effect is effects:
        return Blank("statement")
    negated_action, negated_resource = (draw(st.integers(0, 4)) == 0 for _ in range(2))
    found: dict[str, Any] = {
        "Effect": draw(effect),
        "NotAction" if negated_action else "Action": draw(several(actions)),
        "NotResource" if negated_resource else "Resource": draw(several(resources)),
    }
    if draw(st.booleans()):
        found["Condition"] = draw(conditions)
    return found


@st.composite
def policies(draw: st.DrawFn, effect: st.SearchStrategy[Any] = effects) -> Policy:
    if draw(st.integers(0, 14)) == 0 and effect is effects:
        return Policy(Blank("document"))
    version = draw(st.sampled_from(["2012-10-17", "2012-10-17", "2008-10-17", Blank("version")]))
    listed = Many(draw(st.lists(statements(effect), min_size=1, max_size=2)))
    attached = draw(st.sampled_from([True, True, True, Blank("attached")]))
    return Policy({"Version": version, "Statement": listed}, attached)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    return World(
        kind=draw(st.sampled_from([PrincipalKind.USER, PrincipalKind.USER, PrincipalKind.ROLE])),
        name=draw(st.sampled_from(["alice", "bob", Blank("user"), ["a", Blank("user")]])),
        tags=draw(st.sampled_from([{}, {"team": "alice"}, {"team": Blank("team")}])),
        policies=tuple(draw(st.lists(policies(), max_size=3))),
        boundary=draw(st.one_of(st.none(), st.none(), policies())),
        scps=tuple(draw(st.lists(policies(), max_size=1))),
        account=draw(st.sampled_from([None, ACCOUNT])),
        region=draw(st.sampled_from([None, *REGIONS])),
    )


def value_of(data: Any, filling: Mapping[str, Any]) -> Value:
    match data:
        case Blank(name):
            if name in filling:
                return value_of(filling[name], filling)
            return values.unknown(cause_of(name), name)
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


def decision(world: World) -> Decision:
    def attached(policy: Policy, policy_type: PolicyType) -> AttachedPolicy:
        kind = DocumentKind.RESOURCE_CONTROL if policy_type is PolicyType.RCP else DocumentKind.IDENTITY
        document = parse_document(value_of(policy.document, world.filling), kind)
        assert document.diagnostics == ()
        return AttachedPolicy(
            policy_type, "policy", document, "attached", SPAN, truth_of(policy.attached, world.filling)
        )

    principal = Principal(
        kind=world.kind,
        name=text(world.name, world.filling),
        address="aws_iam_user.this",
        origin="terraform",
        root=".",
        span=SPAN,
        arn=(),
        partition="aws",
        account=world.account,
        tags={key: text(found, world.filling) for key, found in world.tags.items()},
        policies=tuple(attached(policy, PolicyType.IDENTITY) for policy in world.policies),
        boundaries=(attached(world.boundary, PolicyType.BOUNDARY),) if world.boundary is not None else (),
    )
    circumstances = Circumstances(
        account=world.account,
        region=world.region,
        context=tuple(world.context.items()),
        service_control_policies=tuple(attached(policy, PolicyType.SCP) for policy in world.scps),
        resource_control_policies=tuple(attached(policy, PolicyType.RCP) for policy in world.rcps),
    )
    account = account_of(principal, circumstances)
    resource_type = "user" if world.kind is PrincipalKind.USER else "role"
    principal = replace(principal, arn=("arn:aws:iam::", *account, f":{resource_type}/", *principal.name))
    resource = ("arn:aws:signin:", *region_of(circumstances), ":", *account, ":oauth2/public-client/localhost")
    request = Request("signin:CreateOAuth2Token", resource, context_of(principal, circumstances))
    return decide(principal, request, circumstances)


# --- Soundness of unknown --------------------------------------------------------------------------------------------


@st.composite
def settlements(draw: st.DrawFn, *, everything: bool = False) -> Any:
    """A function that settles some, or all, of what a world leaves open."""

    def some(options: Mapping[str, tuple[Any, ...]]) -> dict[str, Any]:
        chosen = sorted(options) if everything else draw(st.lists(st.sampled_from(sorted(options)), unique=True))
        return {name: draw(st.sampled_from(options[name])) for name in chosen}

    filling, context = some(FILLINGS), some(FREE_KEYS)
    team = draw(st.sampled_from([("alice",), ("red",), None]))
    region = draw(st.sampled_from([*REGIONS] if everything else [None, *REGIONS]))
    account = ACCOUNT if everything else draw(st.sampled_from([None, ACCOUNT]))

    def settle(world: World) -> World:
        fixed = dict(context)
        if everything and world.kind is PrincipalKind.ROLE and "team" not in world.tags:
            fixed[TEAM] = team
        return replace(
            world,
            filling=filling,
            context=fixed,
            region=world.region or region,
            account=world.account or account,
        )

    return settle


@settings(EXAMPLES, max_examples=600)
@given(worlds(), settlements())
def test_settling_a_doubt_never_reverses_an_outcome(world: World, settle: Any) -> None:
    before = decision(world).outcome
    assert decision(settle(world)).outcome in MAY_BECOME[before], before


@settings(EXAMPLES, max_examples=600)
@given(worlds(), settlements(everything=True))
def test_a_world_without_doubts_has_a_definite_outcome(world: World, settle: Any) -> None:
    before = decision(world).outcome
    after = decision(settle(world)).outcome
    assert after in DEFINITE
    assert after in MAY_BECOME[before], before


@settings(EXAMPLES, max_examples=200)
@given(worlds(), settlements(), settlements(everything=True))
def test_the_way_to_a_world_without_doubts_does_not_matter(world: World, first: Any, rest: Any) -> None:
    half = first(world)
    whole = rest(half)
    whole = replace(whole, filling={**whole.filling, **half.filling}, context={**whole.context, **half.context})
    assert decision(whole).outcome in MAY_BECOME[decision(half).outcome]


@EXAMPLES
@given(worlds())
def test_an_outcome_says_what_it_depends_on(world: World) -> None:
    found = decision(world)
    assert bool(found.causes) is (found.outcome not in DEFINITE)
    if found.causes:
        in_request = all(cause.kind.concerns_request for cause in found.causes)
        assert found.outcome is (Outcome.CONDITIONAL if in_request else Outcome.UNKNOWN)
    assert list(found.causes) == sorted(set(found.causes), key=Cause.sort_key)


# --- Order, splitting, repetition ------------------------------------------------------------------------------------


def same(left: Decision, right: Decision) -> bool:
    return (left.outcome, left.causes, left.blocked_by) == (right.outcome, right.causes, right.blocked_by)


def with_statements(policy: Policy, change: Any) -> Policy:
    if isinstance(policy.document, Blank):
        return policy
    listed = policy.document["Statement"].items
    return replace(policy, document={**policy.document, "Statement": Many(change(listed))})


@EXAMPLES
@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_of_policies_and_statements_does_not_matter(world: World, random: Any) -> None:
    def shuffled(items: Any) -> list[Any]:
        found = list(items)
        random.shuffle(found)
        return found

    mixed = tuple(with_statements(policy, shuffled) for policy in shuffled(world.policies))
    assert same(decision(world), decision(replace(world, policies=mixed)))


@EXAMPLES
@given(worlds())
def test_the_order_of_elements_does_not_matter(world: World) -> None:
    def turned(data: Any) -> Any:
        match data:
            case dict():
                return {key: turned(data[key]) for key in reversed(data)}
            case Many(items):
                return Many([turned(item) for item in reversed(items)])
        return data

    mixed = tuple(replace(policy, document=turned(policy.document)) for policy in world.policies)
    assert same(decision(world), decision(replace(world, policies=mixed)))


@EXAMPLES
@given(worlds())
def test_one_statement_for_each_action_says_the_same(world: World) -> None:
    def split(listed: list[Any]) -> list[Any]:
        found: list[Any] = []
        for statement in listed:
            several_known = isinstance(statement, dict) and "Action" in statement
            if several_known and all(isinstance(action, str) for action in statement["Action"].items):
                found.extend({**statement, "Action": action} for action in statement["Action"].items)
            else:
                found.append(statement)
        return found

    divided = tuple(with_statements(policy, split) for policy in world.policies)
    assert same(decision(world), decision(replace(world, policies=divided)))


@EXAMPLES
@given(worlds())
def test_one_policy_for_each_statement_says_the_same(world: World) -> None:
    divided: list[Policy] = []
    for policy in world.policies:
        if isinstance(policy.document, Blank):
            divided.append(policy)
        else:
            listed = policy.document["Statement"].items
            divided.extend(with_statements(policy, lambda _, one=one: [one]) for one in listed)
    assert same(decision(world), decision(replace(world, policies=tuple(divided))))


@EXAMPLES
@given(worlds())
def test_saying_something_twice_changes_nothing(world: World) -> None:
    assert same(decision(world), decision(replace(world, policies=world.policies * 2, scps=world.scps * 2)))


# --- Kleene's logic over layers --------------------------------------------------------------------------------------

FULL_ACCESS = Policy({"Version": "2012-10-17", "Statement": Many([ALLOW_ALL])})


@EXAMPLES
@given(worlds())
def test_a_layer_that_allows_everything_changes_nothing(world: World) -> None:
    without_boundary = replace(world, boundary=None)
    assert same(decision(without_boundary), decision(replace(without_boundary, boundary=FULL_ACCESS)))
    without_scps = replace(world, scps=())
    assert same(decision(without_scps), decision(replace(without_scps, scps=(FULL_ACCESS,))))
    everybody = Policy({"Version": "2012-10-17", "Statement": Many([{**ALLOW_ALL, "Principal": "*"}])})
    assert same(decision(world), decision(replace(world, rcps=(everybody,))))


@EXAMPLES
@given(worlds())
def test_a_certain_denial_settles_everything(world: World) -> None:
    denial = Policy({"Version": "2012-10-17", "Statement": Many([DENY_ALL])})
    assert decision(replace(world, policies=(*world.policies, denial))).outcome is Outcome.EXPLICIT_DENY
    assert decision(replace(world, boundary=denial)).outcome is Outcome.EXPLICIT_DENY
    assert decision(replace(world, scps=(*world.scps, denial))).outcome is Outcome.EXPLICIT_DENY


@EXAMPLES
@given(worlds())
def test_without_a_policy_nothing_is_allowed(world: World) -> None:
    assert decision(replace(world, policies=())).outcome in (Outcome.IMPLICIT_DENY, Outcome.EXPLICIT_DENY)


@EXAMPLES
@given(worlds(), worlds())
def test_the_outcome_of_two_sets_of_policies_follows_from_each(world: World, other: World) -> None:
    """Without further layers: denied if one of them is, allowed if one allows and neither may deny."""
    plain = replace(world, boundary=None, scps=())
    beside = replace(plain, policies=other.policies)
    left, right = decision(plain), decision(beside)
    both = decision(replace(plain, policies=(*plain.policies, *beside.policies)))
    outcomes = {left.outcome, right.outcome}
    may_deny = any(not match.denies.is_no for found in (left, right) for match in found.matches)
    if Outcome.EXPLICIT_DENY in outcomes:
        assert both.outcome is Outcome.EXPLICIT_DENY
    elif outcomes == {Outcome.IMPLICIT_DENY}:
        assert both.outcome is Outcome.IMPLICIT_DENY
    elif Outcome.ALLOWED in outcomes:
        assert (both.outcome is Outcome.ALLOWED) is not may_deny
    else:
        assert both.outcome in (Outcome.CONDITIONAL, Outcome.UNKNOWN)
    assert set(both.causes) <= {*left.causes, *right.causes, *causes_of(left), *causes_of(right)}


def causes_of(found: Decision) -> set[Cause]:
    return {cause for match in found.matches for cause in match.allows.causes | match.denies.causes}


# --- Monotony --------------------------------------------------------------------------------------------------------


@EXAMPLES
@given(worlds(), policies(st.just("Allow")))
def test_one_more_allow_makes_nothing_worse(world: World, more: Policy) -> None:
    after = decision(replace(world, policies=(*world.policies, more))).outcome
    assert RANK[after] >= RANK[decision(world).outcome]


@EXAMPLES
@given(worlds(), policies(st.just("Deny")), st.sampled_from(["policies", "scps"]))
def test_one_more_deny_makes_nothing_better(world: World, more: Policy, layer: str) -> None:
    changed: Any = {layer: (*getattr(world, layer), more)}
    assert RANK[decision(replace(world, **changed)).outcome] <= RANK[decision(world).outcome]


@EXAMPLES
@given(worlds(), policies())
def test_a_boundary_makes_nothing_better(world: World, boundary: Policy) -> None:
    bounded = decision(replace(world, boundary=boundary)).outcome
    assert RANK[bounded] <= RANK[decision(replace(world, boundary=None)).outcome]


# --- Hostile input ---------------------------------------------------------------------------------------------------

PATIENCE = 5.0
"""Seconds. Each of these takes milliseconds; what is exponential never ends."""


def plain_world(*listed: Any) -> World:
    document = {"Version": "2012-10-17", "Statement": Many(list(listed))}
    return World(PrincipalKind.USER, "alice", {}, (Policy(document),), account=ACCOUNT, region=REGIONS[0])


def hostile(world: World) -> Outcome:
    started = time.process_time()
    found = decision(world).outcome
    assert time.process_time() - started < PATIENCE
    return found


def test_a_thousand_wildcards_in_an_action() -> None:
    assert hostile(plain_world({**ALLOW_ALL, "Action": "signin:" + "*e" * 1000 + "*"})) is Outcome.IMPLICIT_DENY
    assert hostile(plain_world({**ALLOW_ALL, "Action": "signin:" + "*?" * 1000})) is Outcome.IMPLICIT_DENY
    assert hostile(plain_world({**ALLOW_ALL, "Action": "signin:" + "*" * 1000})) is Outcome.ALLOWED


def test_a_thousand_wildcards_in_a_resource() -> None:
    prefix = "arn:aws:signin:*:*:"
    assert hostile(plain_world({**ALLOW_ALL, "Resource": prefix + "*l" * 1000})) is Outcome.IMPLICIT_DENY
    assert hostile(plain_world({**ALLOW_ALL, "Resource": prefix + "*" * 1000})) is Outcome.ALLOWED
    assert hostile(plain_world({**ALLOW_ALL, "Resource": "arn:aws:signin" + ":*" * 1000})) is Outcome.IMPLICIT_DENY


def test_a_thousand_wildcards_and_holes() -> None:
    pieces = [piece for _ in range(500) for piece in ("*", Blank("rest"))]
    world = plain_world({**ALLOW_ALL, "Resource": ["arn:aws:signin:*:*:oauth2/", *pieces]})
    assert hostile(world) is Outcome.UNKNOWN
    assert hostile(replace(world, region=None, account=None)) is Outcome.UNKNOWN


def test_a_thousand_wildcards_in_a_condition_with_a_long_value() -> None:
    condition_block = {"StringLike": {"aws:userid": "*a" * 1000 + "b"}}
    world = plain_world({**ALLOW_ALL, "Condition": condition_block})
    assert hostile(replace(world, context={"aws:userid": ("a" * 5000,)})) is Outcome.IMPLICIT_DENY


def test_a_thousand_statements() -> None:
    many = [{**ALLOW_OTHER, "Action": f"s3:Get{number}*"} for number in range(1000)]
    assert hostile(plain_world(*many)) is Outcome.IMPLICIT_DENY
    doubtful = [
        {**ALLOW_ALL, "Condition": {"StringEquals": {f"aws:RequestTag/{number}": "x"}}} for number in range(1000)
    ]
    assert hostile(plain_world(*doubtful)) is Outcome.CONDITIONAL


def test_a_thousand_actions_and_resources() -> None:
    listed = {
        "Effect": "Allow",
        "Action": Many([f"signin:*{number}" for number in range(1000)]),
        "Resource": Many([f"arn:aws:signin:*:*:oauth2/*{number}" for number in range(1000)]),
    }
    assert hostile(plain_world(listed)) is Outcome.IMPLICIT_DENY


def test_deep_json_is_refused_and_not_followed() -> None:
    for opening, closing in (("[", "]"), ('{"a":', "}")):
        written = '{"Version": "2012-10-17", "Statement": ' + opening * 100_000 + closing * 100_000 + "}"
        started = time.process_time()
        document = parse_document(Value(written, SPAN))
        assert time.process_time() - started < PATIENCE
        assert "nested" in document.diagnostics[0].detail


def test_a_long_json_text_is_read_in_time() -> None:
    statement = json.dumps(ALLOW_OTHER)
    written = '{"Version": "2012-10-17", "Statement": [' + ",\n".join([statement] * 5000) + "]}"
    started = time.process_time()
    document = parse_document(Value(written, SPAN))
    assert time.process_time() - started < PATIENCE
    assert len(document.statements) == 5000
