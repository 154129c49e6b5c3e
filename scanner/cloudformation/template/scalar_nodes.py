"""Scalars of a YAML document as values and keys, with what is worth saying about one that lacks its quotes."""

from __future__ import annotations

from scanner.cause import Cause, CauseKind
from scanner.cloudformation.template.scalars import Readings, Scalar, as_text, is_letter, plain, tagged
from scanner.diagnostic import Diagnostic, error, warning
from scanner.regexes import whole
from scanner.span import Span
from scanner.values import Unknown, Value

_ACCOUNT = whole(r"0[0-9]{11}")

KEY_WITHOUT_QUOTES = "Key without quotes"


def is_account(written: str) -> bool:
    """Whether a scalar without quotes looks like an account ID that CloudFormation reads as something else."""
    return _ACCOUNT.fullmatch(written) is not None


def as_tagged(written: str, tag: str, span: Span) -> Value:
    """What CloudFormation reads where there are quotes or a tag."""
    return _value(tagged(written, tag), written, span)


def as_plain(written: str, span: Span) -> tuple[Value, Diagnostic | None]:
    """What CloudFormation reads where there are neither quotes nor a tag; unknown where that is not settled."""
    meaning = plain(written)
    problem = None
    if is_account(written):
        detail = (
            f"{written} is not in quotes. CloudFormation reads it as a number and makes "
            f"{as_text(meaning)} of it, which is not an account ID. Put it in quotes."
        )
        problem = error("Account ID without quotes", detail, span)
    return _value(meaning, written, span), problem


def key_of(written: str, read: Value, span: Span) -> tuple[str | None, Diagnostic | None]:
    """The text of a key, and what is wrong with it; None for null, which cannot be a key."""
    if read.text is not None or read.is_null:
        return read.text, None
    if is_letter(written):  # if it were a boolean, CloudFormation would refuse it, as it does numbers
        return written, None
    text = as_text(read.data)
    key = written if text is None else text
    if isinstance(read.data, bool):
        detail = (
            f"The key {written} is a boolean to CloudFormation, which refuses the template or reads it as "
            f'"{text}" . Put it in quotes: "{written}".'
        )
        return key, warning(KEY_WITHOUT_QUOTES, detail, span)
    detail = f"CloudFormation reads the key {written} as a number and refuses it. Put it in quotes."
    return key, error(KEY_WITHOUT_QUOTES, detail, span)


def _value(meaning: Scalar, written: str, span: Span) -> Value:
    if not isinstance(meaning, Readings):
        return Value(meaning, span)
    shown = " or ".join(f'"{text}"' for text in meaning.texts)
    detail = f"the unquoted {written}, which CloudFormation may read as {shown} (put it in quotes)"
    texts = tuple(Value(text, span) for text in meaning.texts)
    return Value(Unknown(Cause(CauseKind.UNSUPPORTED, detail, span), candidates=texts), span)
