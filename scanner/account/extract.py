"""A directory with what AWS has told about an account, as a root.

Pages of one call belong together: where none of them is the last, the set is unfinished, which is an error. Whom no
credential report names may have a password or not. A group or policy that is named and not listed is not known, as
everywhere. What is known of the organization is in the directory or beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from scanner import file_system
from scanner.account import iam_collect
from scanner.account.credential_report import Credentials, ReportError, credentials
from scanner.account.details import Group, Page, Policy, Role, User, page
from scanner.account.entitlements import entitlements
from scanner.account.entries import DetailsError
from scanner.account.fact_list import FactList
from scanner.account.iam_collect import Files
from scanner.account.identity_center import permission_sets
from scanner.account.identity_facts import identity_facts
from scanner.account.organization import Organization, bindings
from scanner.account.organization_files import read_organization
from scanner.account.recognition import (
    is_authorization_details,
    is_credential_report,
    is_entitlements,
    is_of_organization,
    is_permission_sets,
    is_sign_in_policy,
    is_stored_account,
)
from scanner.account.sign_in_policy import counts
from scanner.diagnostic import Diagnostic, as_sentence, error, warning
from scanner.facts import BindingPolicies, Fact, Facts, IdentityKind, collect
from scanner.iam.principal import PrincipalKind
from scanner.root import RootKind, ScanRoot
from scanner.source_file import UnreadableFileError, read_text
from scanner.span import Span

MAX_BYTES = 256 * 1024 * 1024
"""Of one file. What AWS tells about an account of some thousand users has tens of megabytes."""
ORGANIZATION = "organization"
"""The directory of an organization's files, in that of an account or beside it."""
_SUFFIXES = (".json", ".csv")
_PROBLEMS = (UnreadableFileError, DetailsError, ReportError)
_UNFINISHED = "Unfinished account data"


def extract(root: ScanRoot) -> Facts:
    """What the account's data says."""
    reading = _Reading(root)
    reading.read()
    facts = tuple(reading.facts())
    found = collect(root.path, RootKind.ACCOUNT, facts, tuple(reading.diagnostics), frozenset(reading.files))
    return replace(found, controls=reading.controls, told=reading.told(found))


class _Reading:
    def __init__(self, root: ScanRoot) -> None:
        self._root = root
        self._stored = is_stored_account(root.location)
        self._pages: list[Page] = []
        self._permission_sets: list[FactList] = []
        self._entitlements: list[FactList] = []
        self._credentials: dict[str, Credentials] = {}
        self._seen: dict[str, tuple[object, str]] = {}
        """What was read of each ARN, and in which file."""
        self._twice: set[tuple[str, str]] = set()
        """Pairs of files that both say something of somebody."""
        self.controls: tuple[BindingPolicies, ...] = ()
        self.diagnostics: list[Diagnostic] = []
        self.files: list[str] = []

    def read(self) -> None:
        """All files of the directory that are about the account, and those of its organization."""
        for place, shown in self._listed(self._root.location, self._root.path):
            self._file(place, shown)
        if not self._pages and not self._permission_sets and not self._stored and self.files and not self.diagnostics:
            message = (
                "Beside a credential report there has to be what `aws iam get-account-authorization-details` prints."
            )
            self._unfinished(message, self.files[0])
        if self._pages and not any(one.is_last for one in self._pages):
            self._unfinished(
                "AWS has more pages of it than there are here. Get all of them, which the AWS CLI does by itself.",
                self._pages[-1].path,
            )
        for one in (*self._permission_sets, *self._entitlements):
            if not one.is_finished:
                self._unfinished("AWS has more of it than there is here: it has a NextToken.", one.path)
        self._organization()

    def _unfinished(self, message: str, path: str) -> None:
        self.diagnostics.append(error(_UNFINISHED, message, Span.whole_file(path)))

    def _listed(self, directory: Path, shown: str) -> Iterator[tuple[Path, str]]:
        """Files that may be data, each with its path as reports print it."""
        for entry in file_system.entries_if_any(directory):
            if entry.name.lower().endswith(_SUFFIXES) and not entry.is_directory:
                yield directory / entry.name, entry.name if shown == "." else f"{shown}/{entry.name}"

    def _file(self, place: Path, shown: str) -> None:
        try:
            text = read_text(place, MAX_BYTES, within=(self._root.boundary,))
            if is_authorization_details(text):
                self._pages.append(page(shown, text))
            elif is_credential_report(text):
                self._credentials |= credentials(shown, text)
            elif is_permission_sets(text):
                self._permission_sets.append(permission_sets(shown, text))
            elif is_entitlements(text):
                self._entitlements.append(entitlements(shown, text))
            elif is_sign_in_policy(text):
                self._sign_in_policy(shown, text)
            else:
                return
        except _PROBLEMS as problem:
            self._unreadable(problem, Span.whole_file(shown))
        self.files.append(shown)

    def _sign_in_policy(self, shown: str, text: str) -> None:
        if counts(text):
            message = (
                "The account has a Sign-In resource policy of its own. What it allows and denies is not taken into "
                "account: it may take `aws login` away from people, or give it to them."
            )
            self.diagnostics.append(warning("Policy not followed", message, Span.whole_file(shown)))

    def _organization(self) -> None:
        found = Organization()
        for directory, shown in self._inside_or_beside(ORGANIZATION):
            for place, path in self._listed(directory, shown):
                self._of_organization(place, path, found)
        if self._stored:
            self._stored_organization(found)
        self.controls, problems = bindings(found)
        self.diagnostics += problems

    def _inside_or_beside(self, name: str) -> Iterator[tuple[Path, str]]:
        """The directory of that name in the account's one, else beside it, with its path as reports print it."""
        path = self._root.path
        inside, beside = self._root.location / name, self._root.location.parent / name
        if file_system.is_directory(inside):
            yield inside, name if path == "." else f"{path}/{name}"
        elif file_system.is_directory(beside) and beside.is_relative_to(self._root.boundary):
            yield beside, _beside(path, name)

    def _of_organization(self, place: Path, shown: str, into: Organization) -> None:
        try:
            text = read_text(place, MAX_BYTES, within=(self._root.boundary,))
            if not is_of_organization(text):
                return
            for problem, span in read_organization(shown, text, into):
                self._unreadable(problem, span)
        except _PROBLEMS as problem:
            self._unreadable(problem, Span.whole_file(shown))
        self.files.append(shown)

    def _stored_organization(self, into: Organization) -> None:
        """That of iam-collect, which has all organizations beside all accounts."""
        account = Files(self._root.location, self._root.path, self._read_stored)
        try:
            name = iam_collect.organization_of(account)
            every = self._root.location.parent.parent / "organizations"
            if name is None or not every.is_relative_to(self._root.boundary):
                return
            shown = _beside(_parent(self._root.path), f"organizations/{name}")
            iam_collect.read_organization(Files(every / name, shown, self._read_stored), into)
        except _PROBLEMS as problem:
            self._unreadable(problem, Span.whole_file(self._root.path))

    def _read_stored(self, place: Path, shown: str) -> str | None:
        if not file_system.is_file(place):
            return None
        self.files.append(shown)
        return read_text(place, MAX_BYTES, within=(self._root.boundary,))

    def facts(self) -> Iterator[Fact]:
        """What all files say, and the credential reports of their users."""
        for one in self._pages:
            for entry, span in one.entries():
                yield from self._facts_of(entry, span)
        if self._stored:
            for entry, span in iam_collect.entries(Files(self._root.location, self._root.path, self._read_stored)):
                yield from self._facts_of(entry, span)
        said = [found for one in self._permission_sets for found in one.facts()]
        if self._stored:
            said += iam_collect.permission_sets(Files(self._root.location, self._root.path, self._read_stored))
        said += [found for one in self._entitlements for found in one.facts()]
        for found, span in said:
            if isinstance(found, DetailsError):
                self._unreadable(found, span)
            else:
                yield from found

    def told(self, found: Facts) -> frozenset[PrincipalKind]:
        """The kinds of principals of which all are there: iam-collect stores users and roles together."""
        kinds = {one.kind for one in found.identities}
        told = {kind for one in self._pages for kind in one.told}
        if self._stored and kinds & {IdentityKind.USER, IdentityKind.ROLE}:
            told |= {PrincipalKind.USER, PrincipalKind.ROLE}
        if IdentityKind.PERMISSION_SET in kinds:
            told.add(PrincipalKind.PERMISSION_SET)
        return frozenset(told)

    def _facts_of(self, entry: User | Group | Role | Policy | DetailsError, span: Span) -> Iterator[Fact]:
        try:
            if isinstance(entry, DetailsError):
                raise entry
            if self._is_again(entry, span):
                return
            yield from identity_facts(entry, span, self._credentials)
        except DetailsError as problem:
            self._unreadable(problem, span)

    def _is_again(self, entry: User | Group | Role | Policy, span: Span) -> bool:
        """Whether it was read before. Pages of one call have nothing in common, so two calls were mixed up then."""
        known, path = self._seen.setdefault(entry.arn, (entry, span.path))
        if known is entry:
            return False
        if known != entry and (path, span.path) not in self._twice:
            self._twice.add((path, span.path))
            message = (
                f"{entry.arn} is in {path} as well, and not the same there, so these are of different calls. What "
                "comes first counts. Keep what one call has printed in a directory of its own."
            )
            self.diagnostics.append(error("Mixed account data", message, span))
        return True

    def _unreadable(self, problem: Exception, span: Span) -> None:
        self.diagnostics.append(error("Unreadable account data", as_sentence(str(problem)), span))


def _parent(shown: str) -> str:
    """The directory above one, as reports print it."""
    if shown == "." or shown.endswith(".."):
        return ".." if shown == "." else f"{shown}/.."
    return shown.rpartition("/")[0] or "."


def _beside(shown: str, name: str) -> str:
    above = _parent(shown)
    return name if above == "." else f"{above}/{name}"
