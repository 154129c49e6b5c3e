"""Where the module of a call is: beside the caller, or where ``terraform init`` has put it.

https://developer.hashicorp.com/terraform/language/modules/sources
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from scanner.cause import NOT_INSTALLED, Cause, CauseKind
from scanner.file_system import is_dir
from scanner.source_file import UnreadableFileError, read_text
from scanner.terraform.address import ModuleAddress
from scanner.terraform.configuration.module import Module
from scanner.terraform.language import nodes
from scanner.values import Value


def find_module(
    call: nodes.Block, caller: Module, address: ModuleAddress, root: Module, evaluate: Callable[[nodes.Node], Value]
) -> tuple[Path, str] | Cause:
    """The directory of a called module, absolute and as reports print it; a cause when it is not there.

    ``evaluate`` says what a source that is an expression is for the caller. Where that is not known, what was installed
    was chosen with values that are not known here.
    """
    attribute = call.body.attributes.get("source")
    if attribute is None:
        return Cause(CauseKind.MISSING_MODULE, f"{address}, which has no source", call.span)
    value = evaluate(attribute.value)
    source = value.text
    if source is not None and is_local(source):
        directory = Path(_normal(caller.directory / source))
        shown = _normal_shown(f"{caller.path}/{source}")
        if is_dir(directory):
            return directory, shown
        return Cause(
            CauseKind.MISSING_MODULE, f'the directory "{source}" of {address}, which does not exist', attribute.span
        )
    if source is None and value.unknown is None:
        return Cause(CauseKind.MALFORMED, f"the source of {address}, which is not a string", attribute.span)
    installed = _installed(root, address)
    if installed is not None:
        return Path(_normal(root.directory / installed)), _normal_shown(f"{root.path}/{installed}")
    if value.unknown is not None:
        detail = f"the source of {address}, which depends on {value.unknown.cause.detail}"
        return Cause(CauseKind.MISSING_MODULE, detail, attribute.span)
    detail = f'{address}, whose source "{source}" {NOT_INSTALLED}'
    return Cause(CauseKind.MISSING_MODULE, detail, attribute.span)


def is_local(source: str) -> bool:
    """Whether a source is a directory beside the caller; anything else is something to install."""
    return source.startswith(("./", "../"))


def _installed(root: Module, address: ModuleAddress) -> str | None:
    """The directory that ``terraform init`` noted for a call, relative to the root module."""
    try:
        manifest = json.loads(read_text(root.directory / ".terraform" / "modules" / "modules.json"))
    except (UnreadableFileError, ValueError):
        return None  # not initialised, or by a version that writes something else: the same to the caller
    entries = manifest.get("Modules") if isinstance(manifest, dict) else None
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, dict) and entry.get("Key") == address.calls and isinstance(entry.get("Dir"), str):
            found: str = entry["Dir"]
            return found if is_dir(root.directory / found) else None
    return None


def _normal(path: Path) -> str:
    """Without ``..`` and without following symbolic links, as Terraform joins paths."""
    import os.path

    return os.path.normpath(path)


def _normal_shown(path: str) -> str:
    return _normal(Path(path)).replace("\\", "/")
