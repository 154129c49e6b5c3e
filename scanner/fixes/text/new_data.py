"""What an edit adds to JSON or YAML, before it is written in the style of a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from scanner.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Verbatim:
    """Text that is already written as it shall stand there."""

    text: str


Data: TypeAlias = "str | Verbatim | Sequence[Data] | Mapping[str, Data]"


def is_of_texts(data: Data) -> bool:
    """Whether it is a list without lists or mappings in it."""
    return not isinstance(data, str | Verbatim | Mapping) and all(isinstance(one, str | Verbatim) for one in data)
