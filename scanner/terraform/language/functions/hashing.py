"""Hashes of text, and what is different at every call."""

from __future__ import annotations

import base64
import hashlib
import uuid
from collections.abc import Callable, Mapping

from scanner.cause import Cause, CauseKind
from scanner.terraform.language.functions.signature import (
    Function,
    FunctionContext,
    FunctionError,
    Parameter,
    UnsupportedError,
    plain,
)
from scanner.terraform.language.types import NUMBER, STRING
from scanner.values import Unknown, Value

_STR = Parameter("str", STRING)
_NAMESPACES = {
    "dns": uuid.NAMESPACE_DNS,
    "url": uuid.NAMESPACE_URL,
    "oid": uuid.NAMESPACE_OID,
    "x500": uuid.NAMESPACE_X500,
}


def hexadecimal(algorithm: str) -> Callable[[bytes], str]:
    """The digest in hexadecimal digits."""
    return lambda content: hashlib.new(algorithm, content, usedforsecurity=False).hexdigest()


def in_base64(algorithm: str) -> Callable[[bytes], str]:
    """The digest in base 64, which is not the base 64 of its hexadecimal digits."""
    return lambda content: base64.b64encode(hashlib.new(algorithm, content, usedforsecurity=False).digest()).decode()


DIGESTS: Mapping[str, Callable[[bytes], str]] = {
    "md5": hexadecimal("md5"),
    "sha1": hexadecimal("sha1"),
    "sha256": hexadecimal("sha256"),
    "sha512": hexadecimal("sha512"),
    "base64sha256": in_base64("sha256"),
    "base64sha512": in_base64("sha512"),
}


def _of_text(name: str, digest: Callable[[bytes], str]) -> Function:
    return Function(name, (_STR,), plain(lambda text: digest(text.encode())))


def _uuidv5(namespace: str, name: str) -> str:
    try:
        space = _NAMESPACES.get(namespace) or uuid.UUID(namespace)
    except ValueError:
        raise FunctionError(f"uuidv5() doesn't support namespace {namespace}.") from None
    return str(uuid.uuid5(space, name))


def at_run_time(name: str, parameters: tuple[Parameter, ...] = (), rest: Parameter | None = None) -> Function:
    """A function whose result only a run of Terraform settles, and differently each time."""

    def body(_arguments: tuple[Value, ...], _context: FunctionContext) -> Value:
        return Value(Unknown(Cause(CauseKind.KNOWN_AFTER_APPLY, f"the result of {name}(), which is new at every run")))

    return Function(name, parameters, body, rest=rest, reads_holes=True, repeatable=False)


def not_evaluated(name: str, parameters: tuple[Parameter, ...]) -> Function:
    """A function whose result depends on its arguments alone, but is not worked out here."""

    def body(_arguments: tuple[Value, ...], _context: FunctionContext) -> Value:
        raise UnsupportedError("it is not evaluated")

    return Function(name, parameters, body)


_FUNCTIONS = (
    *(_of_text(name, digest) for name, digest in DIGESTS.items()),
    Function("uuidv5", (Parameter("namespace", STRING), Parameter("name", STRING)), plain(_uuidv5)),
    at_run_time("uuid"),
    at_run_time("bcrypt", (_STR,), rest=Parameter("cost", NUMBER)),
    not_evaluated("rsadecrypt", (Parameter("ciphertext", STRING), Parameter("privatekey", STRING))),
)
FUNCTIONS: Mapping[str, Function] = {function.name: function for function in _FUNCTIONS}
