"""What the parameters of a template are: what a scenario assumes, what the user gave, else the default, else unknown.

Everything is a text, as it is for CloudFormation; the list types are lists of texts. A value that the declaration does
not allow would be refused by the service, so it does not count.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from scanner import confidential
from scanner.budget import spend
from scanner.cause import Cause, CauseKind
from scanner.cloudformation.template.scalars import as_text
from scanner.regexes import whole
from scanner.symbol import Named, NameKind
from scanner.values import Value, of, unknown

if TYPE_CHECKING:
    from scanner.root import Assumption
    from scanner.span import Span


_STORED = "AWS::SSM::Parameter::Value<"


def parameter_value(
    name: str,
    declaration: Value,
    given: Mapping[str, str | None],
    assumed: Assumption | None = None,
    prefix: str = "",
) -> Value:
    """The value of one declared parameter.

    Without a value, with one that lies in SSM Parameter Store, or declared in a way that cannot be understood, it is
    unknown under the symbol ``Parameter NAME``. The prefix stands before the name in that symbol.
    """
    span = declaration.span
    if assumed is not None and assumed.value is not None:
        return Value(assumed.value, span)
    entries = declaration.entries
    kind = _type(entries)
    if kind is None:
        return _unknown(prefix, name, CauseKind.MALFORMED, "has no type", span)
    if kind.startswith(_STORED):
        return _unknown(prefix, name, CauseKind.KNOWN_AFTER_APPLY, "is read from SSM Parameter Store", span)
    place = span
    text: str | None
    if name in given:
        text = given[name]
        if text is None:
            return _unknown(prefix, name, CauseKind.MISSING_INPUT, "keeps the value that it has in the stack", span)
        echo = entries.get("NoEcho")
        confidential.meet(name, Value(text), is_declared=echo is not None and as_text(echo.data) != "false")
        if not _allows(declaration, kind, text):
            return _unknown(
                prefix, name, CauseKind.MISSING_INPUT, f'does not allow the value "{text}" that was given', span
            )
    elif "Default" not in entries:
        missing = _unknown(prefix, name, CauseKind.MISSING_INPUT, "has no default", span)
        return _only_account_id(missing) if _leaves_account_ids(entries, kind) else missing
    else:
        place = entries["Default"].span or span
        doubt = entries["Default"].unknown
        if doubt is not None:
            candidates = doubt.candidates if not _is_list(kind) else ()
            symbol = Named(NameKind.PARAMETER, f"{prefix}{name}")
            return Value(replace(doubt, symbol=symbol, candidates=candidates), place)
        text = as_text(entries["Default"].data)
        if text is None:
            return _unknown(prefix, name, CauseKind.MALFORMED, "has a default that is not a string", place)
    return of(_items(text), place) if _is_list(kind) else Value(text, place)


def passed_value(name: str, declaration: Value, value: Value, prefix: str) -> Value:
    """The value of a parameter of a nested stack, from what the template around it gives to it.

    An unknown stays what it is, so that it is still known to be the same; not as a list, which it may become.
    """
    text = as_text(value.data)
    if text is not None:
        return replace(
            parameter_value(name, declaration, {name: text}, prefix=prefix), span=value.span, trail=value.trail
        )
    if value.unknown is None:
        return _unknown(prefix, name, CauseKind.MALFORMED, "is given something that is not a string", value.span)
    entries = declaration.entries
    kind = _type(entries)
    if kind is None or kind.startswith(_STORED):
        return parameter_value(name, declaration, {}, prefix=prefix)
    if _is_list(kind):
        return unknown(value.unknown.cause, Named(NameKind.PARAMETER, f"{prefix}{name}"), value.span)
    return value


def stored_name(name: str, declaration: Value, given: Mapping[str, str | None], passed: Value | None) -> str | None:
    """The name of the SSM parameter that has the value; None where that is not known, or the value is no such one."""
    entries = declaration.entries
    kind = _type(entries)
    if kind is None or not kind.startswith(_STORED):
        return None
    if passed is not None:
        return passed.text
    if name in given:
        return given[name]
    return entries["Default"].text if "Default" in entries else None


def stored_value(declaration: Value, text: Value) -> Value:
    """The value of a parameter from the text in SSM Parameter Store."""
    if not is_list(declaration):
        return text
    if text.text is not None:
        return of(_items(text.text), text.span)
    cause = text.unknown.cause if text.unknown is not None else Cause(CauseKind.MALFORMED, "a list in place of a text")
    return unknown(cause, span=text.span)


def allowed_values(declaration: Value) -> tuple[str, ...]:
    """The only texts that a parameter can have, as declared; empty if any text is allowed, and for lists."""
    entries = declaration.entries
    kind = _type(entries)
    if kind is None or "<" in kind or _is_list(kind):
        return ()
    return _allowed(entries)


def is_text(declaration: Value) -> bool:
    """Whether the parameter is one text."""
    entries = declaration.entries
    return _type(entries) is not None and not is_list(declaration)


def is_list(declaration: Value) -> bool:
    """Whether the parameter is a list, its value in SSM Parameter Store included."""
    entries = declaration.entries
    kind = _type(entries)
    return kind is not None and _is_list(kind.removeprefix(_STORED).removesuffix(">"))


def _type(entries: Mapping[str, Value]) -> str | None:
    return entries["Type"].text if "Type" in entries else None


def _is_list(kind: str) -> bool:
    return kind == "CommaDelimitedList" or kind.startswith("List<")


def _items(text: str) -> list[str]:
    spend(3 * text.count(","))
    return [item.strip() for item in text.split(",")] if text.strip() else []


def _allowed(entries: Mapping[str, Value]) -> tuple[str, ...]:
    written = entries["AllowedValues"].data if "AllowedValues" in entries else ()
    spend(2 * len(written) if isinstance(written, tuple) else 1)
    items = [reading for item in written for reading in readings(item)] if isinstance(written, tuple) else []
    texts = [as_text(item.data) for item in items]
    known = tuple(dict.fromkeys(text for text in texts if text is not None))
    return () if None in texts else known


def readings(item: Value) -> tuple[Value, ...]:
    """What a scalar can be: itself, or each of the texts that CloudFormation may read it as."""
    candidates = item.unknown.candidates if item.unknown is not None else ()
    known = tuple(candidate for candidate in candidates if candidate is not None)
    return known or (item,)


def _allows(declaration: Value, kind: str, text: str) -> bool:
    allowed = _allowed(declaration.entries)
    return not allowed or set(allowed).issuperset(_items(text) if _is_list(kind) else [text])


_DIGITS = whole(r"\^?\(?(?:(?:\\d|\[0-9\]|\[\\d\])(?:\{\d+(?:,\d*)?\}|[+*?])?)+\)?\$?")
_ACCOUNT_ID_LENGTH = "12"


def _leaves_account_ids(entries: Mapping[str, Value], kind: str) -> bool:
    """Whether the only principal that the constraints of a parameter leave is an account, by its ID.

    A principal is an ARN, which is longer, a ``*``, or the twelve digits of an account.
    """
    lengths = [as_text(entries[name].data) if name in entries else None for name in ("MinLength", "MaxLength")]
    pattern = entries["AllowedPattern"].text if "AllowedPattern" in entries else None
    by_form = pattern is not None and _DIGITS.fullmatch(pattern) is not None
    return kind == "Number" or lengths == [_ACCOUNT_ID_LENGTH] * 2 or by_form


def _only_account_id(value: Value) -> Value:
    return replace(value, data=replace(value.unknown, is_account_id=True)) if value.unknown is not None else value


def _unknown(prefix: str, name: str, kind: CauseKind, why: str, span: Span | None) -> Value:
    return unknown(
        Cause(kind, f'parameter "{prefix}{name}", which {why}', span),
        Named(NameKind.PARAMETER, f"{prefix}{name}"),
        span,
    )
