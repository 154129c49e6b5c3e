"""Plan files that are made here, byte by byte, and real ones that are taken apart."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

UNKNOWN = b"\xd4\x00\x00"
REFINED = b"\xc7\x03\x0c\x81\x01\xc2"
USER = b"\x83\xa4name\xa1u\xa3arn" + UNKNOWN + b"\xa4path\xa1/"
SOURCE = 'resource "aws_iam_user" "u" {\n  name = "u"\n}\n'


def beside(folder: Path, plan: Path) -> dict[str, str]:
    """Put a plan and the configuration in it into a directory."""
    (folder / "tfplan").write_bytes(plan.read_bytes())
    sources: dict[str, str] = {}
    with zipfile.ZipFile(plan) as archive:
        directories = {module["Key"]: module["Dir"] for module in json.loads(archive.read("tfconfig/modules.json"))}
        for name in archive.namelist():
            if name.startswith("tfconfig/m-"):
                key, _, file = name.removeprefix("tfconfig/m-").rpartition("/")
                path = folder / directories[key] / file
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(archive.read(name))
                sources[path.relative_to(folder).as_posix()] = path.read_text(encoding="utf-8")
    return sources


def varint(number: int) -> bytes:
    found = bytearray()
    while number >= 0x80:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*found, number])


def field(number: int, value: int | bytes | str) -> bytes:
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    content = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(content)) + content


def change(values: bytes = USER, action: int = 1, address: str = "aws_iam_user.u", **more: bytes) -> bytes:
    inner = field(1, action) + field(2, field(1, values))
    return field(3, field(13, address) + field(9, inner) + more.get("tail", b""))


def plan_bytes(*changes: bytes, version: int = 3, tail: bytes = b"") -> bytes:
    return field(1, version) + b"".join(changes or (change(),)) + field(14, "1.11.4") + tail


def packed(
    plan: bytes | None,
    *,
    directory: str = ".",
    manifest: bytes | None = None,
    state: Mapping[str, Any] | None = None,
    **sources: str,
) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        if plan is not None:
            archive.writestr("tfplan", plan)
        archive.writestr("tfstate", json.dumps({"version": 4, "serial": 1, "resources": [], **(state or {})}))
        for name, text in {"main.tf": SOURCE, **sources}.items():
            archive.writestr(f"tfconfig/m-/{name}", text)
        listed = json.dumps([{"Key": "", "Dir": directory}]).encode()
        archive.writestr("tfconfig/modules.json", manifest if manifest is not None else listed)
    return memory.getvalue()
