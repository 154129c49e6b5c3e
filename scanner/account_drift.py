"""``--account-data``: whether what is in the accounts is what the code says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from scanner.account.beside import root_of
from scanner.changes.drift import Drift, KnownAccount, drift
from scanner.gathered import Gathered
from scanner.options import Options
from scanner.root import RootKind, ScanRoot
from scanner.verdicts.assessed_principal import AssessedPrincipal
from scanner.work.outcome import Outcome


def gathered_drift(
    gathered: Gathered, options: Options, outcomes: Callable[[Iterable[ScanRoot]], Iterable[Outcome]]
) -> Drift:
    """Where the code that was gathered and the accounts beside it are not the same.

    The accounts are scanned as roots of their own. Whoever is only there comes to what is gathered, for rules about
    drift alone.
    """
    roots = [root_of(path, options.directory) for path in options.account_data]
    done = list(zip(roots, outcomes(roots), strict=True))
    code = [one for one in gathered.assessed if one.definition.root_kind is not RootKind.ACCOUNT]
    found = drift(code, _accounts(outcome for _, outcome in done))
    alone: dict[str, list[AssessedPrincipal]] = {}
    for one in found.only_in_account:
        alone.setdefault(one.definition.root, []).append(one)
    for root, outcome in done:
        gathered.add_beside(root, outcome, alone.get(root.path, ()))
    return found


def _accounts(outcomes: Iterable[Outcome]) -> Iterator[KnownAccount]:
    for outcome in outcomes:
        yield KnownAccount(outcome.principals, frozenset() if outcome.has_errors else outcome.told)
