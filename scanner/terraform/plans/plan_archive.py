"""The members of a plan file, which is a zip archive. Nothing is written to disk, and no name in it is used as a path.

An archive can say less than it holds, so sizes are counted while reading: of the directory, of each member, of all.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO

from scanner.budget import spend
from scanner.source_file import MAX_BYTES as MAX_SOURCE_BYTES
from scanner.terraform.plans.plan_document import PlanError

MAX_PLAN_BYTES = 512 * 1024 * 1024
"""Of the planned changes, and of the state before. In JSON the changes would take three to five times as much."""
MAX_SOURCES_BYTES = 256 * 1024 * 1024
"""Of all configuration files together."""
_MAX_DIRECTORY_BYTES = 8 * 1024 * 1024
"""Of the archive's directory: some ten thousand files."""
_BYTES = 7
"""A power of two: so many bytes that are unpacked are a step."""
_AT_ONCE = 1024 * 1024
_END = struct.Struct("<4s4H2LH")
_END_MARK, _LARGE_MARK = b"PK\x05\x06", b"PK\x06\x07"
_PLAN, _STATE, _SOURCES = "tfplan", "tfstate", "tfconfig/"
_ENCRYPTED = 1


class PlanArchive:
    """An archive that holds a plan."""

    def __init__(self, data: bytes) -> None:
        """Raises ``PlanError`` for what is not an archive or holds no plan."""
        _refuse_large_directory(data)
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as problem:
            raise PlanError("it is a damaged zip archive") from problem
        self._members: dict[str, zipfile.ZipInfo] = {}
        for member in self._archive.infolist():
            self._members.setdefault(member.filename, member)  # Terraform takes the first of a name
        if _PLAN not in self._members:
            raise PlanError('it is a zip archive without a member "tfplan", so it is not a plan')

    def plan(self) -> bytes:
        """The planned changes. Raises ``PlanError``."""
        return self._read(_PLAN, MAX_PLAN_BYTES)

    def state(self) -> bytes:
        """The state before, as it would be stored. Raises ``PlanError``."""
        if _STATE not in self._members:
            raise PlanError('there is no member "tfstate"')
        return self._read(_STATE, MAX_PLAN_BYTES)

    def sources(self) -> Iterator[tuple[str, bytes]]:
        """The configuration: names below ``tfconfig/``, and contents. Raises ``PlanError``."""
        left = MAX_SOURCES_BYTES
        for name in self._members:
            if name.startswith(_SOURCES):
                content = self._read(name, min(left, MAX_SOURCE_BYTES))
                left -= len(content)
                yield name.removeprefix(_SOURCES), content

    def _read(self, name: str, limit: int) -> bytes:
        member = self._members[name]
        if member.flag_bits & _ENCRYPTED or member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise PlanError(f'its member "{name}" is not packed as Terraform does it')
        try:
            with self._archive.open(member) as file:
                content = _content(file, limit)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, struct.error) as problem:
            raise PlanError(f'its member "{name}" is damaged') from problem
        if len(content) > limit:
            raise PlanError(f'its member "{name}" is larger than {limit} bytes')
        return content


def _content(file: IO[bytes], limit: int) -> bytes:
    """As much as is allowed, and one byte more."""
    found = io.BytesIO()
    while (left := limit + 1 - found.tell()) and (part := file.read(min(left, _AT_ONCE))):
        spend(len(part) >> _BYTES)
        found.write(part)
    return found.getvalue()


def _refuse_large_directory(data: bytes) -> None:
    """The library reads the whole directory, however many members it claims."""
    start = data.rfind(_END_MARK, max(0, len(data) - _END.size - 0xFFFF))
    if start == -1 or start + _END.size > len(data):
        raise PlanError("it is a damaged zip archive")
    size = _END.unpack_from(data, start)[5]
    if size > _MAX_DIRECTORY_BYTES or _LARGE_MARK in data[max(0, start - 20) : start]:
        raise PlanError("it is a zip archive with more files than a plan has")
