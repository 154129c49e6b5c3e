"""The managed policy where a principal gets its policies, in whichever notation that is written.

What a notation takes is imported when something is written in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scanner.fixes.files import Files
from scanner.fixes.notation import is_json, is_native, is_template
from scanner.fixes.way import POLICY, Way
from scanner.iam.principal import AttachedPolicy
from scanner.principals.definition import PrincipalDefinition


def beside(policy: AttachedPolicy, files: Files, partition: str) -> Iterator[Way]:
    """Ways to put it beside another policy, the most likely first."""
    paths = [policy.span.path, *([policy.written.path] if policy.written is not None else [])]
    if any(map(is_native, paths)):
        from scanner.fixes import terraform_attachments

        yield from terraform_attachments.beside(policy, files, partition)
    if any(map(is_json, paths)):
        from scanner.fixes import terraform_json

        yield from terraform_json.beside(policy, files, partition)
    if is_template(policy.span.path):
        yield from _in_template(policy, files, partition)


def _in_template(policy: AttachedPolicy, files: Files, partition: str) -> Iterator[Way]:
    from scanner.fixes import templates

    source = files.get(policy.span.path)
    edits = templates.attach_beside(source, policy, partition) if source is not None else None
    if edits:
        yield Way(f"attach {POLICY} beside {policy.name} on line {policy.span.line} of {policy.span.path}", edits)
    place = policy.written
    source = files.get(place.path) if place is not None and is_template(place.path) else None
    if source is not None and place is not None:
        edits = templates.attach_in_list(source, place, partition)
        if edits:
            yield Way(f"add {POLICY} to the list on line {place.line} of {place.path}", edits)


def of_its_own(definition: PrincipalDefinition, keys: Sequence[str] | None, files: Files) -> Iterator[Way]:
    """Ways to attach it to a principal; ``keys`` are those of the instances that are meant, None for all, and empty
    where its block cannot mean them."""
    place, principal = definition.span, definition.principal
    if is_native(place.path):
        from scanner.fixes import terraform_attachments, terraform_modules

        yield from terraform_modules.through_argument(definition, files)
        if keys != ():
            yield from terraform_attachments.of_its_own(place, keys, files, principal.partition)
        yield from terraform_modules.beside_call(definition, files)
    elif is_json(place.path):
        from scanner.fixes import terraform_json

        if keys != ():
            yield from terraform_json.of_its_own(place, keys, files, principal.partition)
    else:
        from scanner.fixes import templates

        source = files.get(place.path)
        if source is None:
            return
        edits = templates.attach_as_the_password(source, place, principal.partition)
        if edits:
            yield Way(f"attach {POLICY} to {definition.address} under the condition of its password", edits)
        edits = templates.attach_new(source, place, principal.kind, principal.partition)
        if edits:
            yield Way(f"attach {POLICY} to {definition.address}", edits)
