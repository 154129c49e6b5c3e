"""Trust policies: whether a caller of some kind gets into a role.

Theory
======

A trust policy is evaluated as any policy is, but the question is another one: not whether a given request is allowed,
but whether people can make one that is. So a *caller* says what all requests of a kind have in common (the console
sends no external ID, say), and for the one context key that matters it has a language, all the values that the key can
have (``scanner.iam.language``). Every other key is open: people may meet a condition on it or not.

    let in  =  there is a text of the language so that
               some Allow statement names the action and the caller, and its conditions can all be met, and
               no Deny statement names both with conditions that cannot be avoided

A condition on an open key can be met, and it can be avoided. The exception is one that the Allow has as well: who meets
it there meets it everywhere. What is known of the caller decides as always.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field

from scanner.budget import spend
from scanner.cause import CauseKind
from scanner.iam import pattern
from scanner.iam.binding import Binding
from scanner.iam.condition import Condition
from scanner.iam.language import GIVEN_UP, Language, Question, Rule, admits
from scanner.iam.pattern import Hole, literal, lowered
from scanner.iam.policy import Patterns, PolicyDocument, Statement
from scanner.iam.principal_element import PrincipalPattern, Principals
from scanner.iam.request import ContextValue, Fixed, Request
from scanner.lazy_dataclass import dataclass
from scanner.truth import NO, YES, Truth, all_of, any_of, truth, undetermined

_STEPS = 3
"""Of asking one statement about one caller."""

Covers = Callable[[Principals], Rule]
"""Whether the principals of a statement that denies are the caller: surely, or by a test on the caller's text."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Requests of one kind."""

    admitted: Rule
    """Whether the Allow statement that it comes from names it."""
    covers: Covers
    key: str = ""
    """The context key, in lower case, that the language is about."""
    language: Language = (("",),)
    context: Mapping[str, ContextValue] = field(default_factory=dict)
    """What else all of the requests have, or certainly do not have."""
    is_of_open_account: bool = False
    """It is of the role's own account, which is not known: an account ID in a condition is taken to be that."""


Callers = Callable[[Statement], Iterable[Caller]]
"""The callers of a kind that a statement which allows may name."""


def lets_in(document: PolicyDocument, action: str, callers: Callers, binding: Binding) -> Truth:
    """Whether the document lets one of the callers in. The action is in lower case."""
    found = any_of(
        _until_given_up(
            _lets_in(document, statement, action, caller, binding)
            for statement in document.statements
            if not (statement.allows & names(statement.actions, action)).is_no
            for caller in callers(statement)
        )
    )
    return YES if found.is_undetermined and _is_up_to_people(found) else found


def _until_given_up(answers: Iterable[Truth]) -> Iterator[Truth]:
    """The answers to the end or to the first that took too much: the others are as much."""
    for answer in answers:
        yield answer
        if GIVEN_UP in answer.causes:
            return


def _is_up_to_people(found: Truth) -> bool:
    return all(cause.kind is CauseKind.CONTEXT_KEY for cause in found.causes)


def lets_in_by(
    document: PolicyDocument, allowing: Statement, action: str, callers: Callers, binding: Binding
) -> tuple[Truth, Truth]:
    """Whether one statement, and nothing that denies, lets a caller in: one that meets conditions where it can, and one
    that need not meet any on an open key.
    """
    answers = []
    for open_key in (YES, NO):
        found = any_of(
            _lets_in(document, allowing, action, caller, binding, open_key=open_key) for caller in callers(allowing)
        )
        answers.append(open_key if found.is_undetermined and _is_up_to_people(found) else found)
    return answers[0], answers[1]


def names(patterns: Patterns, action: str) -> Truth:
    """Whether the actions of a statement have this one, which is in lower case."""
    found = pattern.matches_any(
        (
            lowered(tuple(part for part in item if isinstance(part, str | pattern.Wildcard | Hole)))
            for item in patterns.items
        ),
        (action,),
    )
    return ~found if patterns.negated else found


def may_tag_sessions(document: PolicyDocument, binding: Binding) -> Truth:
    """Whether somebody may give tags to the sessions of the role, along with whatever else is allowed."""
    return lets_in(document, "sts:tagsession", _anybody_at_all, binding)


def is_everybody(item: PrincipalPattern) -> bool:
    """Whether an entry of a ``Principal`` stands for all callers of all kinds."""
    return item.kind == "*" or (item.kind == "AWS" and literal(item.text) == "*")


def _anybody_at_all(statement: Statement) -> Iterable[Caller]:
    principals = statement.principals
    if principals is not None:
        yield Caller(Rule(undetermined(*principals.doubt) if principals.doubt else YES), _covers_all)


def _covers_all(principals: Principals) -> Rule:
    """Whether nobody is left; whoever is excepted may be the one."""
    if principals.doubt:
        return Rule(undetermined(*principals.doubt))
    return Rule(truth(not principals.negated and any(is_everybody(item) for item in principals.items)))


def _lets_in(
    document: PolicyDocument,
    allowing: Statement,
    action: str,
    caller: Caller,
    binding: Binding,
    *,
    open_key: Truth = YES,
) -> Truth:
    """The same for one statement and one caller. ``open_key`` is whether it meets what is asked of an open key."""
    spend(_STEPS * len(document.statements))
    known = {**_of_the_role(binding), **caller.context, **({caller.key: _SOMETHING} if caller.key else {})}
    request = Request(action, (), known, binding.symbols)
    conditions = allowing.conditions
    if caller.is_of_open_account:
        conditions = tuple(binding.opened(condition) for condition in conditions)
    found = [_asked(condition, caller, request, open_key) for condition in conditions]
    otherwise = allowing.allows & names(allowing.actions, action)
    allow = _all(Rule(otherwise), caller.admitted, *found)
    denies = tuple(
        _denies(statement, action, caller, request, allowing.conditions, ~open_key)
        for statement in document.statements
        if not statement.allows.is_yes
    )
    answer = admits(caller.language, allow, denies)
    if answer.is_undetermined and denies and admits(caller.language, allow, ()).is_no:
        return NO  # the region that a Deny speaks of could only matter to somebody who is allowed
    return answer


def _denies(
    statement: Statement,
    action: str,
    caller: Caller,
    request: Request,
    met: tuple[Condition, ...],
    open_key: Truth,
) -> Rule:
    otherwise = ~statement.allows & names(statement.actions, action)
    if otherwise.is_no or statement.principals is None:
        return Rule(NO)
    asked = (
        _asked(condition, caller, request, YES if condition in met else open_key) for condition in statement.conditions
    )
    return _all(Rule(otherwise), caller.covers(statement.principals), *asked)


def _of_the_role(binding: Binding) -> Mapping[str, ContextValue]:
    """What every request has because it is about the role: the account, where that is known."""
    account = literal(binding.account)
    return {} if account is None else {"aws:resourceaccount": Fixed(((account,),))}


_SOMETHING = Fixed((("something",),))


def _asked(condition: Condition, caller: Caller, request: Request, open_key: Truth) -> Rule:
    """What a condition asks of the text; on a key that is open, whatever the answer for such keys is."""
    if condition.doubt:
        return Rule(undetermined(*condition.doubt))
    if condition.is_impossible:
        return Rule(NO)
    key = condition.key.lower()
    if key == caller.key and condition.base != "null":
        return Rule(tests=(condition.test(request, is_arn=key == "aws:principalarn"),))
    if key not in request.context:
        return Rule(open_key)
    return Rule(_settled(condition.holds(request), open_key))


def _settled(answer: Truth, open_key: Truth) -> Truth:
    """The answer where people choose what is up to the request."""
    in_code = [cause for cause in answer.causes if not cause.kind.concerns_request]
    if answer.is_undetermined:
        return undetermined(*in_code) if in_code else open_key
    return answer


def _all(*rules: Rule) -> Rule:
    tests: dict[Question, None] = {}
    for rule in rules:
        tests |= dict.fromkeys(rule.tests)
    return Rule(all_of(rule.otherwise for rule in rules), tuple(tests))
