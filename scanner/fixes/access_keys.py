"""What would take a long-term access key out of the code. It is shown and never applied: a program may use the key."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.fix import Applicability, Edit, Fix
from scanner.fixes.text.files import Files
from scanner.fixes.text.notation import is_native
from scanner.root import RootKind
from scanner.span import Span
from scanner.verdicts.assessed_principal import AssessedPrincipal


def removal(assessed: AssessedPrincipal, files: Files) -> Fix | None:
    """The keys of a user taken away, where they are written in Terraform's native syntax; None for a user without."""
    definition = assessed.definition
    keys = tuple(key for key in definition.access_keys if key.path not in definition.files_of_account)
    if not keys or definition.root_kind is RootKind.ACCOUNT:  # in an account a key is nothing that is written
        return None
    places = " and ".join(dict.fromkeys(key.place for key in keys))
    said = f"delete the access key at {places} once no program uses it, with what refers to it"
    return Fix(said, Applicability.DISPLAY, tuple(sorted(set(_edits(keys, files)))))


def _edits(keys: tuple[Span, ...], files: Files) -> Iterator[Edit]:
    for key in keys:
        source = files.get(key.path) if is_native(key.path) else None
        if source is None:
            continue
        start, end = source.range(key)
        begin, behind = source.line_start(start), source.text.find("\n", end) + 1 or len(source.text)
        if source.text[begin:start].strip() or source.text[end:behind].strip():
            continue  # something else is on its lines
        empty = source.text.find("\n", behind) + 1
        if empty and not source.text[behind:empty].strip():
            behind = empty
        yield source.edit(begin, behind, "")
