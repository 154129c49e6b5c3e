"""How AWS writes the names of condition keys, which compare without case.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from __future__ import annotations

from collections.abc import Iterable

from scanner.cause import Cause, CauseKind

REGION = "aws:RequestedRegion"

_GLOBAL = (
    *("aws:AssumedRoot", "aws:CalledVia", "aws:CalledViaAWSMCP", "aws:CalledViaFirst", "aws:CalledViaLast"),
    *("aws:ChatbotSourceArn", "aws:CurrentTime", "aws:Ec2InstanceSourcePrivateIPv4", "aws:Ec2InstanceSourceVpc"),
    *("aws:EpochTime", "aws:FederatedProvider", "aws:IsMcpServiceAction", "aws:MultiFactorAuthAge"),
    *("aws:MultiFactorAuthPresent", "aws:PrincipalAccount", "aws:PrincipalArn", "aws:PrincipalIsAWSService"),
    *("aws:PrincipalOrgID", "aws:PrincipalOrgPaths", "aws:PrincipalServiceName", "aws:PrincipalServiceNamesList"),
    *("aws:PrincipalType", "aws:Referer", REGION, "aws:ResourceAccount", "aws:ResourceOrgID"),
    *("aws:ResourceOrgPaths", "aws:SecureTransport", "aws:SourceAccount", "aws:SourceArn", "aws:SourceIdentity"),
    *("aws:SourceIp", "aws:SourceOrgID", "aws:SourceOrgPaths", "aws:SourceOwner", "aws:SourceVpc", "aws:SourceVpcArn"),
    *("aws:SourceVpce", "aws:TagKeys", "aws:TokenIssueTime", "aws:UserAgent", "aws:userid", "aws:username"),
    *(
        "aws:ViaAWSService",
        "aws:ViaAWSMCPService",
        "aws:VpceAccount",
        "aws:VpceOrgID",
        "aws:VpceOrgPaths",
        "aws:VpcSourceIp",
    ),
    *("signin:OAuthClientAuthentication", "signin:OAuthGrantType", "signin:OAuthTokenType", "signin:PrincipalArn"),
    *("iam:PassedToService", "iam:AssociatedResourceArn", "iam:PermissionsBoundary", "iam:PolicyARN"),
    *("sts:ExternalId", "sts:RoleSessionName", "sts:SourceIdentity", "sts:TransitiveTagKeys"),
)
_WITH_TAG = ("aws:PrincipalTag/", "aws:RequestTag/", "aws:ResourceTag/", "iam:ResourceTag/")
_WRITTEN = {key.lower(): key for key in _GLOBAL}
_PREFIXES = {key.lower(): key for key in _WITH_TAG}


def as_aws_writes(key: str) -> str:
    """The key as the documentation has it, where it is a well-known one. The keys of tags stay as they are."""
    lowered = key.lower()
    prefix, slash, tag = key.partition("/")
    if slash:
        return _PREFIXES.get(f"{prefix.lower()}/", f"{prefix}/") + tag
    return _WRITTEN.get(lowered, key)


def keys_of(causes: Iterable[Cause]) -> tuple[str, ...]:
    """The context keys that an answer depends on, sorted; each once, however policies write it."""
    found: dict[str, str] = {}
    for cause in causes:
        key = (
            REGION if cause.kind is CauseKind.REGION else cause.detail if cause.kind is CauseKind.CONTEXT_KEY else None
        )
        if key is not None:
            found.setdefault(key.lower(), as_aws_writes(key))
    return tuple(found[key] for key in sorted(found))
