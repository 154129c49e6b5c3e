"""AWS managed policies: every policy's default version, from a data file that is opened on first use.

The file, ``managed_policies.bin`` beside this module, is written by ``tools/refresh_managed_policies.py``:

    file    = header LF index chunk…
    header  = JSON object on one line: date, source and number of policies, bytes of the index and of each chunk
    index   = zlib of a JSON object: path of the policy -> [version, chunk, offset, length]
    chunk   = zlib of up to 256 KiB of policy documents as compact JSON in ASCII, one after another

A path is what follows ``policy/`` in the ARN: ``job-function/Billing``. The first question reads the file and the
index; a document inflates the chunk that it is in. ``pkgutil`` reads the file, since importing
``importlib.resources`` takes longer than all the rest together.

The data describes partition ``aws``. For another one, its ARNs are rewritten and nothing else is: a policy may exist
there in an older version or not at all, and service names in conditions (``ec2.amazonaws.com.cn``) stay as they are.
"""

from __future__ import annotations

import json
import pkgutil
import zlib
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from scanner.iam.arn import Arn
from scanner.lazy_dataclass import dataclass
from scanner.regexes import whole

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE = "managed_policies.bin"
_PARTITION = whole(r"aws(?:-[a-z]+)*")
_POLICY = "policy/"


@dataclass(frozen=True, slots=True)
class ManagedDocument:
    """The default version of one AWS managed policy."""

    arn: str
    name: str
    text: str
    """The policy document, compact JSON in ASCII."""


@dataclass(frozen=True, slots=True)
class Archive:
    """A data file taken apart, its chunks still compressed."""

    taken: str
    source: str
    index: Mapping[str, tuple[str, int, int, int]]
    """By path: version, chunk, and where in the chunk the document begins and how long it is."""
    chunks: tuple[bytes, ...]

    @staticmethod
    def parse(data: bytes) -> Archive:
        """The inverse of what the refresh script writes."""
        line, _, rest = data.partition(b"\n")
        header = json.loads(line)
        chunks = []
        start: int = header["index"]
        for size in header["chunks"]:
            chunks.append(rest[start : start + size])
            start += size
        index = json.loads(zlib.decompress(rest[: header["index"]]))
        return Archive(header["taken"], header["source"], index, tuple(chunks))

    def inflate(self, chunk: int) -> str:
        """The documents of one chunk, one after another."""
        return zlib.decompress(self.chunks[chunk]).decode("ascii")


def document(arn: str) -> ManagedDocument | None:
    """The policy with this ARN, in any partition; None when the data has none.

    ARNs compare as AWS compares them, with case and path: ``policy/Billing`` is not a policy,
    ``policy/job-function/Billing`` is one.
    """
    parts = Arn.parse(arn)
    if parts is None or not _names_managed_policy(parts) or _PARTITION.fullmatch(parts.partition) is None:
        return None
    return _document(parts.resource.removeprefix(_POLICY), parts.partition)


def document_by_name(name: str, partition: str = "aws") -> ManagedDocument | None:
    """The policy with this name, whatever its path; None when the data has none. No two have the same name."""
    path = _paths_by_name().get(name)
    return None if path is None else _document(path, partition)


@lru_cache(maxsize=16)
def arns(partition: str = "aws") -> tuple[str, ...]:
    """The ARNs of all policies in the data, sorted."""
    return tuple(sorted(_arn(path, partition) for path in _archive().index))


def taken() -> str:
    """The ISO date up to which the data is known to be current.

    For data from an account, the day on which it was read; for data from moto, which does not say when it read its
    own, the day of the newest change that it contains.
    """
    return _archive().taken


def source() -> str:
    """Where the data comes from: ``moto 5.2.5``, or ``aws`` for an account."""
    return _archive().source


def is_aws_managed(arn_text: str) -> bool:
    """Whether this is the ARN of a policy that AWS owns, in the data or not: its account is ``aws``."""
    parts = Arn.parse(arn_text)
    return parts is not None and _names_managed_policy(parts)


def _names_managed_policy(arn: Arn) -> bool:
    return (arn.service, arn.region, arn.account) == ("iam", "", "aws") and arn.resource.startswith(_POLICY)


def _arn(path: str, partition: str) -> str:
    return f"arn:{partition}:iam::aws:{_POLICY}{path}"


@lru_cache(maxsize=256)
def _document(path: str, partition: str) -> ManagedDocument | None:
    entry = _archive().index.get(path)
    if entry is None:
        return None
    _, chunk, offset, length = entry
    text = _chunk(chunk)[offset : offset + length]
    if partition != "aws":
        text = text.replace('"arn:aws:', f'"arn:{partition}:')
    return ManagedDocument(_arn(path, partition), path.rpartition("/")[2], text)


@cache
def _archive() -> Archive:
    data = pkgutil.get_data("scanner.iam", FILE)
    if data is None:
        raise FileNotFoundError(FILE)
    return Archive.parse(data)


@cache
def _chunk(number: int) -> str:
    return _archive().inflate(number)


@cache
def _paths_by_name() -> Mapping[str, str]:
    return {path.rpartition("/")[2]: path for path in _archive().index}
