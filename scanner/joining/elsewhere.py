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
from scanner.span import Span

_AS_IT_IS = (str, bool, int, float, bytes, type(None), Span, Cause, Enum)


def elsewhere(facts: Facts, label: str) -> Facts:
    """The same facts as those of the root with this label, which this one does not report."""
    return Facts(
        facts.root,
        facts.root_kind,
        **{name: _Elsewhere(label).of(getattr(facts, name)) for name in _BROUGHT},
        files=facts.files,
    )


_BROUGHT = (
    "identities",
    "policies",
    "inline_policies",
    "attachments",
    "exclusives",
    "memberships",
    "login_profiles",
    "access_keys",
    "entitlements",
    "together",
)
"""What another root has to say about somebody here."""


class _Elsewhere:
    def __init__(self, label: str) -> None:
        self._label = label
        self._known: dict[int, tuple[object, object]] = {}
        """What became of each object, with it, so that nothing else gets its identity."""

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
        return symbol.Named(symbol.NameKind.VALUE, f"{self._label}:{one}")

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
        return named(made, f"{self._label}:") if named is not None else made


def _named(one: symbol.Named, label: str) -> symbol.Named:
    is_shared = one.kind is symbol.NameKind.CONTEXT_KEY
    return one if is_shared else replace(one, name=f"{label}{one.name}")


def _account(one: Account, label: str) -> Account:
    if one.id is not None:
        return one
    return replace(one, configuration=f"{label}{one.configuration}", says=f"{label}{one.says}")


def _target(one: Target, label: str) -> Target:
    return one if one.address is None else replace(one, address=f"{label}{one.address}")


_NAMED: Mapping[type, Callable[[Any, str], Any]] = {
    symbol.Account: lambda one, label: replace(one, configuration=f"{label}{one.configuration}"),
    symbol.Named: _named,
    symbol.Block: lambda one, label: replace(one, address=f"{label}{one.address}"),
    symbol.Attribute: lambda one, label: replace(one, owner=f"{label}{one.owner}"),
    symbol.PolicyPath: lambda one, label: replace(one, owner=f"{label}{one.owner}"),
    symbol.AppliedBy: lambda one, label: replace(one, owner=f"{label}{one.owner}"),
    symbol.Call: lambda one, label: replace(one, text=f"{label}{one.text}"),
    Account: _account,
    Origin: lambda one, label: replace(one, address=f"{label}{one.address}", is_foreign=True),
    Target: _target,
}
"""How the name of a root comes before each kind of thing that is a root's own."""
