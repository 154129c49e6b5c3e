"""What is read of the states of other configurations.

``data.terraform_remote_state`` gives the outputs of a configuration that keeps its state in the same place. Where that
is scanned as well, they are what it says they are; otherwise only a plan knows them.

https://developer.hashicorp.com/terraform/language/state/remote-state-data
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from scanner import values
from scanner.terraform.configuration.state_places import state_place
from scanner.terraform.language.namespace import Namespace
from scanner.values import Value

DATA_SOURCE = "terraform_remote_state"
OUTPUTS = "outputs"


def read_place(arguments: Mapping[str, Value], directory: Path) -> str | None:
    """Where the state is kept that a data source reads; None where that is not known."""
    kind, config, workspace = (arguments[name] for name in ("backend", "config", "workspace"))
    name = "default" if workspace.is_null else workspace.text
    if kind.text is None or name is None:
        return None
    return state_place(kind.text, lambda key: config.entries.get(key, values.NULL), name, directory)


def with_defaults(outputs: Value, arguments: Mapping[str, Value]) -> Value:
    """The outputs of a state, with the defaults of whoever reads it for those that it lacks."""
    defaults = arguments["defaults"].entries
    if not defaults:
        return outputs
    found = outputs.entries
    names = dict.fromkeys((*defaults, *found))
    return Value(Namespace(lambda: names, lambda name: found[name] if name in found else defaults[name]))
