"""Service and resource control policies: which of them bind a principal, by its account and by the path of its root.

What the section of a root's path says counts more than what the section of an account does: for the principals of that
account where the section of the path names one, for all principals of the root where it does not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from scanner.budget import at_no_charge
from scanner.cause import ACCOUNT_ID
from scanner.controls import DEFAULT_ACCOUNT, AccountControls
from scanner.iam.context import Circumstances, ControlLevel
from scanner.iam.policy import DocumentKind, parse_document
from scanner.iam.principal import AttachedPolicy, How, PolicyType
from scanner.path_sections import PathSection
from scanner.source_file import UnreadableFileError, read_named
from scanner.span import Span
from scanner.truth import YES, Truth, undetermined
from scanner.values import Value

_Files = TypeVar("_Files")


class ControlPolicyError(Exception):
    """A file cannot be read or is no policy. The message names it."""

    def __init__(self, message: str, path: str) -> None:
        super().__init__(message)
        self.path = path


class ControlPolicies:
    """The control policies of accounts, each file read once. Raises ``ControlPolicyError``.

    ``always`` binds everybody, beside the section in ``accounts`` of an account's ID, or that of all others. Files are
    named relative to the directory.
    """

    def __init__(
        self,
        always: AccountControls,
        accounts: Mapping[str, AccountControls],
        directory: Path,
        paths: Sequence[PathSection] = (),
    ) -> None:
        self._always = always
        self._accounts = {DEFAULT_ACCOUNT: AccountControls(), **accounts}
        self._directory = directory
        self._policies: dict[tuple[str, PolicyType], AttachedPolicy] = {}
        for section in (always, *accounts.values(), *(AccountControls(*_of(one, AccountControls())) for one in paths)):
            self._levels(section.scp_levels, YES)
            self._rcps(section.rcps, YES)
        self._in_section = lru_cache(maxsize=1024)(self._with_section)
        self._of_account = lru_cache(maxsize=1024)(self._circumstances)

    def circumstances(self, account: str | None, request: Circumstances, section: PathSection) -> Circumstances:
        """The circumstances of the requests of an account's principals with the policies that bind them.

        ``section`` is that of their root. While the account is not known, every section of one may bind them; what all
        of them say holds all the same. The very same object for principals of one account.
        """
        return self._of_account(account, request, section)

    def _circumstances(self, account: str | None, request: Circumstances, section: PathSection) -> Circumstances:
        accounts = self._in_section(section)
        if account is None:
            may_bind: Sequence[AccountControls] = tuple(accounts.values())
        else:
            may_bind = (accounts.get(account, accounts[DEFAULT_ACCOUNT]),)
        levels = self._levels(self._always.scp_levels, YES)
        policies = self._rcps(self._always.rcps, YES)
        scps, applies = _distinct([one.scp_levels for one in may_bind])
        for found in scps:
            levels += self._levels(found, applies)
        rcps, applies = _distinct([one.rcps for one in may_bind])
        for files in rcps:
            policies += self._rcps(files, applies)
        if not levels and not policies:
            return request
        return replace(request, scp_levels=levels, resource_control_policies=policies)

    def _with_section(self, section: PathSection) -> Mapping[str, AccountControls]:
        """The sections of accounts as the section of a path leaves them."""
        if section.account is None:
            return {account: AccountControls(*_of(section, controls)) for account, controls in self._accounts.items()}
        replaced = self._accounts.get(section.account, self._accounts[DEFAULT_ACCOUNT])
        return {**self._accounts, section.account: AccountControls(*_of(section, replaced))}

    def _levels(self, levels: Sequence[tuple[str, ...]], applies: Truth) -> tuple[ControlLevel, ...]:
        return tuple(ControlLevel(tuple(self._read(files, PolicyType.SCP, applies)), applies) for files in levels)

    def _rcps(self, files: tuple[str, ...], applies: Truth) -> tuple[AttachedPolicy, ...]:
        return tuple(self._read(files, PolicyType.RCP, applies))

    def _read(self, files: tuple[str, ...], policy_type: PolicyType, applies: Truth) -> Iterator[AttachedPolicy]:
        for file in files:
            known = self._policies.get((file, policy_type))
            if known is None:
                known = self._policies[file, policy_type] = _policy(file, policy_type, self._directory)
            yield replace(known, applies=applies)


def _of(section: PathSection, controls: AccountControls) -> tuple[tuple[tuple[str, ...], ...], tuple[str, ...]]:
    """The service and the resource control policies of a section, or those of an account where it has none."""
    return (
        controls.scp_levels if section.scp_levels is None else section.scp_levels,
        controls.rcps if section.rcps is None else section.rcps,
    )


def _distinct(sections: Sequence[_Files]) -> tuple[Sequence[_Files], Truth]:
    """What sections say, each once, and whether it applies: it does if they all say the same."""
    found = tuple(dict.fromkeys(sections))
    return found, YES if len(found) == 1 else undetermined(ACCOUNT_ID)


def _policy(file: str, policy_type: PolicyType, directory: Path) -> AttachedPolicy:
    span = Span.whole_file(file)
    try:
        text = read_named(file, directory)
    except UnreadableFileError as problem:
        raise ControlPolicyError(f"{file}: {problem}", file) from problem
    kind = DocumentKind.RESOURCE_CONTROL if policy_type is PolicyType.RCP else DocumentKind.SERVICE_CONTROL
    with at_no_charge():
        document = parse_document(Value(text, span), kind)
    if document.diagnostics:
        raise ControlPolicyError(f"{file}: {document.diagnostics[0].detail}", file)
    return AttachedPolicy(policy_type, file, document, How.CONTROL, span)
