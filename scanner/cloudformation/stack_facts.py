"""One stack to facts: its own resources, then those of the stacks that are nested in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from scanner.budget import BudgetSpentError, is_spent, spend, spent_at
from scanner.cloudformation.aws_iam import facts_of, is_identity_type
from scanner.cloudformation.checks.makers import Makers, may_be_unfollowed
from scanner.cloudformation.checks.shapes import refused_properties
from scanner.cloudformation.checks.unfilled import variables_outside_sub
from scanner.cloudformation.resource_types import resource_type
from scanner.cloudformation.stacks.nested import STACKS
from scanner.cloudformation.stacks.stack_sets import STACK_SET
from scanner.diagnostic import Diagnostic, Severity, error, warning

if TYPE_CHECKING:
    from scanner.cloudformation.stacks.scope import StackScope
    from scanner.cloudformation.template.sections import Resource
    from scanner.facts import Fact, Home

_STEPS = 80
"""Of a resource that says something, beside what is evaluated for it."""


def stacks(scope: StackScope) -> Iterator[StackScope]:
    """A stack and all that are nested in it, a stack before what is nested in it."""
    waiting = [scope]
    while waiting:
        stack = waiting.pop()
        yield stack
        inner = [stack.nested(resource).scope for resource in _nested(stack)]
        waiting.extend(found for found in reversed(inner) if found is not None)


def stack_facts(scope: StackScope, home: Home, *, is_rewritten: bool = False) -> tuple[list[Fact], list[Diagnostic]]:
    """What one stack says by itself, and what is wrong or not followed in it, until the budget is spent.

    A problem in what a macro that is not followed may rewrite is not an error yet.
    """
    facts: list[Fact] = []
    problems: list[Diagnostic] = []
    makers = Makers(scope)
    for resource in scope.template.of_types(_says_something):
        try:
            spend(_STEPS)
            facts.extend(facts_of(resource, scope, home))
            refused = refused_properties(resource, scope)
            problems.extend(replace(one, severity=Severity.WARNING) if is_rewritten else one for one in refused)
            problems.extend(variables_outside_sub(resource, scope))
            problems.extend(_problems(resource, scope))
            problems.extend(makers.unfollowed(resource))
        except BudgetSpentError:
            spent_at(resource.span)
        if is_spent():
            break
    return facts, problems


def _says_something(kind: str) -> bool:
    """Whether there may be anything to say of resources of a type."""
    is_known = is_identity_type(kind) or resource_type(kind).properties is not None
    return is_known or kind in STACKS or _is_module(kind) or may_be_unfollowed(kind)


def _is_module(kind: str) -> bool:
    return kind.endswith("::MODULE")


def _nested(scope: StackScope) -> Iterator[Resource]:
    for resource in scope.template.of_types(STACKS.__contains__):
        if not scope.existence(resource)[0].is_no:
            yield resource


def _problems(resource: Resource, scope: StackScope) -> Iterator[Diagnostic]:
    is_module = _is_module(resource.type)
    if (not is_module and resource.type not in STACKS) or scope.existence(resource)[0].is_no:
        return
    missing = f'The identities that "{scope.symbol(resource.logical_id)}" defines are missing'
    if is_module:
        yield warning("Module not followed", f"{missing}.", resource.span)
        return
    nested = scope.nested(resource)
    if nested.cause is not None and not is_spent():  # of which is said what it is
        make = error if nested.is_error else warning
        what = "Stack set" if resource.type == STACK_SET else "Nested stack"
        yield make(f"{what} not followed", f"{missing} because of {nested.cause.detail}.", resource.span)
