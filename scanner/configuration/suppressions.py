"""``suppress``: findings that are to be left alone, by rule, address and path."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from scanner.configuration.errors import MistakeError, unknown_word
from scanner.configuration.items import Glob, OptionError
from scanner.configuration.origin import Origin
from scanner.configuration.shapes import Shape, read_text, table
from scanner.configuration.tree import Listing, Node, Scalar
from scanner.regexes import whole
from scanner.span import Span
from scanner.suppress_entry import SuppressEntry
from scanner.triage.reason import MalformedError, expiry

_WHICH = ("rule", "address", "path")
_KEYS = (*_WHICH, "reason", "until")


class Suppressions(Shape[SuppressEntry]):
    """A list of mappings, or its only one."""

    def read(self, node: Node, origin: Origin, name: str) -> Iterator[tuple[SuppressEntry, Span]]:
        """The entries."""
        if isinstance(node, Scalar):
            raise MistakeError(f'"{name}" must be a list of mappings', node.span)
        for item in node.items if isinstance(node, Listing) else (node,):
            yield self._entry(item, origin, name), item.span

    def _entry(self, node: Node, origin: Origin, name: str) -> SuppressEntry:
        found = {one.key: one for one in table(node, name).entries}
        for key, entry in found.items():
            if key not in _KEYS:
                raise unknown_word("key", key, _KEYS, entry.span)
        if "reason" not in found:
            raise MistakeError(f'an entry of "{name}" has no "reason"', node.span)
        if not any(key in found for key in _WHICH):
            message = f'an entry of "{name}" has none of {", ".join(_WHICH)}: it would cover everything'
            raise MistakeError(message, node.span)
        said = {key: read_text(found[key].value, key) for key in (*_WHICH, "reason") if key in found}
        if "path" in found:
            Glob().read(found["path"].value, origin, "path")
        days = [_expiry(found["reason"].value), _day(found["until"].value) if "until" in found else None]
        return SuppressEntry(
            said.get("rule"),
            said.get("address"),
            said.get("path"),
            said["reason"],
            min((one for one in days if one is not None), default=None),
            node.span,
            origin.directory,
        )

    def parse(self, text: str) -> SuppressEntry:
        """There is no such option."""
        raise OptionError(f"{text} belongs into a configuration file")

    def show(self, value: SuppressEntry) -> object:
        """The entry as it is written."""
        said = {"rule": value.rule, "address": value.address, "path": value.path, "reason": value.reason}
        until = value.until.isoformat() if value.until is not None else None
        return {key: one for key, one in {**said, "until": until}.items() if one is not None}

    def schema(self) -> dict[str, Any]:
        """An object, or a list of them."""
        texts = {key: {"type": "string", "pattern": r"\S"} for key in (*_WHICH, "reason")}
        entry = {
            "type": "object",
            "properties": {**texts, "until": {"type": "string", "format": "date"}},
            "required": ["reason"],
            "anyOf": [{"required": [key]} for key in _WHICH],
            "additionalProperties": False,
        }
        return {"anyOf": [entry, {"type": "array", "items": entry}]}


def _expiry(node: Node) -> date | None:
    try:
        return expiry(read_text(node, "reason"))
    except MalformedError as problem:
        raise MistakeError(f"in the reason, {problem}", node.span) from problem


def _day(node: Node) -> date:
    problem = MistakeError('"until" must be a day, such as 2027-03-01', node.span)
    if not isinstance(node, Scalar) or not whole(r"\d{4}-\d\d-\d\d").fullmatch(node.text):
        raise problem
    try:
        return date.fromisoformat(node.text)
    except ValueError as cause:
        raise problem from cause
