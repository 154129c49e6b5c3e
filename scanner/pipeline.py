"""``scan``: the outcomes of all roots, then the report. Every hand-over is a value, so any stage can run elsewhere."""

from __future__ import annotations

import stat
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from scanner import file_system
from scanner.calls import Calls, not_known
from scanner.cloudformation.neighbours import exchanges, with_neighbours
from scanner.controls import AccountControls
from scanner.diagnostic import Diagnostic, Severity, bound_exceeded
from scanner.discovery import Discovery, discover
from scanner.file_system import Notes, noted
from scanner.lazy_dataclass import dataclass
from scanner.option_checks import mistakes
from scanner.options import PRIOR, Options
from scanner.path_sections import PathSection, section_of
from scanner.report.counted import counted
from scanner.report.report import Report
from scanner.repository import RealPaths
from scanner.root import Inputs, RootKind, ScanRoot, ValuesFile
from scanner.root_sources import root_sources, source_of
from scanner.rules.ask import questions_of
from scanner.rules.rule import Rule
from scanner.rules.selection import NoRuleLeftError, UnknownRuleError, all_rules, rules_path, select_rules
from scanner.session import session
from scanner.span import Span
from scanner.tree import leads_out
from scanner.triage.baseline_file import BaselineError
from scanner.triage.comments import may_ask
from scanner.triage.run import FORMS, ReadRoot, Run
from scanner.triage.triage import triage
from scanner.undeclared import undeclared_parameters, undeclared_variables
from scanner.unmatched_sections import unmatched_sections
from scanner.verdicts.question import Questions
from scanner.work.outcome import Outcome, Task, Terms

if TYPE_CHECKING:
    from scanner.comparison import Before
    from scanner.finding import Finding
    from scanner.fixing import Again, Changed
    from scanner.other_roots import PolicyNames
    from scanner.rules.match import Matching
    from scanner.verdicts.assessed_principal import AssessedPrincipal
    from scanner.work.assessor import Assessor
    from scanner.work.kept import Kept

MOST_PRINCIPALS = 100_000
"""Of one scan. A report has some kilobytes about each, and all of them are held until it is written."""

Map = Callable[["Assessor", Iterable[Task]], Iterable[Outcome]]
Watch = Callable[[int, int], None]
"""Is told how many roots of how many are done."""
Tell = Callable[[str], None]
"""Is told what is scanned, a line for each root."""


class UsageError(Exception):
    """The scan cannot be done as asked: a rule that does not exist, a file that cannot be read."""

    def __init__(self, message: str, path: str | None = None) -> None:
        super().__init__(message)
        self.path = path
        """The file that is not as it must be, as the options name it."""


def scan(
    options: Options,
    map: Map | None = None,  # noqa: A002 # it stands for it
    watch: Watch | None = None,
    tell: Tell | None = None,
    rules: Sequence[Rule] | None = None,
) -> Report:
    """Scan the paths. Raises ``UsageError`` and ``RuleError``; trouble in the input is in the report.

    ``map`` does what the built-in function of that name does, wherever and in whichever order: what it gives is in the
    order of the roots. Without it the options say how many processes work and what is kept. ``rules`` are followed in
    place of those that the options name.
    """
    wrong = next(mistakes(options), None)
    if wrong is not None:
        raise UsageError(wrong)
    _check_source(options)
    account_problems = _account_problems(options)
    rules = _possible(chosen_rules(options) if rules is None else rules, options)
    before = _before(options, map) if options.compare_to is not None else None
    with noted(is_exact=True) as controls:
        _check_controls(options)
    inputs = _with_parameters(options)
    terms = _terms(options, questions_of(rules))
    keeps = map is None and not options.debug and not options.account_data  # which is about people
    kept = _Keeping(options.cache, terms, controls) if options.cache is not None and keeps else None
    with session(), noted(is_exact=kept is not None, seek=may_ask):
        found = discover(
            options.paths,
            options.directory,
            inputs,
            options.standard_input,
            options.exclude,
            options.sections,
            kept.calls if kept is not None else not_known,
            debug=options.debug,
        )
        found = replace(found, diagnostics=(*found.diagnostics, *account_problems))
        if not found.roots:
            return _report(found, (), inputs, rules, {}, options, lambda _: (), before)
        tasks = [_task(root, options) for root in found.roots]
        assess = _assessor(options, terms)
        roots = map or _roots(options, kept.kept if kept is not None else None)

        def again(changed: Iterable[tuple[ScanRoot, Changed]]) -> Iterable[Outcome]:
            tasks = [replace(_task(root, options), changed=files) for root, files in changed]
            return (map or _roots(options, None))(assess, tasks)  # what is tried is not kept

        if options.compare_to == PRIOR:
            from scanner.comparison import NotComparableError, prior

            try:
                before = prior(tasks, lambda plans: roots(assess, plans))
            except NotComparableError as problem:
                raise UsageError(str(problem)) from problem
        with closing(_outcomes(tasks, assess, roots, watch)) as outcomes:
            told = outcomes if tell is None else _told(outcomes, tell)
            report = _report(found, told, inputs, rules, root_sources(found.roots, options), options, again, before)
    if kept is not None:
        kept.kept.save()
    return report


@dataclass(slots=True)
class _Keeping:
    """What is kept, which is not looked for before somebody asks."""

    directory: Path
    terms: Terms
    controls: Notes
    _kept: Kept | None = None

    @property
    def kept(self) -> Kept:
        """It."""
        if self._kept is None:
            from scanner.work.codec import encode
            from scanner.work.kept import Kept

            self._kept = Kept(self.directory, encode(self.terms), self.controls)
        return self._kept

    def calls(self, place: Path, boundary: Path, find: Callable[[], Calls]) -> Calls:
        """What is known of calls."""
        return self.kept.calls(place, boundary, find)


def _roots(options: Options, kept: Kept | None) -> Map:
    """As the options have it. An error of our own rises with its traceback where it is made, so that is here then."""
    if options.debug or (options.jobs == 1 and kept is None):
        return map
    from scanner.work.roots import Roots

    return Roots(options.jobs, kept)


def _assessor(options: Options, terms: Terms) -> Assessor:
    """Does the work. What that takes is imported when there is something to do."""
    from scanner.work.assessor import Assessor

    return Assessor(terms, debug=options.debug)


def _task(root: ScanRoot, options: Options) -> Task:
    section = section_of(root.stands_in or root.location, options.sections, options.directory)
    return Task(root, replace(section, glob=None, span=None))


def _outcomes(
    tasks: Sequence[Task],
    assess: Assessor,
    map: Map,  # noqa: A002
    watch: Watch | None,
) -> Generator[tuple[ScanRoot, Outcome], None, None]:
    """The outcome of each root. Those that exchange values with others come last, done again with the others beside."""
    waiting: dict[ScanRoot, Outcome] = {}
    sections: dict[tuple[RootKind, str], PathSection] = {}
    for done, (task, outcome) in enumerate(zip(tasks, map(assess, tasks), strict=True), 1):
        if exchanges(task.root, outcome):
            waiting[task.root] = outcome
            sections[task.root.kind, task.root.path] = task.section
        else:
            yield task.root, outcome
        if watch is not None:
            watch(done, len(tasks))
    joined = with_neighbours(waiting)
    again = [root for root in joined if root not in waiting]
    if again:
        waiting |= zip(again, map(assess, [Task(root, sections[root.kind, root.path]) for root in again]), strict=True)
    for root in joined:
        yield root, waiting[root]


def _told(outcomes: Iterable[tuple[ScanRoot, Outcome]], tell: Tell) -> Iterator[tuple[ScanRoot, Outcome]]:
    for root, found in outcomes:
        tell(f"{root.path}: {root.kind.value}, files: {len(found.files)}, identities: {found.identities}")
        yield root, found


def _report(
    discovery: Discovery,
    outcomes: Iterable[tuple[ScanRoot, Outcome]],
    inputs: Inputs,
    rules: Sequence[Rule],
    sources: Mapping[str, str],
    options: Options,
    again: Again,
    before: Before | None = None,
) -> Report:
    """What the outcomes come to. The order in which they arrive does not matter."""
    diagnostics: dict[Diagnostic, None] = dict.fromkeys(discovery.diagnostics)
    assessed: list[AssessedPrincipal] = []
    files: set[str] = set()
    declared: set[str] = set()
    undeclared: list[frozenset[Diagnostic]] = []
    read: list[_Read] = []
    silent: set[str] = set()
    policies: list[PolicyNames] = []
    moves: dict[str, tuple[tuple[str, str], ...]] = {}
    matching: Matching | None = None
    done: list[tuple[ScanRoot, Outcome]] = []
    for root, found in outcomes:
        done.append((root, found))
        principals = found.principals[: MOST_PRINCIPALS - len(assessed)]
        left_out = len(found.principals) - len(principals)
        if left_out:
            diagnostics[_too_many(root, left_out)] = None
        if principals:
            assessed.extend(principals)
            matching = matching or _matching(rules)
            matching.add(principals)
        diagnostics.update(dict.fromkeys(found.diagnostics))
        files |= found.files
        shown_in = {one.definition.span.path for one in found.principals}
        read.append(_Read(root, found.files | shown_in, found.has_errors or left_out > 0))
        silent |= found.silent
        declared |= found.parameters
        if found.moves:
            moves[root.path] = found.moves
        if found.undeclared is not None:
            undeclared.append(found.undeclared)
        if found.policies is not None:
            policies.append(found.policies)
    diagnostics |= dict.fromkeys(undeclared_parameters(inputs, declared))
    diagnostics |= dict.fromkeys(undeclared_variables(discovery.roots, undeclared))
    if policies:
        from scanner.other_roots import policies_of_others

        diagnostics |= dict.fromkeys(policies_of_others(policies))
    has_errors = any(one.severity is Severity.ERROR for one in diagnostics)
    comparison = before.compared(assessed, moves) if before is not None else None
    if before is not None:
        diagnostics |= dict.fromkeys(before.problems)
    try:
        run = _run(options, rules, read, discovery.passed_over, has_errors=has_errors)
        run = replace(run, silent=frozenset(silent))
        if not any(one.severity is Severity.ERROR for one in discovery.diagnostics):
            diagnostics |= dict.fromkeys(unmatched_sections(options, discovery.roots, run.covers))
        findings, problems = triage(
            matching.findings(sources, comparison) if matching is not None else (),
            options.suppress,
            options.baseline,
            options.write_baseline,
            run,
            fold=lambda marked: _one_of_each(marked, assessed, sources),
        )
    except BaselineError as problem:
        raise UsageError(str(problem), problem.path) from problem
    diagnostics |= dict.fromkeys(problems)
    if comparison is not None and options.changes_only:
        from scanner.comparison import is_of_changed

        findings = tuple(one for one in findings if is_of_changed(one, comparison))
    if options.offers_fixes and any(one.is_open for one in findings):
        from scanner.fixing import with_fixes_or_said

        findings, unfixed = with_fixes_or_said(findings, done, rules, sources, options, again)
        diagnostics |= dict.fromkeys(unfixed)
    return Report(
        len(discovery.roots),
        len(files),
        tuple(sorted(assessed, key=_order)),
        findings,
        tuple(
            sorted(
                counted(_with_place(options.named, one) for one in diagnostics),
                key=lambda found: (found.root, found.span, found.message),
            )
        ),
        tuple(rules),
        comparison.changes if comparison is not None else None,
        is_about_changes=options.changes_only,
    )


def _before(options: Options, map: Map | None) -> Before:  # noqa: A002
    """What there was before; nothing yet where plans say it themselves. Raises ``UsageError``."""
    from scanner.comparison import NotComparableError, before

    try:
        return before(options, lambda earlier: scan(earlier, map, rules=()))
    except NotComparableError as problem:
        raise UsageError(str(problem), problem.path) from problem


def _possible(rules: Sequence[Rule], options: Options) -> tuple[Rule, ...]:
    """The rules without those about changes where nothing is compared. Raises ``UsageError`` if none is left."""
    found = tuple(rule for rule in rules if options.compare_to is not None or not rule.is_about_changes)
    if rules and not found:
        raise UsageError(f"{rules[0].id} is about changes, so it takes something to compare with (--compare-to)")
    return found


def _too_many(root: ScanRoot, left_out: int) -> Diagnostic:
    said = f"all roots together have more than {MOST_PRINCIPALS:,} principals, so {left_out:,} of this one are left out"
    return replace(bound_exceeded(said, Span.whole_file(root.path)), root=root.path)


def _matching(rules: Sequence[Rule]) -> Matching:
    """For the first principal; where there is nobody, nobody looks at what selectors mean."""
    from scanner.rules.match import Matching

    return Matching(rules)


def _one_of_each(
    findings: tuple[Finding, ...], assessed: Sequence[AssessedPrincipal], sources: Mapping[str, str]
) -> tuple[Finding, ...]:
    if not findings:
        return ()
    from scanner.triage.forms import one_of_each

    return one_of_each(findings, assessed, sources)


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
    real = RealPaths()
    for one in sorted(read, key=lambda one: one.root.path):
        own = {one.root.path} if one.root.kind in _WITHOUT_COMMENTS else set()
        files |= dict.fromkeys(sorted(one.files - own), one.root.boundary)
        file = one.root.location if one.root.stands_in is None else one.root.stands_in / one.root.path
        of, form = real.of(source_of(one.root, options)), FORMS.get(one.root.kind, "")
        roots[one.root.path] = ReadRoot(of, form, str(file_system.real(file)) if form else "", not one.has_errors)
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
        lambda: frozenset(
            all_rules([rules_path(path, options.directory) for path in options.rule_paths], options.directory)
        ),
    )


def _order(assessed: AssessedPrincipal) -> tuple[str, str, Span]:
    definition = assessed.definition
    return definition.root, definition.address, definition.span


def chosen_rules(options: Options) -> tuple[Rule, ...]:
    """The rules that a scan follows. Raises ``UsageError`` and ``RuleError``."""
    paths = [rules_path(path, options.directory) for path in options.rule_paths]
    try:
        return select_rules(paths, options.select, options.ignore, options.directory, options.severity)
    except (UnknownRuleError, NoRuleLeftError) as problem:
        raise UsageError(str(problem)) from problem


def _check_source(options: Options) -> None:
    """The directory of a plan's configuration must be one, whether there is a plan or not."""
    named = options.inputs.source
    if named is None:
        return
    place = options.directory / named
    try:
        is_directory = stat.S_ISDIR(file_system.mode(place))
    except (OSError, ValueError) as problem:
        raise UsageError(f"{named}: {file_system.why(problem)} (--source)", named) from problem
    if not is_directory:
        raise UsageError(f"{named}: it is not a directory (--source)", named)
    if leads_out(named, options.directory):
        raise UsageError(f"{named}: it is a link that leads out of the scanned tree (--source)", named)


def _account_problems(options: Options) -> tuple[Diagnostic, ...]:
    """What is wrong with the account data beside the code, which is read for every root. Raises ``UsageError``."""
    found: list[Diagnostic] = []
    for path in options.account_data:
        place = options.directory / path
        if not file_system.is_directory(place):
            raise UsageError(f"{path}: it is not a directory (--account-data)", path)
        from scanner.account.beside import root_of
        from scanner.extraction import extract_or_report

        data = extract_or_report(root_of(path, options.directory), debug=options.debug)
        if not data.identities and not data.diagnostics:
            raise UsageError(f"{path}: there is no account data in it (--account-data)", path)
        found += (replace(one, root=path) for one in data.diagnostics)
    return tuple(found)


def _check_controls(options: Options) -> None:
    """Every file of control policies must be one, whether it binds anybody or not."""
    if not options.accounts and not options.sections and options.controls == AccountControls():
        return
    from scanner.verdicts.control_policies import ControlPolicies, ControlPolicyError

    try:
        ControlPolicies(options.controls, options.accounts, options.directory, options.sections)
    except ControlPolicyError as problem:
        raise UsageError(str(problem), problem.path) from problem


def _terms(options: Options, questions: Questions) -> Terms:
    return Terms(
        options.directory,
        options.context,
        options.controls,
        tuple(options.accounts.items()),
        options.assume_console,
        questions,
        options.max_steps,
        options.account_data,
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
        return load_parameters(file.path, directory)
    except ParameterFileError as problem:
        raise UsageError(f"{problem.span.place}: {problem}", file.path) from problem
