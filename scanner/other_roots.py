"""Policies that one scan root attaches and another one defines.

Names and references are resolved inside a scan root, so what such a policy allows is not known where it is attached.
That it is scanned all the same has to be said: otherwise one would look for the code that is missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field, replace

from scanner.diagnostic import Diagnostic, warning
from scanner.facts import Facts
from scanner.iam import managed
from scanner.lazy_dataclass import dataclass
from scanner.principals.references import account_in, path_and_name
from scanner.span import Span


@dataclass(frozen=True, slots=True)
class _Defined:
    root: str
    account: str | None
    span: Span


@dataclass(frozen=True, slots=True)
class _Attached:
    root: str
    name: str
    """With its path."""
    account: str | None
    span: Span

    def may_be(self, policy: _Defined) -> bool:
        """Whether a policy of the same name may be meant."""
        in_two_accounts = self.account and policy.account and self.account != policy.account
        return policy.root != self.root and not in_two_accounts


@dataclass(slots=True)
class OtherRoots:
    """What has been read of all roots so far."""

    _defined: dict[str, list[_Defined]] = field(default_factory=dict)
    """By path and name."""
    _attached: list[_Attached] = field(default_factory=list)

    def add(self, facts: Facts) -> None:
        """Remember what a root defines, and what it attaches that it does not define."""
        own: set[str] = set()
        for policy in facts.policies:
            name = path_and_name(policy.arn)
            if name is not None and name.text is not None:
                own.add(name.text)
                found = _Defined(facts.root, account_in(policy.arn) or None, policy.origin.span)
                self._defined.setdefault(name.text, []).append(found)
        for attachment in facts.attachments:
            reference = attachment.policy
            name = path_and_name(reference)
            if name is None or name.text is None or name.text in own or reference.source is not None:
                continue
            if reference.text is None or not managed.is_aws_managed(reference.text):
                where = reference.span or attachment.origin.span
                self._attached.append(_Attached(facts.root, name.text, account_in(reference), where))

    def diagnostics(self) -> Iterator[Diagnostic]:
        """A warning for each attached policy that another root defines, as far as the names tell."""
        for one in self._attached:
            elsewhere = [found for found in self._defined.get(one.name, ()) if one.may_be(found)]
            if elsewhere:
                first, *more = elsewhere
                also = f", as {len(more):,} more do" if more else ""
                detail = (
                    f'The scan root "{first.root}" defines a policy of the name that is attached here'
                    f" ({first.span.path}:{first.span.line}){also}. Scan roots are not joined, so what it allows is not"
                    " known here."
                )
                yield replace(warning("Policy of another scan root", detail, one.span), root=one.root)
