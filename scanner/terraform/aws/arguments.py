"""The types that the provider gives to the arguments of identity resources, to which Terraform converts what is set.

https://developer.hashicorp.com/terraform/language/expressions/types#type-conversion
"""

from __future__ import annotations

from dataclasses import replace

from scanner.terraform.aws.resource_types import RESOURCE_TYPES
from scanner.terraform.aws.vocabulary import TYPES
from scanner.terraform.language.conversion import ConversionError, convert
from scanner.terraform.language.kinds import ProviderItems, SetItems
from scanner.terraform.language.types import Type
from scanner.values import Value

_RESOURCES = ("aws_iam_", "aws_ssoadmin_")
"""Beginnings of the types in which the vocabulary counts."""


def type_of(resource_type: str, argument: str) -> Type | None:
    """The type of an argument, if it is known here."""
    known = RESOURCE_TYPES.get(resource_type)
    own = known.arguments.get(argument) if known is not None else None
    return own or (TYPES.get(argument) if resource_type.startswith(_RESOURCES) else None)


def converted(resource_type: str, argument: str, value: Value) -> Value:
    """The value of an argument as the provider gets it; as it is when the type is not known or does not fit."""
    wanted = type_of(resource_type, argument)
    if wanted is None:
        items = value.data
        known = RESOURCE_TYPES.get(resource_type)
        keeps_types = known is not None and known.keeps_types
        if not isinstance(items, tuple) or isinstance(items, SetItems) or keeps_types:
            return value
        return replace(value, data=ProviderItems(items))
    try:
        return convert(value, wanted)
    except ConversionError:
        return value
