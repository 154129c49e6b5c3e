"""Which names somebody defines, so that nobody else means anything by them."""

from __future__ import annotations

from collections.abc import Iterable

from scanner.cause import Cause, CauseKind
from scanner.facts import Identity, ManagedPolicy
from scanner.iam.pattern import Text, hole, lowered_text, matches, text_of
from scanner.values import Unknown

MOST_OPEN = 100
"""Where more names are not known than this, anything may be defined: nobody looks at each of them."""
_ANY_NAME = hole(Unknown(Cause(CauseKind.KNOWN_AFTER_APPLY, "a name")))


class DefinedNames:
    """The names of what is defined of one kind: AWS has no two of one name, whatever their paths and the case."""

    def __init__(self, defined: Iterable[Identity | ManagedPolicy]) -> None:
        self._known: set[str] = set()
        self._open: list[Text] = []
        for one in defined:
            if one.name.text is not None:
                self._known.add(one.name.text.casefold())
            else:
                self._open.append(lowered_text(text_of(one.name) or (_ANY_NAME,)))

    def has(self, one: Identity | ManagedPolicy) -> bool:
        """Whether there is, or may be, something of the name of another; never where that is not known."""
        return one.name.text is not None and one.name.text in self

    def __contains__(self, name: str) -> bool:
        """Whether something of that name is defined, or may be."""
        folded = name.casefold()
        if folded in self._known or len(self._open) > MOST_OPEN:
            return True
        return any(not matches(open_name, (folded,)).is_no for open_name in self._open)
