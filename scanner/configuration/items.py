"""Single values: how each is read from a file and from the command line, checked, shown, and described to editors."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any, Generic, TypeVar

from scanner import file_system
from scanner.configuration.errors import MistakeError, unknown_word
from scanner.configuration.origin import Origin
from scanner.configuration.tree import Listing, Node, Scalar, ScalarKind, Table
from scanner.globs import GlobError, PathGlob
from scanner.lazy_dataclass import dataclass
from scanner.regexes import whole

T = TypeVar("T")


class OptionError(ValueError):
    """What stands on the command line is not what the option takes. The message is a clause."""


class Item(ABC, Generic[T]):
    """A kind of value."""

    @abstractmethod
    def read(self, node: Node, origin: Origin, name: str) -> T:
        """The value in a file; ``name`` is for messages. Raises ``MistakeError``."""

    @abstractmethod
    def parse(self, text: str) -> T:
        """The value on the command line. Raises ``OptionError``."""

    @abstractmethod
    def schema(self) -> dict[str, Any]:
        """What JSON Schema says of it."""

    def show(self, value: T) -> object:
        """As JSON."""
        return value


def string(node: Node, name: str, what: str = "a string", *, or_number: bool = False) -> str:
    """The text of a string. Raises ``MistakeError``."""
    kinds = (ScalarKind.STRING, ScalarKind.NUMBER) if or_number else (ScalarKind.STRING,)
    if not isinstance(node, Scalar) or node.kind not in kinds:
        raise MistakeError(f'"{name}" must be {what}', node.span)
    return node.text


@dataclass(frozen=True)
class Text(Item[str]):
    """A string."""

    pattern: str = ""
    """What all of it has to match."""
    says: str = ""
    """What it is, for those that do not."""

    def read(self, node: Node, origin: Origin, name: str) -> str:
        """The text. Digits need no quotes where a pattern says what they are."""
        del origin
        text = string(node, name, or_number=bool(self.pattern))
        if not text.strip():
            raise MistakeError(f'"{name}" is empty', node.span)
        if self.pattern and not whole(self.pattern).fullmatch(text):
            raise MistakeError(f'"{text}" is not right: {self.says}', node.span)
        return text

    def parse(self, text: str) -> str:
        """The text."""
        if self.pattern and not whole(self.pattern).fullmatch(text):
            raise OptionError(self.says)
        return text

    def schema(self) -> dict[str, Any]:
        """A string, which may have a pattern."""
        if not self.pattern:
            return {"type": "string", "pattern": r"\S"}
        return {"type": ["string", "integer"], "pattern": f"^{self.pattern}$"}


@dataclass(frozen=True)
class Choice(Item[T]):
    """One of a few words."""

    words: Mapping[str, T]
    what: str
    instead_of_off: str = ""
    """What to write by whom ``off`` or ``none`` is written, which is no word here."""

    def read(self, node: Node, origin: Origin, name: str) -> T:
        """What the word stands for."""
        del origin
        if self.instead_of_off and isinstance(node, Scalar) and _is_off(node) and node.text not in self.words:
            message = f'"{name}" must be one of {", ".join(self.words)}; {self.instead_of_off}'
            raise MistakeError(message, node.span)
        word = string(node, name, f"one of {', '.join(self.words)}")
        if word not in self.words:
            raise unknown_word(self.what, word, self.words, node.span)
        return self.words[word]

    def parse(self, text: str) -> T:
        """The same."""
        if text not in self.words:
            raise OptionError(f'there is no {self.what} "{text}"; there are {", ".join(self.words)}')
        return self.words[text]

    def show(self, value: T) -> object:
        """The word."""
        return next(word for word, meant in self.words.items() if meant == value)

    def schema(self) -> dict[str, Any]:
        """An enumeration."""
        return {"enum": list(self.words)}


def _is_off(node: Scalar) -> bool:
    """Whether somebody means "not at all". YAML takes ``off`` and ``no`` for booleans."""
    if node.kind is ScalarKind.STRING:
        return node.text.lower() in ("off", "no", "none", "never", "ignore", "ignored", "disable", "disabled")
    return node.kind is ScalarKind.NULL or (node.kind is ScalarKind.BOOLEAN and node.text == "false")


class Flag(Item[bool]):
    """Yes or no."""

    def read(self, node: Node, origin: Origin, name: str) -> bool:
        """The boolean."""
        del origin
        if not isinstance(node, Scalar) or node.kind is not ScalarKind.BOOLEAN:
            raise MistakeError(f'"{name}" must be true or false', node.span)
        return node.text == "true"

    def parse(self, text: str) -> bool:
        """The same from its text."""
        return text == "true"

    def schema(self) -> dict[str, Any]:
        """A boolean."""
        return {"type": "boolean"}


@dataclass(frozen=True)
class Number(Item[int]):
    """A whole number of some size."""

    least: int
    most: int

    def read(self, node: Node, origin: Origin, name: str) -> int:
        """The number."""
        del origin
        if not isinstance(node, Scalar) or node.kind is not ScalarKind.NUMBER or not self._is_one(node.text):
            raise MistakeError(f'"{name}" must be {self._what}', node.span)
        return int(node.text)

    def parse(self, text: str) -> int:
        """The same from its text."""
        if not self._is_one(text):
            raise OptionError(f"it must be {self._what}")
        return int(text)

    def schema(self) -> dict[str, Any]:
        """An integer with its bounds."""
        return {"type": "integer", "minimum": self.least, "maximum": self.most}

    @property
    def _what(self) -> str:
        return f"a whole number from {self.least} to {self.most}"

    def _is_one(self, text: str) -> bool:
        return whole(r"[0-9]{1,9}").fullmatch(text) is not None and self.least <= int(text) <= self.most


@dataclass(frozen=True)
class BoundedNumber(Number):
    """A whole number, for which a file that is found with the code must not choose more than a default."""

    default: int

    def read(self, node: Node, origin: Origin, name: str) -> int:
        """The number; one above the default counts only in a file that the user names."""
        wanted = super().read(node, origin, name)
        if wanted > self.default and not origin.is_named:
            only = f"only --{name.replace('_', '-')} and a file given with --config may do that"
            raise MistakeError(f'"{name}" lets what is scanned take more than usual; {only}', node.span)
        return wanted


class EnvironmentFlag(Flag):
    """Yes or no to reading the environment, which may hold secrets."""

    def read(self, node: Node, origin: Origin, name: str) -> bool:
        """The boolean; yes counts only in a file that the user names."""
        wanted = super().read(node, origin, name)
        if wanted and not origin.is_named:
            only = f"only --{name.replace('_', '-')} and a file given with --config may do that"
            raise MistakeError(f'"{name}" hands variables of the environment to what is scanned; {only}', node.span)
        return wanted


@dataclass(frozen=True)
class Path(Item[str]):
    """A path, which in a file is relative to the file."""

    written: bool = False
    """Whether something is written there; ``-`` is standard output then."""

    def read(self, node: Node, origin: Origin, name: str) -> str:
        """The path relative to the working directory."""
        text = string(node, name)
        if text == "-" and not self.written:
            raise MistakeError('"-", standard input, is for the command line only', node.span)
        if self.written:
            return text if text == "-" else origin.written_path(text, node.span)
        return origin.path(text, node.span)

    def parse(self, text: str) -> str:
        """The path as it is. An empty one is a variable of a shell that is not set, and would be all there is here."""
        if not text:
            raise OptionError("the path is empty")
        return text

    def schema(self) -> dict[str, Any]:
        """A string."""
        return {"type": "string", "minLength": 1}


class OwnPath(Path):
    """A path that only the user chooses, for something is written there beside what is asked for."""

    def read(self, node: Node, origin: Origin, name: str) -> str:
        """The path, in a file that the user names."""
        if not origin.is_named:
            only = f"only --{name.replace('_', '-')} and a file given with --config may do that"
            raise MistakeError(f'"{name}" chooses a place outside of what is scanned; {only}', node.span)
        return super().read(node, origin, name)


class Rules(Path):
    """Where rules are: a path, or the id of an example rule."""

    def read(self, node: Node, origin: Origin, name: str) -> str:
        """The path relative to the working directory, or the id as it is."""
        text = string(node, name)
        if whole(r"[\w-]+").fullmatch(text) is None or file_system.exists(origin.directory / text):
            return super().read(node, origin, name)
        origin.named.setdefault(text, node.span)
        return text


GLOB = r"^\s*[^!#\s]"
"""What a pattern is for JSON Schema."""


class Glob(Item[PathGlob]):
    """A pattern for paths, which in a file is relative to the file."""

    def read(self, node: Node, origin: Origin, name: str) -> PathGlob:
        """The pattern, with the directory of the file."""
        found = PathGlob(string(node, name), origin.directory)
        try:
            found.check()
        except GlobError as problem:
            raise MistakeError(str(problem), node.span) from problem
        return found

    def parse(self, text: str) -> PathGlob:
        """The pattern, for the working directory."""
        found = PathGlob(text)
        try:
            found.check()
        except GlobError as problem:
            raise OptionError(str(problem)) from problem
        return found

    def show(self, value: PathGlob) -> object:
        """The pattern as it is written."""
        return value.pattern

    def schema(self) -> dict[str, Any]:
        """A string."""
        return {"type": "string", "pattern": GLOB}


_SCALARS = {"type": ["string", "number", "boolean"]}


class Variable(Item[str]):
    """The value of a variable of Terraform, as ``--var`` takes it: a text, or an expression."""

    def read(self, node: Node, origin: Origin, name: str) -> str:
        """A scalar as it is written, anything else as an expression."""
        del origin
        if isinstance(node, Scalar):
            return scalar(node, name)
        return "".join(_expression(node, name))

    def parse(self, text: str) -> str:
        """The text as it is."""
        return text

    def schema(self) -> dict[str, Any]:
        """Anything but null."""
        return {"type": ["string", "number", "boolean", "array", "object"]}


class Parameter(Item[str]):
    """The value of a parameter of CloudFormation: a text, in which commas separate the items of a list."""

    def read(self, node: Node, origin: Origin, name: str) -> str:
        """A scalar as it is written, or the items of a list."""
        del origin
        return ",".join(scalars(node, name))

    def parse(self, text: str) -> str:
        """The text as it is."""
        return text

    def schema(self) -> dict[str, Any]:
        """A scalar, or a list of them."""
        return {"anyOf": [_SCALARS, {"type": "array", "items": _SCALARS}]}


class ContextValues(Item[tuple[str, ...] | None]):
    """The values of a key of the request context; None says that it is absent."""

    def read(self, node: Node, origin: Origin, name: str) -> tuple[str, ...] | None:
        """A scalar, a list of them; null or an empty list for absent."""
        del origin
        if isinstance(node, Scalar) and node.kind is ScalarKind.NULL:
            return None
        return tuple(scalars(node, name)) or None

    def parse(self, text: str) -> tuple[str, ...] | None:
        """The values between commas."""
        return tuple(text.split(","))

    def show(self, value: tuple[str, ...] | None) -> object:
        """A list, or null."""
        return None if value is None else list(value)

    def schema(self) -> dict[str, Any]:
        """A scalar, a list of them, or null."""
        return {"anyOf": [_SCALARS, {"type": "array", "items": _SCALARS}, {"type": "null"}]}


def scalar(node: Node, name: str) -> str:
    """The text of a scalar of any kind but null. Raises ``MistakeError``."""
    if not isinstance(node, Scalar) or node.kind is ScalarKind.NULL:
        raise MistakeError(f'"{name}" must be a string, a number or a boolean', node.span)
    return node.text


def scalars(node: Node, name: str) -> Iterator[str]:
    """The texts of a list of scalars, or of the only one."""
    for item in node.items if isinstance(node, Listing) else (node,):
        yield scalar(item, name)


_NUMBER = whole(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_ESCAPED = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _expression(node: Node, name: str) -> Iterator[str]:
    """A value in Terraform's language: https://developer.hashicorp.com/terraform/language/expressions/types."""
    match node:
        case Scalar(kind=ScalarKind.NULL):
            yield "null"
        case Scalar(kind=ScalarKind.BOOLEAN, text=text):
            yield text
        case Scalar(kind=ScalarKind.NUMBER, text=text) if _NUMBER.fullmatch(text):
            yield text
        case Scalar(text=text):
            yield _quoted(text)
        case Listing(items=items):
            yield f"[{', '.join(''.join(_expression(item, name)) for item in items)}]"
        case Table(entries=entries):
            pairs = (f"{_quoted(one.key)} = {''.join(_expression(one.value, name))}" for one in entries)
            yield f"{{{', '.join(pairs)}}}"


def _quoted(text: str) -> str:
    """A string of Terraform's language; templates begin with ``${`` and ``%{``."""
    letters = (_ESCAPED.get(letter) or (letter if letter.isprintable() else f"\\U{ord(letter):08x}") for letter in text)
    return '"' + "".join(letters).replace("${", "$${").replace("%{", "%%{") + '"'
