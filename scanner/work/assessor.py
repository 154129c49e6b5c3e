"""One root to its outcome: extraction, then assessment, which may extract again to try out what is open.

It needs nothing but the root and the terms, so it can be done in any process, in any order.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace

from scanner import extraction
from scanner.budget import BudgetSpentError, another_budget, budget
from scanner.changed_files import changed
from scanner.diagnostic import Diagnostic, bound_exceeded, internal_error
from scanner.facts import Facts
from scanner.iam.context import Circumstances
from scanner.joining.names import root_names
from scanner.looks import note_all, noted
from scanner.path_sections import PathSection
from scanner.root import Assumption, RootKind, ScanRoot
from scanner.session import Apart, session
from scanner.span import Span
from scanner.verdicts.assessed_principal import AssessedPrincipal
from scanner.verdicts.assessment import Assessment
from scanner.verdicts.control_policies import ControlPolicies
from scanner.verdicts.organization_policies import OrganizationPolicies
from scanner.verdicts.scenarios import assess
from scanner.walls import walled
from scanner.work.outcome import Outcome, Task, Terms

_MOST_TERMS = 16
"""Neighbours in a list of roots have the same, so that few have to be remembered."""
RECURSION_LIMIT = 12_000
"""Evaluation nests as deep as its bounds allow; CPython's default would stop it before them."""


class Assessor:
    """Works out roots under the same terms. Raises ``ControlPolicyError`` for policies that cannot be read.

    An error of our own on one root is in its outcome, so that one root never hides another; with ``debug`` it rises.
    """

    def __init__(self, terms: Terms, *, debug: bool = False) -> None:
        self.terms = terms
        self.debug = debug
        self._controls = ControlPolicies(terms.controls, dict(terms.accounts), terms.directory)
        self._apart = Apart()
        self._accounts: tuple[Facts, ...] | None = None
        self._others: dict[Terms, Assessor] = {}
        sys.setrecursionlimit(max(sys.getrecursionlimit(), RECURSION_LIMIT))

    def __reduce__(self) -> tuple[object, ...]:
        return _assessor, (self.terms, self.debug)

    def __call__(self, task: Task) -> Outcome:
        """What the root comes to, under its own terms if it has any."""
        if task.terms is not None and task.terms != self.terms:
            return self._under(task.terms)(task)
        if task.changed:
            contents = {path: text.encode() for path, text in task.changed}
            with changed(contents), self._apart.session(task.changed):
                return self._outcome(task)
        return self._outcome(task)

    def _under(self, terms: Terms) -> Assessor:
        if terms not in self._others:
            if len(self._others) >= _MOST_TERMS:
                self._others.pop(next(iter(self._others)))
            self._others[terms] = Assessor(terms, debug=self.debug)
        return self._others[terms]

    def _outcome(self, task: Task) -> Outcome:
        root = task.root
        with walled(), session(), budget(self.terms.max_steps), noted() as notes:
            facts = extraction.extract_or_report(root, debug=self.debug)
            principals, wrong = self._assessed(root, self._with_others(facts, root), task.section)
        note_all(notes)
        if root.neighbours or root.beside:  # what is wrong with them is said where they are roots
            wrong = tuple(problem for problem in wrong if problem.span.path in facts.files)
        return Outcome(
            principals,
            tuple(dict.fromkeys(replace(one, root=facts.root) for one in (*facts.diagnostics, *wrong))),
            facts.files,
            frozenset(file for file in facts.files if self._location(file) in notes.without),
            len(facts.identities),
            None if root.kind is RootKind.ACCOUNT else root_names(facts),
            facts.parameters,
            facts.undeclared,
            facts.exports,
            facts.imports,
            facts.moves,
            facts.replaced & {one.origin.address for one in facts.identities},
            facts.forgotten,
            facts.told,
        )

    def _with_others(self, facts: Facts, root: ScanRoot) -> Facts:
        """What the code says, with what other roots and the accounts beside it say."""
        if root.beside:
            from scanner.joining.beside import with_others

            found = ((other, extraction.extract_or_report(other, debug=self.debug)) for other in root.beside)
            facts = with_others(facts, found)
        return self._with_accounts(facts)

    def _with_accounts(self, facts: Facts) -> Facts:
        if not self.terms.account_data or facts.root_kind is RootKind.ACCOUNT:
            return facts
        from scanner.account.beside import with_accounts

        if self._accounts is None:
            self._accounts = tuple(map(self._account, self.terms.account_data))
        return with_accounts(facts, self._accounts)

    def _account(self, path: str) -> Facts:
        from scanner.account.beside import root_of

        return extraction.extract_or_report(root_of(path, self.terms.directory), debug=self.debug)

    def _location(self, shown: str) -> str:
        location = f"{self.terms.directory}/{shown}"
        return location if ".." not in shown else os.path.normpath(location)

    def _assessed(
        self, root: ScanRoot, facts: Facts, section: PathSection
    ) -> tuple[tuple[AssessedPrincipal, ...], tuple[Diagnostic, ...]]:
        terms = self.terms
        request = Circumstances(root.inputs.region, terms.context)

        organization = OrganizationPolicies(facts.controls)

        assessment = Assessment(
            lambda principal: organization.circumstances(
                principal.account, self._controls.circumstances(principal.account, request, section)
            ),
            terms.questions,
            terms.assume_console,
        )

        def under(assumptions: tuple[Assumption, ...]) -> Facts:
            assumed = extraction.extract(replace(root, inputs=replace(root.inputs, assumptions=assumptions)))
            return self._with_others(assumed, root)

        try:
            with another_budget("what is decided about the root"):  # whoever was read is decided about
                return assess(facts, assessment.assessed, under)
        except BudgetSpentError as problem:
            return (), (bound_exceeded(str(problem), problem.place or Span.whole_file(facts.root)),)
        except MemoryError:
            return (), (extraction.no_memory(facts.root),)
        except Exception as problem:  # as in extract_or_report: a bug of ours must not lose the other roots
            if self.debug:
                raise
            return (), (internal_error(problem, facts.root),)


def _assessor(terms: Terms, debug: bool) -> Assessor:
    return Assessor(terms, debug=debug)
