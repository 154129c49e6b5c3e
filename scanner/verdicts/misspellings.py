"""Words that are nearly those that were meant: the two actions of ``aws login``, and names of AWS managed policies.

IAM takes any action and never says that nothing has such a name. What is this near to one of the two is nothing else:
no service has a prefix like it, and no other action of the service a name like it.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher, get_close_matches
from functools import lru_cache

from scanner.iam import managed
from scanner.iam.principal import Principal
from scanner.verdicts.sign_in import ACTIONS

_NEAR = 0.86
"""How much of two names is the same, from 0 to 1: one wrong letter in seven, or two that changed their places."""


def misspelled_actions(principal: Principal) -> Iterator[tuple[str, str]]:
    """Actions as they are written in the principal's Allow statements, and what they are nearly."""
    for policy in (*principal.policies, *principal.boundaries):
        for statement in () if policy.aws_managed else policy.document.statements:
            if statement.allows.is_no or statement.actions.negated:
                continue
            for item in statement.actions.items:
                if len(item) != 1 or not isinstance(item[0], str):
                    continue  # what is near to one of them has no wildcard
                meant = near_action(item[0])
                if meant is not None:
                    yield item[0], meant


@lru_cache(maxsize=4096)
def near_action(written: str) -> str | None:
    """The one of the two actions that a text nearly is; None for one of them, and for anything else."""
    lowered = written.lower()
    if lowered in (action.lower() for action in ACTIONS) or "*" in written or "?" in written:
        return None
    for action in ACTIONS:
        service, _, name = action.lower().partition(":")
        own_service, colon, own_name = lowered.partition(":")
        if colon and _is_near(service, own_service) and _is_near(name, own_name):
            return action
    return None


def misspelled_policies(principal: Principal) -> Iterator[tuple[str, str]]:
    """ARNs of AWS managed policies that there are not, and the policy that has nearly this name."""
    for policy in (*principal.policies, *principal.boundaries):
        meant = near_policy(policy.name) if policy.aws_managed else None
        if meant is not None:
            yield policy.name, meant


@lru_cache(maxsize=1024)
def near_policy(arn: str) -> str | None:
    """The ARN of the AWS managed policy whose name, or path, is nearly that of an ARN which names none."""
    if not managed.is_aws_managed(arn) or managed.document(arn) is not None:
        return None
    partition, name = arn.split(":")[1], arn.rpartition("/")[2]
    by_name = {known.rpartition("/")[2]: known for known in managed.arns(partition)}
    if name in by_name:
        return by_name[name]  # the path is wrong
    found = get_close_matches(name, by_name, n=1, cutoff=_NEAR)
    return by_name[found[0]] if found else None


def _is_near(one: str, other: str) -> bool:
    """Whether as much is the same; texts of too different lengths, which are nearly all, are not looked at."""
    longest_match = 2 * min(len(one), len(other)) / max(len(one) + len(other), 1)
    return longest_match >= _NEAR and SequenceMatcher(None, one, other).ratio() >= _NEAR
