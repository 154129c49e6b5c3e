"""What a function gives whatever it depends on: a text or a list.

The name of a user that is made up by AWS is not known, but it is certainly not a list of names.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from scanner.cloudformation.language.arguments import arguments
from scanner.cloudformation.language.intrinsics import call_of
from scanner.cloudformation.language.parameters import is_list, is_text
from scanner.cloudformation.resource_types import SERVICES_OF_IDENTITIES
from scanner.cloudformation.template.scalars import as_text
from scanner.values import Value

if TYPE_CHECKING:
    from scanner.cloudformation.language.names import Names


class Form(Enum):
    """One text, or a list."""

    TEXT = "text"
    LIST = "list"


_FORMS = {
    "Fn::Base64": Form.TEXT,
    "Fn::Cidr": Form.LIST,
    "Fn::GetAZs": Form.LIST,
    "Fn::ImportValue": Form.TEXT,
    "Fn::Join": Form.TEXT,
    "Fn::Split": Form.LIST,
    "Fn::Sub": Form.TEXT,
    "Fn::ToJsonString": Form.TEXT,
}
"""Functions that give the same form for all arguments."""
_PSEUDO_PARAMETERS = {
    "AWS::AccountId": Form.TEXT,
    "AWS::NotificationARNs": Form.LIST,
    "AWS::Partition": Form.TEXT,
    "AWS::Region": Form.TEXT,
    "AWS::StackId": Form.TEXT,
    "AWS::StackName": Form.TEXT,
    "AWS::URLSuffix": Form.TEXT,
}


def certain_form(expression: Value, names: Names) -> Form | None:
    """The form of a function's value; None where it may have another one, and for what is not a function."""
    call = call_of(expression)
    if call is None:
        return None
    name, argument = call
    if name == "Ref":
        return None if argument.text is None else _reference(argument.text, names)
    if name == "Fn::GetAtt":
        named = ".".join(as_text(part.data) or "" for part in arguments(argument)).partition(".")[0]
        resource = names.template.resources.get(named)
        is_text = resource is not None and resource.type.startswith(SERVICES_OF_IDENTITIES)  # all their attributes are
        return Form.TEXT if is_text else None
    return _FORMS.get(name)


def _reference(name: str, names: Names) -> Form | None:
    declaration = names.template.parameters.get(name)
    if declaration is not None:
        return Form.TEXT if is_text(declaration) else Form.LIST if is_list(declaration) else None
    if name in names.template.resources:
        return Form.TEXT
    return _PSEUDO_PARAMETERS.get(name)
