"""``scan``: the facts of all roots, then the report. Every hand-over is a value, so any stage can run elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from scanner import extraction
from scanner.cloudformation.neighbours import exchanges, with_neighbours
from scanner.diagnostic import Diagnostic, Severity
from scanner.discovery import Discovery, discover
from scanner.facts import Facts
from scanner.file_system import without_links
from scanner.iam.context import Circumstances
from scanner.option_checks import mistakes
from scanner.options import Options
from scanner.other_roots import OtherRoots
from scanner.path_sections import section_of
from scanner.principals.definition import PrincipalDefinition
from scanner.report.report import Report
from scanner.repository import path_in_repository
from scanner.root import Assumption, Inputs, RootKind, ScanRoot, ValuesFile
from scanner.rules.ask import questions_of
from scanner.rules.match import match
from scanner.rules.rule import Rule
from scanner.rules.selection import NoRuleLeftError, UnknownRuleError, all_rules, rules_path, select_rules
from scanner.span import Span
from scanner.triage.baseline_file import BaselineError
from scanner.triage.forms import one_of_each
from scanner.triage.run import FORMS, ReadRoot, Run
from scanner.triage.triage import triage
from scanner.undeclared import undeclared_parameters, undeclared_variables
from scanner.unmatched_sections import unmatched_sections
from scanner.verdicts.assessed_principal import AssessedPrincipal
from scanner.verdicts.console import console_access
from scanner.verdicts.control_policies import ControlPolicies, ControlPolicyError
from scanner.verdicts.questions import Questions, answers, without_mfa
from scanner.verdicts.scenarios import assess
from scanner.verdicts.sign_in import Permission, aws_login

RECURSION_LIMIT = 12_000
"""Evaluation nests as deep as its bounds allow; CPython's default would stop it before them."""

Extract = Callable[[ScanRoot], Facts]
Map = Callable[[Extract, Iterable[ScanRoot]], Iterable[Facts]]
Watch = Callable[[int, int], None]
"""Is told how many roots of how many are done."""
Tell = Callable[[str], None]
"""Is told what is scanned, a line for each root."""
Assess = Callable[[ScanRoot, Facts], tuple[tuple[AssessedPrincipal, ...], tuple[Diagnostic, ...]]]
"""The principals of a root with what is decided about them, and what is wrong with their policies."""


class UsageError(Exception):
    """The scan cannot be done as asked: a rule that does not exist, a file that cannot be read."""

    def __init__(self, message: str, path: str | None = None) -> None:
        super().__init__(message)
        self.path = path
        """The file that is not as it must be, as the options name it."""


def scan(
    options: Options,
    map: Map = map,  # noqa: A002 # it stands for it
    watch: Watch | None = None,
    tell: Tell | None = None,
    rules: Sequence[Rule] | None = None,
) -> Report:
    """Scan the paths. Raises ``UsageError`` and ``RuleError``; trouble in the input is in the report.

    ``rules`` are followed in place of those that the options name.
    """
    wrong = next(mistakes(options), None)
    if wrong is not None:
        raise UsageError(wrong)
    rules = chosen_rules(options) if rules is None else rules
    controls = _controls(options)
    sys.setrecursionlimit(max(sys.getrecursionlimit(), RECURSION_LIMIT))
    inputs = _with_parameters(options)
    found = discover(
        options.paths, options.directory, inputs, options.standard_input, options.exclude, options.sections
    )
    read = extraction.extract if options.debug else extraction.extract_or_report
    facts = _facts(found.roots, read, map, watch)
    if tell is not None:
        facts = _told(facts, tell)
    sources = _sources(found.roots, options)
    return _report(found, facts, inputs, _assessor(options, controls, questions_of(rules)), rules, sources, options)


def _facts(roots: Sequence[ScanRoot], read: Extract, map: Map, watch: Watch | None) -> Iterator[tuple[ScanRoot, Facts]]:  # noqa: A002
    """The facts of each root. Those that exchange values with others come last, read again with the others beside."""
    waiting: dict[ScanRoot, Facts] = {}
    for done, (root, facts) in enumerate(zip(roots, map(read, roots), strict=True), 1):
        if exchanges(root, facts):
            waiting[root] = facts
        else:
            yield root, facts
        if watch is not None:
            watch(done, len(roots))
    joined = with_neighbours(waiting)
    again = [root for root in joined if root not in waiting]
    waiting |= zip(again, map(read, again), strict=True)
    for root in joined:
        yield root, waiting[root]


def _told(facts: Iterable[tuple[ScanRoot, Facts]], tell: Tell) -> Iterator[tuple[ScanRoot, Facts]]:
    for root, found in facts:
        tell(f"{root.path}: {root.kind.value}, files: {len(found.files)}, identities: {len(found.identities)}")
        yield root, found


def _report(
    discovery: Discovery,
    found: Iterable[tuple[ScanRoot, Facts]],
    inputs: Inputs,
    assess_root: Assess,
    rules: Sequence[Rule],
    sources: Mapping[str, str],
    options: Options,
) -> Report:
    """What the facts come to. The order in which they arrive does not matter."""
    diagnostics: dict[Diagnostic, None] = dict.fromkeys(discovery.diagnostics)
    assessed: list[AssessedPrincipal] = []
    files: set[str] = set()
    declared: set[str] = set()
    undeclared: list[frozenset[Diagnostic]] = []
    read: list[_Read] = []
    others = OtherRoots()
    for root, facts in found:
        others.add(facts)
        principals, wrong = assess_root(root, facts)
        if root.neighbours:  # what is wrong with them is said where they are roots
            wrong = tuple(problem for problem in wrong if problem.span.path in facts.files)
        assessed.extend(principals)
        diagnostics.update(dict.fromkeys(replace(one, root=facts.root) for one in (*facts.diagnostics, *wrong)))
        files |= facts.files
        shown_in = {one.definition.span.path for one in principals}
        failed = any(one.severity is Severity.ERROR for one in (*facts.diagnostics, *wrong))
        read.append(_Read(root, facts.files | shown_in, failed))
        declared |= facts.parameters
        if facts.undeclared is not None:
            undeclared.append(facts.undeclared)
    diagnostics |= dict.fromkeys(undeclared_parameters(inputs, declared))
    diagnostics |= dict.fromkeys(undeclared_variables(discovery.roots, undeclared))
    diagnostics |= dict.fromkeys(others.diagnostics())
    has_errors = any(one.severity is Severity.ERROR for one in diagnostics)
    try:
        run = _run(options, rules, read, discovery.passed_over, has_errors=has_errors)
        if not any(one.severity is Severity.ERROR for one in discovery.diagnostics):
            diagnostics |= dict.fromkeys(unmatched_sections(options, discovery.roots, run.covers))
        findings, problems = triage(
            match(rules, assessed, sources),
            options.suppress,
            options.baseline,
            options.write_baseline,
            run,
            fold=lambda marked: one_of_each(marked, assessed, sources),
        )
    except BaselineError as problem:
        raise UsageError(str(problem), problem.path) from problem
    diagnostics |= dict.fromkeys(problems)
    return Report(
        len(discovery.roots),
        len(files),
        tuple(sorted(assessed, key=_order)),
        findings,
        tuple(
            sorted(
                map(partial(_with_place, options.named), diagnostics),
                key=lambda found: (found.root, found.span, found.message),
            )
        ),
        tuple(rules),
    )


def _with_place(named: Mapping[str, Span], problem: Diagnostic) -> Diagnostic:
    """What is wrong with a whole file, at the place where the configuration names that: there it can be mended."""
    place = named.get(problem.span.path)
    if place is None or problem.severity is not Severity.ERROR or not problem.span.is_whole_file:
        return problem
    return replace(problem, detail=f'"{problem.span.path}" is named here. {problem.detail}', span=place)


@dataclass(frozen=True, slots=True)
class _Read:
    """A root that was read."""

    root: ScanRoot
    files: frozenset[str]
    """With the programs that made it."""
    has_errors: bool


_WITHOUT_COMMENTS = (RootKind.TERRAFORM_PLAN, RootKind.TERRAFORM_STATE, RootKind.CHANGE_SET)
"""Roots whose own file is made by a program, and may be large."""


def _run(
    options: Options, rules: Sequence[Rule], read: Sequence[_Read], passed_over: tuple[Path, ...], *, has_errors: bool
) -> Run:
    """What there is to know of this scan when findings are suppressed, or compared with a baseline."""
    files: dict[str, Path] = {}
    roots: dict[str, ReadRoot] = {}
    for one in sorted(read, key=lambda one: one.root.path):
        own = {one.root.path} if one.root.kind in _WITHOUT_COMMENTS else set()
        files |= dict.fromkeys(sorted(one.files - own), one.root.boundary)
        file = one.root.location if one.root.stands_in is None else one.root.stands_in / one.root.path
        of, form = str(without_links(_is_of(one.root, options))), FORMS.get(one.root.kind, "")
        roots[one.root.path] = ReadRoot(of, form, str(without_links(file)) if form else "", not one.has_errors)
    return Run(
        options.directory,
        options.workspace,
        options.paths,
        options.today or datetime.now(tz=UTC).date(),
        dict(sorted(files.items())),
        frozenset(file for one in read if one.has_errors for file in one.files),
        roots,
        has_errors,
        passed_over,
        frozenset(rule.id for rule in rules),
        lambda: frozenset(all_rules([rules_path(path, options.directory) for path in options.rule_paths])),
    )


def _sources(roots: Sequence[ScanRoot], options: Options) -> dict[str, str]:
    """What each root is of: a plan or state is of the configuration beside it, or of the one that the user names."""
    found: dict[str, str] = {}
    for root in roots:
        of = _is_of(root, options)
        if root.stands_in is not None and root.kind not in FORMS:
            found[root.path] = root.path
            continue
        inside = path_in_repository(of, options.workspace)
        found[root.path] = str(without_links(of)) if inside is None else inside or "."
    return found


def _is_of(root: ScanRoot, options: Options) -> Path:
    if root.kind in FORMS:
        named = root.inputs.source
        return options.directory / named if named is not None else root.directory
    return root.location if root.stands_in is None else root.stands_in / root.path


def _order(assessed: AssessedPrincipal) -> tuple[str, str, Span]:
    definition = assessed.definition
    return definition.root, definition.address, definition.span


def _assessor(options: Options, controls: ControlPolicies, questions: Questions) -> Assess:
    def assess_root(root: ScanRoot, facts: Facts) -> tuple[tuple[AssessedPrincipal, ...], tuple[Diagnostic, ...]]:
        request = Circumstances(root.inputs.region, options.context)
        section = section_of(root.stands_in or root.location, options.sections, options.directory)

        def decide(definition: PrincipalDefinition) -> AssessedPrincipal:
            principal = definition.principal
            given = controls.circumstances(principal, request, section)
            login = aws_login(principal, given)
            asked = answers(principal, given, questions.asked)
            alone: tuple[Permission, ...] = ()
            if questions.without_mfa:
                bare = without_mfa(given)
                alone = (*aws_login(principal, bare).permissions, *answers(principal, bare, questions.asked))
            console = console_access(definition, options.assume_console)
            return AssessedPrincipal(definition, console, login, asked, alone)

        def under(assumptions: tuple[Assumption, ...]) -> Facts:
            return extraction.extract(replace(root, inputs=replace(root.inputs, assumptions=assumptions)))

        try:
            return assess(facts, decide, under)
        except Exception as problem:  # as in extract_or_report: a bug of ours must not lose the other roots
            if options.debug:
                raise
            return (), (extraction.internal_error(problem, facts.root),)

    return assess_root


def chosen_rules(options: Options) -> tuple[Rule, ...]:
    """The rules that a scan follows. Raises ``UsageError`` and ``RuleError``."""
    paths = [rules_path(path, options.directory) for path in options.rule_paths]
    try:
        return select_rules(paths, options.select, options.ignore, options.directory, options.severity)
    except (UnknownRuleError, NoRuleLeftError) as problem:
        raise UsageError(str(problem)) from problem


def _controls(options: Options) -> ControlPolicies:
    try:
        return ControlPolicies(options.controls, options.accounts, options.directory, options.sections)
    except ControlPolicyError as problem:
        raise UsageError(str(problem), problem.path) from problem


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
        raise UsageError(f"{problem.span.place}: {problem}", file.path) from problem
