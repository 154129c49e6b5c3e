"""What is worked out once for all principals that are alike.

Most principals differ from others in their names only, and most policies never look at a name. So an answer is kept
with the keys of the context that were looked up while it was worked out, and given to every principal that has the same
grounds and the same values of these keys. Nobody has to say in advance what an answer depends on.

Values that are equal may still name different places of what is not known in them. Those are not the same here, for
reports show them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import Generic, TypeVar

from scanner.cause import Cause
from scanner.iam.pattern import Hole, Text
from scanner.iam.request import ContextValue, Fixed, OneOf, Unsettled

MAX_GROUNDS = 20_000
"""When there are more, all is forgotten: principals that are so different from each other have little to share."""

T = TypeVar("T")


class Alike(Generic[T]):
    """Answers of one kind."""

    def __init__(self) -> None:
        self._known: dict[tuple[Hashable, ...], _Answers[T]] = {}

    def answer(
        self,
        same: tuple[object, ...],
        equal: tuple[Hashable, ...],
        keys: Mapping[str, ContextValue],
        work_out: Callable[[Mapping[str, ContextValue]], T],
    ) -> T:
        """What is worked out of a principal that may have been worked out of another.

        ``same`` are grounds that are compared as objects, ``equal`` others that are compared as values. Of the
        principal's own keys those count that ``work_out`` looks up in what it is given.
        """
        grounds = (*map(id, same), *equal)
        answers = self._known.get(grounds)
        if answers is None:
            if len(self._known) >= MAX_GROUNDS:
                self._known.clear()
            answers = self._known[grounds] = _Answers(same)
        return answers.answer(keys, work_out)


class _Answers(Generic[T]):
    """The answers for the same grounds, by the values of all keys that were looked up for any of them."""

    __slots__ = ("_found", "_grounds", "_keys")

    def __init__(self, grounds: tuple[object, ...]) -> None:
        self._grounds = grounds
        """Kept, so that nothing else gets their identity."""
        self._keys: tuple[str, ...] = ()
        self._found: dict[tuple[Hashable, ...], T] = {}

    def answer(self, keys: Mapping[str, ContextValue], work_out: Callable[[Mapping[str, ContextValue]], T]) -> T:
        values = tuple(exactly(keys.get(key)) for key in self._keys)
        if values in self._found:
            return self._found[values]
        watched = _Watched(keys)
        answer = work_out(watched)
        if not watched.looked_up.issubset(self._keys):
            self._keys = tuple(sorted(watched.looked_up.union(self._keys)))
            self._found.clear()
            values = tuple(exactly(keys.get(key)) for key in self._keys)
        self._found[values] = answer
        return answer


class _Watched(Mapping[str, ContextValue]):
    """The keys of one principal, and which of them were looked up."""

    __slots__ = ("_keys", "looked_up")

    def __init__(self, keys: Mapping[str, ContextValue]) -> None:
        self._keys = keys
        self.looked_up: set[str] = set()

    def __getitem__(self, key: str) -> ContextValue:
        self.looked_up.add(key)
        return self._keys[key]

    def __iter__(self) -> Iterator[str]:
        raise TypeError("which keys there are is not watched; look one up")

    def __len__(self) -> int:
        raise TypeError("how many keys there are is not watched; look one up")


def exactly(value: ContextValue | None) -> Hashable:
    """A key for the value with the places of its causes, which take no part in equality."""
    match value:
        case Fixed(values=texts):
            causes = _in_texts(texts)
        case OneOf(texts=texts, cause=cause):
            causes = (cause, *_in_texts(texts))
        case Unsettled(causes=found):
            causes = _ordered(found)
        case _:
            return value
    return (value, *(cause.span for cause in causes)) if causes else value


def _in_texts(texts: Iterable[Text]) -> tuple[Cause, ...]:
    return tuple(cause for text in texts for part in text if isinstance(part, Hole) for cause in _ordered(part.causes))


def _ordered(causes: Iterable[Cause]) -> tuple[Cause, ...]:
    return tuple(sorted(causes, key=Cause.sort_key))
