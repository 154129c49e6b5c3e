"""Changes: what becomes of a principal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum

from scanner.changes.standing import DENIED, Standing
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
    ONLY_IN_ACCOUNT = "only-in-account"
    """Drift, as the other two: people can sign in as somebody whom the code does not have."""
    ONLY_IN_CODE = "only-in-code"
    """The code has somebody whom people could sign in as, and the account has not."""
    DIFFERS = "differs"
    """Both have somebody, and not with the same console access, or not with the same decisions."""

    @property
    def is_drift(self) -> bool:
        """Whether it is between code and account, and not between before and now."""
        return self in (ChangeKind.ONLY_IN_ACCOUNT, ChangeKind.ONLY_IN_CODE, ChangeKind.DIFFERS)


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is different about one principal. Of drift, what is in the account is before the code."""

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
        Who still has the usual way has not lost ``aws login`` with ``--remote``. None where nothing about it is
        different, or the principal was not there before.
        """
        if self.before is None:
            return None
        found = set(_effects(self.before, self.after, self.changes))
        return next((kind for kind in _EFFECTS if kind in found), None)


_EFFECTS = (
    ChangeKind.LOST,
    ChangeKind.WEAKER,
    ChangeKind.UNDETERMINED,
    ChangeKind.GAINED,
    ChangeKind.STRONGER,
)


def _effects(before: Standing, after: Standing, changes: Iterable[Change]) -> Iterator[ChangeKind]:
    for change in changes:
        is_second = change.client is Client.REMOTE
        match change.kind:
            case ChangeKind.CONSOLE_LOST if any(map(before.can, Client)):
                yield ChangeKind.LOST
            case ChangeKind.CONSOLE_GAINED if any(map(after.can, Client)):
                yield ChangeKind.GAINED
            case ChangeKind.UNDETERMINED | ChangeKind.WEAKER if change.client is None and not _is_open(before):
                pass  # the console is of no use for it
            case ChangeKind.STRONGER if change.client is None and not _is_open(after):
                pass
            case ChangeKind.LOST if is_second and after.outcome(Client.LOCALHOST) not in DENIED:
                yield ChangeKind.WEAKER
            case ChangeKind.GAINED if is_second and before.outcome(Client.LOCALHOST) not in DENIED:
                yield ChangeKind.STRONGER
            case _:
                yield change.kind


def _is_open(standing: Standing) -> bool:
    """Whether policies may allow it, if people get in."""
    return any(outcome not in DENIED for outcome in standing.outcomes)


def by_principal(changes: Iterable[Change]) -> tuple[Compared, ...]:
    """Those who are there now, with what changes for them, in the order of the first change of each."""
    found: dict[tuple[str, str], list[Change]] = {}
    for change in changes:
        if change.after is not None:
            found.setdefault((change.after.root, change.after.address), []).append(change)
    return tuple(
        Compared(several[0].before, several[0].after, tuple(several))
        for several in found.values()
        if several[0].after is not None
    )
