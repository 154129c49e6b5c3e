"""What a reader asks of a resource: attributes, and what is inside of them, met with answers of every form."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from enum import Enum, auto
from pathlib import Path

from scanner.cause import Cause, CauseKind
from scanner.cloudformation.resource_types import ListOf, MappingOf, Shape
from scanner.span import Span
from scanner.values import NULL, Value, unknown

Place = tuple[str, ...]
"""The name of an attribute, after those of what it is inside of."""


class Answer(Enum):
    """What a reader finds in a place."""

    MISSING = auto()
    NULL = auto()
    UNKNOWN = auto()
    TEXT = auto()
    OBJECT = auto()
    LIST = auto()
    """One object in a list."""


class Asked(Mapping[str, Value]):
    """A mapping that answers whatever it is asked for, and notes it. The span of an answer is its place."""

    def __init__(self, answers: Callable[[Place], Answer], asked: set[Place], place: Place = ()) -> None:
        self._answers, self._asked, self._place = answers, asked, place

    def __getitem__(self, name: str) -> Value:
        place = (*self._place, name)
        self._asked.add(place)
        span = Span.whole_file(".".join(place))
        match self._answers(place):
            case Answer.MISSING:
                raise KeyError(name)
            case Answer.NULL:
                return NULL
            case Answer.UNKNOWN:
                return unknown(Cause(CauseKind.KNOWN_AFTER_APPLY, "what is not known", span), span=span)
            case Answer.TEXT:
                return Value("text", span)
            case Answer.OBJECT:
                return Value(Asked(self._answers, self._asked, place), span)
            case Answer.LIST:
                return Value((Value(Asked(self._answers, self._asked, place), span),), span)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def asked_of(read: Callable[[Asked], object]) -> frozenset[Place]:
    """Every place that a reader asks for: each form of answer everywhere, and each other one in each single place."""
    found: set[Place] = set()
    for usual in Answer:
        places: set[Place] = set()
        read(Asked(lambda _, usual=usual: usual, places))
        found |= places
        for odd in places:
            for other in Answer:
                read(Asked(lambda place, usual=usual, odd=odd, other=other: other if place == odd else usual, found))
    return frozenset(found)


def has_more_inside(place: Place, asked: frozenset[Place]) -> bool:
    """Whether something inside of a place is asked for."""
    return any(len(other) > len(place) and other[: len(place)] == place for other in asked)


def has_place(shape: Shape | None, place: Place) -> bool:
    """Whether there is a property in a place of what has a shape."""
    for name in place:
        members = shape.item if isinstance(shape, ListOf) else shape
        shape = members.members.get(name) if isinstance(members, MappingOf) else None
    return shape is not None


ROOT = Path(__file__).parent.parent


def inputs_of_tests(*, but: str) -> str:
    """All that tests have scanned, as text: the fixtures, and the tests with their tables, but for one file."""
    files = (file for folder in ("fixtures", "tests") for file in sorted((ROOT / folder).rglob("*")))
    read = {".tf", ".tofu", ".json", ".yaml", ".yml", ".py", ".template", ".hcl"}
    return "\n".join(
        file.read_text(encoding="utf-8", errors="replace")
        for file in files
        if file.suffix in read and file != Path(but) and file.is_file()
    )
