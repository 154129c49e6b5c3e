"""Findings with the fixes that are offered for them: planned, and tried on all roots that read the changed files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from scanner.diagnostic import Diagnostic, Severity
from scanner.finding import Finding
from scanner.fix import Edit, Fix
from scanner.fixes.access_keys import removal
from scanner.fixes.guidance import guidance
from scanner.fixes.peers import Home, Peers
from scanner.fixes.plan import planned
from scanner.fixes.text.files import Files
from scanner.fixes.trial import Case, Conversation, State, Verdict, View, trial
from scanner.fixes.way import POLICY
from scanner.iam.principal import How
from scanner.lazy_dataclass import dataclass
from scanner.rules.match import Flagged, Matching
from scanner.rules.rule import Rule
from scanner.verdicts.assessed_principal import AssessedPrincipal
from scanner.verdicts.sign_in import Client

_NOWHERE = "", "", ""
ACCESS_KEYS = "access_keys"
"""The key of the document that a rule about access keys looks at."""
REMEDY = "remedy"
"""The placeholder in the help of a rule whose findings are settled by what the remedy says."""


@dataclass(frozen=True, slots=True)
class Scanned:
    """What became of a root."""

    principals: tuple[AssessedPrincipal, ...]
    diagnostics: tuple[Diagnostic, ...]
    files: frozenset[str] = frozenset()
    """Paths of the files that were read."""


Changed = tuple[tuple[str, str], ...]
"""Files by absolute paths without links, with the texts that they are taken to have."""
Rescan = Callable[[Sequence[tuple[str, Changed]]], Iterable[Scanned]]
"""What would become of roots, by their paths, in the order in which they are given."""


class Offer:
    """Makes the fixes of one scan."""

    def __init__(
        self,
        rules: Sequence[Rule],
        sources: Mapping[str, str],
        roots: Mapping[str, Scanned],
        directory: Path,
        boundaries: Iterable[Path],
        control_policies: Iterable[str],
        rescan: Rescan,
    ) -> None:
        """``roots`` are those that can be scanned again, by their paths; ``sources`` is what each root is of.

        ``control_policies`` are the files with service control policies.
        """
        self._rules = rules
        self._sources = sources
        self._roots = roots
        self._rescan = rescan
        self._control_policies = tuple(dict.fromkeys(control_policies))
        self._files = Files(directory, boundaries)

    def findings(self, findings: Sequence[Finding], principals: Iterable[AssessedPrincipal]) -> tuple[Finding, ...]:
        """The same findings with their fixes; ``principals`` are those of all roots."""
        settles = frozenset(rule.id for rule in self._rules if f"{{{REMEDY}}}" in rule.help)
        about_keys = frozenset(rule.id for rule in self._rules if rule.sees(ACCESS_KEYS)) - settles
        wanted = [one for one in findings if one.is_open and one.rule in settles]
        if not any(one.is_open and one.rule in settles | about_keys for one in findings):
            return tuple(findings)
        everybody = {(one.definition.root, one.definition.address): one for one in principals}
        written = {
            (one.definition.root, one.definition.address): one
            for root in self._roots.values()
            for one in root.principals
        }
        places = {_flagged(one): place for one in wanted if (place := self._written(one, written)) is not None}
        peers = Peers(written.values(), (place[1:] for place in places.values()))
        plans = self._plans([written[place[1:]] for place in places.values()], peers)
        cases = {place: plans[place[1:]] for place in places.values()}
        verdicts = self._tried([Case(place, fixes) for place, fixes in cases.items() if fixes])

        def fixes(one: Finding) -> Iterator[Fix]:
            assessed = everybody.get((one.root, one.principal))
            if assessed is None or not one.is_open:
                return
            if one.rule in settles:
                yield from self._offered(assessed, verdicts.get(places.get(_flagged(one), _NOWHERE)))
            elif one.rule in about_keys:
                shown = removal(assessed, self._files)
                yield from (shown,) if shown is not None else ()

        return tuple(replace(one, fixes=found) if (found := tuple(fixes(one))) else one for one in findings)

    def _plans(self, principals: Iterable[AssessedPrincipal], peers: Peers) -> dict[Home, tuple[Fix, ...]]:
        """What may be done for each, found once for those whom a block makes and who have the same policies."""
        known: dict[object, tuple[Fix, ...]] = {}
        plans: dict[Home, tuple[Fix, ...]] = {}
        for one in principals:
            made, decided = one.definition, one.principal
            has = id(decided.policies), id(decided.boundaries), id(one.aws_login)
            alike = made.root, made.span, made.trail, decided.name if made.trail else (), has
            if alike not in known:
                known[alike] = planned(one, peers, self._files)
            plans[made.root, made.address] = known[alike]
        return plans

    def _written(self, finding: Finding, written: Mapping[Home, AssessedPrincipal]) -> Flagged | None:
        """The finding in a root that people write: itself, or that of the configuration of a plan or state."""
        if finding.root in self._roots:
            return _flagged(finding)
        of = self._sources.get(finding.root)
        same = (root for root in self._roots if self._sources.get(root) == of and (root, finding.principal) in written)
        return next(((finding.rule, root, finding.principal) for root in same), None)

    def _offered(self, assessed: AssessedPrincipal, verdict: Verdict | None) -> Iterator[Fix]:
        if verdict is not None and verdict.fix is not None:
            yield verdict.fix
            return
        why_not = verdict.why_not if verdict is not None else ""
        said = guidance(assessed, self._files, why_not, self._control_policies)
        if said is not None:
            yield said

    def _tried(self, cases: Sequence[Case]) -> dict[Flagged, Verdict]:
        """What became of the cases; those that have no root in common are tried at the same time."""
        talks: list[tuple[Conversation, tuple[str, ...]]] = []
        answers: list[View | None] = []
        for together, roots in self._together(cases):
            before = self._view([(root, self._roots[root]) for root in roots])
            # a plan may know what makes it a finding, and its configuration not
            found = [case for case in together if case.flagged in before.flagged]
            talks.append((trial(found, before), roots))
            answers.append(None)
        settled: dict[Flagged, Verdict] = {}
        while talks:
            asked: list[tuple[Conversation, tuple[str, ...], tuple[Edit, ...]]] = []
            for (talk, roots), answer in zip(talks, answers, strict=True):
                try:
                    wanted = next(talk) if answer is None else talk.send(answer)
                except StopIteration as end:
                    settled |= end.value
                else:
                    asked.append((talk, roots, wanted.edits))
            tasks = [(root, self._changed(edits)) for _, roots, edits in asked for root in roots]
            scanned = iter(list(self._rescan(tasks)) if tasks else ())
            talks = [(talk, roots) for talk, roots, _ in asked]
            answers = [self._view([(root, next(scanned)) for root in roots]) for _, roots in talks]
        return settled

    def _together(self, cases: Sequence[Case]) -> Iterable[tuple[list[Case], tuple[str, ...]]]:
        """Cases that have to do with each other, because the same roots read what they change, with these roots."""
        readers: dict[str, set[str]] = {}
        for path, scanned in self._roots.items():
            for file in scanned.files:
                readers.setdefault(file, set()).add(path)
        heads: dict[str, str] = {}

        def head(root: str) -> str:
            while (above := heads.get(root, root)) != root:
                heads[root] = heads.get(above, above)
                root = above
            return root

        changed: dict[str, str] = {}
        """One of the roots whose cases change a file, by file."""
        for case in cases:
            root = case.flagged[1]
            heads[head(root)] = head(root)
            for file in {edit.span.path for fix in case.fixes for edit in fix.edits}:
                heads[head(root)] = head(changed.setdefault(file, root))
        for file, root in changed.items():
            for reader in readers.get(file, ()):
                heads[head(reader)] = head(root)
        roots: dict[str, set[str]] = {}
        for one in heads:
            roots.setdefault(head(one), set()).add(one)
        together: dict[str, list[Case]] = {}
        for case in cases:
            together.setdefault(head(case.flagged[1]), []).append(case)
        return [(found, tuple(sorted(roots[first]))) for first, found in together.items()]

    def _changed(self, edits: Iterable[Edit]) -> Changed:
        by_path: dict[str, list[Edit]] = {}
        for edit in edits:
            by_path.setdefault(edit.span.path, []).append(edit)
        return tuple(
            (self._files.location(path), source.encoded(source.changed(found)).decode())
            for path, found in sorted(by_path.items())
            if (source := self._files.get(path)) is not None
        )

    def _view(self, roots: Sequence[tuple[str, Scanned]]) -> View:
        principals = [one for _, scanned in roots for one in scanned.principals]
        matching = Matching(self._rules)
        matching.add(principals)
        return View(
            {(one.definition.root, one.definition.address): _state(one) for one in principals},
            matching.flagged(),
            Counter(
                (root, one.summary)
                for root, scanned in roots
                for one in scanned.diagnostics
                if one.severity is Severity.ERROR
            ),
        )


def _flagged(finding: Finding) -> Flagged:
    return finding.rule, finding.root, finding.principal


def _state(one: AssessedPrincipal) -> State:
    outcomes = tuple(permission.decision.outcome for permission in one.permissions)
    attached = [policy for policy in one.principal.policies if policy.how is How.ATTACHED and policy.group is None]
    return State(
        one.console.access,
        one.aws_login.outcome(Client.LOCALHOST),
        outcomes,
        sum(policy.name.endswith(f"/{POLICY}") and policy.applies.is_yes for policy in attached),
    )
