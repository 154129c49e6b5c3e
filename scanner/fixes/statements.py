"""Statements of the policies that reach a principal, changed where they are written, in whichever notation that is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from scanner.fix import Edit
from scanner.fixes.files import Files
from scanner.fixes.notation import is_native
from scanner.fixes.source import Source
from scanner.fixes.way import Way, sign_in_resource
from scanner.iam.policy import Statement
from scanner.iam.principal import AttachedPolicy
from scanner.span import Span

if TYPE_CHECKING:
    from scanner.fixes.json_edits import JsonText


def added(policy: AttachedPolicy, actions: Sequence[str], partition: str, files: Files) -> Way | None:
    """A statement that allows the actions, behind the last one of a policy."""
    resource = sign_in_resource(partition)
    for number in reversed(range(len(policy.document.statements))):
        place = policy.document.statements[number].span
        source = files.get(place.path) if place is not None else None
        if source is None or place is None:
            continue
        edits = _added(source, place, number, actions, resource, files)
        if edits:
            return Way(f"allow {' and '.join(actions)} in {policy.name}", edits)
    return None


def completed(policy: AttachedPolicy, statement: Statement, actions: Sequence[str], files: Files) -> Way | None:
    """Actions beside those that a statement has."""
    number = next((n for n, one in enumerate(policy.document.statements) if one is statement), None)
    source = files.get(statement.span.path) if statement.span is not None else None
    if number is None or source is None or statement.span is None:
        return None
    edits = _completed(source, statement.span, number, actions, files)
    return Way(f"allow {' and '.join(actions)} in {policy.name}", edits) if edits else None


def word_replaced(policy: AttachedPolicy, number: int, written: str, meant: str, files: Files) -> tuple[Edit, ...]:
    """The right word for a wrong one in a statement."""
    place = policy.document.statements[number].span
    source = files.get(place.path) if place is not None else None
    if source is None or place is None:
        return ()
    if not is_native(source.path):
        from scanner.fixes import json_policies, templates

        edits = templates.replace_word(source, place, written, meant)
        inner = None if edits else _json_in_template(source, place)
        return edits or (() if inner is None else json_policies.word_replaced(inner, number, written, meant))
    from scanner.fixes import hcl_statements, json_policies

    text = _json(source, place, files)
    if text is not None:
        return json_policies.word_replaced(text, number, written, meant)
    return hcl_statements.word_replaced(source, place, written, meant)


def _added(
    source: Source, place: Span, number: int, actions: Sequence[str], resource: str, files: Files
) -> tuple[Edit, ...] | None:
    if not is_native(source.path):
        from scanner.fixes import json_policies, templates

        inner = _json_in_template(source, place)
        if inner is not None:
            return json_policies.statement_added(inner, number, actions, resource)
        return templates.add_statement(source, place, actions, resource)
    from scanner.fixes import hcl_statements, json_policies

    text = _json(source, place, files)
    if text is not None:
        return json_policies.statement_added(text, number, actions, resource)
    return hcl_statements.statement_added(source, place, actions, resource)


def _completed(
    source: Source, place: Span, number: int, actions: Sequence[str], files: Files
) -> tuple[Edit, ...] | None:
    if not is_native(source.path):
        from scanner.fixes import json_policies, templates

        inner = _json_in_template(source, place)
        if inner is not None:
            return json_policies.actions_added(inner, number, actions)
        return templates.add_actions(source, place, actions)
    from scanner.fixes import hcl_statements, json_policies

    text = _json(source, place, files)
    if text is not None:
        return json_policies.actions_added(text, number, actions)
    return hcl_statements.actions_added(source, place, actions)


def _json_in_template(source: Source, place: Span) -> JsonText | None:
    """The JSON text that a statement of a template is in; None where that is not written as text."""
    from scanner.fixes import json_policies, templates

    where = templates.text_around(source, place)
    return None if where is None else json_policies.json_between(source, *where)


def _json(source: Source, place: Span, files: Files) -> JsonText | None:
    """The JSON text that a statement of a configuration is in: a heredoc, or a file that the code reads there."""
    from scanner.fixes import hcl_statements, json_policies

    read = hcl_statements.file_read(source, place)
    other = files.get(files.relative(source.path, read)) if read is not None else None
    return json_policies.whole_document(other) if other else json_policies.document_in_heredoc(source, place)
