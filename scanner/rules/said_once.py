"""What is said about signing in, once for all principals to whom the same happens in the same place.

Ten thousand users of one block differ in their names, and no sentence about what they lack has a name in it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from scanner.verdicts.assessed_principal import AssessedPrincipal

T = TypeVar("T")

Sentence = Callable[[AssessedPrincipal], T]
"""Depends on what ``_grounds`` has, one that names places on ``_places`` too, and on nothing else of the principal."""


class SaidOnce:
    """Sentences of any kind, each by the function that makes it and what it is made from."""

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], tuple[AssessedPrincipal, Any]] = {}
        """With a principal, so that nothing else gets the identity of its parts."""

    def of(self, assessed: AssessedPrincipal, sentence: Sentence[T], *, names_places: bool = False) -> T:
        """The sentence about one of them; one that names places is made anew for whoever is written somewhere else."""
        key = (sentence, *_grounds(assessed), *(_places(assessed) if names_places else ()))
        if key not in self._known:
            self._known[key] = assessed, sentence(assessed)
        found: T = self._known[key][1]
        return found


def _grounds(assessed: AssessedPrincipal) -> tuple[object, ...]:
    """Decisions, policies and causes as objects, for reports show places that take no part in equality."""
    principal, console = assessed.principal, assessed.console
    return (
        id(assessed.aws_login),
        id(principal.policies),
        id(principal.boundaries),
        id(principal.kind),
        principal.partition,
        id(assessed.definition.root_kind),
        id(console.access),
        *map(id, console.causes),
    )


def _places(assessed: AssessedPrincipal) -> tuple[object, ...]:
    return assessed.definition.span, assessed.definition.access_keys, assessed.console.evidence
