"""Files with values for the parameters of templates, in the shapes that AWS's own tools read.

- what ``aws cloudformation create-stack --parameters`` takes: a list of ``{"ParameterKey": …, "ParameterValue": …}``;
- what ``aws cloudformation deploy --parameter-overrides`` takes too: a list of ``"NAME=VALUE"``;
- an object from names to values;
- a template configuration file of CodePipeline, ``{"Parameters": {…}, "Tags": {…}}``, or a deployment file of
  CloudFormation's Git sync, which has the same in YAML and small letters.

All of them may be JSON or YAML. A value is a text, a number or a boolean, or a list of these for a list parameter. A
parameter with ``UsePreviousValue`` has a value that nobody knows here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from scanner.cloudformation.template.scalars import as_text
from scanner.cloudformation.template.syntax import parse
from scanner.source_file import UnreadableFileError, read_named
from scanner.span import Span
from scanner.values import Value

MAX_BYTES = 1_000_000


class ParameterFileError(Exception):
    """The file cannot be read as one with parameters. The message is a sentence without its full stop."""

    def __init__(self, message: str, span: Span) -> None:
        super().__init__(message)
        self.span = span


def load_parameters(shown: str, directory: Path) -> dict[str, str | None]:
    """Values by name of a file that the user names; None for one that keeps its previous value.

    Raises ``ParameterFileError``.
    """
    whole = Span.whole_file(shown)
    try:
        parsed = parse(read_named(shown, directory, MAX_BYTES), shown, texts_only=True)
    except UnreadableFileError as problem:
        raise ParameterFileError(str(problem), whole) from problem
    if parsed.diagnostics:
        problem_found = parsed.diagnostics[0]
        raise ParameterFileError(problem_found.detail.rstrip("."), problem_found.span)
    if len(parsed.documents) != 1:
        raise ParameterFileError("it is not one document", whole)
    return dict(_parameters(parsed.documents[0], whole))


def _parameters(document: Value, whole: Span) -> Iterator[tuple[str, str | None]]:
    if isinstance(document.data, tuple):
        for item in document.data:
            yield _item(item, whole)
        return
    if not isinstance(document.data, Mapping):
        raise ParameterFileError("it is neither a list nor an object", whole)
    entries = document.data
    for name in ("Parameters", "parameters"):
        if name in entries and isinstance(entries[name].data, Mapping | None):
            found = entries[name].data
            entries = found if isinstance(found, Mapping) else {}
            break
    for name, value in entries.items():
        yield name, _text(name, value, whole)


def _item(item: Value, whole: Span) -> tuple[str, str | None]:
    span = item.span or whole
    if item.text is not None:
        name, equals, text = item.text.partition("=")
        if equals and name:
            return name, text
        raise ParameterFileError(f'"{item.text}" does not have the form NAME=VALUE', span)
    entries = item.entries
    key = entries["ParameterKey"].text if "ParameterKey" in entries else None
    if key is None:
        raise ParameterFileError("an element of the list has no ParameterKey", span)
    if "ParameterValue" in entries:
        return key, _text(key, entries["ParameterValue"], whole)
    if "UsePreviousValue" in entries and entries["UsePreviousValue"].data in (True, "true"):
        return key, None
    raise ParameterFileError(f'the parameter "{key}" has no ParameterValue', span)


def _text(name: str, value: Value, whole: Span) -> str:
    texts = [as_text(item.data) for item in (value.elements)]
    known = [text for text in texts if text is not None]
    if len(known) < len(texts):
        raise ParameterFileError(f'the value of "{name}" is not a string', value.span or whole)
    return ",".join(known)
