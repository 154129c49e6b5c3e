"""A region: its form, since new ones come every year and a list would be wrong soon.

https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html
"""

from __future__ import annotations

import re

from scanner.configuration.errors import MistakeError
from scanner.configuration.items import OptionError, Text
from scanner.configuration.origin import Origin
from scanner.configuration.tree import Node
from scanner.lazy_dataclass import dataclass

FORM = "[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}"


@dataclass(frozen=True)
class Region(Text):
    """The name of a region."""

    def read(self, node: Node, origin: Origin, name: str) -> str:
        """The name."""
        text = super().read(node, origin, name)
        mistake = _mistake(text)
        if mistake:
            raise MistakeError(mistake, node.span)
        return text

    def parse(self, text: str) -> str:
        """The name."""
        mistake = _mistake(text)
        if mistake:
            raise OptionError(mistake)
        return text

    def schema(self) -> dict[str, object]:
        """A string of that form."""
        return {"type": "string", "pattern": f"^{FORM}$"}


def _mistake(text: str) -> str:
    """What is wrong with a name, as a clause; empty if nothing is."""
    if re.fullmatch(FORM, text):
        return ""
    near = _in_form(text)
    return f'"{text}" is not a region{f"; did you mean {near}?" if near else "; a region is written like eu-west-1"}'


def _in_form(text: str) -> str | None:
    """The same with hyphens, in lower case and without an availability zone, if that makes it a region."""
    hyphenated = re.sub(r"(?<=[a-z])(?=[0-9])", "-", re.sub(r"[\s_.-]+", "-", text.strip().lower()))
    found = re.sub(r"(?<=[0-9])[a-z]$", "", hyphenated)
    return found if re.fullmatch(FORM, found) else None
