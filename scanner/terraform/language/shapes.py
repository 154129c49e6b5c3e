"""What a block is made of: which of its properties are nested blocks, and which arguments are not templates.

Native syntax shows it; JSON syntax leaves it to the schema of the block's type. For the language's own blocks the
language is the schema. For resources and data sources it is the provider's, of which the nested blocks are handed in.
In a type that is not among them, an object counts as the value of an argument.

https://developer.hashicorp.com/terraform/language/syntax/json
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import Enum

from scanner.lazy_dataclass import dataclass


class Form(Enum):
    """How the texts in the value of an argument are to be read."""

    TEMPLATE = "template"
    EXPRESSION = "expression"
    """The text is itself an expression: a reference, or a type constraint."""
    LITERAL = "literal"
    """The text means itself, whatever it contains."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The body of one type of block."""

    blocks: Mapping[str, Shape] = field(default_factory=dict)
    """Nested blocks by type."""
    labels: int = 0
    """Labels that such a block has."""
    forms: Mapping[str, Form] = field(default_factory=dict)
    """Arguments whose texts are not templates."""
    form: Form = Form.TEMPLATE
    """All other arguments."""
    has_dynamic: bool = False
    """Whether ``dynamic`` makes nested blocks here; elsewhere it is an argument like any other."""
    is_argument_too: bool = False
    """Whether such blocks may be written as an argument whose value is a list of objects."""


@dataclass(frozen=True, slots=True)
class ProviderShapes:
    """The nested blocks that providers have, by type. A type that is not here has none that are known."""

    resources: Mapping[str, Mapping[str, Shape]] = field(default_factory=dict)
    data_sources: Mapping[str, Mapping[str, Shape]] = field(default_factory=dict)
    providers: Mapping[str, Mapping[str, Shape]] = field(default_factory=dict)
    """By the local name of the provider."""


NO_PROVIDERS = ProviderShapes()

_CONDITION = Shape()
_REFERENCES = {"depends_on": Form.EXPRESSION}
_WITH_PROVIDER = {**_REFERENCES, "provider": Form.EXPRESSION}
_LIFECYCLE = Shape(
    {"precondition": _CONDITION, "postcondition": _CONDITION},
    forms={"ignore_changes": Form.EXPRESSION, "replace_triggered_by": Form.EXPRESSION},
)
_CONNECTION = Shape()
_META: Mapping[str, Shape] = {
    "lifecycle": _LIFECYCLE,
    "connection": _CONNECTION,
    "provisioner": Shape({"connection": _CONNECTION}, labels=1),
}

LABELS: Mapping[str, int] = {
    **dict.fromkeys(("resource", "data", "ephemeral", "action", "list"), 2),
    **dict.fromkeys(("variable", "output", "module", "provider", "check"), 1),
    **dict.fromkeys(("locals", "terraform", "moved", "import", "removed"), 0),
}
"""The types of top-level blocks, and how many labels each has."""

VARIABLE_FILE = Shape(form=Form.LITERAL)
"""A variable file: nothing is evaluated in it."""

_BY_TYPE: Mapping[str, Shape] = {
    # The default of a variable is read before there is anything that it could refer to.
    "variable": Shape({"validation": _CONDITION}, forms={"type": Form.EXPRESSION, "default": Form.LITERAL}),
    "output": Shape({"precondition": _CONDITION}, forms={**_REFERENCES, "type": Form.EXPRESSION}),
    "module": Shape(forms={**_REFERENCES, "providers": Form.EXPRESSION}),
    "removed": Shape({"lifecycle": _LIFECYCLE}, forms={"from": Form.EXPRESSION}),
}


def shape_of(block_type: str, labels: tuple[str, ...], providers: ProviderShapes) -> Shape:
    """The shape of a top-level block."""
    first = labels[0] if labels else ""
    match block_type:
        case "resource":
            return _of_provider(providers.resources.get(first, {}), _META, _WITH_PROVIDER)
        case "data":
            return _of_provider(providers.data_sources.get(first, {}), _META, _WITH_PROVIDER)
        case "provider":
            return _of_provider(providers.providers.get(first, {}), {}, {})
        case _:
            return _BY_TYPE.get(block_type, Shape())


def _of_provider(blocks: Mapping[str, Shape], meta: Mapping[str, Shape], forms: Mapping[str, Form]) -> Shape:
    return Shape({**blocks, **meta}, forms=forms, has_dynamic=True)


def dynamic(content: Shape) -> Shape:
    """The shape of a ``dynamic`` block that makes blocks of a shape."""
    return Shape({"content": content}, labels=1, forms={"iterator": Form.EXPRESSION})
