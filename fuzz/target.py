"""What a target is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Target:
    """Something that reads what strangers write."""

    name: str
    read: Callable[[bytes], object]
    """Reads one input. Gives what two runs must have in common, and raises nothing but what is wrong in the scanner:
    errors that are documented are caught, and said in the result. What disagrees is an ``AssertionError``."""
    seeds: Callable[[], Iterable[bytes]]
    """Inputs to begin with."""
    seconds: float = 1.0
    """What any input may take, of the processor's time."""
    seconds_per_byte: float = 0.0002
    """And this for each of its bytes: some ten times what honest input takes."""
    max_size: int = 4096
    """Bytes of the inputs that a guided run tries. Whatever it is, an input of ``run`` may be larger."""
