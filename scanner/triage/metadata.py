"""What a template asks to ignore in the ``Metadata`` of its resources, for JSON has no comments.

"Metadata": {"scan:ignore": [{"rule": "user-cannot-aws-login", "reason": "a robot", "until": "2027-03-01"}]}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scanner.diagnostic import Diagnostic, warning
from scanner.span import Span
from scanner.triage.directive import MARK, is_nearly_the_mark
from scanner.triage.ignore import Ignore, Stands
from scanner.triage.reason import MalformedError, day, expiry, is_reason
from scanner.values import Value

_KEYS = ("rule", "reason", "until")
_FORM = '{"rule": RULE, "reason": REASON}, with "until": "YYYY-MM-DD" if it is to expire'


def ignores_in_metadata(document: Value, problems: list[Diagnostic]) -> Iterator[Ignore]:
    """What the ``Metadata`` in a document asks for, of resources and of the template. Properties are not looked at."""
    waiting = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value.data, Mapping):
            for key, child in value.data.items():
                if key == "Metadata":
                    yield from _entries(child, problems)
                elif key != "Properties":
                    waiting.append(child)
        elif isinstance(value.data, tuple):  # the arguments of Fn::ForEach
            waiting.extend(value.data)


def _entries(metadata: Value, problems: list[Diagnostic]) -> Iterator[Ignore]:
    keys = metadata.data if isinstance(metadata.data, Mapping) else {}
    for key, value in keys.items():
        if is_nearly_the_mark(key) and value.span is not None:
            detail = f'It does not count: the key "{key}" is written "{MARK}".'
            problems.append(warning("Malformed suppression", detail, value.span))
    asked = keys.get(MARK)
    if asked is None or asked.span is None:
        return
    for entry in asked.data if isinstance(asked.data, tuple) else (asked,):
        span = entry.span or asked.span
        try:
            yield _entry(entry, span)
        except MalformedError as problem:
            problems.append(warning("Malformed suppression", f"It does not count: {problem}.", span))


def _entry(entry: Value, span: Span) -> Ignore:
    if not isinstance(entry.data, Mapping) or "rule" not in entry.data:
        raise MalformedError(f"an entry of {MARK} is written {_FORM}")
    for key, value in entry.data.items():
        if key not in _KEYS:
            raise MalformedError(f'an entry of {MARK} has no key "{key}"; it is written {_FORM}')
        if not isinstance(value.data, str):
            raise MalformedError(f"the {key} is not a string")
    rule, reason, until = (entry.data[key].text or "" if key in entry.data else "" for key in _KEYS)
    days = [expiry(reason), day(until.strip()) if "until" in entry.data else None]
    last_day = min((one for one in days if one is not None), default=None)
    reason = reason.strip() if is_reason(reason) else ""
    return Ignore(rule.strip(), None, reason, last_day, span, Stands.IN_A_VALUE)
