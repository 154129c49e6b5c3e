"""Scalars of a YAML document as values and keys, with what is worth saying about one that lacks its quotes."""

from __future__ import annotations

import re

from scanner.cause import Cause, CauseKind
from scanner.cloudformation.template.scalars import Readings, Scalar, as_text, is_letter, plain, tagged
from scanner.diagnostic import Diagnostic, error, warning
from scanner.span import Span
from scanner.values import Unknown, Value

_ACCOUNT = re.compile(r"0[0-9]{11}")

KEY_WITHOUT_QUOTES = "Key without quotes"


def as_tagged(written: str, tag: str, span: Span) -> Value:
    """What CloudFormation reads where there are quotes or a tag."""
    return _value(tagged(written, tag), written, span)


def as_plain(written: str, span: Span) -> tuple[Value, Diagnostic | None]:
    """What CloudFormation reads where there are neither quotes nor a tag; unknown where that is not settled."""
    meaning = plain(written)
    problem = None
    if _ACCOUNT.fullmatch(written):
        detail = (
            f"{written} stands there without quotes. CloudFormation takes it for a number and makes "
            f"{as_text(meaning)} of it, which is no account ID. Put it into quotes."
        )
        problem = error("Account ID without quotes", detail, span)
    return _value(meaning, written, span), problem


def key_of(written: str, read: Value, span: Span) -> tuple[str | None, Diagnostic | None]:
    """The text of a key, and what is wrong with it; None for null, which can be no key."""
    if read.text is not None or read.is_null:
        return read.text, None
    if is_letter(written):  # if it were a boolean, CloudFormation would refuse it, as it does numbers
        return written, None
    text = as_text(read.data)
    key = written if text is None else text
    if isinstance(read.data, bool):
        detail = (
            f"The key {written} is a boolean to CloudFormation, which refuses the template or takes the text "
            f'"{text}" for it. Put it into quotes: "{written}".'
        )
        return key, warning(KEY_WITHOUT_QUOTES, detail, span)
    detail = f"CloudFormation takes the key {written} for a number, which it refuses. Put it into quotes."
    return key, error(KEY_WITHOUT_QUOTES, detail, span)


def _value(meaning: Scalar, written: str, span: Span) -> Value:
    if not isinstance(meaning, Readings):
        return Value(meaning, span)
    shown = " or ".join(f'"{text}"' for text in meaning.texts)
    detail = f"the plain {written} may be {shown} to CloudFormation; put it into quotes"
    texts = tuple(Value(text, span) for text in meaning.texts)
    return Value(Unknown(Cause(CauseKind.UNSUPPORTED, detail, span), candidates=texts), span)
