"""What makes a difference: the reasons that only one of two sides has."""

from __future__ import annotations

from collections.abc import Callable

from scanner.changes.standing import Standing
from scanner.lazy_dataclass import dataclass
from scanner.verdicts.reasons import NOTHING_ALLOWS, Reason, listed
from scanner.verdicts.sign_in import Client

_Reasons = Callable[[Standing], tuple[Reason, ...]]


@dataclass(frozen=True, slots=True)
class Sides:
    """What the two sides are called."""

    one: str
    other: str
    are_times: bool = False
    """Whether they are before and after: then it tells something which resources bring a policy at one of them."""


def reasons_for(client: Client) -> _Reasons:
    """What says why the decisions for a client are what they are."""
    return lambda one: one.reasons(client)


def told_apart(one: Standing, other: Standing, of: _Reasons, sides: Sides) -> tuple[Reason, ...]:
    """What speaks on one side only, by its words: places move, and reports of different places are compared.

    Where both say the same, what the other one says.
    """
    ours, theirs = of(one), of(other)
    known, said = ({reason.text for reason in side} | {NOTHING_ALLOWS} for side in (ours, theirs))
    first = (sides.one, ours, said, one, other)
    second = (sides.other, theirs, known, other, one)
    found = [
        _at_one_time(label, each, here, there, other) if sides.are_times else Reason(f"{label}: {each.text}", each.span)
        for label, reasons, others, here, there in (first, second)
        for each in reasons
        if each.text not in others
    ]
    return tuple(dict.fromkeys(found)) or tuple(dict.fromkeys(theirs))


def _at_one_time(label: str, reason: Reason, here: Standing, there: Standing, after: Standing) -> Reason:
    """With what brings it; at the principal, where a plan that says no more has a configuration beside it."""
    place = after.span if reason.span.is_whole_file else reason.span
    return Reason(f"{label}: {reason.text}{_bringers(reason.text, here, there)}", place)


def _bringers(text: str, here: Standing, there: Standing) -> str:
    """Which resources bring the policy that a reason speaks of, and do not on the other side.

    They may be there, and be about something else, or somebody else. What a group still has is not among them for who
    has left it.
    """
    if here.brought_by is None or there.brought_by is None:
        return ""
    found = [one for one in here.brought_by if _speaks_of(text, one.name) and one not in there.brought_by]
    own = [one for one in found if not one.through_group]
    addresses = dict.fromkeys(one.address for one in own or found)
    return f"; brought by {listed(addresses)}" if addresses else ""


def _speaks_of(text: str, name: str) -> bool:
    """Whether a reason is about a policy, a boundary, a group or a password of this name."""
    return any(
        said in f" {text}" for said in (f" of {name} (", f" group {name})", f" boundary {name} ", f" {name} gives ")
    )
