"""Symbols: what an unknown value is, where that can be said.

Two unknowns of equal symbols stand for equal values, so that what refers to one thing twice still joins. A symbol is a
value with parts and never taken apart as text; ``str`` gives what people read, which is what the code writes.
"""

from __future__ import annotations

from dataclasses import field
from enum import Enum
from typing import TypeAlias

from scanner.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Account:
    """The account that the code is applied in."""

    configuration: str = ""
    """What tells it from the accounts of other provider configurations or stacks of the same code."""

    def __str__(self) -> str:
        return "aws:account"


class Setting(Enum):
    """What else depends on where the code is applied."""

    REGION = "aws:region"
    PARTITION = "aws:partition"

    def __str__(self) -> str:
        return self.value


class NameKind(Enum):
    """What a name in the code names."""

    VALUE = "value"
    """A variable, local value, output or the like, with its namespace: ``var.team``."""
    PARAMETER = "parameter"
    CONDITION = "condition"
    NOT_CONDITION = "condition that does not hold"
    EXPORT = "export"
    OUTPUT = "output of another stack"
    CHANGE = "change of a resource"
    DYNAMIC_REFERENCE = "dynamic reference"
    CONTEXT_KEY = "context key of the request"


_PREFIXES = {
    NameKind.PARAMETER: "Parameter ",
    NameKind.CONDITION: "Condition ",
    NameKind.NOT_CONDITION: "not Condition ",
    NameKind.EXPORT: "Export ",
    NameKind.OUTPUT: "Output ",
    NameKind.CHANGE: "Change of ",
}


@dataclass(frozen=True, slots=True)
class Named:
    """What the code calls by a name."""

    kind: NameKind
    name: str

    def __str__(self) -> str:
        return f"{_PREFIXES.get(self.kind, '')}{self.name}"


@dataclass(frozen=True, slots=True)
class Block:
    """A resource or a data source with all its instances, or one instance of it."""

    address: str

    def __str__(self) -> str:
        return self.address


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute of one resource: ``aws_iam_user.this["a"].arn``, ``Login.Arn``."""

    owner: str
    """The address of the instance, or the logical ID with its stack's before it."""
    name: str
    is_text: bool = field(default=False, compare=False)
    """Whether it is certainly a text, and not an empty one."""

    def __str__(self) -> str:
        return f"{self.owner}.{self.name}"


@dataclass(frozen=True, slots=True)
class PolicyPath:
    """The rest of the path of the policy of a name, whatever that is: names of policies are unique in an account."""

    owner: str
    """The address of the data source that looks the policy up by its name."""

    def __str__(self) -> str:
        return f"{self.owner}.path"


@dataclass(frozen=True, slots=True)
class IdentityCenterPath:
    """The rest of the paths of the roles that Identity Center makes: the region that it is in, or nothing."""

    partition: str
    """An organization is in one, and has one Identity Center that makes roles."""

    def __str__(self) -> str:
        return "the region of IAM Identity Center"


@dataclass(frozen=True, slots=True)
class PermissionSetArn:
    """The ARN of the permission set of a name: names are unique in an instance of IAM Identity Center."""

    name: str

    def __str__(self) -> str:
        return f'the ARN of the permission set "{self.name}"'


@dataclass(frozen=True, slots=True)
class AppliedBy:
    """The end of the ARN of whoever applies the code: of a user, the root user, a role, or a session of either."""

    owner: str
    """The address of the data source, and the attribute, that says who it is."""

    def __str__(self) -> str:
        return f"{self.owner} after the account"


@dataclass(frozen=True, slots=True)
class Part:
    """Something inside of what a symbol stands for."""

    whole: Symbol
    step: str
    """As it is written after the whole: ``.arn``, ``["a"]``, `` suffix``."""

    def __str__(self) -> str:
        return f"{self.whole}{self.step}"


@dataclass(frozen=True, slots=True)
class Call:
    """What a function or an operator makes of operands that are all written out in the text."""

    text: str

    def __str__(self) -> str:
        return self.text


class Aspect(Enum):
    """What a repetition over something that is not known has."""

    COUNT = "count"
    FOR_EACH = "for_each"
    ENABLED = "enabled"
    INDEX = "index of"
    KEY = "key of"
    VALUE = "value of"
    ELEMENT = "each of"
    PRESENCE = "something in"
    """That there is an element at all."""


@dataclass(frozen=True, slots=True)
class Repetition:
    """A repetition over something that is not known, or what stands for its elements."""

    aspect: Aspect
    of: Symbol
    depth: int = 0
    """How many repetitions over the same thing stand around this one."""

    def __str__(self) -> str:
        marks = "'" * self.depth
        return f"{self.aspect.value} {self.of}{marks}"


_LookedUp: TypeAlias = "PolicyPath | IdentityCenterPath | PermissionSetArn | AppliedBy"
Symbol: TypeAlias = "Account | Setting | Named | Block | Attribute | _LookedUp | Part | Call | Repetition"
