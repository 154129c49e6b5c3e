"""Switching roles: a user, or somebody whom IAM Identity Center gave a role, asks the console for another one.

The console sends no external ID, and the root user cannot switch.
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_switch-role-console.html
"""

from __future__ import annotations

import string
from collections import ChainMap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from scanner.cause import Cause, CauseKind
from scanner.iam import pattern
from scanner.iam.binding import Binding
from scanner.iam.context import Circumstances, context_of
from scanner.iam.language import Chosen, Language, Question, Rule, Run, Sentence
from scanner.iam.pattern import Hole, Pattern, Text, Wildcard, literal
from scanner.iam.policy import PolicyDocument, Statement
from scanner.iam.principal import Principal
from scanner.iam.principal_element import UNIQUE_ID, PrincipalPattern, Principals
from scanner.iam.request import ContextValue, Fixed, Presence
from scanner.iam.trust import Caller, is_everybody, lets_in
from scanner.lazy_dataclass import dataclass
from scanner.symbol import Account, AppliedBy, IdentityCenterPath
from scanner.truth import Truth, truth, undetermined
from scanner.verdicts.ways_in.endpoints import DIGITS, LOWER
from scanner.verdicts.ways_in.named import COLONS, OF_ASSERTIONS, OF_SERVICES, are_of_two_resources, one_arn

_NAME = frozenset(string.ascii_letters + string.digits + "+=,.@_-")
_ACCOUNT = Run(DIGITS)
_REGION: Sentence = (Run(LOWER), "-", Run(LOWER | {"-"}), "-", Run(DIGITS))
_ROOT, _USER, _IDENTITY_CENTER, _WITHOUT_PATH, _SESSION = (
    pattern.in_arn(pattern.parse_wildcards(text))
    for text in (
        "arn:*:iam::*:root",
        "arn:*:iam::*:user/*",
        "arn:*:iam::*:role/aws-reserved/sso.amazonaws.com/*",
        "arn:*:iam::*:role/AWSReservedSSO_*",
        "arn:*:sts::*:assumed-role/AWSReservedSSO_*",
    )
)
_KINDS = (_ROOT, _USER, _IDENTITY_CENTER, _WITHOUT_PATH, _SESSION)
_PERSON: Mapping[str, ContextValue] = {
    **OF_SERVICES,
    **OF_ASSERTIONS,
    "sts:externalid": Presence.ABSENT,
    "aws:principalisawsservice": Fixed((("false",),)),
    "aws:viaawsservice": Fixed((("false",),)),
    "aws:securetransport": Fixed((("true",),)),
}
_USER_CONTEXT: Mapping[str, ContextValue] = {**_PERSON, "aws:principaltype": Fixed((("User",),))}
_ROLE_CONTEXT: Mapping[str, ContextValue] = {
    **_PERSON,
    "aws:principaltype": Fixed((("AssumedRole",),)),
    "aws:username": Presence.ABSENT,
}
_TWO_NAMES = Cause(
    CauseKind.UNSUPPORTED, "whether a user who is named by a unique ID is the one who is named by an ARN"
)
_EXCEPTED_ACCOUNT = Cause(
    CauseKind.UNSUPPORTED,
    "whether a NotPrincipal that names an account excepts the users of the account",
)


@dataclass(frozen=True, slots=True)
class Switch:
    """Callers of ``sts:AssumeRole`` who are people at the console."""

    binding: Binding

    def callers(self, statement: Statement) -> Iterator[Caller]:
        """The people whom a statement names. A role's session is not a person's, except in Identity Center."""
        principals = statement.principals
        if principals is None:
            return
        if principals.doubt or principals.negated:
            yield from self._everybody(self.covers(principals))
            return
        for item in principals.items:
            yield from self._people(item)

    def _people(self, item: PrincipalPattern) -> Iterator[Caller]:
        if is_everybody(item):
            yield from self._everybody(Rule())
        if item.kind != "AWS" or item.is_deleted or literal(item.text) == "*":
            return
        text = self._text(item)
        identified = _identified(text)
        if identified is not None:
            yield from self._user_of(text) if identified == "user" else ()
            return
        account = _account_id(text)
        if account is not None:
            yield from self._account((self.binding.partition,), account)
            return
        segments = _segments(text)
        if _is_caller(segments):
            yield from self._account(segments[1], segments[4])
            return
        answers = [pattern.matches(wanted, text) for wanted in _KINDS]
        if answers[0].is_yes:
            yield from self._account(segments[1], segments[4])
        elif answers[1].is_yes:
            context = {**_USER_CONTEXT, **_of_account(segments[4]), **_of_user(text)}
            yield replace(self._caller(Rule(), (text,), context), covers=partial(self._covers_one, text))
        elif answers[2].is_yes:
            yield self._caller(Rule(), (text,), {**_ROLE_CONTEXT, **_of_account(segments[4])})
        elif answers[3].is_yes:
            # Nobody but Identity Center makes a role of such a name, so the path is left out.
            name = _cut(segments[5], len("role/"))
            context = {**_ROLE_CONTEXT, **_of_account(segments[4])}
            yield self._caller(Rule(), tuple(_role_arns(segments[1], segments[4], name)), context)
        elif answers[4].is_yes:
            context = {**_ROLE_CONTEXT, **_of_account(segments[4])}
            yield self._caller(Rule(), tuple(_role_arns(segments[1], segments[4])), context)
        else:
            # A role of which the name alone is not known is taken to be one that somebody made.
            yield from self._everybody(Rule(answers[0] | answers[1]))

    def _user_of(self, unique_id: Text) -> Iterator[Caller]:
        """A user of whom the unique ID alone is known."""
        who = frozenset({Cause(CauseKind.UNRESOLVED_REFERENCE, f"who the user {_shown(unique_id)} is")})
        arn = ("arn:", self.binding.partition, ":iam::", pattern.word(who), ":user/", Hole(who, one_segment=True))
        context = {**_USER_CONTEXT, "aws:userid": Fixed((unique_id,))}
        yield replace(self._caller(Rule(), (arn,), context), covers=partial(self._covers_id, unique_id))

    def _text(self, item: PrincipalPattern) -> Text:
        return self.binding.filled(one_arn(item.text))

    def _everybody(self, admitted: Rule) -> Iterator[Caller]:
        yield from self._members(admitted, (self.binding.partition,), [(_ACCOUNT,), *_chosen(self.binding.account)], {})

    def _account(self, partition: Text, account: Text) -> Iterator[Caller]:
        """The users of an account and those whom Identity Center gives a role in it."""
        for caller in self._members(Rule(), partition, [account], _of_account(account)):
            yield replace(caller, is_of_open_account=_is_own_account(account))

    def _members(
        self, admitted: Rule, partition: Text, accounts: Sequence[Sentence], fixed: Mapping[str, ContextValue]
    ) -> Iterator[Caller]:
        users = tuple(sentence for account in accounts for sentence in _user_arns(partition, account))
        roles = tuple(sentence for account in accounts for sentence in _role_arns(partition, account))
        yield self._caller(admitted, users, {**_USER_CONTEXT, **fixed})
        yield self._caller(admitted, roles, {**_ROLE_CONTEXT, **fixed})

    def _caller(self, admitted: Rule, language: Language, context: Mapping[str, ContextValue]) -> Caller:
        return Caller(admitted, self.covers, "aws:principalarn", language, context)

    def covers(self, principals: Principals) -> Rule:
        """Whether the principals of a statement are whoever asks: a test on the ARN."""
        if principals.doubt:
            return Rule(undetermined(*principals.doubt))
        return Rule(tests=(self._test(principals),))

    def _covers_one(self, text: Text, principals: Principals) -> Rule:
        """The same for one user, who is none whose name is another one."""
        items = self._perhaps(text, principals)
        if any(item.kind == "AWS" and not item.is_deleted and _identified(item.text) == "user" for item in items):
            return Rule(undetermined(_TWO_NAMES))
        return self.covers(replace(principals, items=items))

    def _covers_id(self, unique_id: Text, principals: Principals) -> Rule:
        """The same for one user of whom the unique ID is known."""
        if not principals.doubt and any(item.kind == "AWS" and item.text == unique_id for item in principals.items):
            return Rule(truth(not principals.negated))
        return self.covers(replace(principals, items=self._perhaps(unique_id, principals)))

    def _perhaps(self, text: Text, principals: Principals) -> tuple[PrincipalPattern, ...]:
        """The entries that do not name another resource of the code."""
        return tuple(item for item in principals.items if not are_of_two_resources(self._text(item), text))

    def _test(self, principals: Principals) -> Question:
        """The statement's principals as a test on the ARN of whoever asks."""
        found = tuple(part for item in principals.items for part in self._patterns(item, negated=principals.negated))
        return Question(found, principals.negated)

    def _patterns(self, item: PrincipalPattern, *, negated: bool) -> Iterator[Pattern]:
        if is_everybody(item):
            yield (Wildcard.ANY_TEXT,)
        if item.kind != "AWS" or item.is_deleted or literal(item.text) == "*":
            return
        text = self._text(item)
        if _identified(text) is not None:
            if negated:  # whoever that is, others are denied
                yield (Hole(frozenset({_TWO_NAMES})),)
            return
        account = _account_id(text)
        if account is None and pattern.matches(_ROOT, text).is_yes:
            account = _segments(text)[4]
        if account is None:
            yield text
            return
        # An account that is denied is all of its principals. One that is excepted need not be: AWS's examples name the
        # account beside the user who is meant.
        rest = Hole(frozenset({_EXCEPTED_ACCOUNT})) if negated else Wildcard.ANY_TEXT
        yield ("arn:", Wildcard.ANY_IN_SEGMENT, ":iam::", *account, ":", rest)


def is_too_long(role: Principal) -> bool:
    """Whether the console cannot switch to a role because of its name, as far as that is written.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_manage-assume.html
    """
    written = "".join(part for part in role.arn if isinstance(part, str))
    return len(written.partition(":role/")[2]) > _LONGEST


_LONGEST = 64
"""With the path but for its first slash: a role without a path may have a name of this length."""


def lets_in_user(document: PolicyDocument, binding: Binding, user: Principal) -> Truth:
    """Whether a trust policy lets one user in whose ARN is known, who meets conditions that are up to people."""
    switch, arn = Switch(binding), literal(user.arn)
    if arn is None:
        return undetermined(_UNKNOWN_USER)
    own = context_of(user, Circumstances(), _ACTION)
    context: Mapping[str, ContextValue] = ChainMap({**_USER_CONTEXT}, dict(own))

    def callers(statement: Statement) -> Iterator[Caller]:
        if statement.principals is not None:
            admitted = switch.covers(statement.principals)
            yield Caller(admitted, switch.covers, "aws:principalarn", ((arn,),), context)

    return lets_in(document, _ACTION, callers, binding)


_ACTION = "sts:assumerole"
_UNKNOWN_USER = Cause(CauseKind.KNOWN_AFTER_APPLY, "the ARN of a user")


def _of_account(account: Text) -> Mapping[str, ContextValue]:
    """What the account says about whoever is in it, where it is known."""
    known = literal(account)
    return {} if known is None else {"aws:principalaccount": Fixed(((known,),))}


def _of_user(arn: Text) -> Mapping[str, ContextValue]:
    """What the ARN of a user says about the name, if that is written at its end."""
    last = arn[-1]
    _, slash, name = last.rpartition("/") if isinstance(last, str) else ("", "", "")
    return {"aws:username": Fixed(((name,),))} if slash and name else {}


def _user_arns(partition: Sentence, account: Sentence) -> Iterator[Sentence]:
    yield ("arn:", *partition, ":iam::", *account, ":user/", Run(_NAME | {"/"}))


def _cut(text: Text, length: int) -> Text:
    """A text without its first characters, which are known."""
    first, *others = text
    return (str(first)[length:], *others)


_PERMISSION_SET: Sentence = ("AWSReservedSSO_", Run(_NAME), "_", Run(frozenset(string.hexdigits.lower())))


def _identity_center_region(partition: Text) -> Sentence:
    """The region that Identity Center is in, by its symbol; nothing where not even the partition is known."""
    known = literal(partition)
    if known is None:
        return ()
    symbol = IdentityCenterPath(known)
    return (Chosen(Hole(frozenset({Cause(CauseKind.UNRESOLVED_REFERENCE, str(symbol))}), symbol, one_segment=True)),)


def _role_arns(partition: Text, account: Sentence, name: Sentence = _PERMISSION_SET) -> Iterator[Sentence]:
    """Roles that Identity Center makes: https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html"""
    start: Sentence = ("arn:", *partition, ":iam::", *account, ":role/aws-reserved/sso.amazonaws.com/")
    yield (*start, *name)
    yield (*start, *_REGION, "/", *name)
    yield (*start, *_identity_center_region(partition), *name)


def _chosen(account: Text) -> Iterator[Sentence]:
    """The account that is not known, by its symbol."""
    yield from ((Chosen(part),) for part in account if isinstance(part, Hole))


def _account_id(text: Text) -> Text | None:
    """The account if only its ID is written."""
    known = literal(text)
    if known is not None:
        return text if known.isdigit() and len(known) == 12 else None
    return text if len(text) == 1 and isinstance(text[0], Hole) and text[0].is_account_id else None


def _shown(unique_id: Text) -> str:
    """For people."""
    return "".join(part if isinstance(part, str) else str(part.symbol) for part in unique_id)


def _identified(text: Text) -> str | None:
    """Of which kind of identity it is the unique ID; None for what is no such ID.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
    """
    if len(text) == 1 and isinstance(text[0], Hole):
        return text[0].identifies or None
    known = literal(text) or ""
    return _BEGINNINGS.get(known[:4], "") if UNIQUE_ID.fullmatch(known) else None


_BEGINNINGS = {"AIDA": "user", "AROA": "role"}


def _is_caller(segments: list[Text]) -> bool:
    """Whether it is the ARN of whoever applies the code, who may be any principal of the account."""
    end = segments[-1]
    return (
        len(segments) == COLONS + 1
        and len(end) == 1
        and isinstance(end[0], Hole)
        and isinstance(end[0].symbol, AppliedBy)
    )


def _is_own_account(text: Text) -> bool:
    return len(text) == 1 and isinstance(text[0], Hole) and isinstance(text[0].symbol, Account)


def _segments(text: Text) -> list[Text]:
    """The parts between the first five colons, and what follows."""
    found: list[list[str | Hole]] = [[]]
    for part in text:
        if isinstance(part, Hole):
            found[-1].append(part)
            continue
        first, *others = part.split(":", COLONS + 1 - len(found))
        for number, piece in enumerate((first, *others)):
            if number:
                found.append([])
            if piece:
                found[-1].append(piece)
    return [tuple(segment) for segment in found]
