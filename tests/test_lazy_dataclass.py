"""Dataclasses made late are those that the library makes at once."""

from __future__ import annotations

import copy
import dataclasses
import importlib
import inspect
import pickle
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import field
from pathlib import Path
from typing import Any

import pytest

import scanner
from scanner.lazy_dataclass import dataclass
from scanner.span import Span


def ours() -> Iterator[type[Any]]:
    """Every dataclass of the scanner."""
    for found in pkgutil.walk_packages(scanner.__path__, "scanner."):
        if found.name == "scanner.__main__":
            continue
        module = importlib.import_module(found.name)
        for value in vars(module).values():
            if isinstance(value, type) and "__dataclass_fields__" in vars(value) and value.__module__ == found.name:
                yield value


CLASSES = {f"{one.__module__}.{one.__qualname__}": one for one in ours()}


class Anything:
    """A value that has no meaning to any class."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __repr__(self) -> str:
        return f"<{self.number}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Anything) and self.number == other.number

    def __lt__(self, other: Anything) -> bool:
        return self.number < other.number

    def __hash__(self) -> int:
        return hash(self.number)


def of_the_library(cls: type[Any]) -> type[Any]:
    """What the library makes of the same fields."""
    fields = [
        (
            one.name,
            one.type,
            field(
                default=one.default,
                default_factory=one.default_factory,
                init=one.init,
                repr=one.repr,
                compare=one.compare,
            ),
        )
        for one in dataclasses.fields(cls)
    ]
    frozen = cls.__setattr__ is not object.__setattr__
    order = "__lt__" in vars(cls)
    made = dataclasses.make_dataclass(
        cls.__name__, fields, frozen=frozen, order=order, eq="__eq__" in vars(cls), slots="__slots__" in vars(cls)
    )
    made.__qualname__ = cls.__qualname__
    return made


def behaviour(cls: type[Any]) -> dict[str, Any]:
    """What can be seen of values of a class that are made of the same arguments."""
    wanted = [one for one in dataclasses.fields(cls) if one.init]
    needed = [
        one for one in wanted if one.default is dataclasses.MISSING and one.default_factory is dataclasses.MISSING
    ]
    seen: dict[str, Any] = {"match": cls.__match_args__}
    least = cls(*[Anything(number) for number, _ in enumerate(needed)])
    seen["least"] = re.sub("at 0x[0-9a-f]+", "", repr(least))
    whole = [cls(*[Anything(number + by) for number, _ in enumerate(wanted)]) for by in (0, 0, 1)]
    named = cls(**{one.name: Anything(number) for number, one in enumerate(wanted)})
    seen["equal"] = [one == other for one in (*whole, named) for other in (*whole, named, 1)]
    seen["shown"] = [repr(one) for one in whole]
    seen["replaced"] = repr(dataclasses.replace(whole[0], **{wanted[0].name: 7}))
    seen["hash"] = (
        _or_error(lambda: hash(whole[0]) == hash(whole[1])),
        _or_error(lambda: hash(whole[0]) != hash(whole[2])),
    )
    seen["order"] = _or_error(lambda: whole[0] < whole[2])
    first = wanted[0].name
    seen["set"] = _or_error(lambda: setattr(whole[0], first, 1))
    seen["deleted"] = _or_error(lambda: delattr(copy.copy(whole[1]), first))
    seen["too many"] = _or_error(lambda: cls(*range(len(wanted) + 1)))
    seen["copied"] = repr(copy.copy(whole[2])), repr(copy.deepcopy(whole[2]))
    seen["slots"] = hasattr(whole[0], "__dict__")
    return seen


def _or_error(ask: Any) -> Any:
    try:
        return ask()
    except dataclasses.FrozenInstanceError:
        return dataclasses.FrozenInstanceError
    except TypeError:
        return TypeError
    except AttributeError:
        return AttributeError


def test_there_are_classes() -> None:
    assert len(CLASSES) > 200


@pytest.mark.parametrize("cls", CLASSES.values(), ids=CLASSES)
def test_law_they_are_as_the_library_makes_them(cls: type[Any]) -> None:
    if hasattr(cls, "__post_init__") or not dataclasses.fields(cls):
        pytest.skip("it checks what it is made of, or is made of nothing")
    written = {name for name in ("__eq__", "__hash__", "__repr__", "__init__") if _is_written(cls, name)}
    if written:
        pytest.skip(f"it has {written} of its own")
    expected = of_the_library(cls)
    assert behaviour(cls) == behaviour(expected)
    assert _parameters(cls) == _parameters(expected)


def test_every_class_is_made_late() -> None:
    """The library's own decorator costs ten times as much at every start."""
    files = [file for file in Path(scanner.__path__[0]).rglob("*.py") if file.name != "lazy_dataclass.py"]
    early = [
        file.name
        for file in files
        if re.search(r"^from dataclasses import .*\bdataclass\b", file.read_text(), re.MULTILINE)
    ]
    assert files
    assert not early, f"import dataclass from scanner.lazy_dataclass in {early}"


def _is_written(cls: type[Any], name: str) -> bool:
    """Whether a class has a method that stands in its file."""
    method = vars(cls).get(name)
    return inspect.isfunction(method) and method.__code__.co_filename == inspect.getsourcefile(cls)


def _parameters(cls: type[Any]) -> list[tuple[str, Any, bool]]:
    """Once a value was made."""
    found = inspect.signature(cls.__init__).parameters.values()
    return [(one.name, one.kind, one.default is inspect.Parameter.empty) for one in found]


def test_values_travel_to_other_processes() -> None:
    span = Span("a.tf", 1, 2, 3, 4)
    assert pickle.loads(pickle.dumps(span)) == span  # noqa: S301 # made here


def test_what_it_makes_new_is_new() -> None:
    @dataclass(slots=True)
    class Found:
        names: list[str] = field(default_factory=list)
        own: int = field(init=False, default=3)

    first, second = Found(), Found()
    first.names.append("a")
    assert (first.names, second.names, first.own) == (["a"], [], 3)
    with pytest.raises(TypeError, match="unhashable"):
        hash(first)


def test_a_method_of_its_own_stays() -> None:
    @dataclass(frozen=True, slots=True)
    class Loud:
        name: str

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Loud) and self.name.lower() == other.name.lower()

        def __repr__(self) -> str:
            return self.name.upper()

        def __hash__(self) -> int:
            return 1

    assert Loud("a") == Loud("A")
    assert hash(Loud("a")) == 1
    assert repr(Loud("a")) == "A"


def test_a_value_of_a_derived_class_is_another_one() -> None:
    @dataclass(frozen=True, slots=True)
    class One:
        name: str

    @dataclass(frozen=True, slots=True)
    class Two(One):
        number: int = 1

    assert Two("a") != One("a")
    assert Two("a", 2).number == 2
    assert Two("a") == Two("a", 1)
    assert hash(Two("a")) == hash(Two("a", 1))
    assert hash(One("b")) == hash(One("b"))
