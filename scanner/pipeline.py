"""``scan``: the stages one after the other. Every hand-over is a value, so any stage can run elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import assert_never

from scanner.cloudformation.neighbours import exchanges, with_neighbours
from scanner.config import Options
from scanner.console import console_access
from scanner.control_policies import ControlPolicies
from scanner.diagnostic import Diagnostic, error, warning
from scanner.discovery import discover
from scanner.facts import Facts
from scanner.finding import AssessedPrincipal, Report
from scanner.iam.principal import Principal
from scanner.root import Assumption, Inputs, RootKind, ScanRoot, ValuesFile
from scanner.rules.loader import RuleError, builtin_rules, load_rules
from scanner.rules.match import match
from scanner.rules.rule import Rule
from scanner.scenarios import assess
from scanner.sign_in import aws_login
from scanner.span import Span

RECURSION_LIMIT = 12_000
"""Evaluation nests as deep as its bounds allow; CPython's default would stop it before them."""

Extract = Callable[[ScanRoot], Facts]
Map = Callable[[Extract, Iterable[ScanRoot]], Iterable[Facts]]
Watch = Callable[[int, int], None]
"""Is told how many roots of how many are done."""


_OF_TERRAFORM = (RootKind.TERRAFORM_MODULE, RootKind.TERRAFORM_PLAN, RootKind.TERRAFORM_STATE)
"""What variables have to do with; a plan has the values that it was made with."""


class UsageError(Exception):
    """The scan cannot be done as asked: a rule that does not exist, a file that cannot be read."""


def scan(options: Options, map: Map = map, watch: Watch | None = None) -> Report:  # noqa: A002 # it stands for it
    """Scan the paths. Raises ``UsageError``, ``ConfigError``, ``RuleError``; trouble in the input is in the report."""
    rules = _rules(options)
    controls = ControlPolicies(options)
    sys.setrecursionlimit(max(sys.getrecursionlimit(), RECURSION_LIMIT))
    inputs = _with_parameters(options)
    discovery = discover(options.paths, options.directory, inputs)
    diagnostics: dict[Diagnostic, None] = dict.fromkeys(discovery.diagnostics)
    assessed: list[AssessedPrincipal] = []
    files: set[str] = set()
    declared: set[str] = set()
    undeclared: list[frozenset[Diagnostic]] = []
    extract = extract_debug if options.debug else extract_root
    waiting: dict[ScanRoot, Facts] = {}

    def report(root: ScanRoot, facts: Facts) -> None:
        nonlocal files, declared
        found, problems = _assess(root, facts, options, controls)
        if root.neighbours:  # what is wrong with them is said where they are roots
            problems = tuple(problem for problem in problems if problem.span.path in facts.files)
        assessed.extend(found)
        diagnostics.update(dict.fromkeys(replace(one, root=facts.root) for one in (*facts.diagnostics, *problems)))
        files |= facts.files
        declared |= facts.parameters
        if facts.undeclared is not None:
            undeclared.append(facts.undeclared)

    for done, (root, facts) in enumerate(zip(discovery.roots, map(extract, discovery.roots), strict=True), 1):
        if exchanges(root, facts):
            waiting[root] = facts
        else:
            report(root, facts)
        if watch is not None:
            watch(done, len(discovery.roots))
    joined = with_neighbours(waiting)
    again = [root for root in joined if root not in waiting]
    waiting |= zip(again, map(extract, again), strict=True)
    for root in joined:
        report(root, waiting[root])
    diagnostics |= dict.fromkeys((*_undeclared(inputs, declared), *_undeclared_variables(discovery.roots, undeclared)))
    return Report(
        len(discovery.roots),
        len(files),
        tuple(sorted(assessed, key=_order)),
        match(rules, assessed),
        tuple(sorted(diagnostics, key=lambda found: (found.root, found.span, found.message))),
    )


def _with_parameters(options: Options) -> Inputs:
    """The inputs with the parameters of the command line, those from files at the place where the file was named."""
    given: dict[str, str | None] = {}
    for one in options.parameters:
        given |= _in_file(one, options.directory) if isinstance(one, ValuesFile) else dict([one])
    return replace(options.inputs, parameters=(*options.inputs.parameters, *given.items()))


def _in_file(file: ValuesFile, directory: Path) -> dict[str, str | None]:
    from scanner.cloudformation.template.parameter_files import ParameterFileError, load_parameters

    try:
        return load_parameters(directory / file.path, file.path)
    except ParameterFileError as problem:
        raise UsageError(f"{problem.span.path}:{problem.span.line}: {problem}") from problem


def _undeclared(inputs: Inputs, declared: set[str]) -> Iterator[Diagnostic]:
    """A name that nothing declares is usually a typing error, and what it was meant for has no value."""
    for name in dict(inputs.parameters).keys() - declared:
        detail = f'No scanned template declares the parameter "{name}", so its value is not used.'
        yield warning("Parameter not declared", detail, Span.whole_file("--parameter"))


def _undeclared_variables(
    roots: Sequence[ScanRoot], undeclared: Sequence[frozenset[Diagnostic]]
) -> Iterable[Diagnostic]:
    """The same for Terraform's variables, of which each root knows what it does not declare."""
    if undeclared:
        return frozenset.intersection(*undeclared)
    if not any(root.inputs.variables for root in roots) or any(root.kind in _OF_TERRAFORM for root in roots):
        return ()
    detail = "No scanned Terraform configuration takes values of variables, so they are not used."
    return [warning("Variable not declared", detail, Span.whole_file("--var"))]


def _assess(
    root: ScanRoot, facts: Facts, options: Options, controls: ControlPolicies
) -> tuple[tuple[AssessedPrincipal, ...], tuple[Diagnostic, ...]]:
    """The principals of one root with everything that is decided about them, and what is wrong with their policies."""

    def decide(principal: Principal) -> AssessedPrincipal:
        return AssessedPrincipal(
            principal,
            console_access(principal, options.assume_console),
            aws_login(principal, controls.circumstances(principal)),
        )

    def under(assumptions: tuple[Assumption, ...]) -> Facts:
        return extract_debug(replace(root, inputs=replace(root.inputs, assumptions=assumptions)))

    try:
        return assess(facts, decide, under)
    except Exception as problem:  # as in extract_root: a bug of ours must not lose the other roots
        if options.debug:
            raise
        return (), (_internal_error(problem, facts.root),)


def _internal_error(problem: Exception, root: str) -> Diagnostic:
    detail = f"The scanner failed on this root ({type(problem).__name__}: {problem}). --debug shows where."
    return error("Internal error", detail, Span.whole_file(root))


def _order(assessed: AssessedPrincipal) -> tuple[str, str, Span]:
    principal = assessed.principal
    return principal.root, principal.address, principal.span


def extract_root(root: ScanRoot) -> Facts:
    """The facts of one root; an error diagnostic for what we did not foresee, so that one root never hides another."""
    try:
        return extract_debug(root)
    except Exception as problem:  # noqa: BLE001 # a bug of ours must not lose the other roots; it is in the report
        return Facts(root.path, root.kind.value, diagnostics=(_internal_error(problem, root.path),))


def extract_debug(root: ScanRoot) -> Facts:
    """The facts of one root; exceptions are passed on."""
    match root.kind:
        case RootKind.TERRAFORM_MODULE:
            from scanner.terraform.extract import extract
        case RootKind.TERRAFORM_PLAN | RootKind.TERRAFORM_STATE:
            from scanner.terraform.plans.plan import extract
        case RootKind.CLOUDFORMATION_TEMPLATE:
            from scanner.cloudformation.extract import extract
        case RootKind.CHANGE_SET:
            from scanner.cloudformation.change_set import extract
        case RootKind.CDK_ASSEMBLY:
            from scanner.cloudformation.cloud_assembly import extract
        case _:
            assert_never(root.kind)
    return extract(root)


def _rules(options: Options) -> tuple[Rule, ...]:
    rules = {rule.id: rule for rule in builtin_rules()}
    for rule in load_rules(options.directory / path for path in options.rule_paths):
        if rule.id in rules:
            raise RuleError(f'there is already a rule "{rule.id}"', rule.span)
        rules[rule.id] = rule
    for rule_id in (*options.select, *options.ignore):
        if rule_id not in rules:
            raise UsageError(f'there is no rule "{rule_id}"; --list-rules shows them all')
    wanted = options.select or tuple(rules)
    return tuple(rules[rule_id] for rule_id in sorted(set(wanted) - set(options.ignore)))
