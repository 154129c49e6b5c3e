"""The facts of a template after its stack is made, which gives names to what has none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from scanner.facts import (
    AccessKey,
    Attachment,
    Facts,
    Identity,
    InlinePolicy,
    LoginProfile,
    ManagedPolicy,
    Membership,
    Target,
)
from scanner.values import Unknown, Value, joined
from tests.cloudformation.moto_clients import Account
from tests.cloudformation.moto_stack import STACK


@dataclass(frozen=True)
class Stack:
    """What is known once the stack is made."""

    physical: Mapping[str, str]
    account: Account

    def complete(self, part: Any) -> Any:
        """Facts, or a part of them, with the holes filled that the stack fills."""
        match part:
            case Value(data=Unknown() as hole):
                return replace(part, data=self.filled(hole).data, encodes=self.complete(part.encodes))
            case Value(data=tuple() as items):
                return replace(part, data=tuple(self.complete(item) for item in items))
            case Value(data=dict() as entries):
                return replace(part, data={key: self.complete(entry) for key, entry in entries.items()})
            case tuple():
                return tuple(self.complete(item) for item in part)
            case Facts() | Target() | Identity() | ManagedPolicy() | InlinePolicy() | Attachment() | Membership():
                return replace(part, **{field.name: self.complete(getattr(part, field.name)) for field in fields(part)})
            case LoginProfile() | AccessKey():
                return replace(part, user=self.complete(part.user))
            case _:
                return part

    def filled(self, hole: Unknown) -> Value:
        text = self.text_of(str(hole.symbol or ""))
        if text is not None:
            return Value(text)
        return joined(map(self.filled_piece, hole.pieces)) if hole.pieces else Value(hole)

    def filled_piece(self, piece: str | Unknown) -> str | Unknown:
        found = piece if isinstance(piece, str) else self.filled(piece).data
        assert isinstance(found, str | Unknown)
        return found

    def text_of(self, symbol: str) -> str | None:
        logical_id, _, attribute = symbol.rpartition(".")
        identifier = self.physical.get(logical_id)
        if identifier is None:
            return _STACK.get(symbol)
        start, _, end = identifier.rpartition("/")[2].partition(f"-{logical_id}")
        return {
            "Ref": identifier,
            "Name": identifier.rpartition("/")[2],
            "Ref start": start,
            "Name start": start,
            "Ref end": end,
            "Name end": end,
            "PermissionSetArn": identifier.rpartition("|")[2],
            "Arn": self.arn_of(identifier),
        }.get(attribute)

    def arn_of(self, identifier: str) -> str:
        arns = [one["arn"] for key, one in self.account.items() if "arn" in one and key.endswith(f" {identifier}")]
        return arns[0] if arns else identifier


_STACK = {"AWS::StackName": STACK}
