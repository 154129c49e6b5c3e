"""Resources that may make identities which are not read here: each is a warning, so that silence is not a verdict."""

from __future__ import annotations

from collections.abc import Mapping

from scanner.diagnostic import Diagnostic, warning
from scanner.regexes import anywhere, whole
from scanner.terraform.aws.facts import TYPES
from scanner.terraform.resource_instance import ResourceInstance
from scanner.values import Value

_STACK, _PRODUCT, _ANY = "the template of a stack", "the template of a product", "a resource of any type"
_MAKERS: Mapping[str, str] = {
    "aws_cloudformation_stack": _STACK,
    "aws_cloudformation_stack_set": _STACK,
    "awscc_cloudformation_stack": _STACK,
    "awscc_cloudformation_stack_set": _STACK,
    "aws_serverlessapplicationrepository_cloudformation_stack": _STACK,
    "aws_servicecatalog_provisioned_product": _PRODUCT,
    "awscc_servicecatalog_cloud_formation_provisioned_product": _PRODUCT,
    "aws_cloudcontrolapi_resource": _ANY,
}
_OF_IDENTITIES = whole(r"(?:aws_iam|aws_ssoadmin|awscc_iam|awscc_sso)_(?P<rest>.+)")
_HARMLESS = frozenset(
    {
        *("user_ssh_key", "signing_certificate", "service_specific_credential", "virtual_mfa_device", "saml_provider"),
        *("openid_connect_provider", "oidc_provider", "instance_profile", "service_linked_role", "server_certificate"),
        *("account_alias", "account_password_policy", "organizations_features", "outbound_web_identity_federation"),
        *("security_token_service_preferences", "account_assignment", "assignment", "instance", "trusted_token_issuer"),
        *("instance_access_control_attributes", "instance_access_control_attribute_configuration"),
        *("application", "application_assignment", "application_access_scope", "application_assignment_configuration"),
    }
)
"""What follows the service in the names of types that say nothing about who may do what."""
_MAKE_IDENTITIES = anywhere(r"AWS::(?:IAM|SSO|CloudFormation|ServiceCatalog|Serverless)::|Custom::|Transform|Include")


def is_unread(resource_type: str) -> bool:
    """Whether resources of a type may make identities or policies, and are not read."""
    if resource_type in _MAKERS:
        return True
    found = _OF_IDENTITIES.fullmatch(resource_type)
    return found is not None and resource_type not in TYPES and found["rest"] not in _HARMLESS


def unread(instance: ResourceInstance) -> Diagnostic | None:
    """The warning about one resource; None if nothing in it makes identities."""
    resource_type = instance.address.type
    content = _MAKERS.get(resource_type)
    if content is not None and not _may_make_identities(instance):
        return None
    why = f"{content} is not read" if content is not None else f'resources of the type "{resource_type}" are not read'
    message = (
        f"{instance.label} may make users, roles or policies, but {why}. "
        "They are not judged, and what they grant or deny to others does not count."
    )
    return warning("Identities may be missing", message, instance.span)


def _may_make_identities(instance: ResourceInstance) -> bool:
    for name in ("template_body", "type_name"):
        written: Value = instance.get(name)
        if written.text is not None:
            return _MAKE_IDENTITIES.search(written.text) is not None
    return True
