"""What the AWS provider computes, where that follows from what is known: ARNs and identifiers of IAM resources.

Everything else is known after apply only. An ARN has a hole for the account while that is not known, and its symbol
is the attribute's address in any case, so that references to it join.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from scanner import values
from scanner.cause import ACCOUNT_ID
from scanner.facts import Home
from scanner.symbol import Attribute, Part
from scanner.terraform.arn_services import service_in_arn
from scanner.terraform.resources import after_apply
from scanner.values import NULL, Unknown, Value


@dataclass(frozen=True, slots=True)
class Resource:
    """What a computed attribute may be made of."""

    address: str
    get: Callable[[str], Value]
    """An argument that is set; null when it is not."""
    home: Home


Compute = Callable[[Resource], Value]


def computed(resource: Resource, resource_type: str, attribute: str) -> Value:
    """An attribute that the block does not set: of an identity null, unless the provider computes it."""
    compute = _COMPUTED.get(resource_type, {}).get(attribute)
    if compute is not None:
        return compute(resource)
    if resource_type.startswith(_WELL_KNOWN) and attribute not in _AFTER_APPLY:
        return NULL
    found = after_apply(resource.address, attribute)
    return of_service(found, resource_type, resource.home.partition) if attribute == "arn" else found


def of_service(arn: Value, resource_type: str, partition: str) -> Value:
    """An ARN that is not known, with the service in it: a policy for a bucket is one for nothing else."""
    service, unknown = service_in_arn(resource_type), arn.unknown
    if service is None or unknown is None or unknown.symbol is None:
        return arn
    rest = Unknown(unknown.cause, Part(unknown.symbol, " after the service"))
    return replace(arn, data=replace(unknown, pieces=(f"arn:{partition}:{service}:", rest)))


def _argument(name: str, default: str | None = None) -> Compute:
    def compute(resource: Resource) -> Value:
        value = resource.get(name)
        if not value.is_null:
            return value
        return Value(default) if default is not None else after_apply(resource.address, name)

    return compute


def _arn(kind: str, name: str = "name") -> Compute:
    def compute(resource: Resource) -> Value:
        unknown = after_apply(resource.address, "arn").unknown
        own_name = resource.get(name)
        if unknown is None or own_name.is_null:
            return after_apply(resource.address, "arn")
        path = resource.get("path")
        parts = [
            f"arn:{resource.home.partition}:iam::",
            *(values.pieces(account(resource.home)) or ()),
            f":{kind}",
            *(values.pieces(path) or ("/",)),
            *(values.pieces(own_name) or ()),
        ]
        joined = values.joined(parts)
        if joined.unknown is None:
            return joined
        return Value(Unknown(unknown.cause, unknown.symbol, joined.unknown.pieces))

    return compute


def account(home: Home) -> Value:
    """The account that resources are created in: known, or the unknown that everybody means by it."""
    if home.account.id is not None:
        return Value(home.account.id)
    return Value(Unknown(ACCOUNT_ID, home.account.symbol))


def _name(resource: Resource) -> Value:
    """``name``; with ``name_prefix`` its beginning is known."""
    prefix = resource.get("name_prefix")
    unknown = after_apply(resource.address, "name").unknown
    if unknown is None or prefix.is_null:
        return after_apply(resource.address, "name")
    joined = values.joined(
        [*(values.pieces(prefix) or ()), Unknown(unknown.cause, Part(Attribute(resource.address, "name"), " suffix"))]
    )
    return Value(Unknown(unknown.cause, unknown.symbol, joined.unknown.pieces if joined.unknown else ()))


def _named(kind: str) -> Mapping[str, Compute]:
    def own_name(resource: Resource) -> Value:
        value = resource.get("name")
        return value if not value.is_null else _name(resource)

    return {
        "arn": _arn(kind),
        "name": _name,
        "id": own_name,
        "path": lambda _: Value("/"),
    }


_POLICY_ARN = _arn("policy")
_COMPUTED: Mapping[str, Mapping[str, Compute]] = {
    "aws_iam_user": _named("user"),
    "aws_iam_role": _named("role"),
    "aws_iam_group": _named("group"),
    "aws_iam_policy": {
        "arn": _POLICY_ARN,
        "id": _POLICY_ARN,
        "name": _name,
        "path": lambda _: Value("/"),
    },
    "aws_iam_saml_provider": {"arn": _arn("saml-provider"), "id": _arn("saml-provider")},
    "aws_iam_user_login_profile": {"id": _argument("user")},
    "aws_iam_group_membership": {"id": _argument("name")},
    **{
        f"awscc_iam_{kind}": {"arn": _arn(kind, f"{kind}_name"), "id": _argument(f"{kind}_name")}
        for kind in ("user", "role", "group")
    },
    "awscc_iam_managed_policy": dict.fromkeys(("policy_arn", "id"), _arn("policy", "managed_policy_name")),
    "terraform_data": {"output": lambda resource: resource.get("input")},  # once it is applied
}
_WELL_KNOWN = ("aws_iam_", "aws_ssoadmin_", "aws_identitystore_", "awscc_iam_", "awscc_sso_")
_AFTER_APPLY = frozenset(
    {
        *("arn", "id", "unique_id", "policy_id", "create_date", "created_date", "tags_all", "attachment_count"),
        *("password", "encrypted_password", "key_fingerprint", "secret", "encrypted_secret", "ses_smtp_password_v4"),
        *("policy_arn", "permission_set_arn", "user_name", "role_name", "group_name", "managed_policy_name", "role_id"),
        *("name", "path", "user_id", "group_id", "external_ids", "principal_id", "valid_until", "certificate_body"),
    }
)
"""Attributes of identity resources that the provider computes. All others are null when they are not set."""
