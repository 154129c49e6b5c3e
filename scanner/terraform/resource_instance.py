"""Resource instances: what ``terraform.aws`` makes facts of, from a configuration, a plan or a state alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field

from scanner.facts import ALWAYS, Existence, Home
from scanner.lazy_dataclass import dataclass
from scanner.span import Span
from scanner.terraform.address import ResourceAddress
from scanner.values import NULL, Value


def never(_: str) -> bool:
    """Of no argument."""
    return False


@dataclass(frozen=True, slots=True)
class ResourceInstance:
    """One instance with its arguments and attributes, those that the provider computes among them."""

    address: ResourceAddress
    attributes: Mapping[str, Value]
    """Nested blocks are lists of objects. What is not set is missing or null."""
    span: Span = field(compare=False)
    home: Home = Home()  # frozen
    existence: Existence = ALWAYS
    default_tags: Value = NULL
    trail: tuple[Span, ...] = field(default=(), compare=False)
    is_ignored: Callable[[str], bool] = field(default=never, compare=False)
    """Whether the code leaves an argument as it is found (``ignore_changes``)."""
    is_filled_in: Callable[[str], bool] = field(default=never, compare=False)
    """Whether an argument may have what the provider found there and nobody wrote."""

    def get(self, name: str) -> Value:
        """An attribute; null when it is not set."""
        return self.attributes.get(name, NULL)

    @property
    def label(self) -> str:
        """The address as reports print it."""
        return str(self.address)
