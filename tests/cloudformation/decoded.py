"""What cfn-lint's parser and ours make of one template: values, and the line of every key.

Both follow YAML 1.1 (``yes`` is true, ``010`` is eight). Where it is not known how CloudFormation reads a scalar
(``1.10``), cfn-lint's reading has to be among ours. What one of them refuses, keys that are there twice among it, the
other has to refuse as well; only Rain's tags, account IDs without quotes and keys that are numbers are refused here
alone. What comes in by an alias or a merge key stays, for us, where it is written; the lines of such templates are not
compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from cfnlint.decode import decode_str

from scanner.cloudformation.template.scalars import as_text
from scanner.cloudformation.template.syntax import parse
from scanner.diagnostic import Severity
from scanner.values import Unknown, Value

REFUSED = "refused"
_REFUSED_HERE = ("Source for Rain", "Account ID without quotes", "Key without quotes")
_LINE = ": line "
_SHARED = re.compile(r"[:-] +(?:&\w|\*\w)|<<:")


def differences(text: str, for_them: str | None = None) -> list[str]:
    """Where the two differ; it begins with ``REFUSED`` when cfn-lint reads nothing that could be compared."""
    try:
        theirs, problems = decode_str(text if for_them is None else for_them)
    except Exception as problem:  # noqa: BLE001 # its own bugs are no difference
        return [REFUSED, str(problem)]
    ours = parse(text, "t")
    refused = [problem.message for problem in ours.diagnostics if problem.severity is Severity.ERROR]
    if any(problem.summary in _REFUSED_HERE for problem in ours.diagnostics if problem.severity is Severity.ERROR):
        return [REFUSED, *refused]
    if problems or not isinstance(theirs, dict):
        return [REFUSED if refused else "only we read it", *(str(problem.message) for problem in problems)]
    if len(ours.documents) != 1 or refused:
        return ["only cfn-lint reads it", *refused]
    found = _compare(ours.documents[0], theirs, "")
    return [one for one in found if not (_LINE in one and _SHARED.search(text))]


def _compare(ours: Value, theirs: Any, path: str) -> Iterator[str]:
    match ours.data, theirs:
        case Mapping() as entries, dict():
            if set(entries) != {_key(key) for key in theirs}:
                yield f"{path}: {sorted(entries)} and {sorted(map(str, theirs))}"
                return
            for key, value in theirs.items():
                found = entries[_key(key)]
                line = _line(key)
                if line is not None and found.span is not None and found.span.line != line:
                    yield f"{path}/{key}{_LINE}{found.span.line} and {line}"
                yield from _compare(found, value, f"{path}/{key}")
        case tuple() as items, list():
            if len(items) != len(theirs):
                yield f"{path}: {len(items)} elements and {len(theirs)}"
                return
            for number, (item, other) in enumerate(zip(items, theirs, strict=True)):
                yield from _compare(item, other, f"{path}/{number}")
        case _:
            if not _same_scalar(ours.data, theirs):
                yield f"{path}: {ours.data!r} and {theirs!r}"


def _key(key: object) -> str:
    """A key as a text, as CloudFormation writes a boolean."""
    return as_text(key) or str(key)


def _line(key: Any) -> int | None:
    """Where a key is written; None for one that comes from a tag, whose place is that of the node."""
    mark = getattr(key, "start_mark", None)
    return None if mark is None else int(mark.line) + 1


def _same_scalar(ours: object, theirs: object) -> bool:
    if ours is None or isinstance(ours, tuple | Mapping) or isinstance(theirs, list | dict):
        return ours is None and theirs is None
    if isinstance(ours, Decimal | int) and not isinstance(ours, bool) and isinstance(theirs, float):
        return float(ours) == theirs
    if isinstance(ours, Unknown):
        texts = [one.text for one in ours.candidates if one is not None]
        return theirs in texts or repr(theirs) in texts
    return as_text(ours) == (theirs.isoformat() if isinstance(theirs, date) else as_text(theirs))
