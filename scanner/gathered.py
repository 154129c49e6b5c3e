"""The outcomes of all roots, put together: what a report, its rules and its baseline are made from.

The order in which they arrive does not matter, nor where they come from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from scanner import file_system
from scanner.diagnostic import Diagnostic, Severity, bound_exceeded
from scanner.discovery import Discovery
from scanner.lazy_dataclass import dataclass
from scanner.options import Options
from scanner.repository import RealPaths
from scanner.root import Inputs, RootKind, ScanRoot
from scanner.root_sources import source_of
from scanner.rules.rule import Rule
from scanner.rules.selection import all_rules, rules_path
from scanner.span import Span
from scanner.triage.run import FORMS, ReadRoot, Run
from scanner.undeclared import undeclared_parameters, undeclared_variables
from scanner.work.outcome import Outcome

if TYPE_CHECKING:
    from scanner.changes.compare import Comparison
    from scanner.changes.drift import Drift
    from scanner.finding import Finding
    from scanner.rules.match import Matching
    from scanner.verdicts.assessed_principal import AssessedPrincipal

MOST_PRINCIPALS = 100_000
"""Of one scan. A report has some kilobytes about each, and all of them are held until it is written."""


@dataclass(frozen=True, slots=True)
class Read:
    """A root that was read."""

    root: ScanRoot
    files: frozenset[str]
    """With the programs that made it."""
    has_errors: bool


_WITHOUT_COMMENTS = (RootKind.TERRAFORM_PLAN, RootKind.TERRAFORM_STATE, RootKind.CHANGE_SET)
"""Roots whose own file is made by a program, and may be large."""


@dataclass(slots=True)
class Gathered:
    """All that the outcomes say."""

    rules: Sequence[Rule]
    diagnostics: dict[Diagnostic, None] = field(default_factory=dict)
    assessed: list[AssessedPrincipal] = field(default_factory=list)
    files: set[str] = field(default_factory=set)
    done: list[tuple[ScanRoot, Outcome]] = field(default_factory=list)
    matching: Matching | None = None
    """None where there is nobody, so that nobody looks at what selectors mean."""
    beside: Matching | None = None
    """Of those who are only in an account beside the code."""
    _declared: set[str] = field(default_factory=set)
    _undeclared: list[frozenset[Diagnostic]] = field(default_factory=list)
    _read: list[Read] = field(default_factory=list)
    _silent: set[str] = field(default_factory=set)

    def add(self, root: ScanRoot, found: Outcome) -> None:
        """The outcome of one more root."""
        self.done.append((root, found))
        principals = found.principals[: MOST_PRINCIPALS - len(self.assessed)]
        left_out = len(found.principals) - len(principals)
        if left_out:
            self.diagnostics[_too_many(root, left_out)] = None
        if principals:
            self.assessed.extend(principals)
            self.matching = self.matching or _matching(self.rules)
            self.matching.add(principals)
        self.diagnostics.update(dict.fromkeys(found.diagnostics))
        self.files |= found.files
        shown_in = {one.definition.span.path for one in found.principals}
        self._read.append(Read(root, found.files | shown_in, found.has_errors or left_out > 0))
        self._silent |= found.silent
        self._declared |= found.parameters
        if found.undeclared is not None:
            self._undeclared.append(found.undeclared)

    def add_beside(self, root: ScanRoot, found: Outcome, principals: Sequence[AssessedPrincipal]) -> None:
        """The outcome of an account beside the code, and those in it whom only rules about drift look at."""
        self.diagnostics.update(dict.fromkeys(found.diagnostics))
        self._read.append(Read(root, found.files, found.has_errors))
        rules = tuple(rule for rule in self.rules if rule.is_about_drift)
        if principals and rules:
            self.beside = self.beside or _matching(rules)
            self.beside.add(principals)

    def findings(
        self, sources: Mapping[str, str], comparison: Comparison | None, drift: Drift | None
    ) -> tuple[Finding, ...]:
        """What the rules find of everybody. Raises ``RuleError``."""
        if self.matching is None:
            return ()
        found = self.matching.findings(sources, comparison, drift)
        if self.beside is None:
            return found
        from scanner.rules.match import order

        return tuple(sorted((*found, *self.beside.findings(sources, None, drift)), key=order))

    def finish(self, inputs: Inputs, roots: Sequence[ScanRoot], sources: Mapping[str, str]) -> None:
        """What can be said when all of them are there: what nobody declares, and what other roots know."""
        self.diagnostics |= dict.fromkeys(undeclared_parameters(inputs, self._declared))
        self.diagnostics |= dict.fromkeys(undeclared_variables(roots, self._undeclared))
        names = {root: found.names for root, found in self.done if found.names is not None}
        if names:
            from scanner.joining.told import told_of_bounds, told_of_names

            self.diagnostics |= dict.fromkeys(told_of_names(names, sources))
            self.diagnostics |= dict.fromkeys(told_of_bounds(names))

    def run(self, options: Options, discovery: Discovery) -> Run:
        """What there is to know of this scan when findings are suppressed, or compared with a baseline."""
        has_errors = any(one.severity is Severity.ERROR for one in self.diagnostics)
        found = _run(options, self.rules, self._read, discovery.passed_over, has_errors=has_errors)
        return replace(found, silent=frozenset(self._silent))


def _too_many(root: ScanRoot, left_out: int) -> Diagnostic:
    said = f"all roots together have more than {MOST_PRINCIPALS:,} principals, so {left_out:,} of this one are left out"
    return replace(bound_exceeded(said, Span.whole_file(root.path)), root=root.path)


def _matching(rules: Sequence[Rule]) -> Matching:
    from scanner.rules.match import Matching

    return Matching(rules)


def _run(
    options: Options, rules: Sequence[Rule], read: Sequence[Read], passed_over: tuple[Path, ...], *, has_errors: bool
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
