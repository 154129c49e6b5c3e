"""Dataclasses whose methods are written when they are first called.

``dataclasses.dataclass`` compiles six methods for each class, which takes longer than everything else in the import of
a module: with 250 classes, most of which a scan never makes a value of, that was a third of a small scan. Here the
library says what the fields are, and a method is compiled when somebody calls it. Values also take a third less time
to be made: ``__init__`` sets slots directly, where the library goes through ``object.__setattr__``.

What comes out is what the library would have made, but for signatures, which do not name the fields before the first
value. ``InitVar``, ``kw_only`` and fields with a ``hash`` of their own are not there, because nobody needs them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import MISSING, FrozenInstanceError
from reprlib import recursive_repr
from types import MemberDescriptorType
from typing import Any, TypeVar, dataclass_transform

T = TypeVar("T")

_ORDERS = {"__lt__": "<", "__le__": "<=", "__gt__": ">", "__ge__": ">="}


@dataclass_transform(field_specifiers=(dataclasses.field,))
def dataclass(
    *, frozen: bool = False, slots: bool = False, eq: bool = True, order: bool = False
) -> Callable[[type[T]], type[T]]:
    """The same as ``dataclasses.dataclass`` with these options."""

    def decorate(cls: type[T]) -> type[T]:
        own = {name for name in cls.__dict__ if name != "__hash__" or cls.__dict__[name] is not None}
        if cls.__doc__ is None:
            cls.__doc__ = cls.__name__  # for which the library would inspect the signature
        made = dataclasses.dataclass(init=False, repr=False, eq=False, slots=slots)(cls)
        methods: dict[str, Any] = {"__init__": _later(made, "__init__", _init), "__repr__": _repr}
        if eq:
            methods |= {"__eq__": _later(made, "__eq__", _eq), "__hash__": None}
        if order:
            methods |= {name: _later(made, name, _order) for name in _ORDERS}
        if frozen:
            methods |= {"__setattr__": _refuse_to_set, "__delattr__": _refuse_to_delete}
            if eq:
                methods["__hash__"] = _later(made, "__hash__", _hash)
            if slots:
                methods |= {"__getstate__": _state, "__setstate__": _set_state}
        for name, method in methods.items():
            if name not in own:
                setattr(made, name, method)
        return made

    return decorate


def _later(cls: type[Any], name: str, write: Callable[[type[Any], str], tuple[list[str], dict[str, Any]]]) -> Any:
    """A method that puts the one that it stands for in its own place, and calls it."""

    def first(*arguments: Any, **named: Any) -> Any:
        lines, names = write(cls, name)
        exec("\n".join(lines), names)  # noqa: S102 # as the library does, of nothing but names of fields
        method = names[name]
        method.__qualname__ = f"{cls.__qualname__}.{name}"
        method.__module__ = cls.__module__
        type.__setattr__(cls, name, method)
        return method(*arguments, **named)

    return first


def _init(cls: type[Any], _: str) -> tuple[list[str], dict[str, Any]]:
    parameters, lines = ["self"], []
    names: dict[str, Any] = {"MISSING": MISSING}
    for field in dataclasses.fields(cls):
        name = field.name
        value = name if field.init else f"_default_{name}"
        if field.default is not MISSING:
            names[f"_default_{name}"] = field.default
            default = f"={value}" if not field.init else f"=_default_{name}"
        elif field.default_factory is not MISSING:
            names[f"_make_{name}"] = field.default_factory
            default = "=MISSING"
            value = f"_make_{name}() if {name} is MISSING else {name}" if field.init else f"_make_{name}()"
        elif field.init:
            default = ""
        else:
            continue
        if field.init:
            parameters.append(f"{name}{default}")
        slot = getattr(cls, name, None)
        if isinstance(slot, MemberDescriptorType):
            names[f"_set_{name}"] = slot.__set__
            lines.append(f" _set_{name}(self, {value})")
        else:
            lines.append(f" self.__dict__[{name!r}] = {value}")
    if hasattr(cls, "__post_init__"):
        lines.append(" self.__post_init__()")
    return [f"def __init__({', '.join(parameters)}):", *(lines or [" pass"])], names


def _compared(cls: type[Any], of: str) -> str:
    return f"({''.join(f'{of}.{field.name},' for field in dataclasses.fields(cls) if field.compare)})"


def _eq(cls: type[Any], name: str) -> tuple[list[str], dict[str, Any]]:
    return _comparison(cls, name, "==")


def _order(cls: type[Any], name: str) -> tuple[list[str], dict[str, Any]]:
    return _comparison(cls, name, _ORDERS[name])


def _comparison(cls: type[Any], name: str, operator: str) -> tuple[list[str], dict[str, Any]]:
    lines = [
        f"def {name}(self, other):",
        " if other.__class__ is self.__class__:",
        f"  return {_compared(cls, 'self')} {operator} {_compared(cls, 'other')}",
        " return NotImplemented",
    ]
    return lines, {}


def _hash(cls: type[Any], name: str) -> tuple[list[str], dict[str, Any]]:
    return [f"def {name}(self):", f" return hash({_compared(cls, 'self')})"], {}


@recursive_repr()
def _repr(self: Any) -> str:
    shown = (f"{field.name}={getattr(self, field.name)!r}" for field in dataclasses.fields(self) if field.repr)
    return f"{self.__class__.__qualname__}({', '.join(shown)})"


def _refuse_to_set(_: Any, name: str, _value: Any) -> None:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(_: Any, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, field.name) for field in dataclasses.fields(self)]


def _set_state(self: Any, state: list[Any]) -> None:
    for field, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)
