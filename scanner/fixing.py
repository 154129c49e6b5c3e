"""Findings with what would mend them: the roots that it takes are scanned again, with the files changed in memory."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from scanner.diagnostic import Diagnostic, internal_error, warning
from scanner.extraction import no_memory
from scanner.fixes.offer import Offer, Scanned
from scanner.root import RootKind, ScanRoot
from scanner.root_sources import source_of
from scanner.span import Span
from scanner.tree import top_above
from scanner.triage.run import FORMS

if TYPE_CHECKING:
    from scanner.finding import Finding
    from scanner.options import Options
    from scanner.rules.rule import Rule
    from scanner.work.outcome import Outcome

Changed = tuple[tuple[str, str], ...]
"""Files that are taken to have other texts, as a task has them."""
Again = Callable[[Iterable[tuple[ScanRoot, Changed]]], Iterable["Outcome"]]
"""What becomes of roots if files are changed, in their order."""

_CHANGEABLE = (RootKind.TERRAFORM_MODULE, RootKind.CLOUDFORMATION_TEMPLATE)
"""Roots that are written by people."""


MOST_FINDINGS = 1_000
"""Of one root, for which fixes are looked for where nobody asks for them: trying them takes as long as finding them."""


def with_fixes_or_said(
    findings: tuple[Finding, ...],
    done: Sequence[tuple[ScanRoot, Outcome]],
    rules: Sequence[Rule],
    sources: Mapping[str, str],
    options: Options,
    again: Again,
) -> tuple[tuple[Finding, ...], tuple[Diagnostic, ...]]:
    """The same. An error of our own is a diagnostic, so that no finding is lost; with ``debug`` it rises."""
    try:
        return with_fixes(findings, done, rules, sources, options, again)
    except MemoryError:
        return findings, (no_memory(next(iter(options.paths), ".")),)
    except Exception as problem:  # a bug of ours in what mends must not lose what is to be mended
        if options.debug:
            raise
        return findings, (internal_error(problem, next(iter(options.paths), ".")),)


def with_fixes(
    findings: tuple[Finding, ...],
    done: Sequence[tuple[ScanRoot, Outcome]],
    rules: Sequence[Rule],
    sources: Mapping[str, str],
    options: Options,
    again: Again,
) -> tuple[tuple[Finding, ...], tuple[Diagnostic, ...]]:
    """The same findings with what would mend them, and what has to be said about that."""
    flagged = Counter(one.root for one in findings if one.is_open)
    limit = len(findings) if options.fixes_everything else MOST_FINDINGS
    many = sorted(root for root, number in flagged.items() if number > limit)
    wanted = [one for one in findings if flagged[one.root] <= limit]
    of_people = {root.path: root for root, _ in done if root.kind in _CHANGEABLE and root.stands_in is None}
    known = {sources[path] for path in of_people}
    made = (root for root, _ in done if root.kind in FORMS and root.path in flagged and sources[root.path] not in known)
    unread = {sources[root.path]: _configuration_of(root, options) for root in made}
    outcomes = [(root, found) for root, found in done if of_people.get(root.path) == root]
    outcomes += zip(unread.values(), again((root, ()) for root in unread.values()), strict=True)
    roots = {root.path: root for root, _ in outcomes}

    def scanned(found: Outcome) -> Scanned:
        return Scanned(found.principals, found.diagnostics, found.files)

    offer = Offer(
        rules,
        {**sources, **{root.path: source for source, root in unread.items()}},
        {root.path: scanned(found) for root, found in outcomes},
        options.directory,
        dict.fromkeys(root.boundary for root in roots.values()),
        _control_policies(options),
        lambda changed: map(scanned, again((roots[path], files) for path, files in changed)),
    )
    mended = iter(offer.findings(wanted, [one for _, found in done for one in found.principals]))
    return (
        tuple(next(mended) if flagged[one.root] <= limit else one for one in findings),
        tuple(_too_many(root) for root in many),
    )


def _too_many(root: str) -> Diagnostic:
    message = f"The root has more than {MOST_FINDINGS:,} findings. --diff and --fix look for fixes all the same."
    return replace(warning("Fixes not looked for", message, Span.whole_file(root)), root=root)


def _control_policies(options: Options) -> Iterator[str]:
    """The files with service control policies, whomever they bind."""
    sections = (one.scp_levels or () for one in options.sections)
    for levels in (options.controls.scp_levels, *(one.scp_levels for one in options.accounts.values()), *sections):
        for files in levels:
            yield from files


def _configuration_of(root: ScanRoot, options: Options) -> ScanRoot:
    """The configuration that a plan or a state is of, as a root."""
    place = source_of(root, options)
    path = os.path.relpath(place, options.directory).replace(os.sep, "/")
    boundary = top_above(place) or place
    return replace(root, kind=RootKind.TERRAFORM_MODULE, path=path, location=place, boundary=boundary, stands_in=None)
