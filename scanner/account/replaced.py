"""Inline policies of the account in whose place the code puts its own: a group has one of each name.

What Terraform or CloudFormation does to make one replaces what there is under its name
(https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutGroupPolicy.html). Managed policies are not replaced by
being attached again. Whether names that differ in case only are one, AWS does not say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from scanner.cause import Cause, CauseKind
from scanner.facts import Account, Existence, Identity, IdentityKind, InlinePolicy
from scanner.iam.pattern import literal, lowered_text, matches, text_of
from scanner.truth import NO, Truth, all_of, any_of, undetermined
from scanner.values import NULL, Unknown, same_text


class Written:
    """The inline policies that the code puts into groups which it names."""

    def __init__(self, policies: Iterable[InlinePolicy], is_in: Callable[[Account], Truth]) -> None:
        self._is_in = is_in
        """Whether something that is in an account of the code is in the account beside it."""
        self._by_group: dict[str, list[InlinePolicy]] = {}
        self._open: list[InlinePolicy] = []
        """Those of a group whose name is not known."""
        for one in policies:
            reference = one.target.reference
            if one.target.kind is IdentityKind.GROUP and reference is not None:
                name = reference.text
                into = self._open if name is None else self._by_group.setdefault(name.lower(), [])
                into.append(one)

    def left(self, there: InlinePolicy, group: Identity) -> Iterator[InlinePolicy]:
        """A policy that a group of the account has, unless it is surely replaced; with a doubt where it may be."""
        name = (group.name.text or "").lower()
        answer = any_of(self._replaces(one, there, name) for one in (*self._by_group.get(name, ()), *self._open))
        if answer.is_yes:
            return
        doubts = tuple(Unknown(cause) for cause in sorted(answer.causes, key=Cause.sort_key))
        existence = Existence((*there.origin.existence.conditions, *doubts))
        yield replace(there, origin=replace(there.origin, existence=existence))

    def _replaces(self, written: InlinePolicy, there: InlinePolicy, group: str) -> Truth:
        group_text = text_of(written.target.reference or NULL)
        is_it = matches(lowered_text(group_text), (group,)) if group_text is not None else NO
        exists = (undetermined(one.cause) for one in written.origin.existence.conditions)
        return all_of((is_it, _same_name(written, there), self._is_in(written.origin.account), *exists))


def _same_name(written: InlinePolicy, there: InlinePolicy) -> Truth:
    answer = same_text(written.name, there.name)
    if not answer.is_no:
        return answer
    name, other = literal(text_of(written.name) or ()), there.name.text or ""
    if name is None or name.casefold() != other.casefold():
        return answer
    detail = f"{written.origin.address}, which may replace the policy {other}, whose name differs in case only"
    return undetermined(Cause(CauseKind.UNSUPPORTED, detail, written.origin.span))
