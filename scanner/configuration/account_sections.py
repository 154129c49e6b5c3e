"""``accounts``: sections by account ID, ``default``, and sections by path."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

from scanner.configuration.errors import MistakeError, unknown_word
from scanner.configuration.items import GLOB, Glob, OptionError, Path, Text
from scanner.configuration.origin import Origin
from scanner.configuration.region import Region
from scanner.configuration.shapes import NO_ENTRIES, Levels, Many, Shape, table
from scanner.configuration.tree import Entry, Node, Scalar, ScalarKind
from scanner.controls import DEFAULT_ACCOUNT, AccountControls
from scanner.path_sections import PathSection
from scanner.regexes import whole
from scanner.span import Span

ACCOUNT_ID = Text("[0-9]{12}", "an account ID has twelve digits")
REGION = Region()
SCP, RCP = Levels(), Many(Path())
_NO_ID = r"[0-9]{1,11}|[0-9]{13,}|[0-9]{4}-[0-9]{4}-[0-9]{4}"
"""A key that is meant as an ID and is none."""
_BY_ID = ("scp", "rcp")
_BY_PATH = ("account", "region", *_BY_ID)

T = TypeVar("T")
Section = tuple[str, AccountControls | PathSection]


class Accounts(Shape[Section]):
    """A mapping from account IDs and patterns for paths to what holds there."""

    empty = NO_ENTRIES

    def read(self, node: Node, origin: Origin, name: str) -> Iterator[tuple[Section, Span]]:
        """The sections in their order."""
        for entry in table(node, name).entries:
            yield (entry.key, self._section(entry, origin, f"{name}.{entry.key}")), entry.span

    def _section(self, entry: Entry, origin: Origin, name: str) -> AccountControls | PathSection:
        is_by_id = entry.key == DEFAULT_ACCOUNT or whole(ACCOUNT_ID.pattern).fullmatch(entry.key) is not None
        if whole(_NO_ID).fullmatch(entry.key):
            directory = f'for a directory of that name write "./{entry.key}"'
            raise MistakeError(f'"{entry.key}" is not right: {ACCOUNT_ID.says}; {directory}', entry.span)
        found = {one.key: one for one in table(entry.value, name).entries}
        for key, one in found.items():
            if is_by_id and key in _BY_PATH and key not in _BY_ID:
                raise MistakeError(f'"{key}" belongs into a section under a path, not under an account', one.span)
            if key not in _BY_PATH:
                raise unknown_word("key", key, _BY_ID if is_by_id else _BY_PATH, one.span)
        scp = _all(SCP, found.get("scp"), origin, name)
        rcp = _all(RCP, found.get("rcp"), origin, name)
        if is_by_id:
            return AccountControls(scp or (), rcp or ())
        as_node = Scalar(ScalarKind.STRING, entry.key, entry.span)
        return PathSection(
            Glob().read(as_node, origin, name),
            _text(ACCOUNT_ID, found.get("account"), origin),
            _text(REGION, found.get("region"), origin),
            scp,
            rcp,
            entry.span,
        )

    def parse(self, text: str) -> Section:
        """There is no such option."""
        raise OptionError(f"{text} belongs into a configuration file")

    def show(self, value: Section) -> object:
        """An object with the one section."""
        key, section = value
        if isinstance(section, AccountControls):
            said: dict[str, object] = {
                "scp": [list(level) for level in section.scp_levels],
                "rcp": list(section.rcps),
            }
        else:
            said = {
                "account": section.account,
                "region": section.region,
                "scp": None if section.scp_levels is None else [list(level) for level in section.scp_levels],
                "rcp": None if section.rcps is None else list(section.rcps),
            }
        return {key: {name: one for name, one in said.items() if one is not None}}

    def name_of(self, value: Section) -> str | None:
        """The key."""
        return value[0]

    def schema(self) -> dict[str, Any]:
        """An object whose sections differ by their names."""
        controls = {"scp": SCP.schema(), "rcp": RCP.schema()}
        by_path = {"account": ACCOUNT_ID.schema(), "region": REGION.schema(), **controls}
        return {
            "type": "object",
            "patternProperties": {
                f"^(?:{DEFAULT_ACCOUNT}|{ACCOUNT_ID.pattern})$": {
                    "type": "object",
                    "properties": controls,
                    "additionalProperties": False,
                }
            },
            "additionalProperties": {"type": "object", "properties": by_path, "additionalProperties": False},
            "propertyNames": {"pattern": GLOB, "not": {"pattern": f"^(?:{_NO_ID})$"}},
        }


def _all(shape: Shape[T], entry: Entry | None, origin: Origin, name: str) -> tuple[T, ...] | None:
    if entry is None:
        return None
    return tuple(value for value, _ in shape.read(entry.value, origin, f"{name}.{entry.key}"))


def _text(item: Text, entry: Entry | None, origin: Origin) -> str | None:
    return None if entry is None else item.read(entry.value, origin, entry.key)
