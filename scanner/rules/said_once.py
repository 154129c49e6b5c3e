"""What is said about signing in, once for all principals to whom the same happens in the same place.

Ten thousand users of one block differ in their names, and no sentence about what they lack has a name in it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from scanner.verdicts.assessed_principal import AssessedPrincipal

T = TypeVar("T")

Sentence = Callable[[AssessedPrincipal], T]
"""Depends on what ``_grounds`` has, and on nothing else of the principal."""


class SaidOnce:
    """Sentences of any kind, each by the function that makes it and what it is made from."""

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], tuple[AssessedPrincipal, Any]] = {}
        """With a principal, so that nothing else gets the identity of its parts."""

    def of(self, assessed: AssessedPrincipal, sentence: Sentence[T]) -> T:
        """The sentence about one of them."""
        key = (sentence, *_grounds(assessed))
        if key not in self._known:
            self._known[key] = assessed, sentence(assessed)
        found: T = self._known[key][1]
        return found


def _grounds(assessed: AssessedPrincipal) -> tuple[object, ...]:
    """Decisions, policies and causes as objects, for reports show places that take no part in equality."""
    definition, principal, console = assessed.definition, assessed.principal, assessed.console
    return (
        id(assessed.aws_login),
        id(principal.policies),
        id(principal.boundaries),
        principal.kind,
        principal.partition,
        definition.root_kind,
        definition.span,
        definition.access_keys,
        console.access,
        console.evidence,
        *map(id, console.causes),
    )
