"""What stacks read from each other in resources that say nothing of identities: it shows which accounts are one.

An import, or an output of another stack, is read in one account. Which resource has it does not matter for that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from scanner.cloudformation.language.intrinsics import evaluate
from scanner.values import Value

if TYPE_CHECKING:
    from scanner.cloudformation.stacks.scope import StackScope

_READERS = frozenset({"Fn::ImportValue", "Fn::GetStackOutput"})


def follow_readers(scopes: Sequence[StackScope]) -> None:
    """Evaluate what resources that certainly exist read from other stacks, if there is more than one account."""
    if len({scope.in_account for scope in scopes}) < 2:
        return
    for scope in scopes:
        for resource in scope.template.resources.values():
            readers = [found for value in resource.properties.values() for found in _readers(value)]
            if readers and scope.existence(resource)[0].is_yes and not resource.doubts:
                for reader in readers:
                    evaluate(reader, scope)


def _readers(expression: Value) -> Iterator[Value]:
    waiting = [expression]
    while waiting:
        value = waiting.pop()
        if isinstance(value.data, tuple):
            waiting.extend(value.data)
        elif isinstance(value.data, Mapping):
            if len(value.data) == 1 and not _READERS.isdisjoint(value.data):
                yield value
            waiting.extend(value.data.values())
