"""What stands in the templates of a cloud assembly for values that its application has not looked up yet.

An application that is run without the values of its lookups gets placeholders for them and notes which lookups are
missing. The placeholders get into templates like any other value, inside longer texts too. They are nobody's value.

A missing lookup says what its placeholder is (``dummyValue``); older versions of the CDK, and lookups of a VPC in all
of them, leave it to what their libraries have always taken. What an application gives for the case that there is no
such parameter of SSM is a placeholder as well; where such a text is too common to tell it from others (``*``,
``Allow``, ``true``, a number), it is taken as it stands.

https://github.com/aws/aws-cdk/blob/v2.276.0/packages/aws-cdk-lib/core/lib/context-provider.ts
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from scanner.cause import Cause, CauseKind
from scanner.regexes import anywhere, whole
from scanner.values import Unknown, Value, joined

_DEFAULTS: Mapping[str, tuple[str, ...]] = {
    "ami": ("ami-1234",),
    "availability-zones": ("dummy1a", "dummy1b", "dummy1c"),
    "hosted-zone": ("DUMMY",),
    "key-provider": ("1234abcd-12ab-34cd-56ef-1234567890ab",),
    "load-balancer": ("my-load-balancer", "50dc6c495c0c9188", "Z3DZXE0EXAMPLE", "sg-1234", "vpc-12345"),
    "load-balancer-listener": ("my-load-balancer", "50dc6c495c0c9188", "f2f7dc8efc522ab2", "sg-123456789012"),
    "security-group": ("sg-12345", "sg-12345678"),
    "vpc-provider": (
        "vpc-12345",
        *("s-12345", "s-67890", "p-12345", "p-67890", "rtb-12345s", "rtb-67890s", "rtb-12345p", "rtb-57890p"),
        *("dummy1a", "dummy1b", "1.2.3.4/5"),
    ),
}
"""What the CDK uses in place of a missing lookup, by its provider."""

_TOKEN = anywhere(r"\$\{Token\[[^\[\]]*+\]\}")
_ARN = whole(r"((?:arn:[a-z-]+)?:[a-z0-9-]+:)[^:]*:[^:]*:([a-z-]+[/:])?.*")
"""An ARN, perhaps without its beginning; its region, account and name are invented."""
_COMMON = frozenset({"Allow", "Deny", "2012-10-17", "2008-10-17"})
_SHORTEST = 4
_ACCOUNT_DIGITS = 12


def placeholders(missing: Iterable[Any]) -> Iterator[tuple[str, str]]:
    """Of the missing lookups of a manifest: each placeholder, with the lookup that it stands for."""
    for lookup in missing:
        entries = lookup if isinstance(lookup, dict) else {}
        key, provider, properties = (entries.get(name) for name in ("key", "provider", "props"))
        written = dict(properties) if isinstance(properties, dict) else {}
        dummy = written.pop("dummyValue", None)
        given = set(_texts(written))
        found = [*_texts(dummy), *_DEFAULTS.get(str(provider), ())]
        if provider == "ssm" and isinstance(written.get("parameterName"), str):
            found.append(f"dummy-value-for-{written['parameterName']}")
        for text in found:
            for part in _TOKEN.split(text):
                if part not in given and _is_telling(part):
                    yield part, str(key)


def without_placeholders(found: Iterable[tuple[str, str]]) -> Callable[[Value], Value]:
    """Puts unknowns where the placeholders stand in a template."""
    lookups: dict[str, dict[str, None]] = {}
    for text, lookup in found:
        lookups.setdefault(text, {})[lookup] = None
    if not lookups:
        return lambda value: value
    longest_first = sorted(lookups, key=lambda text: (-len(text), text))
    pattern = anywhere("|".join(map(_bounded, longest_first)))

    def read(value: Value) -> Value:
        match value.data:
            case str() as text if pattern.search(text) is not None:
                return Value(joined(_pieces(text, value), value.span).data, value.span, value.trail)
            case tuple() as items:
                return replace(value, data=tuple(map(read, items)))
            case Mapping() as entries:
                return replace(value, data={key: read(entry) for key, entry in entries.items()})
            case _:
                return value

    def _pieces(text: str, value: Value) -> Iterator[str | Unknown]:
        position = 0
        for placeholder in pattern.finditer(text):
            yield text[position : placeholder.start()]
            # Two lookups may have one placeholder, and one lookup may give several elements, so it equals nothing.
            hole = Unknown(Cause(CauseKind.MISSING_INPUT, _detail(lookups[placeholder[0]]), value.span))
            yield from (hole if part is None else part for part in _what_is_certain(placeholder[0]))
            position = placeholder.end()
        yield text[position:]

    return read


def _what_is_certain(placeholder: str) -> tuple[str | None, ...]:
    """The literal pieces of what will be looked up, with None for each hole: of an ARN the service and the type."""
    found = _ARN.fullmatch(placeholder)
    return (None,) if found is None else (found[1], None, ":", None, f":{found[2] or ''}", None)


def _detail(lookups: Mapping[str, None]) -> str:
    first, *others = (f'"{lookup}"' for lookup in lookups)
    more = f" (or {len(others)} others)" if len(others) > 1 else "".join(f" or {other}" for other in others)
    return f"{first}{more}, which the application has not looked up yet (run `cdk synth`)"


def _texts(found: object) -> Iterator[str]:
    """All texts in a tree of JSON."""
    waiting = [found]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)


def _is_telling(text: str) -> bool:
    """Whether a text can only be the placeholder, or nearly so."""
    if len(text) < _SHORTEST or text in _COMMON or text.isdigit():
        return len(text) == _ACCOUNT_DIGITS and text.isdigit()
    return not (text.isalpha() and text.islower()) and any(map(str.isalnum, text)) and text != "arn:"


def _bounded(text: str) -> str:
    """A pattern for a text that is not part of a longer word."""
    before = r"(?<![A-Za-z0-9])" if text[0].isalnum() else ""
    after = r"(?![A-Za-z0-9])" if text[-1].isalnum() else ""
    return f"{before}{re.escape(text)}{after}"
