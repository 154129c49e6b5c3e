"""Who is meant by a name: the reading that is nearest to what was written, of those that there is somebody for.

Shells take quotes away, people leave instance keys out, and a name in AWS is the same in any case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches

from scanner.iam.pattern import literal
from scanner.regexes import anywhere
from scanner.triage.address_globs import matches_address
from scanner.verdicts.assessed_principal import AssessedPrincipal

MOST_NEAR = 10
_NEAR = 0.6
_INSTANCE_KEY = anywhere(r'\[(?:"(?:[^"\\]|\\.)*+"|[^\[\]"]*+)\]')
_NOT_SAID = anywhere(r"[\"'\s]")

Same = Callable[[str, str], bool]
"""Whether what was written means a name or an address."""


def meant_by(wanted: str, principals: Sequence[AssessedPrincipal]) -> list[AssessedPrincipal]:
    """Those of that name or address; else the instances of that block, else those of a pattern; nobody for nothing."""
    if not wanted.strip():
        return []
    for same in _READINGS:
        found = [each for each in principals if any(same(wanted, name) for name in _names(each))]
        if found:
            return found
    return []


def near(wanted: str, principals: Iterable[AssessedPrincipal], rules: Iterable[str]) -> list[str]:
    """Addresses, and ids of rules, that look like it or whose names do: the nearest first."""
    known = {name.casefold(): each.definition.address for each in principals for name in _names(each)}
    known |= {rule: rule for rule in rules}
    found = get_close_matches(wanted.casefold(), known, n=MOST_NEAR, cutoff=_NEAR)
    return list(dict.fromkeys(known[name] for name in found))


def _names(assessed: AssessedPrincipal) -> tuple[str, ...]:
    name = literal(assessed.principal.name)
    return (assessed.definition.address,) if name is None else (assessed.definition.address, name)


def _plain(text: str) -> str:
    return _NOT_SAID.sub("", text).casefold()


def _without_keys(text: str) -> str:
    return _plain(_INSTANCE_KEY.sub("", text))


_READINGS: tuple[Same, ...] = (
    lambda wanted, name: wanted == name,
    lambda wanted, name: _plain(wanted) == _plain(name),
    lambda wanted, name: _plain(wanted) == _without_keys(name),
    lambda wanted, name: any(sign in wanted for sign in "*?") and matches_address(_plain(wanted), _plain(name)),
)
