"""Amazon Resource Names: ``arn:partition:service:region:account:resource``."""

from __future__ import annotations

from scanner.iam.pattern import Hole, Text
from scanner.lazy_dataclass import dataclass

ACCOUNT = 4
"""Which segment has the account, counted from 0."""


@dataclass(frozen=True, slots=True)
class Arn:
    """The six parts of an ARN; region and account are empty for global resources."""

    partition: str
    service: str
    region: str
    account: str
    resource: str

    @staticmethod
    def parse(text: str) -> Arn | None:
        """None for a text that is not an ARN."""
        parts = text.split(":", 5)
        if len(parts) != 6 or parts[0] != "arn":
            return None
        return Arn(*parts[1:])


def segment(text: Text, number: int) -> Text | None:
    """One of the first five segments of an ARN that may be known in part; None where the holes may hide its bounds."""
    found: list[str | Hole] = []
    colons = 0
    for position, part in enumerate(text):
        if isinstance(part, Hole):
            if not part.one_segment:
                return None
            if colons == number:
                found.append(part)
            continue
        if position == 0 and not part.startswith("arn:"):
            return None
        first, *others = part.split(":")
        for piece, starts in ((first, False), *((other, True) for other in others)):
            colons += starts
            if colons > number:
                return tuple(found)
            if colons == number and piece:
                found.append(piece)
    return None
