"""Identities as templates have them, each with the verdicts that follow from what is written.

Every pattern is a function from a stem, which tells those of one template apart, to resources. A template has the
parameters ``Stage`` (default ``production``) and ``SignInPolicyArn`` (no default), and the condition ``IsProduction``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.corpora.expected import (
    CONDITIONAL,
    DENIED,
    ELSEWHERE,
    EVERYWHERE,
    HERE,
    NOTHING,
    OPEN,
    Verdict,
)

Resources = dict[str, Any]
BOTH = ["signin:AuthorizeOAuth2Access", "signin:CreateOAuth2Token"]
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
SIGN_IN = {"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/SignInLocalDevelopmentAccess"}


@dataclass(frozen=True, slots=True)
class TemplatePeople:
    """Resources, and who among them has console access: the end of a logical ID and the verdict."""

    resources: Callable[[str], Resources]
    found: tuple[tuple[str, Verdict], ...]


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    """A policy document."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(actions: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    """A statement that allows."""
    return {"Effect": "Allow", "Action": actions, "Resource": resource, **more}


def user(**properties: Any) -> Resources:
    """A user with a password."""
    password = {"Fn::Sub": "{{resolve:secretsmanager:${AWS::StackName}-password}}"}
    return {
        "Type": "AWS::IAM::User",
        "Properties": {"LoginProfile": {"Password": password, "PasswordResetRequired": True}, **properties},
    }


def inline(name: str, *statements: dict[str, Any]) -> list[dict[str, Any]]:
    """``Policies`` with one policy."""
    return [{"PolicyName": name, "PolicyDocument": document(*statements)}]


def _read_only(stem: str) -> Resources:
    return {f"{stem}User": user(UserName=f"{stem.lower()}-user", ManagedPolicyArns=[READ_ONLY])}


def _managed(stem: str) -> Resources:
    return {f"{stem}User": user(ManagedPolicyArns=[READ_ONLY, SIGN_IN])}


def _group(stem: str) -> Resources:
    local = "arn:aws:signin:*:*:oauth2/public-client/localhost"
    return {
        f"{stem}Group": {
            "Type": "AWS::IAM::Group",
            "Properties": {"Path": "/people/", "Policies": inline("sign-in", allow(BOTH, local))},
        },
        f"{stem}User": user(Groups=[{"Ref": f"{stem}Group"}]),
        f"{stem}Second": user(Groups=[{"Ref": f"{stem}Group"}], ManagedPolicyArns=[READ_ONLY]),
    }


def _in_production(stem: str) -> Resources:
    return {
        f"{stem}User": user(),
        f"{stem}Policy": {
            "Type": "AWS::IAM::ManagedPolicy",
            "Condition": "IsProduction",
            "Properties": {"Users": [{"Ref": f"{stem}User"}], "PolicyDocument": document(allow("signin:*"))},
        },
    }


def _never(stem: str) -> Resources:
    arns = {"Fn::If": ["IsProduction", [READ_ONLY], [READ_ONLY, SIGN_IN]]}
    return {f"{stem}User": user(ManagedPolicyArns=arns)}


def _boundary(stem: str) -> Resources:
    return {
        f"{stem}Boundary": {
            "Type": "AWS::IAM::ManagedPolicy",
            "Properties": {"PolicyDocument": document(allow(["s3:*", "logs:*", "cloudwatch:*"]))},
        },
        f"{stem}User": user(
            PermissionsBoundary={"Ref": f"{stem}Boundary"},
            ManagedPolicyArns=["arn:aws:iam::aws:policy/AdministratorAccess"],
        ),
    }


def _denied(stem: str) -> Resources:
    return {
        f"{stem}User": user(ManagedPolicyArns=["arn:aws:iam::aws:policy/PowerUserAccess"]),
        f"{stem}Deny": {
            "Type": "AWS::IAM::Policy",
            "Properties": {
                "PolicyName": "no-command-line",
                "Users": [{"Ref": f"{stem}User"}],
                "PolicyDocument": document({"Effect": "Deny", "Action": "signin:*", "Resource": "*"}),
            },
        },
    }


def _mfa(stem: str) -> Resources:
    with_mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    return {f"{stem}User": user(Policies=inline("sign-in-with-mfa", allow(BOTH, Condition=with_mfa)))}


def _open(stem: str) -> Resources:
    return {f"{stem}User": user(ManagedPolicyArns=[READ_ONLY, {"Ref": "SignInPolicyArn"}])}


def _one_action(stem: str) -> Resources:
    return {f"{stem}User": user(Policies=inline("half", allow([BOTH[0], "sts:GetCallerIdentity"])))}


def _remote(stem: str) -> Resources:
    resource = {"Fn::Sub": "arn:${AWS::Partition}:signin:*:${AWS::AccountId}:oauth2/public-client/remote"}
    return {f"{stem}User": user(Policies=inline("remote", allow(BOTH, resource)))}


def _saml(stem: str) -> Resources:
    provider = {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:saml-provider/okta"}
    trust = {
        "Effect": "Allow",
        "Action": "sts:AssumeRoleWithSAML",
        "Principal": {"Federated": provider},
        "Condition": {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}},
    }
    return {
        f"{stem}Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "AssumeRolePolicyDocument": document(trust),
                "ManagedPolicyArns": ["arn:aws:iam::aws:policy/AdministratorAccess"],
                "MaxSessionDuration": 28800,
            },
        }
    }


def _switch(stem: str) -> Resources:
    trust = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
        "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
    }
    return {
        f"{stem}Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "AssumeRolePolicyDocument": document(trust),
                "ManagedPolicyArns": ["arn:aws:iam::aws:policy/SecurityAudit"],
            },
        }
    }


PATTERNS = (
    TemplatePeople(_read_only, (("User", NOTHING),)),
    TemplatePeople(_managed, (("User", EVERYWHERE),)),
    TemplatePeople(_group, (("User", HERE), ("Second", HERE))),
    TemplatePeople(_in_production, (("User", EVERYWHERE),)),
    TemplatePeople(_never, (("User", NOTHING),)),
    TemplatePeople(_boundary, (("User", NOTHING),)),
    TemplatePeople(_denied, (("User", DENIED),)),
    TemplatePeople(_mfa, (("User", CONDITIONAL),)),
    TemplatePeople(_open, (("User", OPEN),)),
    TemplatePeople(_one_action, (("User", NOTHING),)),
    TemplatePeople(_remote, (("User", ELSEWHERE),)),
    TemplatePeople(_saml, (("Role", EVERYWHERE),)),
    TemplatePeople(_switch, (("Role", Verdict("possible", "implicit_deny", "implicit_deny")),)),
)
