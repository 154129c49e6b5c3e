"""The files that a cloud assembly uploads, and the URLs by which its templates name them.

A URL names a file when it ends in the key that the file gets in S3 and the bucket is the same. A key that holds the
hash of what lies there is enough by itself, whatever the bucket is called.

https://github.com/cdklabs/cloud-assembly-schema (``AssetManifest``)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import TYPE_CHECKING

from scanner.cloudformation.language.intrinsics import evaluate
from scanner.lazy_dataclass import dataclass
from scanner.regexes import anywhere
from scanner.values import Unknown, Value, pieces

if TYPE_CHECKING:
    from scanner.cloudformation.language.names import Names
    from scanner.cloudformation.template.place import Place

_HASH = anywhere("[0-9a-f]{64}")
_FIRST_MARK = 0xF0000
"""Stand for what is not known in a text: characters of a private use area, which nobody writes."""


@dataclass(frozen=True, slots=True)
class Asset:
    """One file, and where it is put."""

    place: Place
    bucket: str | None
    """With ``${AWS::AccountId}`` and the like in it; None where the deployment chooses one."""
    key: str


@dataclass(frozen=True, slots=True)
class Assets:
    """What one assembly uploads."""

    by_file_name: Mapping[str, tuple[Asset, ...]] = field(default_factory=dict)
    """By the last part of its key."""

    def find(self, url: Value, names: Names) -> Place | None:
        """The file that a URL names, as the template of the names writes it; None for any other URL."""
        marks: dict[Unknown, str] = {}
        whole = _text(url, marks)
        for asset in self.by_file_name.get(whole.rpartition("/")[2], ()):
            key = _text(_filled_in(asset.key, names), marks)
            if not whole.endswith(f"/{key}"):
                continue
            if _HASH.search(asset.key):
                return asset.place
            before = whole.removesuffix(f"/{key}")
            bucket = None if asset.bucket is None else _text(_filled_in(asset.bucket, names), marks)
            if bucket and (before.endswith(f"/{bucket}") or before.startswith(f"https://{bucket}.s3")):
                return asset.place
        return None


def assets_of(found: Iterable[Asset]) -> Assets:
    """The assets of an assembly, to be found by a URL."""
    by_file_name: dict[str, tuple[Asset, ...]] = {}
    for asset in found:
        name = asset.key.rpartition("/")[2]
        by_file_name[name] = (*by_file_name.get(name, ()), asset)
    return Assets(by_file_name)


def _filled_in(text: str, names: Names) -> Value:
    """A text with ``${AWS::AccountId}`` and the like as the template sees them."""
    return evaluate(Value({"Fn::Sub": Value(text)}), names) or Value(text)


def _text(value: Value, marks: dict[Unknown, str]) -> str:
    """A text in which the same character stands for the same unknown."""
    return "".join(
        part if isinstance(part, str) else marks.setdefault(part, chr(_FIRST_MARK + len(marks)))
        for part in pieces(value) or ()
    )
