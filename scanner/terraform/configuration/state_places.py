"""The place of a state: in which store it is, and under which key a backend keeps that of a workspace there.

What is written for the default workspace is not what others have: each type of backend makes a key of its own for them,
which another configuration may write out in full.

https://developer.hashicorp.com/terraform/language/backend
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from pathlib import Path

from scanner import values
from scanner.handover import place
from scanner.lazy_dataclass import dataclass
from scanner.values import Value

LOCAL = "local"
_DEFAULT = "default"
"""The workspace that is always there."""
_FILE = "terraform.tfstate"

ReadArgument = Callable[[str], Value]
"""The value of an argument; null where nothing stands."""


class _NotKnownError(Exception):
    """An argument that the place depends on."""


@dataclass(frozen=True, slots=True)
class _Arguments:
    """What is written of a backend, in texts. What is asked for and not known raises ``_NotKnownError``."""

    read: ReadArgument

    def text(self, name: str, default: str = "") -> str:
        return _text(self.read(name), default)

    def required(self, name: str) -> str:
        """What is not there may be told on the command line (``-backend-config``)."""
        found = self.text(name)
        if not found:
            raise _NotKnownError
        return found


def _text(value: Value, default: str = "") -> str:
    if value.is_null:
        return default
    if value.text is None:
        raise _NotKnownError
    return value.text


def state_place(kind: str, read: ReadArgument, workspace: str, directory: Path) -> str | None:
    """What two have in common that keep or read the same state; None where that is not known."""
    if not workspace:
        return None
    arguments = _Arguments(read)
    try:
        if kind == LOCAL:
            return place(LOCAL, posixpath.normpath((directory / _file(arguments, workspace)).as_posix()))
        return place(kind, *_PLACES[kind](arguments, workspace)) if kind in _PLACES else None
    except _NotKnownError:
        return None


def _file(written: _Arguments, workspace: str) -> str:
    """``path`` is about the default workspace alone."""
    if workspace == _DEFAULT:
        return written.text("path", _FILE)
    return _joined(written.text("workspace_dir", "terraform.tfstate.d"), workspace, _FILE)


def _azurerm(written: _Arguments, workspace: str) -> tuple[str, ...]:
    key = written.required("key") + ("" if workspace == _DEFAULT else f"env:{workspace}")
    return written.required("storage_account_name"), written.required("container_name"), key


def _consul(written: _Arguments, workspace: str) -> tuple[str, ...]:
    key = written.required("path") + ("" if workspace == _DEFAULT else f"-env:{workspace}")
    return written.text("address"), written.text("datacenter"), key


def _gcs(written: _Arguments, workspace: str) -> tuple[str, ...]:
    return written.required("bucket"), _joined(written.text("prefix").lstrip("/"), f"{workspace}.tfstate")


def _http(written: _Arguments, workspace: str) -> tuple[str, ...]:
    if workspace != _DEFAULT:
        raise _NotKnownError  # it has no others
    return (written.required("address"),)


def _oss(written: _Arguments, workspace: str) -> tuple[str, ...]:
    inner = () if workspace == _DEFAULT else (workspace,)
    return written.required("bucket"), _joined(written.text("prefix", "env:"), *inner, written.text("key", _FILE))


def _pg(written: _Arguments, workspace: str) -> tuple[str, ...]:
    tables = written.text("schema_name", "terraform_remote_state"), written.text("table_name", "states")
    return written.required("conn_str"), *tables, workspace


def _s3(written: _Arguments, workspace: str) -> tuple[str, ...]:
    """A bucket is one of its name in all of AWS; what is like S3 has an endpoint of its own."""
    key = written.required("key")
    if workspace != _DEFAULT:
        key = _joined(written.text("workspace_key_prefix", "env:"), workspace, key)
    endpoints = written.read("endpoints")
    if endpoints.unknown is not None:
        raise _NotKnownError
    endpoint = _text(endpoints.entries.get("s3", values.NULL)) or written.text("endpoint")
    return written.required("bucket"), key, endpoint


def _joined(*parts: str) -> str:
    """As Go joins paths."""
    return posixpath.normpath("/".join(filter(None, parts)))


_PLACES: Mapping[str, Callable[[_Arguments, str], tuple[str, ...]]] = {
    "azurerm": _azurerm,
    "consul": _consul,
    "gcs": _gcs,
    "http": _http,
    "oss": _oss,
    "pg": _pg,
    "s3": _s3,
}
"""By type of backend what says which state it is."""
