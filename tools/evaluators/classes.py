"""Classes of disagreements and who is right by AWS's text; ``docs/iam-differential.md`` says why.

A class looks at the smallest case that still disagrees, where little is left beside the reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_network
from typing import Any

from tools.evaluators.case import Case, conditions, listed

THEIRS = "theirs is wrong"
LIMITED = "theirs is limited"
OPEN = "AWS does not say"

_VARIABLE = re.compile(r"\$\{([^}]*)\}")


@dataclass(frozen=True, slots=True)
class DisagreementClass:
    """Disagreements with one reason."""

    name: str
    ruling: str
    applies: Callable[[Any, Any, Any], bool]
    """Of the smallest case, our answer and theirs."""

    @property
    def title(self) -> str:
        """For the table."""
        return f"{self.name}: {self.ruling}"


def class_of(classes: tuple[DisagreementClass, ...], what: object, own: object, theirs: object) -> str:
    """The title of the first class that fits; empty for none."""
    return next((found.title for found in classes if found.applies(what, own, theirs)), "")


def _conditions(case: Case) -> Iterator[tuple[str, str, list[str], tuple[str, ...] | None]]:
    """Base operator in lower case with its set operator, key, values, and the values in the context."""
    context = {key.lower(): values for key, values in case.context.items()}
    for _, statement in case.statements:
        for operator, key, values in conditions(statement):
            yield operator.lower(), key.lower(), values, context.get(key.lower())


def _resources(case: Case, *names: str) -> Iterator[str]:
    for _, statement in case.statements:
        for name in names or ("Resource", "NotResource"):
            yield from (text for text in listed(statement.get(name, [])) if text != "*")


def _unresolved(case: Case, text: str) -> bool:
    """Whether some variable in the text has neither value nor default."""
    context = {key.lower(): values for key, values in case.context.items()}
    for inside in _VARIABLE.findall(text):
        key, comma, _ = inside.partition(",")
        if inside not in ("*", "?", "$") and not comma and len(context.get(key.strip().lower(), ())) != 1:
            return True
    return False


def _variable_free(text: str) -> str:
    return _VARIABLE.sub("x", text)


def _malformed(_case: Case, own: str, _theirs: str) -> bool:
    return own == "unknown"


def _old_version(case: Case, _own: str, _theirs: str) -> bool:
    return any(document.get("Version") != "2012-10-17" for document in case.documents)


def _any_if_exists(case: Case, _own: str, _theirs: str) -> bool:
    return any(
        operator.startswith("foranyvalue:") and operator.endswith("ifexists") and found is None
        for operator, _, _, found in _conditions(case)
    )


def _array_without_set_operator(case: Case, _own: str, _theirs: str) -> bool:
    arrays = ("aws:tagkeys", "aws:principalorgpaths")
    return any(key in arrays and found and ":" not in operator for operator, key, _, found in _conditions(case))


def _negated_without_value(case: Case, _own: str, _theirs: str) -> bool:
    return any(
        "not" in operator and any(_unresolved(case, value) for value in values)
        for operator, _, values, _ in _conditions(case)
    )


def _literal_star(case: Case, _own: str, _theirs: str) -> bool:
    return any(
        "equals" in operator and any(re.search(r"\$\{[*?$]\}", value) for value in values)
        for operator, _, values, _ in _conditions(case)
    )


def _arn_values(case: Case) -> Iterator[str]:
    for operator, _, values, _ in _conditions(case):
        if "arn" in operator:
            yield from values


def _arn_short(case: Case, _own: str, _theirs: str) -> bool:
    return any("*" in value and _variable_free(value).count(":") < 5 for value in _arn_values(case))


def _arn_variable(case: Case, _own: str, _theirs: str) -> bool:
    return any(
        "arn" in operator and any(":" in inside for value in values for inside in _VARIABLE.findall(value))
        for operator, _, values, _ in _conditions(case)
    )


def _epoch_against_iso(case: Case, _own: str, _theirs: str) -> bool:
    def kinds(texts: list[str]) -> set[bool]:
        return {text.lstrip("-").isdigit() and len(text) != 4 for text in texts}

    return any(
        "date" in operator and found is not None and len(kinds([*values, *found])) == 2
        for operator, _, values, found in _conditions(case)
    )


def _is_w3c_date(text: str) -> bool:
    for layout in ("%Y-%m-%dT%H:%M:%S.%f%z", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M%z", "%Y-%m-%d", "%Y-%m", "%Y"):
        try:
            datetime.strptime(text, layout)  # noqa: DTZ007 # only whether it can be read
        except ValueError:
            continue
        return True
    return False


def _unreadable(operator: str, text: str) -> bool:
    if "numeric" in operator:
        return re.fullmatch(r"-?\d+(\.\d+)?", text) is None
    if "date" in operator:
        return not text.isdigit() and not _is_w3c_date(text)
    if "ipaddress" in operator:
        try:
            ip_network(text, strict=False)
        except ValueError:
            return True
    if "arn" in operator:
        return not text.startswith("arn:") or text.count(":") < 5
    return False


def _has_unreadable(case: Case, *, negated: bool) -> bool:
    return any(
        ("not" in operator) is negated and any(_unreadable(operator, text) for text in (*values, *(found or ())))
        for operator, _, values, found in _conditions(case)
    )


def _binary(case: Case, _own: str, _theirs: str) -> bool:
    return any("binary" in operator for operator, *_ in _conditions(case))


def _all_addresses(case: Case, _own: str, _theirs: str) -> bool:
    return any("ipaddress" in operator and "0.0.0.0/0" in values for operator, _, values, _ in _conditions(case))


def _bare_address(case: Case, _own: str, _theirs: str) -> bool:
    return any(
        "ipaddress" in operator and any("/" not in value for value in values)
        for operator, _, values, _ in _conditions(case)
    )


def _variable_before_fifth_colon(case: Case, _own: str, _theirs: str) -> bool:
    return any(
        len(re.findall(r":", _variable_free(text[: found.start()]))) < 5
        for text in _resources(case)
        for found in _VARIABLE.finditer(text)
    )


def _not_resource_without_value(case: Case, _own: str, _theirs: str) -> bool:
    return any(_unresolved(case, text) for text in _resources(case, "NotResource"))


def _variable_in_type(case: Case, _own: str, _theirs: str) -> bool:
    return any("${" in text for text in _resources(case))


def _case_of_segments(case: Case, own: str, theirs: str) -> bool:
    asked = case.resource.split(":", 5)[:5]
    for text in _resources(case):
        segments = text.split(":", 5)[:5]
        if segments != asked and any(
            one != other and one.lower() == other.lower() for one, other in zip(segments, asked, strict=False)
        ):
            return own != theirs
    return False


def _wildcard_in_type(case: Case, _own: str, _theirs: str) -> bool:
    parts = [text.split(":", 5) for text in _resources(case)]
    return any(len(part) == 6 and re.match(r"[^:/]*[*?]", part[5]) for part in parts)


def _resource_crossing(case: Case, _own: str, _theirs: str) -> bool:
    """The pattern matches only if a ``*`` takes up a colon, or has fewer than six parts."""
    for text in _resources(case):
        parts, asked = text.split(":"), case.resource.split(":")
        if "*" in text and (len(parts) < len(asked) or len(parts) < 6):
            return True
    return False


SIMULATOR_CLASSES = (
    DisagreementClass("a document that we reject", OPEN, _malformed),
    DisagreementClass("policy variables in version 2008-10-17 or without a version", THEIRS, _old_version),
    DisagreementClass("ForAnyValue with IfExists, key absent", OPEN, _any_if_exists),
    DisagreementClass("array key without a set operator", OPEN, _array_without_set_operator),
    DisagreementClass("negated operator, variable without value", THEIRS, _negated_without_value),
    DisagreementClass("${*} in an Equals operator", THEIRS, _literal_star),
    DisagreementClass("ARN operator: variable with a colon in its name", THEIRS, _arn_variable),
    DisagreementClass("ARN operator: fewer than six parts", OPEN, _arn_short),
    DisagreementClass("date as epoch against date as ISO 8601", THEIRS, _epoch_against_iso),
    DisagreementClass("BinaryEquals on what is not base64", LIMITED, _binary),
    DisagreementClass("0.0.0.0/0 contains no address", THEIRS, _all_addresses),
    DisagreementClass(
        "negated operator on a value that is not of its type",
        OPEN,
        lambda case, *_: _has_unreadable(case, negated=True),
    ),
    DisagreementClass(
        "value read as a number or date up to its first odd character",
        THEIRS,
        lambda case, *_: _has_unreadable(case, negated=False),
    ),
    DisagreementClass("one address, written or compared in another form", THEIRS, _bare_address),
    DisagreementClass("NotResource, variable without value", THEIRS, _not_resource_without_value),
    DisagreementClass("variable before the fifth colon of a resource", OPEN, _variable_before_fifth_colon),
    DisagreementClass("variable with a colon in its name in a resource", THEIRS, _variable_in_type),
    DisagreementClass("case of partition, service, region or account", THEIRS, _case_of_segments),
    DisagreementClass("wildcard in the resource type", THEIRS, _wildcard_in_type),
    DisagreementClass("resource: * at the end of a segment taking up colons", THEIRS, _resource_crossing),
)


def _star_inside_a_segment(case: Case, _own: str, _theirs: str) -> bool:
    return any(re.search(r"\*[^:*]", text.split(":", 5)[place]) for text in _resources(case) for place in _places(text))


def _places(text: str) -> range:
    return range(1, min(5, len(text.split(":", 5))))


MOTO_CLASSES = (DisagreementClass("resource: * inside a segment taking up colons", THEIRS, _star_inside_a_segment),)


def _break(*names: str) -> Callable[[Any, Any, Any], bool]:
    return lambda what, _own, _theirs: what[0] in names


POLICY_CLASSES = (
    DisagreementClass(
        "resource that is no ARN, or not in lower case",
        THEIRS,
        _break("resource that is no ARN", "resource with arn in upper case"),
    ),
    DisagreementClass(
        "operator that AWS does not have",
        THEIRS,
        _break("operator that does not exist", "IfExists on Null"),
    ),
    DisagreementClass("empty Action or Resource list", THEIRS, _break("empty action list", "empty resource list")),
    DisagreementClass("one Sid twice", THEIRS, _break("one Sid twice")),
    DisagreementClass("Sid with other characters than letters and digits", THEIRS, _break("Sid with a space")),
    DisagreementClass("no statements", THEIRS, _break("no statements")),
    DisagreementClass("date that is none", THEIRS, _break("date that is none")),
    DisagreementClass(
        "resource that begins with a wildcard, or has too few parts",
        THEIRS,
        _break("resource that begins with a wildcard", "resource with too few parts"),
    ),
    DisagreementClass("action *:*", OPEN, _break("action of two wildcards")),
)
MOTO_POLICY_CLASSES = (
    DisagreementClass("Sid with other characters than letters and digits", THEIRS, _break("Sid with a space")),
    DisagreementClass("version 2008-10-17, or none", THEIRS, _break("version 2008-10-17", "no version")),
    DisagreementClass("Principal in an identity-based policy", THEIRS, _break("principal")),
    DisagreementClass("number as a condition value", THEIRS, _break("condition value of a number")),
    DisagreementClass("IfExists on Null", THEIRS, _break("IfExists on Null")),
    DisagreementClass("operator in another case", OPEN, _break("operator in lower case")),
    DisagreementClass("resource with arn in upper case", OPEN, _break("resource with arn in upper case")),
    DisagreementClass(
        "resource rules of one service",
        OPEN,
        _break("resource with too few parts", "resource with any region for S3", "resource with a region for S3"),
    ),
)
