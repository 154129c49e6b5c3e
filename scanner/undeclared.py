"""Values that the user gives by names which nothing in the scan declares."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set

from scanner.diagnostic import Diagnostic, warning
from scanner.root import Inputs, ScanRoot
from scanner.span import Span


def undeclared_parameters(inputs: Inputs, declared: Set[str]) -> Iterator[Diagnostic]:
    """A name that nothing declares is usually a typing error, and what it was meant for has no value."""
    for name in dict(inputs.parameters).keys() - declared:
        detail = f'No scanned template declares the parameter "{name}", so its value is not used.'
        yield warning("Parameter not declared", detail, Span.whole_file("--parameter"))


def undeclared_variables(
    roots: Sequence[ScanRoot], undeclared: Sequence[frozenset[Diagnostic]]
) -> Iterable[Diagnostic]:
    """The same for Terraform's variables: what each of the roots that take some says that it does not declare."""
    if undeclared:
        return frozenset.intersection(*undeclared)
    if not any(root.inputs.variables for root in roots) or any(root.kind.is_terraform for root in roots):
        return ()
    detail = "No scanned Terraform configuration takes values of variables, so they are not used."
    return [warning("Variable not declared", detail, Span.whole_file("--var"))]
