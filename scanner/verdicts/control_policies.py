"""Service and resource control policies: which of them bind a principal, by the account that it lives in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from scanner.cause import ACCOUNT_ID
from scanner.controls import DEFAULT_ACCOUNT, AccountControls
from scanner.iam.context import Circumstances, ControlLevel
from scanner.iam.policy import DocumentKind, parse_document
from scanner.iam.principal import AttachedPolicy, How, PolicyType, Principal
from scanner.source_file import UnreadableFileError, read_text
from scanner.span import Span
from scanner.truth import YES, Truth, undetermined
from scanner.values import Value


class ControlPolicyError(Exception):
    """A file cannot be read or is no policy. The message names it."""


class ControlPolicies:
    """The control policies of accounts, each file read once. Raises ``ControlPolicyError``.

    ``always`` binds everybody, beside the section in ``accounts`` of an account's ID, or that of all others. Files are
    named relative to the directory.
    """

    def __init__(self, always: AccountControls, accounts: Mapping[str, AccountControls], directory: Path) -> None:
        self._accounts = accounts
        self._directory = directory
        self._policies: dict[tuple[str, PolicyType], AttachedPolicy] = {}
        self._sections = {account: self._load(controls, YES) for account, controls in accounts.items()}
        self._always = self._load(always, YES)

    def circumstances(self, principal: Principal, request: Circumstances) -> Circumstances:
        """The circumstances of the principal's requests with the policies that bind it.

        While the account is not known, every section may bind it.
        """
        account = principal.account
        sections = [self._always]
        if account is None and any(name != DEFAULT_ACCOUNT for name in self._accounts):
            perhaps = undetermined(ACCOUNT_ID)
            sections += [self._load(controls, perhaps) for controls in self._accounts.values()]
        elif account in self._sections:
            sections.append(self._sections[account])
        elif DEFAULT_ACCOUNT in self._sections:
            sections.append(self._sections[DEFAULT_ACCOUNT])
        levels = tuple(level for levels, _ in sections for level in levels)
        policies = tuple(policy for _, policies in sections for policy in policies)
        if not levels and not policies:
            return request
        return replace(request, scp_levels=levels, resource_control_policies=policies)

    def _load(
        self, controls: AccountControls, applies: Truth
    ) -> tuple[tuple[ControlLevel, ...], tuple[AttachedPolicy, ...]]:
        levels = tuple(
            ControlLevel(tuple(self._read(files, PolicyType.SCP, applies)), applies) for files in controls.scp_levels
        )
        return levels, tuple(self._read(controls.rcps, PolicyType.RCP, applies))

    def _read(self, files: tuple[str, ...], policy_type: PolicyType, applies: Truth) -> Iterator[AttachedPolicy]:
        for file in files:
            known = self._policies.get((file, policy_type))
            if known is None:
                known = self._policies[file, policy_type] = _policy(file, policy_type, self._directory)
            yield replace(known, applies=applies)


def _policy(file: str, policy_type: PolicyType, directory: Path) -> AttachedPolicy:
    span = Span.whole_file(file)
    try:
        text = read_text(directory / file)
    except UnreadableFileError as problem:
        raise ControlPolicyError(f"{file}: {problem}") from problem
    kind = DocumentKind.RESOURCE_CONTROL if policy_type is PolicyType.RCP else DocumentKind.SERVICE_CONTROL
    document = parse_document(Value(text, span), kind)
    if document.diagnostics:
        raise ControlPolicyError(f"{file}: {document.diagnostics[0].detail}")
    return AttachedPolicy(policy_type, file, document, How.CONTROL, span)
