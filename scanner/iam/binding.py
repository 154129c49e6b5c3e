"""What the symbols of the code's own account, region and partition stand for in a request.

They are values like others wherever a policy has them: in resources, principals and conditions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from scanner import values
from scanner.cause import Cause, CauseKind
from scanner.iam import pattern
from scanner.iam.condition import Condition
from scanner.iam.pattern import Hole, Text
from scanner.iam.principal import Principal
from scanner.iam.variables import PolicyText
from scanner.lazy_dataclass import dataclass
from scanner.symbol import Symbol

OWN_REGION = pattern.word(frozenset({Cause(CauseKind.REGION, "the region that the code is applied in")}), values.REGION)


@dataclass(frozen=True, slots=True)
class Binding:
    """The account of a request, which a literal ID is taken to be while it is open, and what symbols stand for."""

    account: Text
    partition: str
    symbols: Mapping[Symbol, Text]

    def filled(self, text: Text) -> Text:
        """A text with what its symbols stand for."""
        found: list[str | Hole] = []
        for part in text:
            known = self.symbols.get(part.symbol) if isinstance(part, Hole) and part.symbol is not None else None
            found.extend((part,) if known is None else known)
        return tuple(found)

    def opened(self, condition: Condition) -> Condition:
        """A condition in which a literal account ID is the account that is not known."""
        known = tuple(self.bind(value) for value in condition.values)
        return condition if known == condition.values else replace(condition, values=known)

    def bind(self, text: PolicyText) -> PolicyText:
        """The same for a resource, or any ARN."""
        account_is_open = any(isinstance(part, Hole) for part in self.account)
        parts: list[object] = []
        colons = 0
        changed = False
        for part in text:
            if isinstance(part, str) and account_is_open and colons <= 4 <= colons + part.count(":"):
                parts.extend(self._open_account(part, colons))
                changed = True
            else:
                parts.append(part)
            colons += part.count(":") if isinstance(part, str) else 0
        return tuple(parts) if changed else text  # type: ignore[arg-type] # parts of policy texts and of texts

    def _open_account(self, piece: str, colons: int) -> Text:
        """The piece with a literal account ID in its fifth segment replaced by the account that is not known."""
        segments = piece.split(":")
        place = 4 - colons
        if not (0 < place < len(segments) - 1) or not (segments[place].isdigit() and len(segments[place]) == 12):
            return (piece,)
        return (":".join([*segments[:place], ""]), *self.account, ":".join(["", *segments[place + 1 :]]))


def binding_of(principal: Principal, account: Text) -> Binding:
    """What stands for the code's own account, partition and region is that of the principal's requests."""
    symbols: dict[Symbol, Text] = {
        principal.account_symbol: account,
        values.PARTITION: (principal.partition,),
        values.REGION: (OWN_REGION,),
    }
    return Binding(account, principal.partition, symbols)
