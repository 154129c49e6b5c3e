"""What makes a difference: the reasons that only one of two sides has."""

from __future__ import annotations

from collections.abc import Callable

from scanner.changes.standing import Standing
from scanner.lazy_dataclass import dataclass
from scanner.verdicts.reasons import NOTHING_ALLOWS, Reason
from scanner.verdicts.sign_in import Client

_Reasons = Callable[[Standing], tuple[Reason, ...]]


@dataclass(frozen=True, slots=True)
class Sides:
    """What the two sides are called."""

    one: str
    other: str
    only_one: str = ""
    """Of a resource that brings a policy there alone; empty where that tells nothing."""
    only_other: str = ""


def reasons_for(client: Client) -> _Reasons:
    """What says why the decisions for a client are what they are."""
    return lambda one: one.reasons(client)


def told_apart(one: Standing, other: Standing, of: _Reasons, sides: Sides) -> tuple[Reason, ...]:
    """What speaks on one side only, by its words: places move, and reports of different places are compared.

    Where both say the same, what the other one says.
    """
    ours, theirs = of(one), of(other)
    known, said = ({reason.text for reason in side} | {NOTHING_ALLOWS} for side in (ours, theirs))
    first = (sides.one, ours, said, one, other, sides.only_one)
    second = (sides.other, theirs, known, other, one, sides.only_other)
    found = [
        Reason(f"{label}: {each.text}{_bringers(each.text, here, there, verb)}", each.span)
        for label, reasons, others, here, there, verb in (first, second)
        for each in reasons
        if each.text not in others
    ]
    return tuple(dict.fromkeys(found)) or tuple(dict.fromkeys(theirs))


def _bringers(text: str, here: Standing, there: Standing, verb: str) -> str:
    """Which resources bring the policy that a reason speaks of, and are not on the other side."""
    if not verb or here.brought_by is None or there.brought_by is None:
        return ""
    others = {address for address, _ in there.brought_by}
    found = (address for address, name in here.brought_by if name and name in text and address not in others)
    return "".join(f"; {address} {verb}" for address in dict.fromkeys(found))
