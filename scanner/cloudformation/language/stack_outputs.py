"""What ``Fn::GetStackOutput`` names: an output of a stack of some name, in an account and a region.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-getstackoutput.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

from scanner.cause import Cause, CauseKind
from scanner.lazy_dataclass import dataclass
from scanner.symbol import Account, Named, NameKind, Setting, Symbol
from scanner.values import Unknown, Value, pieces, unknown

if TYPE_CHECKING:
    from scanner.span import Span

Known: TypeAlias = str | Unknown
"""An account or a region."""


@dataclass(frozen=True, slots=True)
class OutputName:
    """The name of an output."""

    stack: str
    output: str
    region: Known
    role: Value | None
    """The role by which it is read, of the stack's account; None where that is the account of the stack that reads."""
    symbol: Symbol | None
    """Stands for the value while it is not known."""

    def __str__(self) -> str:
        where = f" in {self.region}" if isinstance(self.region, str) else ""
        return f"the output {self.output} of the stack {self.stack}{where}"

    def account(self, own: Known) -> Known:
        """The account of the stack, for a reader in an account of its own."""
        return own if self.role is None else _account_of(self.role)

    def elsewhere(self, span: Span | None) -> Value:
        """The value where no stack of the scan has it."""
        return unknown(
            Cause(CauseKind.UNRESOLVED_REFERENCE, f"{self}, which is not among the scanned stacks", span),
            self.symbol,
            span,
        )


def export_name(value: Value) -> str | None:
    """The name of an export; None where it is not known.

    Who imports it is in the account and region of the stack that exports it, so a name with these in it is one name.
    """
    parts = pieces(value)
    if parts is None:
        return None
    names = [part if isinstance(part, str) else _PLACES.get(_place_of(part)) for part in parts]
    known = [name for name in names if name is not None]
    return "".join(known) if known and len(known) == len(names) else None


_PLACES: Mapping[Symbol | None, str] = {
    Account(): "${AWS::AccountId}",
    Setting.REGION: "${AWS::Region}",
    Setting.PARTITION: "${AWS::Partition}",
}


def _place_of(hole: Unknown) -> Symbol | None:
    return Account() if isinstance(hole.symbol, Account) else hole.symbol


def output_name(entries: Mapping[str, Value], own_region: Known) -> OutputName | None:
    """What the evaluated argument of the function names; None where the stack or the output is not known."""
    stack, output = (entries[name].text if name in entries else None for name in ("StackName", "OutputName"))
    if stack is None or output is None:
        return None
    region, role = entries.get("Region"), entries.get("RoleArn")
    where = region.data if region is not None and isinstance(region.data, str | Unknown) else own_region
    place = "" if where == own_region else f" {where}"
    reader = "" if role is None else f" {role.text}"
    known = (not place or isinstance(where, str)) and (role is None or role.text is not None)
    symbol = Named(NameKind.OUTPUT, f"{stack}.{output}{place}{reader}") if known else None
    return OutputName(stack, output, where, role, symbol)


def _account_of(role: Value) -> Known:
    """The account in a role's ARN."""
    fields: list[list[str | Unknown]] = [[]]
    for piece in pieces(role) or ():
        first, *others = piece.split(":") if isinstance(piece, str) else (piece,)
        fields[-1].append(first)
        fields.extend([field] for field in others)
    account = [part for part in fields[4] if part != ""] if len(fields) > 4 else []
    cause = Cause(CauseKind.UNRESOLVED_REFERENCE, "the account of the role that reads the output", role.span)
    return account[0] if len(account) == 1 else Unknown(cause)
