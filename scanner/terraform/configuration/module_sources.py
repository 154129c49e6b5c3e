"""Where the module of a call is: beside the caller, or where ``terraform init`` has put it.

https://developer.hashicorp.com/terraform/language/modules/sources
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from scanner import file_system
from scanner.cause import NOT_INSTALLED, Cause, CauseKind
from scanner.session import once
from scanner.source_file import UnreadableFileError, read_text
from scanner.terraform.address import ModuleAddress
from scanner.terraform.configuration.module import Module
from scanner.terraform.language import nodes
from scanner.values import Value


def find_module(
    call: nodes.Block,
    caller: Module,
    address: ModuleAddress,
    root: Module,
    boundary: Path,
    evaluate: Callable[[nodes.Node], Value],
) -> tuple[Path, str] | Cause:
    """The directory of a called module, absolute and as reports print it; a cause when it is not there.

    What ``terraform init`` has noted is read inside the boundary only.

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
        if file_system.is_directory(directory):
            return directory, shown
        return Cause(
            CauseKind.MISSING_MODULE, f'the directory "{source}" of {address}, which does not exist', attribute.span
        )
    if source is None and value.unknown is None:
        return Cause(CauseKind.MALFORMED, f"the source of {address}, which is not a string", attribute.span)
    try:
        installed = _installed(root, boundary, address)
    except UnreadableFileError as problem:
        detail = f"{address}, which is looked up in .terraform/modules/modules.json ({problem})"
        return Cause(CauseKind.MISSING_MODULE, detail, attribute.span)
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


def _installed(root: Module, boundary: Path, address: ModuleAddress) -> str | None:
    """The directory that ``terraform init`` noted for a call, relative to the root module.

    Raises ``UnreadableFileError``.
    """
    found = once((_manifest, root.directory), lambda: _manifest(root.directory, boundary), len).get(address.calls)
    return found if found is not None and file_system.is_directory(root.directory / found) else None


def _manifest(directory: Path, boundary: Path) -> Mapping[str, str]:
    """Where ``terraform init`` put the modules of a root module, by the calls that lead to them."""
    file = directory / ".terraform" / "modules" / "modules.json"
    if not file_system.exists(file):
        return {}
    try:
        manifest = json.loads(read_text(file, within=(boundary, directory)))
    except (ValueError, RecursionError) as problem:
        raise UnreadableFileError("it is not the JSON that `terraform init` writes") from problem
    entries = manifest.get("Modules") if isinstance(manifest, dict) else None
    found: dict[str, str] = {}
    for entry in entries if isinstance(entries, list) else ():
        match entry:
            case {"Key": str(key), "Dir": str(where)}:
                found.setdefault(key, where)
    return found


def _normal(path: Path) -> str:
    """Without ``..`` and without following symbolic links, as Terraform joins paths."""
    import os.path

    return os.path.normpath(path)


def _normal_shown(path: str) -> str:
    return _normal(Path(path)).replace("\\", "/")
