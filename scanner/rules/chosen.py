"""What a rule chooses inside a principal: in words, and as places that belong to the finding.

A selector that selects something inside a principal flags the principal, and the finding shows what was selected: the
nearest thing around it that has a place of its own, such as a policy or an entry of a trust policy.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from scanner.finding import RelatedLocation
from scanner.iam.principal import AttachedPolicy
from scanner.lazy_dataclass import dataclass
from scanner.rules.parts import sign_in_grants
from scanner.rules.rule import Path
from scanner.rules.trusted import TrustEntry, trust_entries
from scanner.span import Span
from scanner.verdicts.assessed_principal import AssessedPrincipal
from scanner.verdicts.console import Access
from scanner.verdicts.document import Document
from scanner.verdicts.question import ANY
from scanner.verdicts.reasons import described, reasons


@dataclass(frozen=True, slots=True)
class Chosen:
    """One thing that a rule chose."""

    words: str
    places: tuple[RelatedLocation, ...] = ()


def chosen(assessed: AssessedPrincipal, document: Document, paths: Iterable[Path]) -> tuple[Chosen, ...]:
    """What is at the paths, which begin inside the principal's document; of a whole list each of its elements."""
    return tuple(dict.fromkeys(found for path in paths if path for found in _at(assessed, document, path)))


def _at(assessed: AssessedPrincipal, document: Document, path: Path) -> Iterator[Chosen]:
    definition, principal = assessed.definition, assessed.principal
    key, *inside = path
    match key:
        case "permissions":
            yield from _permissions(assessed, inside)
        case "policies":
            yield from map(_policy, _picked(principal.policies, inside))
        case "boundaries":
            yield from map(_policy, _picked(principal.boundaries, inside))
        case "trust":
            yield from map(_trusted, _picked(tuple(trust_entries(definition)), inside))
        case "access_keys":
            yield from (_place("long-term access key", span) for span in _picked(definition.access_keys, inside))
        case "console":
            access = assessed.console.access.value
            said = tuple(_scalars(_value(document, path))) if inside else (f"console access: {access}",)
            yield from (Chosen(words, tuple(ways_in(assessed))) for words in said)
        case "sign_in_grants":
            yield from (_place("allows both actions", span) for span in _picked(sign_in_grants(assessed), inside))
        case "groups":
            for group in _picked(definition.groups, inside):
                yield Chosen(group.name or "a group whose name is not known")
        case "tags":
            yield from (Chosen(tag) for tag in (inside[:1] or principal.tags) if isinstance(tag, str))
        case _:
            yield from map(Chosen, _scalars(_value(document, path)))


def ways_in(assessed: AssessedPrincipal) -> Iterator[RelatedLocation]:
    """What gives the principal console access, or may do so."""
    gives = "gives console access" if assessed.console.access is Access.YES else "may give console access"
    for span in assessed.console.evidence:
        yield RelatedLocation(gives, span)


T = TypeVar("T")


def _picked(items: tuple[T, ...], inside: list[str | int]) -> tuple[T, ...]:
    """The element that the rest of a path leads into; all of them, where it ends at the list."""
    match inside:
        case [int(number), *_]:
            return items[number : number + 1]
    return items


def _permissions(assessed: AssessedPrincipal, inside: list[str | int]) -> Iterator[Chosen]:
    match inside:
        case [_, "without_mfa"]:
            found, only = assessed.without_mfa, None
        case [_, "reasons", int(number), *_]:
            found, only = assessed.permissions, number
        case _:
            found, only = assessed.permissions, None
    for permission in _picked(found, inside):
        is_plain = permission.client is not None or permission.resource == ANY
        yield Chosen(
            permission.action if is_plain else f"{permission.action} on {permission.resource}",
            tuple(
                RelatedLocation(f"{permission.action}: {reason.text}", reason.span)
                for number, reason in enumerate(reasons(assessed.definition, permission.decision))
                if only in (None, number) and reason.span != assessed.definition.span
            ),
        )


def _policy(policy: AttachedPolicy) -> Chosen:
    return Chosen(policy.name, (RelatedLocation(described(policy), policy.span),))


def _trusted(entry: TrustEntry) -> Chosen:
    verb = {"Allow": "trusts", "Deny": "denies", None: "may trust"}[entry.effect]
    return Chosen(entry.shown, (RelatedLocation(f"{verb} {entry.shown}", entry.span),))


def _place(said: str, span: Span) -> Chosen:
    return Chosen(said, (RelatedLocation(said, span),))


def _value(document: Document, path: Path) -> object:
    found: Any = document  # what JSON has: a mapping or a list as far as the path leads
    for step in path:
        found = found[step]
    return found


def _scalars(found: object) -> Iterator[str]:
    match found:
        case str() | int():
            yield str(found)
        case list():
            for item in found:
                yield from _scalars(item)
