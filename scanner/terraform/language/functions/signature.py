"""What a built-in function is: parameters with types, and a body that is called with converted arguments."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Protocol, TypeAlias

from scanner.cause import Cause
from scanner.lazy_dataclass import dataclass
from scanner.terraform.language.conversion import ConversionError, convert
from scanner.terraform.language.symbols import symbol_of
from scanner.terraform.language.types import ANY, Type
from scanner.values import Data, Unknown, Value, holes


class FunctionError(Exception):
    """Terraform would refuse this call. The message is a sentence without the function's name."""


class MissingFileError(FunctionError):
    """A file is not there. Something else may make it before Terraform runs."""


class UnsupportedError(Exception):
    """Terraform may well evaluate this call; here its result stays unknown. The message is the cause's detail."""


class Files(Protocol):
    """The files that functions may look at, by the paths that the code gives.

    What Terraform would refuse raises ``FunctionError``, ``MissingFileError`` where it is a file that is not there;
    what is not looked at raises ``UnsupportedError``.
    """

    def content(self, path: str) -> bytes:
        """What is in a regular file."""

    def exists(self, path: str) -> bool:
        """Whether there is a regular file; anything else that is there is refused."""

    def is_regular(self, path: str) -> bool:
        """The same without a refusal."""

    def below(self, path: str, depth: int | None) -> Iterator[str]:
        """The names of what is below a directory and no directory itself, down to a depth, sorted in each of them."""

    def absolute(self, path: str) -> str:
        """The path with the directory that relative paths start in."""


@dataclass(frozen=True, slots=True)
class FunctionContext:
    """What a function may know besides its arguments."""

    files: Files
    render: Callable[[str, Mapping[str, Value], str | None], Value]
    """Evaluates template text with these variables; the last argument is the path of the file that holds it, if any."""


Body: TypeAlias = Callable[[tuple[Value, ...], FunctionContext], "Value | None"]
"""From converted arguments to the result, or to None when it depends on what is unknown in the arguments."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter; its name is the one in Terraform's own messages."""

    name: str
    type: Type = ANY
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Function:
    """One entry of the table."""

    name: str
    parameters: tuple[Parameter, ...]
    call: Body
    rest: Parameter | None = None
    """Takes all further arguments."""
    reads_holes: bool = False
    """True if the body is called although arguments are unknown, wholly or in part."""
    repeatable: bool = True
    """True if equal arguments give equal results, so that the call has a symbol when its arguments have."""

    def converted(self, arguments: tuple[Value, ...]) -> tuple[Value, ...]:
        """The arguments as the parameters want them. Raises ``FunctionError`` for wrong ones."""
        wanted = len(self.parameters)
        if len(arguments) < wanted:
            missing = self.parameters[len(arguments)].name
            verb = "is" if len(arguments) == 1 else "are"
            raise FunctionError(f'{_counted(len(arguments))} {verb} not enough; "{missing}" is missing.')
        if len(arguments) > wanted and self.rest is None:
            raise FunctionError(f"it takes {_counted(wanted)}, not {len(arguments)}.")
        rest = (self.rest,) * (len(arguments) - wanted) if self.rest is not None else ()
        pairs = zip(arguments, (*self.parameters, *rest), strict=True)
        return tuple(_converted(argument, parameter) for argument, parameter in pairs)


def _counted(number: int) -> str:
    return "1 argument" if number == 1 else f"{number} arguments"


def _converted(argument: Value, parameter: Parameter) -> Value:
    if argument.is_null and not parameter.nullable:
        raise FunctionError(f'invalid value for "{parameter.name}" parameter: argument must not be null.')
    try:
        return convert(argument, parameter.type)
    except ConversionError as problem:
        raise FunctionError(f'invalid value for "{parameter.name}" parameter: {problem}.') from problem


def plain(function: Callable[..., Data]) -> Body:
    """A body that works on the data of wholly known arguments."""
    return lambda arguments, _: Value(function(*(argument.data for argument in arguments)))


def invalid(parameter: str, problem: str) -> FunctionError:
    """The error for one bad argument."""
    return FunctionError(f'invalid value for "{parameter}" parameter: {problem}.')


def whole(data: Data, parameter: str) -> int:
    """The whole number that an argument of number type must be."""
    if not isinstance(data, int):
        raise invalid(parameter, "a whole number is required")
    return data


def undetermined(function: Function, arguments: tuple[Value, ...], cause: Cause | None = None) -> Value:
    """The result of a call that depends on what is unknown in its arguments, or on the cause that is given."""
    if cause is None:
        cause = next(hole.cause for argument in arguments for hole in holes(argument))
    return Value(Unknown(cause, symbol_of(function.name, arguments) if function.repeatable else None))
