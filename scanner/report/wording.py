"""What the formats for people have in common: the order of findings, and places and counts in words."""

from __future__ import annotations

import posixpath
from dataclasses import replace
from typing import TYPE_CHECKING

from scanner.escape import visible
from scanner.finding import LEVELS, Finding, Level
from scanner.fix import Applicability
from scanner.lazy_dataclass import dataclass
from scanner.regexes import whole
from scanner.report.report import Report
from scanner.repository import Outlook, Seen

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Iterator, Mapping

    from scanner.diagnostic import Diagnostic
    from scanner.span import Span


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """By level, then by path and line."""
    return sorted(
        findings,
        key=lambda found: (LEVELS.index(found.level), found.span, found.rule, found.root, found.principal),
    )


def place(span: Span) -> str:
    """``path:line``; the path alone where no line is meant."""
    return visible(span.place)


def is_file(path: str) -> bool:
    """Whether a path of the report is one; ``-`` is standard input, and trouble may be with an option (``--var``)."""
    return bool(path) and not whole(r"-|--[a-z-]+").fullmatch(path)


def repository_path(path: str, directory: Seen) -> str:
    """A path of the report as the repository sees it."""
    seen_from = Outlook(directory) if isinstance(directory, str) else directory
    return seen_from.path(path) if is_file(path) else path


def counted(number: int, noun: str) -> str:
    """``1 file``, ``2 files``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def by_level(counts: Mapping[Level, int]) -> str:
    """``2 errors, 1 note``; levels without a finding are left out."""
    return ", ".join(counted(counts[level], level.value) for level in LEVELS if counts.get(level))


def found_in_all(findings: Counter[Level], trouble: Counter[Level]) -> str:
    """``3 findings (1 error, 2 notes) and 1 problem in the input (1 error)``; one of both at least."""
    parts = []
    if findings.total():
        parts.append(f"{counted(findings.total(), 'finding')} ({by_level(findings)})")
    if trouble.total():
        parts.append(f"{counted(trouble.total(), 'problem')} in the input ({by_level(trouble)})")
    return " and ".join(parts)


OPTIONS = {Applicability.SAFE: "--fix", Applicability.UNSAFE: "--fix --unsafe-fixes", Applicability.DISPLAY: ""}
"""What applies a fix; nothing does it where it is for a person."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What would mend findings, in words."""

    text: str
    """What a fix says of itself, or how many there are."""
    options: str
    """Those of ``OPTIONS``."""

    @property
    def label(self) -> str:
        """What stands before it: whether the scanner can edit the code, or only say how."""
        return "edit" if self.options else "hint"


def offers(findings: Iterable[Finding]) -> Iterator[Offer]:
    """What the best fixes of findings do, each way of applying them by itself; nothing if there are none.

    The description where that is the same for all of a way, else how many there are.
    """
    every = tuple(findings)
    found: dict[Applicability, list[str]] = {}
    for each in every:
        if (fix := each.best_fix) is not None:
            found.setdefault(fix.effective, []).append(fix.description)
    for way in Applicability:
        if descriptions := found.get(way):
            several = len(set(descriptions))
            text = descriptions[0] if several == 1 else f"{several:,} different fixes"
            rest = "" if len(descriptions) == len(every) else f", for {len(descriptions):,} of {len(every):,} findings"
            yield Offer(f"{text}{rest}", OPTIONS[way])


_MOST_ROOTS = 3
_IN_JSON = "(see --format json)"


def told_once(diagnostics: Iterable[Diagnostic], roots: int) -> tuple[Diagnostic, ...]:
    """Trouble in the input for people: what several scan roots have in common is told once, and of which they are.

    ``roots`` is how many were scanned. Of one root it is said too, where the place lies outside of its directory.
    """
    found: dict[Diagnostic, dict[str, None]] = {}
    for diagnostic in diagnostics:
        found.setdefault(replace(diagnostic, root=""), {})[diagnostic.root] = None
    return tuple(_with_roots(one, tuple(met), roots) for one, met in found.items())


def _with_roots(diagnostic: Diagnostic, met: tuple[str, ...], roots: int) -> Diagnostic:
    is_plain = met[0] in ("", diagnostic.span.path, posixpath.dirname(diagnostic.span.path) or ".")
    if len(met) == 1 and (roots == 1 or is_plain):
        return replace(diagnostic, root=met[0])
    shown = [f'"{root}"' for root in met[:_MOST_ROOTS]]
    if len(met) > _MOST_ROOTS:
        shown.append(f"{len(met) - _MOST_ROOTS:,} more")
    listed = " and ".join(part for part in (", ".join(shown[:-1]), shown[-1]) if part)
    said = f"Met in the scan root{'s' if len(met) > 1 else ''} {listed}."
    return replace(diagnostic, detail=f"{diagnostic.detail} {said}".strip(), root=met[0])


def summary(report: Report) -> str:
    """One line: how much was found in how much, what was left out, and whether the scan is incomplete."""
    found = counted(len(report.open_findings), "finding") if report.open_findings else "No findings"
    levels = f" ({by_level(report.counts)})" if report.open_findings else ""
    scanned = ", ".join(
        (
            counted(len(report.principals), "principal"),
            counted(report.files, "file"),
            counted(report.roots, "root"),
        )
    )
    whose = ", of principals who change only" if report.is_about_changes else ""
    sentences = [f"{found}{levels} in {scanned}{whose}."]
    left_out = [
        f"{number} {word}"
        for number, word in (
            (report.suppressed, "suppressed" if report.baselined else f"suppressed {_IN_JSON}"),
            (report.baselined, f"in the baseline {_IN_JSON}"),
            (report.hidden, "not shown (--min-severity)"),
        )
        if number
    ]
    if left_out:
        sentences.append(f"{', '.join(left_out)}.")
    if report.errors:
        sentences.append(f"Incomplete: {counted(len(report.errors), 'error')} in the input.")
    return " ".join(sentences)


def fixable(report: Report) -> str:
    """One line: how many findings can be fixed, and by which options; empty if none can."""
    numbers = report.fixable
    safe, unsafe = numbers[Applicability.SAFE], numbers[Applicability.UNSAFE]
    if not safe + unsafe:
        return ""
    parts = [f"{safe} fixable with {OPTIONS[Applicability.SAFE]}"] if safe else []
    if unsafe:
        parts.append(f"{unsafe} {'more' if safe else 'fixable'} with {OPTIONS[Applicability.UNSAFE]}")
    return f"{', '.join(parts)}; --diff shows {'it' if safe + unsafe == 1 else 'them'}."
