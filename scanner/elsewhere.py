"""The facts of another root, told apart from those of this one.

The same address, variable or open account of two roots are two things, so each gets the name of its root before it.
What is of the request or of AWS is the same everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from enum import Enum
from typing import Any

from scanner import symbol
from scanner.cause import Cause
from scanner.facts import Account, Facts, Origin, Target
from scanner.root import ScanRoot
from scanner.span import Span

_AS_IT_IS = (str, bool, int, float, bytes, type(None), Span, Cause, Enum)


def elsewhere(facts: Facts, root: ScanRoot, here: str) -> Facts:
    """The facts of another root, as they look from ``here``, which does not report them."""
    of = Elsewhere(root.path, tuple(other.path for _, other in root.read_from), here).of
    brought = {name: of(getattr(facts, name)) for name in _BROUGHT}
    return Facts(facts.root, facts.root_kind, **brought, files=facts.files)


_BROUGHT = (
    "identities",
    "policies",
    "inline_policies",
    "attachments",
    "exclusives",
    "exclusive_attachments",
    "exclusive_memberships",
    "memberships",
    "login_profiles",
    "access_keys",
    "entitlements",
    "together",
)
"""What another root has to say about somebody here."""


class Elsewhere:
    """Whatever another root has, by the name of that root.

    ``read`` are the names of those that it reads a state or a parameter of: what it has from them has those names
    before it already. Those that it has from where we are (``here``) are our own names.
    """

    def __init__(self, label: str, read: tuple[str, ...], here: str | None = None) -> None:
        self._label = f"{label}:"
        self._labels = (self._label, *(f"{other}:" for other in read))
        self._here = f"{here}:" if here in read else None
        self._known: dict[int, tuple[object, object]] = {}
        """What became of each object, with it, so that nothing else gets its identity."""

    def own(self, name: str) -> str:
        """A name with that of its root before it; one that has it, because it was read from a state, stays."""
        if self._here is not None and name.startswith(self._here):
            return name.removeprefix(self._here)
        return name if name.startswith(self._labels) else f"{self._label}{name}"

    def of(self, one: Any) -> Any:
        """It, with the name of the root before whatever is the root's own."""
        if isinstance(one, _AS_IT_IS):
            return self._setting(one) if one is symbol.Setting.REGION else one
        known = self._known.get(id(one))
        if known is None:
            known = self._known[id(one)] = one, self._made(one)
        return known[1]

    def _setting(self, one: symbol.Setting) -> symbol.Symbol:
        """The region of another root, which may be another one."""
        return symbol.Named(symbol.NameKind.VALUE, self.own(str(one)))

    def _made(self, one: Any) -> Any:
        if isinstance(one, tuple):
            return tuple(self.of(item) for item in one)
        if isinstance(one, frozenset):
            return frozenset(self.of(item) for item in one)
        if isinstance(one, Mapping):
            return {key: self.of(item) for key, item in one.items()}
        if not hasattr(one, "__dataclass_fields__"):
            return one  # a number, a regular expression
        changed = {
            field.name: after
            for field in fields(one)
            if field.init and (after := self.of(before := getattr(one, field.name))) is not before
        }
        made = replace(one, **changed) if changed else one
        named = _NAMED.get(type(one))
        return named(made, self.own) if named is not None else made


_Own = Callable[[str], str]


def _named(one: symbol.Named, own: _Own) -> symbol.Named:
    is_shared = one.kind is symbol.NameKind.CONTEXT_KEY
    return one if is_shared else replace(one, name=own(one.name))


def _account(one: Account, own: _Own) -> Account:
    return replace(one, configuration=own(one.configuration), says=own(one.says))


def _target(one: Target, own: _Own) -> Target:
    return one if one.address is None else replace(one, address=own(one.address))


_NAMED: Mapping[type, Callable[[Any, _Own], Any]] = {
    symbol.Account: lambda one, own: replace(one, configuration=own(one.configuration)),
    symbol.Named: _named,
    symbol.Block: lambda one, own: replace(one, address=own(one.address)),
    symbol.Attribute: lambda one, own: replace(one, owner=own(one.owner)),
    symbol.PolicyPath: lambda one, own: replace(one, owner=own(one.owner)),
    symbol.AppliedBy: lambda one, own: replace(one, owner=own(one.owner)),
    symbol.Call: lambda one, own: replace(one, text=own(one.text)),
    Account: _account,
    Origin: lambda one, own: replace(one, address=own(one.address), is_foreign=True),
    Target: _target,
}
"""How the name of a root comes before each kind of thing that is a root's own."""
