"""A directory with what AWS has told about an account, as a root.

Pages of one call belong together: where none of them is the last, the set is unfinished, which is an error. Whom no
credential report names may have a password or not. A group or policy that is named and not listed is not known, as
everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from scanner import file_system
from scanner.account.credential_report import Credentials, ReportError, credentials
from scanner.account.details import (
    Attached,
    Boundary,
    DetailsError,
    Group,
    Inline,
    Page,
    Policy,
    Role,
    Tag,
    User,
    document,
    page,
)
from scanner.account.recognition import is_authorization_details, is_credential_report
from scanner.cause import Cause, CauseKind
from scanner.diagnostic import Diagnostic, as_sentence, error
from scanner.facts import (
    AccessKey,
    Account,
    Attachment,
    Existence,
    Fact,
    Facts,
    Home,
    Identity,
    IdentityKind,
    InlinePolicy,
    LoginProfile,
    ManagedPolicy,
    Membership,
    Origin,
    PolicyUse,
    Target,
    collect,
)
from scanner.iam import managed
from scanner.root import RootKind, ScanRoot
from scanner.source_file import UnreadableFileError, read_text
from scanner.span import Span
from scanner.values import Unknown, Value, of

MAX_BYTES = 256 * 1024 * 1024
"""Of one file. What AWS tells about an account of some thousand users has tens of megabytes."""
_SUFFIXES = (".json", ".csv")


def extract(root: ScanRoot) -> Facts:
    """What the account's data says."""
    reading = _Reading(root)
    reading.read()
    facts = tuple(reading.facts())
    return collect(root.path, RootKind.ACCOUNT, facts, tuple(reading.diagnostics), frozenset(reading.files))


class _Reading:
    def __init__(self, root: ScanRoot) -> None:
        self._root = root
        self._pages: list[Page] = []
        self._credentials: dict[str, Credentials] = {}
        self.diagnostics: list[Diagnostic] = []
        self.files: list[str] = []

    def read(self) -> None:
        """All files of the directory that are about the account."""
        for entry in file_system.entries_if_any(self._root.location):
            if entry.name.lower().endswith(_SUFFIXES) and not entry.is_directory:
                self._file(self._root.location / entry.name, self._shown(entry.name))
        if not self._pages and self.files and not self.diagnostics:
            message = (
                "Beside a credential report there has to be what `aws iam get-account-authorization-details` prints."
            )
            self.diagnostics.append(error("Unfinished account data", message, Span.whole_file(self.files[0])))
        if self._pages and not any(one.is_last for one in self._pages):
            path = self._pages[-1].path
            message = "AWS has more pages of it than there are here. Get all of them, which the AWS CLI does by itself."
            self.diagnostics.append(error("Unfinished account data", message, Span.whole_file(path)))

    def _shown(self, name: str) -> str:
        return name if self._root.path == "." else f"{self._root.path}/{name}"

    def _file(self, place: Path, shown: str) -> None:
        try:
            text = read_text(place, MAX_BYTES, within=(self._root.boundary,))
            if is_authorization_details(text):
                self._pages.append(page(shown, text))
            elif is_credential_report(text):
                self._credentials |= credentials(shown, text)
            else:
                return
        except (UnreadableFileError, DetailsError, ReportError) as problem:
            self.diagnostics.append(_unreadable(problem, Span.whole_file(shown)))
        self.files.append(shown)

    def facts(self) -> Iterator[Fact]:
        """What all pages say, and the credential reports of their users."""
        for one in self._pages:
            for entry, span in one.entries():
                try:
                    if isinstance(entry, DetailsError):
                        raise entry
                    yield from self._entry(entry, span)
                except DetailsError as problem:
                    self.diagnostics.append(_unreadable(problem, span))

    def _entry(self, entry: User | Group | Role | Policy, span: Span) -> Iterator[Fact]:
        origin = _origin(entry.arn, span)
        match entry:
            case Group():
                yield _identity(IdentityKind.GROUP, origin, entry.group_name, ())
                yield from _policies(
                    IdentityKind.GROUP, origin, entry.group_policy_list, entry.attached_managed_policies
                )
            case User():
                yield _identity(IdentityKind.USER, origin, entry.user_name, entry.tags)
                yield from _policies(IdentityKind.USER, origin, entry.user_policy_list, entry.attached_managed_policies)
                yield from _boundary(IdentityKind.USER, origin, entry.permissions_boundary)
                own = Target(IdentityKind.USER, address=origin.address)
                for name in entry.group_list:
                    yield Membership(origin, own, Value(name, span))
                yield from self._credentials_of(origin, own)
            case Role():
                trust = of(document(entry.assume_role_policy_document), span)
                yield _identity(IdentityKind.ROLE, origin, entry.role_name, entry.tags, trust)
                yield from _policies(IdentityKind.ROLE, origin, entry.role_policy_list, entry.attached_managed_policies)
                yield from _boundary(IdentityKind.ROLE, origin, entry.permissions_boundary)
            case Policy() if not managed.is_aws_managed(entry.arn):
                yield _managed(entry, origin)

    def _credentials_of(self, origin: Origin, own: Target) -> Iterator[Fact]:
        found = self._credentials.get(origin.address)
        if found is None:
            detail = "the credential report, which says who has a password (run `aws iam get-credential-report`)"
            doubt = Unknown(Cause(CauseKind.MISSING_INPUT, detail, origin.span))
            yield LoginProfile(Origin(origin.address, origin.span, Existence((doubt,)), account=origin.account), own)
            return
        place = Origin(origin.address, found.span, account=origin.account)
        if found.has_password:
            yield LoginProfile(place, own)
        for _ in range(found.active_keys):
            yield AccessKey(place, own)


def _origin(arn: str, span: Span) -> Origin:
    return Origin(arn, span, account=_home(arn).account)


def _home(arn: str) -> Home:
    parts = arn.split(":", 5)
    if len(parts) < 6:
        raise DetailsError(f'it is not what AWS sends: "{arn}" is not an ARN')
    return Home(parts[1], Account(parts[4] or None))


def _identity(
    kind: IdentityKind, origin: Origin, name: str, tags: Iterable[Tag], trust: Value | None = None
) -> Identity:
    span = origin.span
    labels = Value({tag.key: Value(tag.value, span) for tag in tags}, span)
    return Identity(kind, origin, _home(origin.address), Value(name, span), Value(origin.address, span), labels, trust)


def _policies(
    kind: IdentityKind, origin: Origin, inline: Iterable[Inline], attached: Iterable[Attached]
) -> Iterator[Fact]:
    own, span = Target(kind, address=origin.address), origin.span
    for policy in inline:
        yield InlinePolicy(origin, own, Value(policy.policy_name, span), of(document(policy.policy_document), span))
    for one in attached:
        yield Attachment(origin, own, Value(one.policy_arn, span))


def _boundary(kind: IdentityKind, origin: Origin, boundary: Boundary | None) -> Iterator[Fact]:
    if boundary is not None:
        arn = Value(boundary.permissions_boundary_arn, origin.span)
        yield Attachment(origin, Target(kind, address=origin.address), arn, PolicyUse.BOUNDARY)


def _managed(policy: Policy, origin: Origin) -> ManagedPolicy:
    span = origin.span
    default = next((one for one in policy.policy_version_list if one.is_default_version), None)
    if default is None:
        detail = f"the default version of {policy.arn}, which is not listed"
        text = Value(Unknown(Cause(CauseKind.MISSING_POLICY, detail, span)), span)
    else:
        text = of(document(default.document), span)
    return ManagedPolicy(origin, Value(policy.arn.rpartition("/")[2], span), Value(policy.arn, span), text)


def _unreadable(problem: Exception, span: Span) -> Diagnostic:
    return error("Unreadable account data", as_sentence(str(problem)), span)
