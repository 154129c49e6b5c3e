"""Where the code and an account are not the same, as far as that changes who can use ``aws login``.

Both sides are scanned by themselves. Principals meet by kind and name in their account. What is not known on one side
is no difference, and who has a name that is not known may be anybody whom it fits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum

from scanner.iam import pattern
from scanner.iam.evaluate import Outcome
from scanner.iam.pattern import literal
from scanner.lazy_dataclass import dataclass
from scanner.verdicts.assessed_principal import AssessedPrincipal
from scanner.verdicts.console import Access, Via
from scanner.verdicts.sign_in import Client


class DriftKind(Enum):
    """How the two are not the same."""

    ONLY_IN_ACCOUNT = "only-in-account"
    """People can sign in as somebody whom the code does not have."""
    ONLY_IN_CODE = "only-in-code"
    """The code has somebody whom people could sign in as, and the account has not."""
    DIFFERS = "differs"


@dataclass(frozen=True, slots=True)
class Drift:
    """One difference."""

    kind: DriftKind
    client: Client | None
    """The client for which the decisions differ; None where it is about the principal or its console."""
    code: AssessedPrincipal | None
    """None for what is only in the account."""
    account: AssessedPrincipal | None
    """None for what is only in the code."""


def drift(code: Sequence[AssessedPrincipal], account: Sequence[AssessedPrincipal]) -> tuple[Drift, ...]:
    """All differences: those of the code's principals in their order, then who is only in the account."""
    there: dict[tuple[str, str], list[AssessedPrincipal]] = {}
    for one in account:
        name = literal(one.principal.name)
        if name:
            there.setdefault(_key(one, name), []).append(one)
    met: set[int] = set()
    found: list[Drift] = []
    for one in code:
        name = literal(one.principal.name)
        if not name:
            continue
        others = [other for other in there.get(_key(one, name), ()) if _may_be_in_one_account(one, other)]
        met.update(map(id, others))
        if len(others) == 1:
            found += _differences(one, others[0])
        elif not others and one.console.access is not Access.NO:
            found.append(Drift(DriftKind.ONLY_IN_CODE, None, one, None))
    open_ones = [one for one in code if not literal(one.principal.name)]
    for other in account:
        if id(other) not in met and _is_for_code(other) and not any(_may_be(one, other) for one in open_ones):
            found.append(Drift(DriftKind.ONLY_IN_ACCOUNT, None, None, other))
    return tuple(found)


def _key(one: AssessedPrincipal, name: str) -> tuple[str, str]:
    return one.principal.kind.value, name.casefold()


def _may_be_in_one_account(one: AssessedPrincipal, other: AssessedPrincipal) -> bool:
    accounts = {one.principal.account, other.principal.account} - {None}
    return len(accounts) < 2


def _may_be(one: AssessedPrincipal, other: AssessedPrincipal) -> bool:
    """Whether somebody whose name is not known may be somebody."""
    fits = one.principal.kind is other.principal.kind and _may_be_in_one_account(one, other)
    return fits and not (one.principal.name and pattern.matches(one.principal.name, other.principal.name).is_no)


def _is_for_code(other: AssessedPrincipal) -> bool:
    """Whether people can sign in as somebody whom code would have; it has no roles that permission sets have made."""
    return other.console.access is not Access.NO and not (
        Via.IDENTITY_CENTER in other.console.via and other.principal.kind.value == "role"
    )


def _differences(one: AssessedPrincipal, other: AssessedPrincipal) -> Iterator[Drift]:
    known = Access.UNKNOWN not in (one.console.access, other.console.access)
    if known and one.console.access is not other.console.access:
        yield Drift(DriftKind.DIFFERS, None, one, other)
    if Access.NO in (one.console.access, other.console.access):
        return  # nobody can use on one side what is allowed there
    for client in Client:
        outcomes = one.aws_login.outcome(client), other.aws_login.outcome(client)
        if Outcome.UNKNOWN not in outcomes and outcomes[0] is not outcomes[1]:
            yield Drift(DriftKind.DIFFERS, client, one, other)
