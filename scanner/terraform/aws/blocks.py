"""The nested blocks of the AWS provider's resources, data sources and its own configuration, for JSON syntax."""

from __future__ import annotations

from scanner.terraform.aws.resource_type import nested
from scanner.terraform.aws.resource_types import RESOURCE_TYPES
from scanner.terraform.language.shapes import ProviderShapes

_PRINCIPALS = nested()
_IDENTITY_STORE = {
    "alternate_identifier": nested(external_id=nested(), unique_attribute=nested()),
    "filter": nested(),
}

SHAPES = ProviderShapes(
    resources={known.name: known.blocks for known in RESOURCE_TYPES.values() if known.blocks},
    data_sources={
        "aws_iam_policy_document": {
            "statement": nested(principals=_PRINCIPALS, not_principals=_PRINCIPALS, condition=nested())
        },
        "aws_identitystore_group": _IDENTITY_STORE,
        "aws_identitystore_user": _IDENTITY_STORE,
    },
    providers={
        "aws": {
            name: nested()
            for name in ("assume_role", "assume_role_with_web_identity", "default_tags", "endpoints", "ignore_tags")
        },
    },
)
