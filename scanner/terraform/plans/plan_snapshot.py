"""The configuration files inside a plan file, as modules that are read from nowhere else.

Terraform puts in all configuration files, module by module, and where each module was. Files that functions read are
not among them.
"""

from __future__ import annotations

import json
import os.path
import posixpath
from collections.abc import Iterable
from pathlib import Path

from scanner.cause import Cause, CauseKind
from scanner.lazy_dataclass import dataclass
from scanner.source_file import UnreadableFileError
from scanner.terraform.address import ModuleAddress
from scanner.terraform.configuration.module import Module, index_module
from scanner.terraform.plans.plan_document import PlanError, Snapshot

_MANIFEST = "modules.json"
_MODULE = "m-"


def read_snapshot(members: Iterable[tuple[str, bytes]]) -> Snapshot:
    """The configuration in a plan file: the members below ``tfconfig/``. Raises ``PlanError``."""
    files: dict[str, dict[str, bytes]] = {}
    manifest = b""
    for name, content in members:
        if name == _MANIFEST:
            manifest = content
        elif name.startswith(_MODULE):
            key, _, file = name.removeprefix(_MODULE).rpartition("/")
            files.setdefault(key, {})[file] = content
    return Snapshot(_directories(manifest), files)


def _directories(manifest: bytes) -> dict[str, str]:
    """Module directories by key, which is the names of the calls on the way: ``network.subnets``."""
    try:
        records = json.loads(manifest)
        return {record["Key"]: posixpath.normpath(str(record["Dir"])) for record in records}
    except (ValueError, TypeError, KeyError, RecursionError) as problem:
        raise PlanError("its list of modules is damaged") from problem


@dataclass(frozen=True, slots=True)
class PackedModules:
    """The modules of a snapshot. Their directories are where they would be, seen from the plan; nobody looks there."""

    snapshot: Snapshot
    base: Path
    """The directory of the plan."""
    shown: str
    """The same as reports print it."""

    def find(self, address: ModuleAddress) -> tuple[Path, str] | Cause:
        """The directory of the module of a call, whatever its source is."""
        if address.calls in self.snapshot.directories:
            return self.place(address.calls)
        return Cause(CauseKind.MISSING_MODULE, f"{address}, which is not among the modules in the plan file")

    def place(self, key: str) -> tuple[Path, str]:
        """The directory of a module, and how reports print it. The root module has an empty key."""
        directory = self.snapshot.directories.get(key, ".")
        shown = posixpath.normpath(posixpath.join(self.shown, directory))
        return Path(os.path.normpath(self.base / directory)), shown

    def load(self, directory: Path, path: str) -> Module:
        """The module of a directory that was found here."""
        keys = {self.place(key)[0]: key for key in self.snapshot.directories}
        files = self.snapshot.files.get(keys.get(directory, ""), {})

        def read(name: str) -> str:
            try:
                return files[name].decode("utf-8-sig")
            except UnicodeDecodeError as problem:
                raise UnreadableFileError("it is not UTF-8") from problem

        return index_module(Module(path, directory), files, read)
