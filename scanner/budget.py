"""What the work on one root may cost: one budget of steps, which everything that can multiply is charged to.

An untrusted root can ask for any amount of work in a few lines: lists that double, loops in loops, a thousand instances
of a thousand blocks. A bound for each of them would have to hold for all of their combinations, so there is one for the
whole root. A step is about what one reference, one element of a list or 64 characters of text cost, in time and in
memory; some things are charged as many. Steps are counted, so the same input always ends in the same way.

What is charged before it is done is never begun without means: a value of which many parts are the same, and which
would be too large to be gone through, is weighed without going through it.

Who has spent the budget gets ``BudgetSpentError``. A reader puts something unknown in the place of what it could not
work out, so that no verdict rests on it, and goes on: all that costs anything is refused from then on.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from scanner.span import Span
from scanner.values import Unknown, Value

STEPS = 10_000_000
"""Of one root, if the user does not say otherwise. The largest roots of public repositories need a twentieth."""
MAX_PARTS = 1_000_000
"""Steps that going through one value may take."""

_CHARACTERS = 6
"""A power of two: as many characters are a step."""
_HEAVY = 64
"""Parts from which on the weight of a value is kept."""


class BudgetSpentError(Exception):
    """It would take more steps than there are; the message says which bound that is."""

    def __init__(self, message: str, place: Span | None) -> None:
        super().__init__(message)
        self.place = place
        """Where the budget was spent, if that has been said to it."""


class Budget:
    """The steps of one root."""

    __slots__ = ("_ended", "_left", "_weights", "place", "steps", "what")

    def __init__(self, steps: int = STEPS, what: str = "the root") -> None:
        self.steps = steps
        self.what = what
        """What takes them, in words."""
        self._ended = ""
        """Why it counts as spent although there were steps left."""
        self._left = steps
        self._weights: dict[int, tuple[int, object]] = {}  # with the object, so that its number stays its own
        self.place: Span | None = None
        """Where it was spent; whoever first knows says it."""

    @property
    def spent(self) -> int:
        """Steps so far."""
        return self.steps - self._left

    @property
    def is_spent(self) -> bool:
        """Whether nothing is left."""
        return self._left < 0

    def spend(self, steps: int) -> None:
        """Take some steps. Raises ``BudgetSpentError`` if there are not so many."""
        self._left -= steps
        if self._left < 0:
            self._left = -1  # however often it is tried
            raise self.exceeded()

    def exceeded(self) -> BudgetSpentError:
        """What is said when it is spent, with the place if that is known."""
        return BudgetSpentError(self._ended or f"{self.what} takes more than {self.steps:,} steps", self.place)

    def end(self, why: str) -> None:
        """From now on it is spent, because of something else."""
        self._ended = why
        self._left = -1

    def spent_at(self, place: Span) -> None:
        """Say where it was spent, if nobody has."""
        if self.place is None:
            self.place = place

    def spend_on(self, value: Value) -> None:
        """Take the steps of going through a value, with the same error."""
        data = value.data
        self.spend(1 if data is None or isinstance(data, bool | int) else self._checked(data))

    def _checked(self, data: object) -> int:
        weight = self._weight(data)
        if weight > MAX_PARTS:
            raise BudgetSpentError(f"a value would have more than {MAX_PARTS:,} parts", None)
        return weight

    def _weight(self, data: object) -> int:
        """Parts of a value, however many of them are the same. What is evaluated on demand has its own."""
        if isinstance(data, str):
            return 1 + (len(data) >> _CHARACTERS)
        if isinstance(data, tuple):
            return self._sum(data, data)
        if isinstance(data, dict):
            return self._sum(data, data.values()) + len(data)
        if isinstance(data, Unknown):
            return len(data.pieces) + self._sum(data, data.parts) if data.pieces or data.parts else 1
        return 1

    def _sum(self, whole: object, parts: object) -> int:
        known = self._weights.get(id(whole))
        if known is not None:
            return known[0]
        weight = 1
        for part in parts:  # type: ignore[attr-defined]
            data = part.data
            weight += 1 if data is None or isinstance(data, bool | int) else self._weight(data)
        if weight > _HEAVY:
            self._weights[id(whole)] = weight, whole
        return weight


_BUDGET: ContextVar[Budget | None] = ContextVar("budget", default=None)


@contextmanager
def budget(steps: int = STEPS, what: str = "the root") -> Iterator[Budget]:
    """A budget for everything inside."""
    made = Budget(steps, what)
    before = _BUDGET.set(made)
    try:
        yield made
    finally:
        _BUDGET.reset(before)


@contextmanager
def another_budget(what: str) -> Iterator[Budget]:
    """One as large as the current one, for what must be done however much was spent before it."""
    found = _BUDGET.get()
    with budget(found.steps if found is not None else STEPS, what) as made:
        yield made


@contextmanager
def at_no_charge() -> Iterator[None]:
    """For what no root has a say in, and for the little that is to be done when a budget is spent."""
    before = _BUDGET.set(None)
    try:
        yield
    finally:
        _BUDGET.reset(before)


def current() -> Budget | None:
    """The budget of the root that is worked on; none where somebody asks for a single step of the work."""
    return _BUDGET.get()


def spend(steps: int) -> None:
    """Take some steps of the current budget. Raises ``BudgetSpentError`` if there are not so many."""
    found = _BUDGET.get()
    if found is not None:
        found.spend(steps)


def is_spent() -> bool:
    """Whether nothing is left of the current budget."""
    found = _BUDGET.get()
    return found is not None and found.is_spent


def spent_at(place: Span) -> None:
    """Say where the current budget was spent, if nobody has."""
    found = _BUDGET.get()
    if found is not None:
        found.spent_at(place)


def spend_on(value: Value) -> None:
    """Take the steps of going through a value, with the same error."""
    found = _BUDGET.get()
    if found is not None:
        found.spend_on(value)
