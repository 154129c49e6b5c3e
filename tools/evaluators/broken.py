"""Documents with one thing that is wrong, or nearly wrong, for the validators."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

from tools.evaluators.case import Document


def broken_documents() -> Iterator[tuple[str, Document]]:
    """What is wrong, and the document."""
    for name, apply in BREAKS:
        statement: Document = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*"}
        document: Document = {"Version": "2012-10-17", "Statement": statement}
        apply(document, statement)
        yield name, document


def _setting(name: str, value: Any) -> Callable[[Document, Document], None]:
    def apply(_document: Document, statement: Document) -> None:
        statement[name] = copy.deepcopy(value)

    return apply


def _dropping(*names: str) -> Callable[[Document, Document], None]:
    def apply(_document: Document, statement: Document) -> None:
        for name in names:
            statement.pop(name, None)

    return apply


def _in_document(name: str, value: Any) -> Callable[[Document, Document], None]:
    def apply(document: Document, _statement: Document) -> None:
        document[name] = copy.deepcopy(value)

    return apply


def _both(name: str) -> Callable[[Document, Document], None]:
    def apply(_document: Document, statement: Document) -> None:
        statement[name] = statement[f"Not{name}"] = "*"

    return apply


BREAKS: tuple[tuple[str, Callable[[Document, Document], None]], ...] = (
    ("nothing", lambda _document, _statement: None),
    ("no effect", _dropping("Effect")),
    ("effect in lower case", _setting("Effect", "allow")),
    ("no action", _dropping("Action", "NotAction")),
    ("no resource", _dropping("Resource", "NotResource")),
    ("action and not action", _both("Action")),
    ("resource and not resource", _both("Resource")),
    ("principal", _setting("Principal", "*")),
    ("element that does not exist", _setting("Actions", "*")),
    ("element in lower case", _setting("condition", {})),
    ("empty action list", _setting("Action", [])),
    ("empty resource list", _setting("Resource", [])),
    ("empty condition", _setting("Condition", {})),
    ("empty condition operator", _setting("Condition", {"StringEquals": {}})),
    ("empty condition values", _setting("Condition", {"StringEquals": {"aws:username": []}})),
    ("operator that does not exist", _setting("Condition", {"StringMatches": {"aws:username": "a"}})),
    ("operator for a quantifier that does not exist", _setting("Condition", {"ForSome:StringLike": {"aws:x": "a"}})),
    ("set operator on Null", _setting("Condition", {"ForAllValues:Null": {"aws:TagKeys": "true"}})),
    ("operator in lower case", _setting("Condition", {"stringequals": {"aws:username": "a"}})),
    ("Null with a value that is no boolean", _setting("Condition", {"Null": {"aws:username": "maybe"}})),
    ("ARN condition on what is no ARN", _setting("Condition", {"ArnLike": {"aws:SourceArn": "reports"}})),
    ("binary that is no base64", _setting("Condition", {"BinaryEquals": {"test:Blob": "not base64!"}})),
    ("condition key without a service", _setting("Condition", {"StringEquals": {"username": "a"}})),
    ("condition that is a list", _setting("Condition", [])),
    ("variable in a numeric condition", _setting("Condition", {"NumericEquals": {"s3:max-keys": "${aws:x}"}})),
    ("IfExists on Null", _setting("Condition", {"NullIfExists": {"aws:username": "true"}})),
    ("condition value of a number", _setting("Condition", {"NumericEquals": {"s3:max-keys": 10}})),
    ("condition value of a boolean", _setting("Condition", {"Bool": {"aws:SecureTransport": True}})),
    ("condition value of an object", _setting("Condition", {"StringEquals": {"aws:username": {"a": "b"}}})),
    ("condition value null", _setting("Condition", {"StringEquals": {"aws:username": None}})),
    ("date that is none", _setting("Condition", {"DateLessThan": {"aws:CurrentTime": "yesterday"}})),
    ("number that is none", _setting("Condition", {"NumericLessThan": {"s3:max-keys": "ten"}})),
    ("network that is none", _setting("Condition", {"IpAddress": {"aws:SourceIp": "203.0.113"}})),
    ("boolean that is none", _setting("Condition", {"Bool": {"aws:SecureTransport": "yes"}})),
    ("action without service", _setting("Action", "GetObject")),
    ("action with wildcard in the service", _setting("Action", "s*:GetObject")),
    ("action of two wildcards", _setting("Action", "*:*")),
    ("action with two colons", _setting("Action", "s3:Get:Object")),
    ("action of a number", _setting("Action", 5)),
    ("action with a space", _setting("Action", "s3:Get Object")),
    ("empty action", _setting("Action", "")),
    ("resource that is no ARN", _setting("Resource", "reports")),
    ("resource with wildcard for the service", _setting("Resource", "arn:aws:*:::reports")),
    ("resource with a region for S3", _setting("Resource", "arn:aws:s3:eu-west-1::reports")),
    ("resource with any region for S3", _setting("Resource", "arn:aws:s3:*:*:reports")),
    ("resource with arn in upper case", _setting("Resource", "ARN:aws:s3:::reports")),
    ("resource with a variable for the account", _setting("Resource", "arn:aws:sqs:*:${aws:PrincipalAccount}:q")),
    ("variable that is not closed", _setting("Resource", "arn:aws:s3:::reports/${aws:username")),
    ("resource with nothing after the fifth colon", _setting("Resource", "arn:aws:s3:::")),
    ("resource with too few parts", _setting("Resource", "arn:aws:s3:reports")),
    ("resource that begins with a wildcard", _setting("Resource", "*reports")),
    ("resource with wildcard for the partition", _setting("Resource", "arn:*:s3:::reports")),
    ("empty resource", _setting("Resource", "")),
    ("Sid with a space", _setting("Sid", "a b")),
    ("Sid of a number", _setting("Sid", 5)),
    ("empty Sid", _setting("Sid", "")),
    ("version that does not exist", _in_document("Version", "2012-10-18")),
    ("version 2008-10-17", _in_document("Version", "2008-10-17")),
    ("no version", lambda document, _statement: document.pop("Version")),
    ("version as a date with time", _in_document("Version", "2012-10-17T00:00:00Z")),
    ("no statements", _in_document("Statement", [])),
    ("element of the document that does not exist", _in_document("Statements", [])),
    ("Id", _in_document("Id", "an-id")),
    ("statement of a text", _in_document("Statement", ["Allow"])),
    ("statement that is null", _in_document("Statement", None)),
    (
        "one Sid twice",
        _in_document("Statement", [{"Sid": "A", "Effect": "Allow", "Action": "*", "Resource": "*"}] * 2),
    ),
)
