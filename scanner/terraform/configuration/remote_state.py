"""Where states are kept, and what is read of them.

``data.terraform_remote_state`` gives the outputs of a configuration that keeps its state in the same place. Where that
is scanned as well, they are what it says they are; otherwise only a plan knows them.

https://developer.hashicorp.com/terraform/language/state/remote-state-data
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from pathlib import Path

from scanner import values
from scanner.handover import place
from scanner.terraform.language.namespace import Namespace
from scanner.values import Value

DATA_SOURCE = "terraform_remote_state"
OUTPUTS = "outputs"

_PLACES: Mapping[str, tuple[str, ...]] = {
    "azurerm": ("storage_account_name", "container_name", "key"),
    "consul": ("address", "path"),
    "gcs": ("bucket", "prefix"),
    "http": ("address",),
    "oss": ("bucket", "prefix", "key"),
    "pg": ("conn_str", "schema_name"),
    "s3": ("bucket", "key"),
}
"""By type of backend the arguments that say which state it is. All of them have to be known, if they are there."""
LOCAL = "local"
_DEFAULT_FILE = "terraform.tfstate"

ReadArgument = Callable[[str], Value]
"""The value of an argument; null where nothing stands."""


def read_place(arguments: Mapping[str, Value], directory: Path) -> str | None:
    """Where the state is kept that a data source reads; None where that is not known."""
    kind, config, workspace = (arguments[name] for name in ("backend", "config", "workspace"))
    name = "default" if workspace.is_null else workspace.text
    if kind.text is None or name is None:
        return None
    return place_of(kind.text, lambda key: config.entries.get(key, values.NULL), name, directory)


def place_of(kind: str, read: ReadArgument, workspace: str, directory: Path) -> str | None:
    """What two have in common that keep or read the same state; None where that is not known."""
    if kind == LOCAL:
        written = read("path")
        if written.is_null and workspace != "default":
            return None
        path = _DEFAULT_FILE if written.is_null else written.text
        return None if path is None else place(LOCAL, posixpath.normpath((directory / path).as_posix()))
    found = [(name, value) for name in _PLACES.get(kind, ()) if not (value := read(name)).is_null]
    if not found or any(value.text is None for _, value in found):
        return None
    return place(kind, workspace, *(f"{name}={value.text}" for name, value in found))


def with_defaults(outputs: Value, arguments: Mapping[str, Value]) -> Value:
    """The outputs of a state, with the defaults of whoever reads it for those that it lacks."""
    defaults = arguments["defaults"].entries
    if not defaults:
        return outputs
    found = outputs.entries
    names = dict.fromkeys((*defaults, *found))
    return Value(Namespace(lambda: names, lambda name: found[name] if name in found else defaults[name]))
