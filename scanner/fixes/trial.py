"""Fixes are tried before anybody is told of them: the changed files are scanned in memory.

A fix counts if its finding is gone, and if it does no harm: no other finding, no other error, nobody less able to sign
in or to use ``aws login`` than before, and the same principals as before. All fixes of some roots are tried at once.
Where that does harm, halves are tried; where a finding stays, the next way to settle it is. Fixes that touch each other
are tried apart.

Nothing is read or decided here. What is to be scanned is asked for (``Wanted``), so that whoever knows how to can scan
what several of these conversations want at the same time.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Generator, Iterable, Mapping, Sequence, Set

from scanner.finding import LEVELS, Level
from scanner.fix import Edit, Fix
from scanner.iam.evaluate import Outcome
from scanner.lazy_dataclass import dataclass
from scanner.rules.match import Flagged
from scanner.span import Span
from scanner.verdicts.console import Access

MOST_SCANS = 24
"""Of each set of roots that have files in common."""
MOST_PASSES = 3
"""Times that fixes which touch those of a pass before are looked at."""

Home = tuple[str, str]
"""Root and address."""

_LOGIN_WORST_FIRST = (
    Outcome.EXPLICIT_DENY,
    Outcome.IMPLICIT_DENY,
    Outcome.UNKNOWN,
    Outcome.CONDITIONAL,
    Outcome.ALLOWED,
)


@dataclass(frozen=True, slots=True)
class State:
    """What was decided about a principal."""

    console: Access
    login: Outcome
    """``aws login`` on the same device."""
    permissions: tuple[Outcome, ...]
    """Each of them, those that rules ask for too."""
    times: int = 0
    """How often the managed policy is attached to it."""


@dataclass(frozen=True, slots=True)
class View:
    """What is known of some roots."""

    verdicts: Mapping[Home, State]
    flagged: Mapping[Flagged, Level]
    errors: Counter[tuple[str, str]]
    """Roots and summaries."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What would be if some edits were made."""

    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """A finding with what may settle it, the best first."""

    flagged: Flagged
    fixes: tuple[Fix, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a case: the fix, or why there is none."""

    fix: Fix | None = None
    why_not: str = ""


Conversation = Generator[Wanted, View, dict[Flagged, Verdict]]

STAYS = "the finding would stay"
UNTRIED = "too many fixes have to be tried; apply the others and run again"


def trial(cases: Sequence[Case], before: View) -> Conversation:
    """Find out which fixes count. Asks for views, and returns what became of each case."""
    return _Trial(before).settle(cases)


class _SpentError(Exception):
    """Nothing more is scanned."""


class _Trial:
    def __init__(self, before: View) -> None:
        self._before = before
        self._scans = 0
        self._why: dict[Flagged, str] = {}

    def settle(self, cases: Sequence[Case]) -> Conversation:
        settled: dict[Flagged, Verdict] = {}
        left = [case for case in cases if case.fixes]
        for _ in range(MOST_PASSES):
            try:
                done, left = yield from self._pass(left)
            except _SpentError:
                break
            settled |= done
            if not left:
                break
        for case in cases:
            if case.flagged not in settled:
                settled[case.flagged] = Verdict(why_not=UNTRIED if case.fixes else "")
        return settled

    def _pass(self, cases: Sequence[Case]) -> Generator[Wanted, View, tuple[dict[Flagged, Verdict], list[Case]]]:
        """Cases that are settled, one way or the other, and those whose fixes touch others."""
        settled: dict[Flagged, Verdict] = {}
        accepted: dict[Flagged, Fix] = {}
        waiting = list(cases)
        aside: list[Case] = []
        while waiting:
            batch: dict[Flagged, Fix] = {}
            taken = _Taken(accepted.values())
            for case in waiting:
                fix = case.fixes[0]
                if taken.add(fix):
                    batch[case.flagged] = fix
                else:
                    aside.append(case)
            try:
                good = yield from self._good(accepted, batch)
            except _SpentError:
                if not accepted:
                    raise
                good, waiting = {}, []
            accepted |= good
            settled |= {flagged: Verdict(fix) for flagged, fix in good.items()}
            others: list[Case] = []
            for case in waiting:
                if case.flagged in batch and case.flagged not in good:
                    if len(case.fixes) > 1:
                        others.append(Case(case.flagged, case.fixes[1:]))
                    else:
                        settled[case.flagged] = Verdict(why_not=self._why.get(case.flagged, STAYS))
            waiting = others
        return settled, [case for case in aside if case.flagged not in settled]

    def _good(
        self, base: Mapping[Flagged, Fix], batch: Mapping[Flagged, Fix]
    ) -> Generator[Wanted, View, dict[Flagged, Fix]]:
        """Those of a batch that count beside those that do."""
        if not batch:
            return {}
        if self._scans == MOST_SCANS:
            raise _SpentError
        self._scans += 1
        view = yield Wanted(_edits((*base.values(), *batch.values())))
        staying = [flagged for flagged in batch if flagged in view.flagged or not _works(view, flagged)]
        for flagged in staying:
            self._why[flagged] = _why_it_stays(view, flagged)
        if len(staying) < len(batch) and staying:
            rest = {flagged: fix for flagged, fix in batch.items() if flagged not in staying}
            return (yield from self._good(base, rest))
        harm = self._harm(view, {*base, *batch})
        if not staying and not harm:
            return dict(batch)
        patches = list(dict.fromkeys(fix.edits for fix in batch.values()))
        if staying or len(patches) == 1:
            self._why |= {flagged: harm for flagged in batch if flagged not in staying}
            return {}
        first = frozenset(patches[: len(patches) // 2])
        halves = [
            {f: fix for f, fix in batch.items() if (fix.edits in first) is is_first} for is_first in (True, False)
        ]
        good = yield from self._good(base, halves[0])
        return good | (yield from self._good({**base, **good}, halves[1]))

    def _harm(self, view: View, settled: Set[Flagged]) -> str:
        """What would be worse, as a clause; empty if nothing would."""
        before = self._before
        errors = sorted((view.errors - before.errors).elements())
        if errors:
            return f"there would be an error ({errors[0][1]})"
        if view.verdicts.keys() != before.verdicts.keys():
            return "there would be other principals"
        worst = {(root, address): before.flagged[rule, root, address] for rule, root, address in sorted(settled)}
        for flagged in sorted(view.flagged.keys() - before.flagged.keys()):
            # who could not use it at all may need MFA now, which is a note where an error was
            settles = worst.get(flagged[1:])
            if settles is None or LEVELS.index(view.flagged[flagged]) <= LEVELS.index(settles):
                return f"{flagged[2]} would get a finding: {flagged[0]}"
        for home in sorted(view.verdicts):
            if view.verdicts[home].times > max(before.verdicts[home].times, 1):
                return f"{home[1]} would get the policy twice"
        worse = (home for home, after in view.verdicts.items() if not _is_as_good(before.verdicts[home], after))
        return next((f"{address} would be able to do less" for _, address in sorted(worse)), "")


def _works(view: View, flagged: Flagged) -> bool:
    state = view.verdicts.get(flagged[1:])
    return state is not None and state.login in (Outcome.ALLOWED, Outcome.CONDITIONAL)


def _why_it_stays(view: View, flagged: Flagged) -> str:
    """One finding may only take the place of another."""
    if flagged in view.flagged:
        return STAYS
    found = sorted(other[0] for other in view.flagged if other[1:] == flagged[1:])
    return f"{flagged[2]} would get a finding: {found[0]}" if found else STAYS


def _is_as_good(before: State, after: State) -> bool:
    if before.console is not after.console or len(before.permissions) != len(after.permissions):
        return False
    rank = _LOGIN_WORST_FIRST.index
    return all(rank(old) <= rank(new) for old, new in zip(before.permissions, after.permissions, strict=True))


def _edits(fixes: Iterable[Fix]) -> tuple[Edit, ...]:
    return tuple(sorted({edit for fix in fixes for edit in fix.edits}))


class _Taken:
    """Where files are changed already."""

    def __init__(self, fixes: Iterable[Fix]) -> None:
        self._edits: dict[str, list[Edit]] = {}
        """By file, sorted: none touches another."""
        for fix in fixes:
            self.add(fix)

    def add(self, fix: Fix) -> bool:
        """Take the places of a fix, unless it touches one that is taken for something else."""
        if any(self._is_touched(edit) for edit in fix.edits):
            return False
        for edit in fix.edits:
            taken = self._edits.setdefault(edit.span.path, [])
            place = bisect_left(taken, edit)
            if place == len(taken) or taken[place] != edit:
                taken.insert(place, edit)
        return True

    def _is_touched(self, edit: Edit) -> bool:
        taken = self._edits.get(edit.span.path, [])
        place = bisect_left(taken, edit)
        near = taken[max(place - 1, 0) : place + 1]
        return edit not in near and any(touch(edit.span, other.span) for other in near)


def touch(one: Span, other: Span) -> bool:
    """Whether two regions of a file overlap, or begin at the same place."""
    first, second = sorted((one, other))
    start, end = (second.line, second.column), (first.end_line, first.end_column)
    return start < end or start == (first.line, first.column)
