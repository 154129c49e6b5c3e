"""Whether two policy documents are the same, however they are written."""

from __future__ import annotations

import json

from scanner.values import Value


def same_document(left: Value, right: Value) -> bool:
    """Whether two known texts are the same, or policy documents that only differ in how they are written."""
    if left.text is None or right.text is None:
        return False
    if left.text == right.text:
        return True
    try:
        return _canonical(json.loads(left.text)) == _canonical(json.loads(right.text))
    except (ValueError, RecursionError):
        return False  # one of them is no JSON, so they differ


def _canonical(document: object) -> object:
    """One of several ways to write the same: an item for a list of one, no empty ``Sid``, no order."""
    match document:
        case list() as items:
            found = sorted(map(_canonical, items), key=repr)
            return found[0] if len(found) == 1 else found
        case dict() as entries:
            return {key: _canonical(item) for key, item in sorted(entries.items()) if (key, item) != ("Sid", "")}
    return document
