"""The managed policy where a principal gets its policies, in whichever notation that is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scanner.fixes import terraform_attachments, terraform_modules
from scanner.fixes.files import Files
from scanner.fixes.notation import is_native
from scanner.fixes.way import Way
from scanner.iam.principal import AttachedPolicy
from scanner.principals.definition import PrincipalDefinition


def beside(policy: AttachedPolicy, files: Files, partition: str) -> Iterator[Way]:
    """Ways to put it beside another policy, the most likely first."""
    if is_native(policy.span.path):
        yield from terraform_attachments.beside(policy, files, partition)


def of_its_own(definition: PrincipalDefinition, keys: Sequence[str] | None, files: Files) -> Iterator[Way]:
    """Ways to attach it to a principal; ``keys`` are those of the instances that are meant, None for all."""
    if is_native(definition.span.path):
        yield from terraform_modules.through_call(definition, files)
        yield from terraform_attachments.of_its_own(definition.span, keys, files, definition.principal.partition)
