"""Which files of a directory are configuration, and in which order they count.

https://developer.hashicorp.com/terraform/language/files
https://opentofu.org/docs/language/files/
"""

from __future__ import annotations

from collections.abc import Iterable

from scanner.lazy_dataclass import dataclass

TERRAGRUNT_FILE = "terragrunt.hcl"
TERRAGRUNT_JSON_FILE = "terragrunt.hcl.json"

_SUFFIXES = (".tf", ".tf.json", ".tofu", ".tofu.json")


@dataclass(frozen=True, slots=True)
class ConfigurationFiles:
    """The names of a directory's configuration files, each kind in the order in which it is read."""

    primary: tuple[str, ...]
    override: tuple[str, ...]
    """They change what the primary files declare, one after the other."""


def is_configuration(name: str) -> bool:
    """Whether a file of this name is configuration. Hidden files and what editors leave behind are not."""
    return name.endswith(_SUFFIXES) and not name.startswith(".")


def is_override(name: str) -> bool:
    """Whether a file of this name is configuration that changes what other files declare."""
    suffix = _suffix(name)
    if suffix is None:
        return False
    base = name.removesuffix(suffix)
    return base == "override" or base.endswith("_override")


def configuration_files(names: Iterable[str]) -> ConfigurationFiles:
    """The configuration files among the names of a directory's files.

    A ``.tofu`` file hides the ``.tf`` file of the same name, and a ``.tofu.json`` file the ``.tf.json`` one, as
    OpenTofu has it. Terraform knows neither; whoever writes one means OpenTofu.
    """
    listed = sorted(name for name in names if is_configuration(name))
    present = set(listed)
    primary: list[str] = []
    override: list[str] = []
    for name in listed:
        suffix = _suffix(name) or ""
        base = name.removesuffix(suffix)
        if suffix.startswith(".tf") and base + suffix.replace(".tf", ".tofu") in present:
            continue
        (override if is_override(name) else primary).append(name)
    return ConfigurationFiles(tuple(primary), tuple(override))


def _suffix(name: str) -> str | None:
    if name.startswith("."):
        return None
    return next((suffix for suffix in _SUFFIXES if name.endswith(suffix)), None)
