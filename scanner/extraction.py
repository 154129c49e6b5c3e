"""One root to its facts, by the reader of its kind. Each is imported when a root wants it."""

from __future__ import annotations

from typing import assert_never

from scanner.budget import BudgetSpentError
from scanner.chance import by_chance
from scanner.diagnostic import Diagnostic, bound_exceeded, internal_error
from scanner.facts import Facts
from scanner.handover import Handover, Keeper
from scanner.root import RootKind, ScanRoot
from scanner.span import Span
from scanner.walls import NO_MEMORY


def extract(root: ScanRoot) -> Facts:
    """The facts of one root, with a diagnostic for what is wrong with it. Errors of our own are passed on."""
    match root.kind:
        case RootKind.TERRAFORM_MODULE:
            from scanner.terraform.configuration.extract import extract as extract_module

            return extract_module(root, keeper)
        case RootKind.TERRAFORM_PLAN | RootKind.TERRAFORM_STATE:
            from scanner.terraform.plans.plan import extract
        case RootKind.CLOUDFORMATION_TEMPLATE:
            from scanner.cloudformation.extract import extract as extract_template

            return extract_template(root, keeper)
        case RootKind.CHANGE_SET:
            from scanner.cloudformation.change_set import extract
        case RootKind.CDK_ASSEMBLY:
            from scanner.cloudformation.cloud_assembly import extract as extract_assembly

            return extract_assembly(root, keeper)
        case RootKind.ACCOUNT:
            from scanner.account.extract import extract
        case _:
            assert_never(root.kind)
    return extract(root)


def keeper(root: ScanRoot, given: Handover) -> Keeper:
    """A root that keeps something for others, evaluated as far as they ask for it."""
    if root.kind is RootKind.CLOUDFORMATION_TEMPLATE:
        from scanner.cloudformation.extract import keeper
    elif root.kind is RootKind.CDK_ASSEMBLY:
        from scanner.cloudformation.cloud_assembly import keeper
    else:
        from scanner.terraform.configuration.extract import keeper
    return keeper(root, given)


def extract_or_report(root: ScanRoot, *, debug: bool = False) -> Facts:
    """The same with a diagnostic for a root that takes too much, or for an error of our own, so that one root never
    hides another. With ``debug`` an error of our own rises.
    """
    try:
        return extract(root)
    except BudgetSpentError as problem:
        place = problem.place or Span.whole_file(root.path)
        return Facts(root.path, root.kind, diagnostics=(bound_exceeded(str(problem), place),))
    except MemoryError:
        return Facts(root.path, root.kind, diagnostics=(no_memory(root.path),))
    except Exception as problem:  # a bug of ours must not lose the other roots; it is in the report
        if debug:
            raise
        return Facts(root.path, root.kind, diagnostics=(internal_error(problem, root.path),))


def no_memory(root: str) -> Diagnostic:
    """What the report says of a root that takes more memory than the process may have, which is so by chance."""
    by_chance("memory")
    return bound_exceeded(NO_MEMORY, Span.whole_file(root))
