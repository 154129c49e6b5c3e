"""The managed policy where a principal gets its policies, in whichever notation that is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scanner.fixes import templates, terraform_attachments, terraform_json, terraform_modules
from scanner.fixes.files import Files
from scanner.fixes.notation import is_json, is_native, is_template
from scanner.fixes.way import POLICY, Way
from scanner.iam.principal import AttachedPolicy
from scanner.principals.definition import PrincipalDefinition


def beside(policy: AttachedPolicy, files: Files, partition: str) -> Iterator[Way]:
    """Ways to put it beside another policy, the most likely first."""
    written = policy.written
    if is_native(policy.span.path) or (written is not None and is_native(written.path)):
        yield from terraform_attachments.beside(policy, files, partition)
    if is_json(policy.span.path) or (written is not None and is_json(written.path)):
        yield from terraform_json.beside(policy, files, partition)

    if is_template(policy.span.path):
        source = files.get(policy.span.path)
        edits = templates.attach_beside(source, policy, partition) if source is not None else None
        if edits:
            yield Way(f"attach {POLICY} beside {policy.name} on line {policy.span.line} of {policy.span.path}", edits)


def of_its_own(definition: PrincipalDefinition, keys: Sequence[str] | None, files: Files) -> Iterator[Way]:
    """Ways to attach it to a principal; ``keys`` are those of the instances that are meant, None for all."""
    if is_native(definition.span.path):
        yield from terraform_modules.through_argument(definition, files)
        yield from terraform_attachments.of_its_own(definition.span, keys, files, definition.principal.partition)
        yield from terraform_modules.beside_call(definition, files)
    if is_json(definition.span.path):
        yield from terraform_json.of_its_own(definition.span, keys, files, definition.principal.partition)
    if is_template(definition.span.path):
        source, principal = files.get(definition.span.path), definition.principal
        edits = None
        if source is not None:
            edits = templates.attach_new(source, definition.span, principal.kind, principal.partition)
        if edits:
            yield Way(f"attach {POLICY} to {definition.address}", edits)
