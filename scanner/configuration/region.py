"""A region as an option."""

from __future__ import annotations

from scanner.configuration.errors import MistakeError
from scanner.configuration.items import OptionError, Text
from scanner.configuration.origin import Origin
from scanner.configuration.tree import Node
from scanner.lazy_dataclass import dataclass
from scanner.region_names import FORM, mistake_in_region


@dataclass(frozen=True)
class Region(Text):
    """The name of a region."""

    def read(self, node: Node, origin: Origin, name: str) -> str:
        """The name."""
        text = super().read(node, origin, name)
        mistake = mistake_in_region(text)
        if mistake:
            raise MistakeError(mistake, node.span)
        return text

    def parse(self, text: str) -> str:
        """The name."""
        mistake = mistake_in_region(text)
        if mistake:
            raise OptionError(mistake)
        return text

    def schema(self) -> dict[str, object]:
        """A string of that form."""
        return {"type": "string", "pattern": f"^{FORM}$"}
