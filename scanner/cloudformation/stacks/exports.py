"""What a stack offers to others: exports, outputs by its name, SSM parameters of its own and those of the CDK."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from scanner.cause import Cause, CauseKind
from scanner.cloudformation.language.intrinsics import evaluate
from scanner.cloudformation.language.stack_outputs import export_name
from scanner.cloudformation.stacks import ssm_parameters
from scanner.cloudformation.stacks.cross_region import WRITER, region_of, written_by
from scanner.cloudformation.stacks.exchange import Offer
from scanner.truth import NO, YES, Truth, undetermined
from scanner.values import Value, unknown

if TYPE_CHECKING:
    from scanner.cloudformation.language.stack_outputs import Known
    from scanner.cloudformation.stacks.exchange import Exchange
    from scanner.cloudformation.stacks.scope import StackScope
    from scanner.cloudformation.template.sections import Resource


def offer(scopes: Iterable[StackScope], exchange: Exchange) -> frozenset[str]:
    """Note what the stacks offer; the names of their exports, as far as they are known."""
    names: set[str] = set()
    for scope in scopes:
        if scope.stack.name is not None:
            exchange.offer_outputs(scope.stack.name, partial(_output, scope))
        for output, declared in scope.template.outputs.items():
            name = _export_name(declared, scope)
            if name is not None and not scope.output_exists(output).is_no:
                exchange.offer_export(name, _output(scope, output))
                names.add(name)
        for writer in scope.template.of_types(WRITER.__eq__):
            for parameter, written in _written(writer, scope):
                exchange.offer_parameter(parameter, written)
        for resource in scope.template.of_types(ssm_parameters.TYPE.__eq__):
            stored = ssm_parameters.name_of(resource, scope)
            if stored is not None:
                value = partial(ssm_parameters.value_of, resource, scope)
                exchange.offer_parameter(stored, _offer(scope, scope.region, value, scope.existence(resource)[0]))
    return frozenset(names)


def _output(scope: StackScope, name: str) -> Offer:
    exists = scope.output_exists(name) if name in scope.template.outputs else NO
    return _offer(scope, scope.region, partial(scope.output, name), exists)


def _offer(scope: StackScope, region: Known, value: Callable[[], Value], exists: Truth) -> Offer:
    stack = scope.stack
    return Offer(
        scope.account,
        scope.in_account,
        region,
        stack.label,
        stack.files[-1].path,
        value,
        exists & _stack_exists(scope),
        is_foreign=stack.is_foreign,
    )


def _written(writer: Resource, scope: StackScope) -> Iterable[tuple[str, Offer]]:
    """The parameters that a writer makes. They are deleted with it, so they exist where it does."""
    exists = scope.existence(writer)[0]
    where = region_of(writer, scope)
    for name, expression in written_by(writer):
        yield name, _offer(scope, where, partial(_value_of, expression, scope), exists)


def _value_of(expression: Value, scope: StackScope) -> Value:
    found = evaluate(expression, scope)
    nothing = Cause(CauseKind.MALFORMED, "an output for another region without a value", expression.span)
    return unknown(nothing) if found is None else found


def _stack_exists(scope: StackScope) -> Truth:
    conditions = scope.stack.conditions
    return undetermined(*(found.cause for found in conditions)) if conditions else YES


def _export_name(output: Value, scope: StackScope) -> str | None:
    entries = output.entries
    export = entries["Export"].data if "Export" in entries else None
    written = export.get("Name") if isinstance(export, Mapping) else None
    name = evaluate(written, scope) if written is not None else None
    return None if name is None else export_name(name)
