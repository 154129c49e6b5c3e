"""What a plan knows of attributes, put in the place of what the configuration says, and compared with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scanner import values
from scanner.budget import BudgetSpentError, spend, spent_at
from scanner.iam.arn import Arn
from scanner.terraform.address import Mode, ResourceAddress
from scanner.terraform.plans.plan_agreement import scalar_text
from scanner.terraform.plans.plan_description import DESCRIBED
from scanner.terraform.plans.plan_document import PlanDocument, has_unknown
from scanner.terraform.plans.planned_instances import PlannedInstance
from scanner.terraform.plans.same_document import same_document
from scanner.terraform.resource_instance import ResourceInstance
from scanner.values import Unknown, Value, same_text

_STEPS = 2
"""Of comparing an item with another one."""
_MAX_BLOCKS = 200
"""Nested blocks are a set, so each is compared with each; longer lists are not compared."""


class PlannedValues:
    """The attributes of all instances and data sources of a plan."""

    def __init__(self, document: PlanDocument) -> None:
        self._document = document
        self.contradicted: set[ResourceAddress] = set()
        """What the configuration has otherwise. Filled while attributes are asked for."""
        self.other_account: str | None = None
        """How one can tell that the configuration is for another account."""

    def reconciled(self, address: ResourceAddress, name: str, evaluated: Value, written: bool) -> Value:
        """What the plan knows; as evaluated if that says the same, so that it has its places in the code."""
        planned = self._document.instances.get(address)
        if planned is None:
            return evaluated
        after, unknown = planned.values()
        known, marks = after.get(name), unknown.get(name)
        if written and not planned.untouched and _is_compared(address):
            try:
                is_it = agrees(evaluated, known, marks)
            except BudgetSpentError:
                if evaluated.span is not None:
                    spent_at(evaluated.span)
                is_it = False  # nobody knows, so it is not believed
            if not is_it:
                self.contradicted.add(address)
        if name not in after or has_unknown(marks):
            return evaluated
        value = values.of(known)
        return evaluated if same_document(evaluated, value) else value.at(evaluated.span)

    def compare(self, planned: PlannedInstance, instance: ResourceInstance) -> None:
        """Look at all attributes of an instance."""
        after, unknown = planned.values()
        for name in {*after, *unknown}:
            instance.get(name)
        written, account = after.get("arn"), instance.home.account.id
        arn = Arn.parse(written) if isinstance(written, str) else None
        if arn is not None and arn.account and account is not None and arn.account != account:
            self.other_account = f"{planned.address} is in the account {arn.account}, not in {account}"

    def is_open(self, planned: PlannedInstance) -> bool:
        """Whether anything of it is known after apply."""
        return has_unknown(planned.values()[1])


def _is_compared(address: ResourceAddress) -> bool:
    """Data sources answer what is true of the account, and other providers may write values in their own way."""
    if address.mode is Mode.DATA:
        return address.type == "aws_iam_policy_document"
    return address.type.startswith(DESCRIBED)


def agrees(evaluated: Value, known: Any, marks: Any) -> bool:
    """Whether an evaluated value may be what a plan says: ``known``, with holes where ``marks`` are true.

    What the configuration leaves open, or to the provider, agrees with anything.
    """
    if marks is True or evaluated.is_null:
        return True
    match evaluated.data:
        case Unknown(pieces=()):
            return True
        case Unknown():
            if isinstance(known, str) and known.lstrip().startswith(("{", "[")):
                return True  # a document with holes, which the provider writes in its own way
            return isinstance(known, str) and not same_text(evaluated, Value(known)).is_no
        case tuple() as items:
            return _agree_all(items, known, marks) if isinstance(known, list) else bool(known) or not items
        case Mapping() as entries:
            if not isinstance(known, dict):
                return bool(known) or not entries
            inner = marks if isinstance(marks, dict) else {}
            return all(agrees(entries[name], known[name], inner.get(name)) for name in known if name in entries)
        case str() as text if isinstance(known, str):
            return same_document(Value(text), Value(known)) or scalar_text(text) == scalar_text(known)
    if known is None or known == "":
        return evaluated.data in ("", False, 0)
    return isinstance(known, dict | list) or scalar_text(known) == scalar_text(evaluated.data)


def _agree_all(items: tuple[Value, ...], known: list[Any], marks: Any) -> bool:
    """Whether each item has its like on the other side. Most lists are sets, and their order says nothing."""
    if max(len(items), len(known)) > _MAX_BLOCKS:
        return True
    spend(_STEPS * len(items) * len(known))
    inner = list(marks) if isinstance(marks, list) else []
    inner += [None] * (len(known) - len(inner))
    pairs = list(zip(known, inner, strict=False))
    if not all(any(agrees(item, *pair) for item in items) for pair in pairs if pair[1] is not True):
        return False
    return all(any(agrees(item, *pair) for pair in pairs) for item in items if item.text != "")
