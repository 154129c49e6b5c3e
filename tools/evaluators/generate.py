"""A seeded generator of cases. Policies are written around the request, so that about half of them decide it."""

from __future__ import annotations

import base64
from collections.abc import Callable
from random import Random
from typing import Any

from tools.evaluators.case import ACCOUNT, MULTIVALUED, PRINCIPAL, Case, Document

REQUESTS = (
    ("signin:AuthorizeOAuth2Access", f"arn:aws:signin:us-east-1:{ACCOUNT}:oauth2/public-client/localhost"),
    ("signin:CreateOAuth2Token", f"arn:aws:signin:eu-west-1:{ACCOUNT}:oauth2/public-client/remote"),
    ("s3:GetObject", "arn:aws:s3:::reports/2024/q1.csv"),
    ("s3:PutObject", "arn:aws:s3:::reports/alice/red/notes:draft"),
    ("s3:ListBucket", "arn:aws:s3:::reports"),
    ("s3:ListAllMyBuckets", "*"),
    ("ec2:RunInstances", f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/i-0abc"),
    ("ec2:DescribeInstances", "*"),
    ("dynamodb:GetItem", f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/Orders"),
    ("sqs:SendMessage", f"arn:aws:sqs:us-east-2:{ACCOUNT}:alice-jobs"),
    ("logs:PutLogEvents", f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/app/web:log-stream:main"),
    ("iam:GetUser", f"arn:aws:iam::{ACCOUNT}:user/team/alice"),
    ("lambda:InvokeFunction", f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:resize:prod"),
)
OTHER_ACTIONS = ("s3:DeleteObject", "ec2:StopInstances", "iam:PassRole", "signin:*", "sqs:*", "s3:*", "kms:Decrypt")
OTHER_RESOURCES = (
    "arn:aws:s3:::other",
    "arn:aws:s3:::other/*",
    f"arn:aws:sqs:*:{ACCOUNT}:*",
    "arn:aws:ec2:*:*:instance/*",
    "arn:aws-cn:s3:::reports/*",
    f"arn:aws:signin:*:{ACCOUNT}:oauth2/public-client/*",
)

STRINGS = {
    "aws:username": ("alice", "bob"),
    "aws:PrincipalTag/team": ("red", "blue"),
    "aws:RequestedRegion": ("us-east-1", "eu-west-1"),
    "s3:prefix": ("home/alice/", "home/*", ""),
    "aws:UserAgent": ("aws-cli/2.15 (x86)", "Mozilla/5.0 [x] $1"),
    "aws:PrincipalAccount": (ACCOUNT,),
}
NUMBERS = {"s3:max-keys": ("10", "1000", "-3"), "aws:MultiFactorAuthAge": ("3600", "0", "59")}
DATES = {
    "aws:CurrentTime": ("2024-06-01T12:00:00Z", "2024-12-31T23:59:59Z"),
    "aws:EpochTime": ("1717243200", "1735689599"),
    "aws:TokenIssueTime": ("2024-06-01T11:00:00Z",),
}
BOOLEANS = {"aws:SecureTransport": ("true", "false"), "aws:MultiFactorAuthPresent": ("true", "false")}
ADDRESSES = {"aws:SourceIp": ("203.0.113.7", "2001:db8::7")}
ARNS = {
    "aws:SourceArn": (f"arn:aws:sns:us-east-1:{ACCOUNT}:alerts", f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/app:x"),
    "aws:PrincipalArn": (PRINCIPAL,),
}
LISTS = {
    "aws:TagKeys": ("team", "cost-center", "env"),
    "aws:PrincipalOrgPaths": ("o-a1b2/r-x/ou-1/", "o-a1b2/r-x/ou-2/", "o-zzzz/r-y/"),
}
BINARIES = {"test:Blob": (base64.b64encode(b"blob").decode(), base64.b64encode(b"other").decode())}
KEYS = tuple({**STRINGS, **NUMBERS, **DATES, **BOOLEANS, **ADDRESSES, **ARNS, **LISTS, **BINARIES})

STRING_OPERATORS = (
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
)
ORDER = ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
ARN_OPERATORS = ("ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike")
EVERY_OPERATOR = (
    *STRING_OPERATORS,
    *(f"Numeric{name}" for name in ORDER),
    *(f"Date{name}" for name in ORDER),
    *ARN_OPERATORS,
    "Bool",
    "BinaryEquals",
    "IpAddress",
    "NotIpAddress",
)


class Generator:
    """Cases from one seed, the same ones every time."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311 # reproducible cases, no secrets

    def case(self) -> Case:
        """The next case."""
        action, resource = self._one(REQUESTS)
        context = self._context(global_only=resource == "*")
        around = _Around(self.random, action, resource, context)
        identity = tuple(around.document(self.random.randint(1, 4)) for _ in range(self._few()))
        boundary = (around.document(self.random.randint(1, 3), generous=True),) if self._chance(0.25) else ()
        scps: tuple[Document, ...] = ()
        if self._chance(0.25):
            scps = tuple(
                around.document(self.random.randint(1, 3), generous=True) for _ in range(self.random.randint(1, 2))
            )
        return Case(identity, boundary, scps, action, resource, context)

    def _few(self) -> int:
        return self.random.choices((1, 2, 3, 4), (5, 3, 1, 1))[0]

    def _context(self, *, global_only: bool) -> dict[str, tuple[str, ...]]:
        context: dict[str, tuple[str, ...]] = {}
        for pool in (STRINGS, NUMBERS, DATES, BOOLEANS, ADDRESSES, ARNS, BINARIES):
            for key, values in pool.items():
                if self._chance(0.6) and not (global_only and not key.startswith("aws:")):
                    context[key] = (self._one(values),)
        for key, values in LISTS.items():
            if self._chance(0.5):
                context[key] = tuple(self.random.sample(values, self.random.randint(1, 3)))
        return context

    def _one(self, items: Any) -> Any:
        return self.random.choice(items)

    def _chance(self, probability: float) -> bool:
        return self.random.random() < probability


class _Around:
    """Documents about one request."""

    def __init__(self, random: Random, action: str, resource: str, context: dict[str, tuple[str, ...]]) -> None:
        self.random = random
        self.action = action
        self.resource = resource
        self.context = context

    def document(self, size: int, *, generous: bool = False) -> Document:
        statements = [self.statement(generous=generous and number == 0) for number in range(size)]
        document: Document = {"Version": "2012-10-17", "Statement": statements}
        if size == 1 and self._chance(0.5):
            document["Statement"] = statements[0]
        match self.random.random():
            case value if value < 0.05:
                document["Version"] = "2008-10-17"
            case value if value < 0.08:
                del document["Version"]
        return document

    def statement(self, *, generous: bool) -> Document:
        if generous and self._chance(0.75):
            return {"Effect": "Allow", "Action": "*", "Resource": "*"}
        denies = self._chance(0.25)
        statement: Document = {"Effect": "Deny" if denies else "Allow"}
        near = 0.45 if denies else 0.8
        if self._chance(0.12):
            statement["NotAction"] = self._items(self.action_pattern, 0.25)
        else:
            statement["Action"] = self._items(self.action_pattern, near)
        if self._chance(0.12):
            statement["NotResource"] = self._items(self.resource_pattern, 0.25)
        else:
            statement["Resource"] = self._items(self.resource_pattern, near)
        if self._chance(0.7 if denies else 0.5):
            statement["Condition"] = {}
            for _ in range(self.random.choices((1, 2, 3), (6, 3, 1))[0]):
                operator, key, values = self.condition()
                statement["Condition"].setdefault(operator, {})[key] = values
        return statement

    def _items(self, make: Callable[[float], str], near: float) -> Any:
        items = [make(near) for _ in range(self.random.choices((1, 2, 3), (6, 3, 1))[0])]
        return items[0] if len(items) == 1 and self._chance(0.5) else items

    def action_pattern(self, near: float) -> str:
        if not self._chance(near):
            return str(self._one((*OTHER_ACTIONS, self.action + "s", self.action[:-1], self.action[:-1] + "??")))
        service, name = self.action.split(":")
        cut = self.random.randint(1, len(name) - 1)
        made = self._one(
            (
                "*",
                f"{service}:*",
                self.action,
                self.action,
                f"{service}:{name[:cut]}*",
                f"{service}:*{name[cut:]}",
                f"{service}:{name[:cut]}*{name[cut:]}",
                f"{service}:{name[: cut - 1]}?{name[cut:]}",
                f"{service}:{'?' * len(name)}",
                f"{service}:{name[:cut]}?{name[cut:]}",
                f"{service}:**",
            )
        )
        return self._odd_case(made) if self._chance(0.3) else str(made)

    def resource_pattern(self, near: float) -> str:
        if self.resource == "*":
            return "*" if self._chance(near) else str(self._one(OTHER_RESOURCES))
        if not self._chance(near):
            odd = "arn:" + self._odd_case(self.resource.removeprefix("arn:"))
            wrong = (*OTHER_RESOURCES, self.resource + "x", self.resource[:-1], odd)
            return str(self._one(wrong))
        return str(self._one((self._whole, self._whole, self._cut, self._segments, self._crossing, self._variable))())

    def _whole(self) -> str:
        return str(self._one(("*", self.resource, self.resource)))

    def _cut(self) -> str:
        """A ``*`` or a ``?`` somewhere in the last segment."""
        *front, last = self.resource.split(":", 5)
        cut = self.random.randint(0, len(last) - 1)
        end = self.random.randint(cut, len(last))
        made = self._one((f"{last[:cut]}*", f"{last[:cut]}*{last[end:]}", f"{last[:cut]}?{last[cut + 1 :]}"))
        return ":".join([*front, made])

    def _segments(self) -> str:
        """A ``*`` for whole segments before the last, or for part of one."""
        parts = self.resource.split(":", 5)
        for place in self.random.sample((3, 4), self.random.randint(1, 2)):
            text = parts[place]
            parts[place] = self._one(("*", text[: len(text) // 2] + "*", "*" + text[len(text) // 2 :]))
        return ":".join(parts)

    def _crossing(self) -> str:
        """A ``*`` that has to take up colons, or an ARN that ends early."""
        parts = self.resource.split(":")
        start = self.random.randint(3, len(parts) - 1)
        end = self.random.randint(start, len(parts))
        kept = parts[start][: self.random.randint(0, len(parts[start]))] if self._chance(0.5) else ""
        tail = parts[end - 1][-2:] if end > start and self._chance(0.3) else ""
        return ":".join([*parts[:start], f"{kept}*{tail}", *parts[end:]])

    def _variable(self) -> str:
        made = self.resource.replace("alice", self._one(("${aws:username}", "${AWS:UserName}", "${aws:username, 'x'}")))
        made = made.replace("red", self._one(("${aws:PrincipalTag/team}", "${aws:PrincipalTag/team, 'red'}", "*")))
        if self._chance(0.1):
            made = made.replace(f":{ACCOUNT}:", ":${aws:PrincipalAccount}:", 1)
        if self._chance(0.1):
            made += self._one(("${*}", "${$}", "${aws:TagKeys}", "${aws:nothing}", "${s3:prefix}"))
        return made

    def condition(self) -> tuple[str, str, Any]:
        key, operators, vary = self._one(KINDS)
        operator = self._one(operators)
        if self._chance(0.04):
            operator = self._one(EVERY_OPERATOR)
        found = self.context.get(key)
        known = list(found) if found is not None else [self._one(POOL[key])]
        values = [vary(self, self._one(known)) for _ in range(self.random.choices((1, 2, 3), (6, 3, 1))[0])]
        if operator == "Null":
            return operator, self._key(key), self._one(("true", "false", "True", ["true", "false"]))
        if key in MULTIVALUED:
            operator = self._one(("ForAllValues:", "ForAllValues:", "ForAnyValue:", "ForAnyValue:", "")) + operator
        elif self._chance(0.06):
            operator = self._one(("ForAllValues:", "ForAnyValue:")) + operator
        if self._chance(0.2):
            operator += "IfExists"
        if self._chance(0.03):
            operator = self._odd_case(operator)
        return operator, self._key(key), values[0] if len(values) == 1 and self._chance(0.5) else values

    def text(self, value: str) -> str:
        cut = self.random.randint(0, len(value))
        return str(
            self._one(
                (
                    value,
                    value,
                    value.upper(),
                    value[:cut] + "*",
                    "*" + value[cut:],
                    value[: max(0, cut - 1)] + "?" + value[cut:],
                    "*",
                    value + "x",
                    value.replace("*", "${*}"),
                    value.replace("alice", "${aws:username}"),
                    "${aws:username}",
                    "${aws:PrincipalTag/team}",
                    "${aws:PrincipalTag/team, 'red'}",
                    "${aws:nothing}",
                )
            )
        )

    def number(self, value: str) -> str:
        near = int(value)
        return str(self._one((value, value, near + 1, near - 1, f"{value}.0", f"{near + 0.5}", "0", "ten")))

    def date(self, value: str) -> str:
        others = ("2024-06-01T12:00:00Z", "1717243200", "2024-06-01T14:00:00+02:00", "2024-06-01T12:00:00.000Z")
        rare = (
            "2024-06-01",
            "2024-06",
            "2024",
            "2024-06-01T12:00Z",
            "1717243200000",
            "yesterday",
            "2024-06-01T12:00:00",
        )
        return str(self._one((value, value, *others, self._one(rare), "2023-01-01T00:00:00Z", "2030-01-01T00:00:00Z")))

    def boolean(self, value: str) -> str:
        return str(self._one((value, value, "true", "false", "TRUE", "yes", "${aws:SecureTransport}")))

    def address(self, value: str) -> str:
        four = ("203.0.113.0/24", "203.0.113.9/24", "0.0.0.0/0", "203.0.113.7/32", "203.0.113.8/30", "198.51.100.0/24")
        six = ("2001:db8::/32", "2001:0db8:0:0:0:0:0:7", "2001:DB8::7/128", "::/0", "2001:db8:1::/48", "fe80::/10")
        odd = ("203.0.113.7/33", "203.0.113", "::ffff:203.0.113.7", "203.0.113.*", "10.0.0.0/8 ")
        own, other = (six, four) if ":" in value else (four, six)
        pick = self.random.random()
        return str(value if pick < 0.2 else self._one(own if pick < 0.65 else other if pick < 0.93 else odd))

    def arn(self, value: str) -> str:
        parts = value.split(":")
        place = self.random.randint(1, len(parts) - 1)
        starred = ":".join([*parts[:place], "*", *parts[place + 1 :]])
        crossing = ":".join([*parts[:place], "*", *parts[min(place + 2, len(parts)) :]])
        half = ":".join([*parts[:place], parts[place][: len(parts[place]) // 2] + "*", *parts[place + 1 :]])
        variable = value.replace("alice", "${aws:username}").replace(ACCOUNT, "${aws:PrincipalAccount}")
        return str(
            self._one((value, value, starred, starred, half, crossing, variable, value[:-1] + "?", value.upper(), "*"))
        )

    def binary(self, value: str) -> str:
        return str(self._one((value, value, BINARIES["test:Blob"][1], value.rstrip("="), "not base64!")))

    def _key(self, key: str) -> str:
        return self._odd_case(key) if self._chance(0.1) else key

    def _odd_case(self, text: Any) -> str:
        return "".join(letter.swapcase() if self._chance(0.3) else letter for letter in str(text))

    def _one(self, items: Any) -> Any:
        return self.random.choice(items)

    def _chance(self, probability: float) -> bool:
        return self.random.random() < probability


POOL = {**STRINGS, **NUMBERS, **DATES, **BOOLEANS, **ADDRESSES, **ARNS, **LISTS, **BINARIES}
KINDS = (
    *((key, STRING_OPERATORS, _Around.text) for key in STRINGS),
    *((key, STRING_OPERATORS, _Around.text) for key in LISTS),
    *((key, tuple(f"Numeric{name}" for name in ORDER), _Around.number) for key in NUMBERS),
    *((key, tuple(f"Date{name}" for name in ORDER), _Around.date) for key in DATES),
    *((key, ("Bool",), _Around.boolean) for key in BOOLEANS),
    *((key, ("IpAddress", "NotIpAddress"), _Around.address) for key in ADDRESSES for _ in range(2)),
    *((key, ARN_OPERATORS, _Around.arn) for key in ARNS),
    *((key, ("BinaryEquals",), _Around.binary) for key in BINARIES),
    *((key, ("Null",), _Around.text) for key in ("aws:TokenIssueTime", "aws:TagKeys", "aws:MultiFactorAuthAge")),
)
