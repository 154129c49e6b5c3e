"""What AWS refuses in trust policies and control policies, beyond the grammar that all policies have.

It does so when it is given a policy. Of those that it has already, as account data and states show them, nothing is
refused. Only what is certain is: an action with a wildcard after ``sts:``, a principal that is known in part, pass.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scanner.iam.elements import MalformedError
from scanner.iam.pattern import Hole, Text, literal, text_of
from scanner.iam.principal_element import UNIQUE_ID
from scanner.regexes import whole
from scanner.values import Value


def refuse_in_trust(entries: Mapping[str, Value], statement: Value) -> None:
    """What IAM refuses in a statement of a trust policy. Raises ``MalformedError``."""
    for name in ("Resource", "NotResource"):
        if name in entries:
            message = f"A statement of a trust policy has no {name}: it is about the role that it belongs to."
            raise MalformedError(message, entries[name].span or statement.span)
    for text, value in _texts(entries.get("Action")):
        known = literal(text)
        if known is not None and not known.lower().startswith("sts:"):
            message = f'The action "{known}" is no way to assume a role, so a trust policy must not have it.'
            raise MalformedError(message, value.span or statement.span)
    for name in ("Principal", "NotPrincipal"):
        for kind, entry in entries[name].entries.items() if name in entries else ():
            problem_of = _PROBLEMS.get(kind)
            for text, value in _texts(entry) if problem_of is not None else ():
                problem = problem_of(text) if problem_of is not None else None
                if problem is not None:
                    raise MalformedError(problem, value.span or entry.span or statement.span)


def refuse_in_resource_control(entries: Mapping[str, Value], statement: Value) -> None:
    """What AWS Organizations refuses in a statement of a resource control policy. Raises ``MalformedError``."""
    for name, instead in (("NotPrincipal", "Principal"), ("NotAction", "Action")):
        if name in entries:
            message = f"A resource control policy has no {name}, only {instead}."
            raise MalformedError(message, entries[name].span or statement.span)
    principal = entries.get("Principal")
    if principal is not None and principal.unknown is None and not _is_everybody(principal):
        message = (
            'The Principal of a resource control policy must be "*": it applies to everybody who comes to the '
            "resources. Use a condition on aws:PrincipalArn to exempt some of them."
        )
        raise MalformedError(message, principal.span or statement.span)
    effect = entries.get("Effect")
    if effect is not None and effect.text == "Allow" and not _allows_everything(entries):
        message = "A resource control policy only denies: AWS's own RCPFullAWSAccess allows everything beside it."
        raise MalformedError(message, effect.span or statement.span)


def _is_everybody(principal: Value) -> bool:
    if principal.text is not None:
        return principal.text == "*"
    aws = principal.entries.get("AWS")
    return len(principal.entries) == 1 and aws is not None and all(item.text == "*" for item in aws.elements)


def _allows_everything(entries: Mapping[str, Value]) -> bool:
    """Whether it may be a copy of ``RCPFullAWSAccess``."""
    condition = entries.get("Condition")
    if condition is not None and not condition.is_null and condition.data != {}:
        return False
    return all(
        name in entries and all(item.text == "*" or item.unknown is not None for item in entries[name].elements)
        for name in ("Action", "Resource")
    )


def _texts(value: Value | None) -> Iterator[tuple[Text, Value]]:
    """The texts of an element, known or not, each with where it stands."""
    for item in value.elements if value is not None else ():
        text = text_of(item)
        if text is not None:
            yield text, item


def _aws_problem(text: Text) -> str | None:
    """What is wrong with an entry that has to be an account, a user, a role or a session."""
    shown = "".join(part if isinstance(part, str) else "…" for part in text)
    known = literal(text)
    if known == "*" or not text or isinstance(text[0], Hole):
        return None
    if not text[0].startswith("arn:"):
        if known is None or _ACCOUNT.fullmatch(known) or UNIQUE_ID.fullmatch(known):
            return None
        return f'The principal "{known}" is neither the ID of an account, an ARN nor "*".'
    if any(sign in part for part in text if isinstance(part, str) for sign in "*?"):
        return f'The principal "{shown}" has a wildcard: "*" stands for everybody, and for no part of an ARN.'
    return _arn_problem(text, shown, _OF_PEOPLE, "an account, a user, a role or a session of one")


def _federated_problem(text: Text) -> str | None:
    """What is wrong with an entry that has to be an identity provider."""
    if not text or isinstance(text[0], Hole) or not text[0].startswith("arn:"):
        return None
    shown = "".join(part if isinstance(part, str) else "…" for part in text)
    return _arn_problem(text, shown, _OF_PROVIDERS, "a SAML or OpenID Connect provider")


_PROBLEMS = {"AWS": _aws_problem, "Federated": _federated_problem}
_ACCOUNT = whole(r"[0-9]{12}")
_OF_PEOPLE: Mapping[str, tuple[str, ...]] = {
    "iam": ("root", "user/", "role/"),
    "sts": ("assumed-role/", "federated-user/"),
}
_OF_PROVIDERS: Mapping[str, tuple[str, ...]] = {"iam": ("saml-provider/", "oidc-provider/")}
_COLONS = 5
_SERVICE, _OWNER = 2, 4


def _arn_problem(text: Text, shown: str, kinds: Mapping[str, tuple[str, ...]], wanted: str) -> str | None:
    """What is wrong with an ARN that has to be of one of some kinds, as far as it is written."""
    known = literal(text)
    if known is not None and known.count(":") < _COLONS:
        return f'The principal "{shown}" has too few parts for an ARN.'
    segments = str(text[0]).split(":", _COLONS)[:-1]  # the last one may go on with what is not known
    resource = _resource(text)
    if len(segments) > _SERVICE and not any(_may_begin(resource, one) for one in kinds.get(segments[_SERVICE], ())):
        return f'The principal "{shown}" is not {wanted}.'
    owner = segments[_OWNER] if len(segments) > _OWNER else None
    if owner == "" or (owner is not None and owner.isdigit() and not _ACCOUNT.fullmatch(owner)):
        return f'The principal "{shown}" has an account ID that is not twelve digits long.'
    return None


def _resource(text: Text) -> str:
    """What the resource of an ARN begins with, where its colons are all written, so that the holes have none."""
    if sum(part.count(":") for part in text if isinstance(part, str)) != _COLONS:
        return ""
    colons = 0
    for part in text:
        if isinstance(part, str):
            if colons + part.count(":") == _COLONS:
                return part.rpartition(":")[2]
            colons += part.count(":")
    return ""


def _may_begin(resource: str, kind: str) -> bool:
    """Whether what is written of the resource does not rule a kind out."""
    return resource.startswith(kind) or kind.startswith(resource)
