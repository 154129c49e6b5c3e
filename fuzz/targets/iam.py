"""AWS's policy language: documents decided, trust policies asked, patterns against somebody else's engine.

A byte of 1 is a hole, so that texts which are known in part are tried, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from fuzz import seeds
from fuzz.target import Target
from scanner import values
from scanner.cause import Cause, CauseKind
from scanner.iam.binding import binding_of
from scanner.iam.context import Circumstances
from scanner.iam.pattern import Wildcard, by_segment, in_arn, matches, parse_wildcards, text_of, written
from scanner.iam.policy import DocumentKind, parse_document
from scanner.iam.principal import AttachedPolicy, How, PolicyType, Principal, PrincipalKind
from scanner.iam.trust import may_tag_sessions
from scanner.span import Span
from scanner.symbol import Named, NameKind
from scanner.values import Unknown, Value
from scanner.verdicts.sign_in import aws_login
from scanner.verdicts.ways_in import ways_in

_AT = Span("policy", 1, 1, 1, 1)
_HOLE = "\x01"
_ACCOUNT = "111122223333"
_ROLE = Principal(PrincipalKind.ROLE, ("admin",), arn=(), partition="aws", account=_ACCOUNT)
_BINDING = binding_of(_ROLE, (_ACCOUNT,))
_LONGEST = 40
"""Characters of what Python's engine is asked about: with wildcards it may take the square, or worse."""


def _hole(name: str) -> Unknown:
    return Unknown(Cause(CauseKind.MISSING_INPUT, f"{name} is not known"), Named(NameKind.VALUE, name))


def _value(data: bytes) -> Value:
    pieces = data.decode("utf-8", "replace").split(_HOLE)
    parts = [
        part
        for number, piece in enumerate(pieces)
        for part in ((_hole(f"h{number % 3}"), piece) if number else (piece,))
    ]
    return values.joined(parts, _AT)


def _policy(data: bytes) -> object:
    found: list[object] = []
    for kind in (DocumentKind.IDENTITY, DocumentKind.SERVICE_CONTROL, DocumentKind.RESOURCE_CONTROL):
        document = parse_document(_value(data), kind)
        found.append(document.diagnostics)
        policy = AttachedPolicy(PolicyType.IDENTITY, "p", document, How.INLINE, _AT)
        user = Principal(
            PrincipalKind.USER, ("ada",), ("arn:aws:iam::111122223333:user/ada",), "aws", _ACCOUNT, policies=(policy,)
        )
        login = aws_login(user, Circumstances("eu-west-1"))
        found.extend((one.decision.outcome, one.decision.causes) for one in login.permissions)
    return found


def _trust(data: bytes) -> object:
    document = parse_document(_value(data), DocumentKind.TRUST)
    return document.diagnostics, ways_in(document, _BINDING), may_tag_sessions(document, _BINDING)


def _pattern(data: bytes) -> object:
    first, _, second = data.partition(b"\n")
    text = text_of(_value(second)) or ()
    source = first.decode("utf-8", "replace")
    parsed = parse_wildcards(source)
    assert written(parsed) == source
    if max(len(source), len(second)) <= _LONGEST and _HOLE.encode() not in second:
        known = "".join(part for part in text if isinstance(part, str))
        assert matches(parsed, text).known is _by_expression(source, known), "another engine says otherwise"
    pieces = [parse_wildcards(piece) for piece in source.split(_HOLE)]
    with_holes = tuple(
        part
        for number, piece in enumerate(pieces)
        for part in ((*(text_of(Value(_hole("h0"))) or ()), *piece) if number else piece)
    )
    answers = []
    for pattern in (with_holes, in_arn(with_holes), by_segment(with_holes)):
        answer = matches(pattern, text)
        assert not (answer.is_undetermined and not answer.causes)
        answers.append(answer)
        if not answer.is_undetermined:
            for filling in ("", "a", "*", "::"):
                filled = tuple(part if isinstance(part, str | Wildcard) else filling for part in pattern)
                known = "".join(part if isinstance(part, str) else filling for part in text)
                assert matches(filled, (known,)).known is answer.known, f"filled with {filling!r} it is otherwise"
    return answers


def _by_expression(pattern: str, text: str) -> bool:
    source = "".join({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in re.sub(r"\*+", "*", pattern))
    return re.fullmatch(source, text, re.DOTALL) is not None


def _policies() -> Iterator[bytes]:
    yield from seeds.documents(seeds.CASES / "iam", "policies", "statements", "boundary", "scps", "rcps", "condition")
    for statements in seeds.documents(seeds.CASES / "iam", "statements"):
        yield b'{"Version": "2012-10-17", "Statement": ' + statements.replace(b"<<team>>", b"\x01") + b"}"


def _trusts() -> Iterator[bytes]:
    for statements in seeds.documents(seeds.CASES / "iam", "trust"):
        yield b'{"Version": "2012-10-17", "Statement": ' + statements + b"}"


def _patterns() -> Iterator[bytes]:
    resource = b"arn:aws:signin:eu-west-1:111122223333:oauth2/public-client/localhost"
    for pattern in (
        b"*",
        b"arn:aws:signin:*:*:oauth2/public-client/*",
        b"arn:aws:signin:*",
        b"arn:*:signin:\x01:1111?2223333:*/local*",
        b"*a*a*a*b",
    ):
        yield pattern + b"\n" + resource
        yield pattern + b"\n" + resource.replace(b"eu-west-1", b"\x01")
    yield b"a?a?a?a?b*\naaaaaaaaaaaaaaa"
    yield b"signin:Create*\nsignin:CreateOAuth2Token"


IAM = (
    Target("policy", _policy, _policies, seconds=2.0, seconds_per_byte=0.0005),
    Target("trust-policy", _trust, _trusts, seconds=2.0, seconds_per_byte=0.0005),
    Target("iam-pattern", _pattern, _patterns, seconds=2.0, max_size=256),
)
