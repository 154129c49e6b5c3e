"""Policies that one scan root attaches and another one defines.

Names and references are resolved inside a scan root, so what such a policy allows is not known where it is attached.
That it is scanned all the same has to be said: otherwise one would look for the code that is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from scanner.diagnostic import Diagnostic, warning
from scanner.facts import Facts
from scanner.iam import managed
from scanner.lazy_dataclass import dataclass
from scanner.principals.references import account_in, path_and_name
from scanner.span import Span


@dataclass(frozen=True, slots=True)
class PolicyName:
    """The name of a policy, with its path, where a root defines or attaches it."""

    name: str
    account: str | None
    span: Span


@dataclass(frozen=True, slots=True)
class PolicyNames:
    """What a root has to do with the policies of others."""

    root: str
    defined: tuple[PolicyName, ...] = ()
    attached: tuple[PolicyName, ...] = ()
    """Those that it does not define itself, and that are not AWS's."""


def policy_names(facts: Facts) -> PolicyNames:
    """The policies that a root defines, and those that it attaches and does not define."""
    defined: list[PolicyName] = []
    for policy in facts.policies:
        name = path_and_name(policy.arn)
        if name is not None and name.text is not None:
            defined.append(PolicyName(name.text, account_in(policy.arn) or None, policy.origin.span))
    own = {policy.name for policy in defined}
    attached: dict[PolicyName, None] = {}
    for attachment in facts.attachments:
        reference = attachment.policy
        name = path_and_name(reference)
        if name is None or name.text is None or name.text in own or reference.source is not None:
            continue
        if reference.text is None or not managed.is_aws_managed(reference.text):
            where = reference.span or attachment.origin.span
            attached[PolicyName(name.text, account_in(reference), where)] = None
    return PolicyNames(facts.root, tuple(defined), tuple(attached))


def policies_of_others(roots: Iterable[PolicyNames]) -> Iterator[Diagnostic]:
    """A warning for each attached policy that another root defines, as far as the names tell."""
    given = tuple(roots)
    defined: dict[str, list[tuple[str, PolicyName]]] = {}
    for one in given:
        for policy in one.defined:
            defined.setdefault(policy.name, []).append((one.root, policy))
    for one in given:
        for policy in one.attached:
            elsewhere = [
                (root, found)
                for root, found in defined.get(policy.name, ())
                if root != one.root and not _in_two_accounts(policy, found)
            ]
            if elsewhere:
                (root, first), *more = elsewhere
                also = f", as {len(more):,} more do" if more else ""
                detail = (
                    f'The scan root "{root}" defines a policy of the name that is attached here'
                    f" ({first.span.path}:{first.span.line}){also}. Scan roots are not joined, so what it allows is not"
                    " known here."
                )
                yield replace(warning("Policy of another scan root", detail, policy.span), root=one.root)


def _in_two_accounts(one: PolicyName, other: PolicyName) -> bool:
    return bool(one.account and other.account and one.account != other.account)
