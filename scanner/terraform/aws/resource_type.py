"""What can be known about one type of resource of the AWS providers: everything in one value.

The files beside this one have the types by topic, ``resource_types`` lists them, and a file for each question
(``facts``, ``arguments``, ``computed``, ``blocks``, ``naming``) answers it for all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from enum import Enum, auto

from scanner.facts import Fact, Home
from scanner.lazy_dataclass import dataclass
from scanner.terraform.address import ResourceAddress
from scanner.terraform.language.shapes import Shape
from scanner.terraform.language.types import Type
from scanner.terraform.resource_instance import ResourceInstance
from scanner.values import Value

Adapter = Callable[[ResourceInstance], Iterator[Fact]]
"""What an instance says."""


@dataclass(frozen=True, slots=True)
class Resource:
    """What a computed attribute may be made of."""

    address: ResourceAddress
    get: Callable[[str], Value]
    """An argument that is set; null when it is not."""
    home: Home


Compute = Callable[[Resource], Value]
"""An attribute that the block does not set."""


class Named(Enum):
    """What an argument names, and how."""

    USER = auto()
    GROUP = auto()
    ROLE = auto()
    ROLE_ARN = auto()
    POLICY_ARN = auto()
    POLICY_NAME = auto()
    PERMISSION_SET = auto()


@dataclass(frozen=True, slots=True)
class ResourceType:
    """One type of resource. What ``vocabulary`` says of an argument's name need not be said again."""

    name: str
    facts: Adapter | None = None
    """None for a type that states nothing about who may do what."""
    arguments: Mapping[str, Type] = field(default_factory=dict)
    """The types that the provider gives to arguments of names that are not in the vocabulary."""
    blocks: Mapping[str, Shape] = field(default_factory=dict)
    """Its nested blocks, which JSON syntax does not tell from arguments."""
    computed: Mapping[str, Compute] = field(default_factory=dict)
    """Attributes that follow from what the block sets."""
    names: Mapping[str, Named] = field(default_factory=dict)
    """The attributes by which others name it."""
    nested_names: Mapping[tuple[str, str], Named] = field(default_factory=dict)
    """Arguments in a nested block that name something, by the block and their own name."""
    is_definition: bool = False
    """It only defines what others refer to: where it is forgotten, nothing of it stays with anybody."""
    keeps_types: bool = False
    """What is set in it stays of the type that it has."""


def nested(*, is_argument_too: bool = False, **blocks: Shape) -> Shape:
    """A nested block with blocks of its own."""
    return Shape(blocks, has_dynamic=True, is_argument_too=is_argument_too)
