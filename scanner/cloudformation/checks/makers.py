"""Resources that may make identities of which no template says anything: custom resources and products.

A custom resource is a function that may do whatever its role allows, most often nothing with identities. It is worth a
warning where it can make or change them: where its role is in the template, that says so; where it is not, the names of
the type and of the properties have to speak of identities.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-custom-resources.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from scanner.cloudformation.checks.uses import Kind, uses
from scanner.diagnostic import Diagnostic, warning
from scanner.iam.pattern import lowered, matches_any, parse_wildcards
from scanner.regexes import anywhere
from scanner.values import Value

if TYPE_CHECKING:
    from scanner.cloudformation.language.names import Names
    from scanner.cloudformation.template.sections import Resource

PRODUCT = "AWS::ServiceCatalog::CloudFormationProvisionedProduct"
_CUSTOM = ("Custom::", "AWS::CloudFormation::CustomResource")
_ROLE = "AWS::IAM::Role"
_POLICIES = frozenset({"AWS::IAM::ManagedPolicy", "AWS::IAM::Policy", "AWS::IAM::RolePolicy"})
_RUNNING = frozenset({_ROLE, "AWS::Lambda::Function", "AWS::Serverless::Function", "AWS::StepFunctions::StateMachine"})
_MAKING = tuple(
    (f"{service}:{action}".lower(),)
    for service, actions in (
        ("iam", ("AddUserToGroup", "AttachGroupPolicy", "AttachRolePolicy", "AttachUserPolicy", "CreateLoginProfile")),
        ("iam", ("CreateRole", "CreateUser", "PutGroupPolicy", "PutRolePolicy", "PutUserPolicy")),
        ("sso", ("AttachManagedPolicyToPermissionSet", "CreatePermissionSet", "PutInlinePolicyToPermissionSet")),
    )
    for action in actions
)
"""Actions that make identities, or give them something."""
_MANAGED = anywhere(r":policy/(?:AdministratorAccess|IAMFullAccess|AWSSSO(?:Master|Member)AccountAdministrator)$")
_WORD = anywhere(r"[A-Z]?[a-z]+|[A-Z](?:[A-Z](?![a-z]))*+")
_IDENTITY_WORDS = frozenset({"iam", "sso", "user", "users", "role", "roles"})
_IDENTITY_PAIRS = (("permission", "set"), ("login", "profile"), ("identity", "center"))
_OTHER_PAIRS = (("user", "pool"), ("user", "data"), ("user", "agent"))
_IDENTITY_PROPERTIES = frozenset(
    {"AssumeRolePolicyDocument", "LoginProfile", "ManagedPolicyArns", "PermissionSetArn", "RoleName", "UserName"}
)


def may_be_unfollowed(kind: str) -> bool:
    """Whether resources of a type may make identities of which no template says anything."""
    return kind.startswith(_CUSTOM) or kind == PRODUCT


class Makers:
    """Finds such resources in one stack."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._used: dict[str, tuple[str, ...]] = {}
        self._making: dict[str, bool | None] = {}

    def unfollowed(self, resource: Resource) -> Iterator[Diagnostic]:
        """A warning about a resource whose identities are not followed, if it may make any."""
        if not may_be_unfollowed(resource.type) or self._names.existence(resource)[0].is_no:
            return
        is_custom = resource.type.startswith(_CUSTOM)
        name = self._names.symbol(resource.logical_id)
        if not is_custom:
            detail = (
                f'The identities that the product "{name}" makes are missing. Scan the template of the product too.'
            )
            yield warning("Product not followed", detail, resource.span)
        elif self._may_make_identities(resource):
            what = f'The custom resource "{name}" can make or change identities'
            detail = f"{what}. The template does not say how, so what it makes is missing."
            yield warning("Custom resource not followed", detail, resource.span)

    def _may_make_identities(self, resource: Resource) -> bool:
        token = resource.get("ServiceToken")
        runs = tuple(self._running(token)) if token is not None else ()
        allowed = [self._allowed(one) for one in runs]
        if any(one is not None for one in allowed):
            return any(allowed)
        words = [word.lower() for word in _WORD.findall(resource.type.partition("::")[2])]
        pairs = tuple(pairwise(words))
        if any(pair in pairs for pair in _IDENTITY_PAIRS) or resource.properties.keys() & _IDENTITY_PROPERTIES:
            return True
        return bool(_IDENTITY_WORDS & set(words)) and not any(pair in pairs for pair in _OTHER_PAIRS)

    def _allowed(self, start: str) -> bool | None:
        """Whether what a function runs, itself and others, may make identities; None if no role of it is known."""
        if start not in self._making:
            waiting, seen = [start], set[str]()
            while waiting:
                name = waiting.pop()
                if name not in seen:
                    seen.add(name)
                    waiting += self._behind(name)
            behind = [self._names.template.resources[name] for name in seen]
            has_role = any(one.type == _ROLE for one in behind)
            makes = any(_allows_making(value) for one in behind for value in one.properties.values())
            self._making[start] = makes if has_role else None
        return self._making[start]

    def _behind(self, name: str) -> tuple[str, ...]:
        """Functions, roles and policies that a function, role or policy comes with."""
        if name not in self._used:
            resources = self._names.template.resources
            resource = resources[name]
            found = [one for value in resource.properties.values() for one in self._running(value)]
            if resource.type == _ROLE:
                found += self._policies.get(name, [])
            if "Role" not in resource.properties and f"{name}Role" in resources:  # SAM's
                found.append(f"{name}Role")
            self._used[name] = tuple(found)
        return self._used[name]

    @cached_property
    def _policies(self) -> Mapping[str, list[str]]:
        """The policies of each role."""
        found: dict[str, list[str]] = {}
        for policy in self._names.template.of_types(_POLICIES.__contains__):
            for value in policy.properties.values():
                for role in self._running(value):
                    found.setdefault(role, []).append(policy.logical_id)
        return found

    def _running(self, value: Value) -> Iterator[str]:
        """The functions and roles that an expression refers to."""
        for use in uses(value):
            name = use.name.partition(".")[0]
            resource = self._names.template.resources.get(name)
            if use.kind in (Kind.REFERENCE, Kind.ATTRIBUTE) and resource is not None and resource.type in _RUNNING:
                yield name


def _allows_making(value: Value) -> bool:
    """Whether an action, or a managed policy, in a document or a list of policies makes identities."""
    waiting, seen = [value], set[int]()
    while waiting:
        data = waiting.pop().data
        if isinstance(data, str) and _MANAGED.search(data):
            return True
        if not isinstance(data, tuple | Mapping) or id(data) in seen:
            continue
        seen.add(id(data))
        if isinstance(data, Mapping):
            if "NotAction" in data or ("Action" in data and _makes(data["Action"])):
                return True
            waiting.extend(data.values())
        else:
            waiting.extend(data)
    return False


def _makes(actions: Value) -> bool:
    items = actions.elements
    patterns = [lowered(parse_wildcards(item.text)) for item in items if item.text is not None]
    return any(matches_any(patterns, action).is_yes for action in _MAKING)
