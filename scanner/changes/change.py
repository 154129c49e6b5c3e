"""Changes: what becomes of a principal."""

from __future__ import annotations

from enum import Enum

from scanner.changes.standing import Standing
from scanner.lazy_dataclass import dataclass
from scanner.verdicts.reasons import Reason
from scanner.verdicts.sign_in import Client


class ChangeKind(Enum):
    """``change`` of the report, the worst first."""

    LOST = "lost"
    """It could use ``aws login``, and cannot any more."""
    CONSOLE_LOST = "console-lost"
    WEAKER = "weaker"
    """Less is certain: what worked always works under conditions, or what might have worked does not."""
    UNDETERMINED = "undetermined"
    """It worked, and whether it still does is not known."""
    GAINED = "gained"
    CONSOLE_GAINED = "console-gained"
    STRONGER = "stronger"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is different about one principal."""

    kind: ChangeKind
    client: Client | None
    """The client of ``aws login`` that it is about; None where it is about the principal itself or its console."""
    before: Standing | None
    """None where the principal is new."""
    after: Standing | None
    """None where it is gone."""
    because: tuple[Reason, ...] = ()
    """What is not there any more, or new, and makes the difference."""

    @property
    def subject(self) -> Standing:
        """The principal as it is; as it was where it is gone."""
        found = self.after or self.before
        assert found is not None  # noqa: S101 # there is one of the two
        return found


@dataclass(frozen=True, slots=True)
class Compared:
    """A principal that is there now, with all that is different about it."""

    before: Standing | None
    after: Standing
    changes: tuple[Change, ...]

    @property
    def effect(self) -> ChangeKind | None:
        """What all of it comes to for ``aws login``, the worst first: lost, weaker, undetermined, gained or stronger.

        Who can sign in no longer has lost what worked before, and who can sign in at last has gained what works now.
        None where nothing about it is different, or nobody was there before.
        """
        kinds = {change.kind for change in self.changes}
        if ChangeKind.CONSOLE_LOST in kinds and _works(self.before):
            kinds.add(ChangeKind.LOST)
        if ChangeKind.CONSOLE_GAINED in kinds and _works(self.after):
            kinds.add(ChangeKind.GAINED)
        return next((kind for kind in _EFFECTS if kind in kinds), None)


_EFFECTS = (
    ChangeKind.LOST,
    ChangeKind.WEAKER,
    ChangeKind.UNDETERMINED,
    ChangeKind.GAINED,
    ChangeKind.STRONGER,
)


def _works(one: Standing | None) -> bool:
    return one is not None and any(map(one.can, Client))


def takes_away(change: Change, client: Client) -> bool:
    """Whether somebody who is still there could use ``aws login`` for a client, and cannot any more."""
    before, after = change.before, change.after
    if before is None or after is None or not before.can(client):
        return False
    return change.kind is ChangeKind.CONSOLE_LOST or (change.kind is ChangeKind.LOST and change.client is client)


def gives(change: Change, client: Client) -> bool:
    """Whether somebody who was there before could not use ``aws login`` for a client, and can now."""
    before, after = change.before, change.after
    if before is None or after is None or not after.can(client):
        return False
    return change.kind is ChangeKind.CONSOLE_GAINED or (change.kind is ChangeKind.GAINED and change.client is client)
