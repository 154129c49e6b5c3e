"""What is in force: the command line, and beneath it a configuration file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from scanner.configuration.items import OptionError
from scanner.configuration.keys import BY_NAME, IGNORE, KEYS, SELECT, Key, Merge
from scanner.configuration.load import Configuration, Given, Values
from scanner.lazy_dataclass import dataclass
from scanner.span import Span

T = TypeVar("T")


class CommandLineError(ValueError):
    """An option is not given as it must be. The message is a clause."""

    def __init__(self, option: str, message: str) -> None:
        super().__init__(message)
        self.option = option


@dataclass(frozen=True, slots=True)
class Settings:
    """The values of all options that somebody gives."""

    values: Mapping[str, tuple[Given[Any], ...]]
    configuration: Configuration | None = None

    def given(self, key: Key[T]) -> tuple[Given[T], ...]:
        """The values of an option, with their places."""
        return self.values.get(key.name, ())

    def all(self, key: Key[T]) -> tuple[T, ...]:
        """The values of an option, none where nobody gives it."""
        return tuple(one.value for one in self.given(key))

    def one(self, key: Key[T], default: T) -> T:
        """The value of an option that has one."""
        return next(iter(self.all(key)), default)

    def place(self, option: str, value: object) -> Span | None:
        """Where a file gives this value, or a value of this name; None if none does."""
        for one in self.values.get(option, ()):
            if value in (one.value, BY_NAME[option].shape.name_of(one.value)):
                return one.span
        return None

    def named(self) -> dict[str, Span]:
        """The paths among the values that the configuration file names, with their places."""
        found: dict[str, Span] = {}
        if self.configuration is not None:
            for option, paths in self.configuration.named.items():
                if any(one.span is not None for one in self.values.get(option, ())):
                    found |= paths
        return found


def command_line(values: Mapping[str, Any], order: Sequence[str]) -> Values:
    """What the command line gives: option by option, None where it does not. ``order`` has the options as they stand.

    Raises ``CommandLineError``.
    """
    found = ((key, tuple(_given(key, values.get(key.name), order))) for key in KEYS if key.merge is not Merge.FILE)
    return {key.name: given for key, given in found if given}


def _given(key: Key[T], values: Any, order: Sequence[str]) -> Iterator[Given[T]]:
    if values is None:
        return
    ranks = (rank for rank, name in enumerate(order) if name == key.name)
    for value in values if isinstance(values, list | tuple) else (values,):
        text = str(value).lower() if isinstance(value, bool) else str(getattr(value, "value", value))
        try:
            yield Given(key.shape.parse(text), rank=next(ranks, 0))
        except OptionError as problem:
            raise CommandLineError(key.name, str(problem)) from problem


def settle(given: Values, configuration: Configuration | None) -> Settings:
    """What is in force. ``--select`` says anew which rules to use, so it takes the place of ``ignore``, too."""
    in_file = dict(configuration.values) if configuration is not None else {}
    if SELECT.name in given:
        in_file.pop(IGNORE.name, None)
    found: Values = {}
    for key in KEYS:
        own, below = given.get(key.name, ()), in_file.get(key.name, ())
        together = (*below, *own) if key.merge is not Merge.REPLACE else own or below
        if together:
            found[key.name] = _last_of_each(key, together)
    return Settings(found, configuration)


def _last_of_each(key: Key[T], given: Sequence[Given[T]]) -> tuple[Given[T], ...]:
    """Without those that a later one for the same takes the place of."""
    last = {name: one for one in given if (name := key.shape.name_of(one.value)) is not None}
    return tuple(one for one in given if last.get(key.shape.name_of(one.value) or "", one) is one)
