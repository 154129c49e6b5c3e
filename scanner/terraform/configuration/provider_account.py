"""What of a provider configuration decides about the account, and how configurations are told apart by it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from scanner.values import Unknown, Value, holes

DEFAULT = "aws"
"""The name of the configuration that everything has which names no other."""

ACCOUNT_ARGUMENTS = (
    *("profile", "access_key", "secret_key", "token", "shared_credentials_files", "shared_config_files"),
    *("shared_credentials_file", "assume_role", "assume_role_with_web_identity"),
    *("allowed_account_ids", "forbidden_account_ids", "endpoints"),
)
"""What decides about the account. Configurations that differ in other things, the region above all, are in one."""


def account_digest(arguments: Iterable[tuple[str, Value]]) -> str:
    """What tells apart configurations by their arguments; empty if there are none. Secrets cannot be read off it."""
    written = [f"{name}={_written(value)}" for name, value in arguments if not value.is_null and value.data != ()]
    return hashlib.sha256("\n".join(written).encode()).hexdigest() if written else ""


def _written(value: Value) -> str:
    match value.data:
        case Unknown() as unknown:
            return f"?{unknown.symbol or unknown.cause.detail}{[str(hole.symbol) for hole in holes(value)]}"
        case tuple() as items:
            return f"[{','.join(map(_written, items))}]"
        case Mapping() as entries:
            set_ = ((name, entries[name]) for name in sorted(entries))
            return f"{{{','.join(f'{name}={_written(item)}' for name, item in set_ if not item.is_null)}}}"
    return repr(value.data)
