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
    """The names of what is defined of one kind: an account has no two of one name, whatever their paths and the case.

    Where an account is not known (None), it may be any.
    """

    def __init__(self, defined: Iterable[Identity | ManagedPolicy]) -> None:
        self._known: dict[str, list[tuple[str | None, bool]]] = {}
        """For each name the accounts in which it is defined, and whether it certainly is."""
        self._open: list[tuple[Text, str | None]] = []
        for one in defined:
            account = one.origin.account.id
            if one.name.text is not None:
                is_certain = not one.origin.existence.conditions
                self._known.setdefault(one.name.text.casefold(), []).append((account, is_certain))
            else:
                self._open.append((lowered_text(text_of(one.name) or (_ANY_NAME,)), account))

    def may_have(self, name: str, account: str | None) -> bool:
        """Whether something of that name is defined there, or may be."""
        folded = name.casefold()
        if any(_may_be_one(account, there) for there, _ in self._known.get(folded, ())):
            return True
        open_names = [text for text, there in self._open if _may_be_one(account, there)]
        return len(open_names) > MOST_OPEN or any(not matches(text, (folded,)).is_no for text in open_names)

    def has(self, name: str, account: str | None) -> bool:
        """Whether something of that name is certainly defined, in what may be that account.

        If it is not, and somebody else certainly defines the name there, then that is what the name means: what may be
        of the same name cannot be there as well.
        """
        return any(
            is_certain and _may_be_one(account, there) for there, is_certain in self._known.get(name.casefold(), ())
        )


def _may_be_one(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other
