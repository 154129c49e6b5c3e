"""``scan``: the outcomes of all roots, then the report. Every hand-over is a value, so any stage can run elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from scanner.calls import Calls, Known, not_known
from scanner.diagnostic import Diagnostic, Severity
from scanner.discovery import Discovery, discover
from scanner.gathered import Gathered
from scanner.lazy_dataclass import dataclass
from scanner.looks import Notes, noted
from scanner.named_files import UsageError, account_problems, check_controls, check_source, with_parameters
from scanner.option_checks import mistakes
from scanner.options import PRIOR, Options
from scanner.path_sections import section_of
from scanner.report.counted import counted
from scanner.report.report import Report
from scanner.root import Inputs, ScanRoot
from scanner.root_sources import root_sources
from scanner.rules.ask import questions_of
from scanner.rules.rule import Rule
from scanner.rules.selection import NoRuleLeftError, UnknownRuleError, rules_path, select_rules
from scanner.session import session
from scanner.span import Span
from scanner.triage.baseline_file import BaselineError
from scanner.triage.comments import may_ask
from scanner.triage.triage import triage
from scanner.unmatched_sections import unmatched_sections
from scanner.verdicts.question import Questions
from scanner.work.outcome import Outcome, Task, Terms

if TYPE_CHECKING:
    from scanner.comparison import Before
    from scanner.finding import Finding
    from scanner.fixing import Again, Changed
    from scanner.joining.links import OtherRoots
    from scanner.verdicts.assessed_principal import AssessedPrincipal
    from scanner.work.assessor import Assessor
    from scanner.work.kept import Kept
    from scanner.work.roots import Dispatch

Map = Callable[["Assessor", Iterable[Task]], Iterable[Outcome]]
Watch = Callable[[int, int], None]
"""Is told how many roots of how many are done."""
Tell = Callable[[str], None]
"""Is told what is scanned, a line for each root."""


def scan(
    options: Options,
    map: Map | None = None,  # noqa: A002 # it stands for it
    watch: Watch | None = None,
    tell: Tell | None = None,
    rules: Sequence[Rule] | None = None,
    dispatch: Dispatch | None = None,
) -> Report:
    """Scan the paths. Raises ``UsageError`` and ``RuleError``; trouble in the input is in the report.

    ``map`` does what the built-in function of that name does, wherever and in whichever order: what it gives is in the
    order of the roots. Without it the options say how many processes work and what is kept;
    ``dispatch`` has the work done elsewhere. ``rules`` are followed in place of those that the options name.
    """
    ready = prepare(options, rules)
    if options.dask is None or dispatch is not None or options.debug:
        return _scan(ready, map, watch, tell, dispatch)
    from scanner.work.on_dask import DaskError, cluster

    try:
        with cluster(options.dask, options.jobs) as far:
            return _scan(ready, map, watch, tell, far)
    except DaskError as problem:
        raise UsageError(f"{problem} (--dask)") from problem


def _scan(
    ready: Ready,
    map: Map | None,  # noqa: A002
    watch: Watch | None,
    tell: Tell | None,
    dispatch: Dispatch | None,
) -> Report:
    options = ready.options
    before = _before(options, map, dispatch) if options.compare_to is not None else None
    keeps = map is None and not options.debug and not options.account_data  # which is about people
    kept = _Keeping(options.cache, ready.terms, ready.controls) if options.cache is not None and keeps else None
    with session(), noted(is_exact=kept is not None, seek=may_ask):
        found = discovered(ready, kept.calls if kept is not None else not_known)
        if not found.roots:
            return _report(found, (), ready.inputs, ready.rules, {}, options, lambda _: (), before)
        roots = map or _roots(options, kept.kept if kept is not None else None, dispatch)
        trying = map or _roots(options, None, dispatch)  # what is tried is not kept
        if options.compare_to == PRIOR:
            before, roots = _states_before(ready, found, roots, watch)
        report = report_of(ready, found, roots, trying, watch, tell, before)
    if kept is not None:
        kept.kept.save()
    return report


def _states_before(ready: Ready, found: Discovery, roots: Map, watch: Watch | None) -> tuple[Before, Map]:
    """What there was before the plans, and what works on roots and knows what was worked out for that."""
    from scanner.comparison import NotComparableError
    from scanner.states_before import once, states_before

    known: dict[Task, Outcome] = {}

    def again(assess: Assessor, tasks: Iterable[Task]) -> Iterable[Outcome]:
        return once(lambda some: roots(assess, some), known)(tasks)

    assess = _assessor(ready.options, ready.terms)
    sources = root_sources(found.roots, ready.options)
    try:
        return states_before(tasks_of(ready, found), sources, lambda some: again(assess, some), watch), again
    except NotComparableError as problem:
        raise UsageError(str(problem)) from problem


@dataclass(frozen=True, slots=True)
class Ready:
    """A scan that can be done as asked, before anything is looked for."""

    options: Options
    rules: tuple[Rule, ...]
    inputs: Inputs
    terms: Terms
    controls: Notes
    """The looks at files of control policies."""
    problems: tuple[Diagnostic, ...]
    """What is wrong with account data."""


def prepare(options: Options, rules: Sequence[Rule] | None = None) -> Ready:
    """Check what is asked for. Raises ``UsageError`` and ``RuleError``."""
    wrong = next(mistakes(options), None)
    if wrong is not None:
        raise UsageError(wrong)
    check_source(options)
    problems = account_problems(options)
    rules = _possible(chosen_rules(options) if rules is None else rules, options)
    with noted(is_exact=True) as controls:
        check_controls(options)
    inputs = with_parameters(options)
    return Ready(options, rules, inputs, _terms(options, questions_of(rules)), controls, problems)


def discovered(ready: Ready, known: Known) -> Discovery:
    """The roots, with all that is wrong before they are worked out. ``known`` is what is known of calls."""
    options = ready.options
    found = discover(
        options.paths,
        options.directory,
        ready.inputs,
        options.standard_input,
        options.exclude,
        options.sections,
        known,
        debug=options.debug,
    )
    return replace(found, diagnostics=(*found.diagnostics, *ready.problems))


def tasks_of(ready: Ready, found: Discovery) -> list[Task]:
    """What is to be worked out first: a task for each root, in their order."""
    return [_task(root, ready.options) for root in found.roots]


def report_of(
    ready: Ready,
    found: Discovery,
    roots: Map,
    trying: Map,
    watch: Watch | None = None,
    tell: Tell | None = None,
    before: Before | None = None,
    others: OtherRoots | None = None,
) -> Report:
    """What the roots come to. ``trying`` is for roots whose files are taken to have other texts.

    ``others`` are not reported, and may stand beside them.
    """
    options = ready.options
    assess = _assessor(options, ready.terms)

    def again(changed: Iterable[tuple[ScanRoot, Changed]]) -> Iterable[Outcome]:
        return trying(assess, [replace(_task(root, options), changed=files) for root, files in changed])

    from scanner.joined_outcomes import joined_outcomes

    sources = root_sources(found.roots, options)
    tasks = tasks_of(ready, found)
    with closing(joined_outcomes(tasks, lambda some: roots(assess, some), sources, watch, others)) as outcomes:
        told = outcomes if tell is None else _told(outcomes, tell)
        return _report(found, told, ready.inputs, ready.rules, sources, options, again, before)


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


def _roots(options: Options, kept: Kept | None, dispatch: Dispatch | None) -> Map:
    """As the options have it. An error of our own rises with its traceback where it is made, so that is here then."""
    if options.debug or (options.jobs == 1 and kept is None and dispatch is None):
        return map
    from scanner.work.roots import Roots

    return Roots(options.jobs, kept, dispatch=dispatch)


def _assessor(options: Options, terms: Terms) -> Assessor:
    """Does the work. What that takes is imported when there is something to do."""
    from scanner.work.assessor import Assessor

    return Assessor(terms, debug=options.debug)


def _task(root: ScanRoot, options: Options) -> Task:
    section = section_of(root.stands_in or root.location, options.sections, options.directory)
    return Task(root, replace(section, glob=None, span=None))


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
    gathered = Gathered(rules, dict.fromkeys(discovery.diagnostics))
    for root, found in outcomes:
        gathered.add(root, found)
    gathered.finish(inputs, discovery.roots, sources)
    diagnostics, assessed = gathered.diagnostics, gathered.assessed
    drift = None
    if options.account_data and rules and assessed:  # what this is compared with follows none, and nobody asks it
        from scanner.account_drift import gathered_drift

        drift = gathered_drift(gathered, options, lambda roots: again((root, ()) for root in roots))
    run = gathered.run(options, discovery)
    comparison = None
    if before is not None:
        from scanner.comparison import left_in_aws

        left = left_in_aws(gathered.done, lambda roots: again((root, ()) for root in roots))
        comparison = before.compared((*assessed, *left), gathered.done, options)
        diagnostics |= dict.fromkeys(before.problems)
    if not any(one.severity is Severity.ERROR for one in discovery.diagnostics):
        diagnostics |= dict.fromkeys(unmatched_sections(options, discovery.roots, run.covers))
    try:
        findings, problems = triage(
            gathered.findings(sources, comparison, drift),
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

        findings, unfixed = with_fixes_or_said(findings, gathered.done, rules, sources, options, again)
        diagnostics |= dict.fromkeys(unfixed)
    report = Report(
        len(discovery.roots),
        len(gathered.files),
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
        drift.changes if drift is not None else None,
        is_about_changes=options.changes_only,
    )
    if not report.findings:
        return report
    from scanner.switches import with_switches

    return with_switches(report)


def _before(options: Options, map: Map | None, dispatch: Dispatch | None) -> Before:  # noqa: A002
    """What there was before; nothing yet where plans say it themselves. Raises ``UsageError``."""
    from scanner.comparison import NotComparableError, before

    try:
        return before(options, lambda earlier: scan(earlier, map, rules=(), dispatch=dispatch))
    except NotComparableError as problem:
        raise UsageError(str(problem), problem.path) from problem


def _possible(rules: Sequence[Rule], options: Options) -> tuple[Rule, ...]:
    """The rules without those about what nothing is compared with. Raises ``UsageError`` if none is left."""
    found = tuple(
        rule
        for rule in rules
        if not (rule.is_about_changes and options.compare_to is None)
        and not (rule.is_about_drift and not options.account_data)
    )
    if rules and not found and rules[0].is_about_changes:
        raise UsageError(f"{rules[0].id} is about changes, so it takes something to compare with (--compare-to)")
    if rules and not found:
        raise UsageError(f"{rules[0].id} is about drift, so it takes what is in an account (--account-data)")
    return found


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
