"""Policy documents: from a value to statements that can be evaluated.

The grammar is https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html. What is malformed is
reported and leaves a document that may allow or deny anything; what is unknown in part (a statement, an action, a
resource) leaves the rest of the document as definite as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field, replace
from enum import Enum
from functools import lru_cache

from scanner import json_text
from scanner.budget import spend
from scanner.cause import Cause, CauseKind, clause
from scanner.diagnostic import Diagnostic, error
from scanner.iam import condition as conditions
from scanner.iam.condition import Condition
from scanner.iam.pattern import Hole, Text, literal, text_of
from scanner.iam.variables import PolicyText, parse_policy_text
from scanner.iam.variants import Variant, candidates_of, variants
from scanner.lazy_dataclass import dataclass
from scanner.regexes import whole
from scanner.span import Span
from scanner.truth import NO, YES, Truth, undetermined
from scanner.values import Unknown, Value, holes

_STEPS = 10
"""Of reading one statement, beside its texts."""
_CHARACTERS = 6
"""A power of two: as many characters of a text are a step. Each costs a place in an automaton."""

WITH_VARIABLES = "2012-10-17"
VERSIONS = (WITH_VARIABLES, "2008-10-17")


@dataclass(frozen=True, slots=True)
class Patterns:
    """``Action``/``NotAction``, ``Resource``/``NotResource``: what matches, or what is excepted."""

    items: tuple[PolicyText, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class PrincipalPattern:
    """One entry of a ``Principal`` element: ``AWS``, ``Service``, ``Federated``, ``CanonicalUser`` or ``*``."""

    kind: str
    text: Text


@dataclass(frozen=True, slots=True)
class Principals:
    """``Principal``/``NotPrincipal`` of a trust policy."""

    items: tuple[PrincipalPattern, ...]
    negated: bool = False
    doubt: frozenset[Cause] = frozenset()


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement."""

    sid: str | None
    allows: Truth
    """Yes for Allow, no for Deny, undetermined while the effect is not known."""
    actions: Patterns
    resources: Patterns
    principals: Principals | None
    conditions: tuple[Condition, ...]
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class PolicyDocument:
    """The statements, in the order in which they are written."""

    statements: tuple[Statement, ...]
    diagnostics: tuple[Diagnostic, ...] = field(default=(), compare=False)
    managed: str | None = field(default=None, compare=False)
    """The ARN of the AWS managed policy whose document it is, so that it can be had again instead of copied."""


def opaque(cause: Cause, span: Span | None = None) -> PolicyDocument:
    """The document of which nothing is known: it may allow anything and deny anything."""
    return PolicyDocument((_opaque_statement(cause, span),))


def _opaque_statement(cause: Cause, span: Span | None) -> Statement:
    doubt = frozenset({cause})
    anything = Patterns(((Hole(doubt),),))
    return Statement(
        None,
        undetermined(cause),
        anything,
        anything,
        Principals((), doubt=doubt),
        (conditions.unreadable(cause),),
        span,
    )


class _MalformedError(Exception):
    def __init__(self, message: str, span: Span | None) -> None:
        super().__init__(message)
        self.span = span


class DocumentKind(Enum):
    """Where a document stands; that decides which elements it must have."""

    IDENTITY = "identity-based"
    """Identity-based policies and boundaries: a ``Resource``, no ``Principal``."""
    SERVICE_CONTROL = "service control"
    """The same, and it binds every principal of the accounts that it is attached to."""
    TRUST = "trust"
    """A role's trust policy: a ``Principal``, no ``Resource``."""
    RESOURCE_CONTROL = "resource control"
    """Both."""


ReadText = Callable[[Value], Value]
"""The value that a text describes, for texts that are known in part too. Raises ``JSONTextError``."""


def parse_document(
    value: Value, kind: DocumentKind = DocumentKind.IDENTITY, read: ReadText = json_text.read
) -> PolicyDocument:
    """The document that a value holds: a mapping, JSON text, or something unknown.

    Null and malformed documents come back with an error diagnostic and statements that decide nothing.
    """
    if value.encodes is not None:
        value = value.encodes if value.encodes.span is not None else value.encodes.at(value.span)
    if isinstance(value.data, Unknown) and value.data.candidates:
        return _one_of_few(value, kind, read)
    match value.data:
        case Unknown(pieces=()) as unknown:
            return opaque(unknown.cause, value.span)
        case str() | Unknown():
            spend(_steps(text_of(value) or ()))
            try:
                value = read(value)
            except json_text.JSONTextError as problem:
                unknown_parts = holes(value)
                if unknown_parts:  # the text is not known well enough to say that it is wrong
                    return opaque(unknown_parts[0].cause, value.span)
                return _malformed_document(f"The policy is not valid JSON: {problem}.", problem.span or value.span)
    if isinstance(value.data, Unknown):
        return opaque(value.data.cause, value.span)
    if value.is_null:
        return _malformed_document("There is no policy document.", value.span)
    return _Parser(value.span, kind).document(value)


def _one_of_few(value: Value, kind: DocumentKind, read: ReadText) -> PolicyDocument:
    """The statements of all documents that it may be. A malformed one is not an error yet, and may say anything."""
    statements: list[Statement] = []
    for candidate in candidates_of(value):
        if candidate.value is not None:
            document = parse_document(candidate.value, kind, read)
            statements.extend(_depending(statement, candidate.causes) for statement in document.statements)
    return PolicyDocument(tuple(statements))


def _depending(statement: Statement, causes: tuple[Cause, ...]) -> Statement:
    """A statement that is there if the causes turn out so: as if it had a condition that may hold or not."""
    doubts = tuple(conditions.unreadable(cause) for cause in causes)
    return replace(statement, conditions=(*statement.conditions, *doubts))


def _malformed_document(message: str, span: Span | None) -> PolicyDocument:
    cause = Cause(CauseKind.MALFORMED, f"a malformed policy document ({clause(message)})", span)
    return PolicyDocument((_opaque_statement(cause, span),), (_diagnostic(message, span),))


def _diagnostic(message: str, span: Span | None) -> Diagnostic:
    return error("Malformed policy document", message, span or Span.whole_file(""))


class _Parser:
    """Reads one document; remembers what is wrong with it."""

    def __init__(self, span: Span | None, kind: DocumentKind) -> None:
        self._span = span
        self._kind = kind
        self._variables = False
        self._version_doubt: Cause | None = None
        self._problems: list[Diagnostic] = []
        self._malformed: list[Cause] = []

    def document(self, value: Value) -> PolicyDocument:
        try:
            entries = _mapping(value, "A policy document", self._span)
            self._known_keys(entries, {"Version", "Id", "Statement"}, "document", value.span)
            self._read_version(entries.get("Version"))
            if "Statement" not in entries:
                raise _MalformedError("The policy document has no Statement.", value.span)
            found = entries["Statement"]
            statements: list[Statement] = []
            for variant in candidates_of(found):
                statements.extend(self._statements(variant, value.span))
        except _MalformedError as problem:
            return _malformed_document(str(problem), problem.span or self._span)
        if self._problems:  # AWS refuses the document as a whole, so its good statements count for nothing either
            return PolicyDocument((_opaque_statement(self._malformed[0], value.span),), tuple(self._problems))
        return PolicyDocument(tuple(statements))

    def _statements(self, written: Variant, span: Span | None) -> Iterator[Statement]:
        """The statements of a list, or of one that may be the list."""
        found = written.value
        if found is None:
            return
        items = found.elements
        if not items and not written.causes:
            raise _MalformedError("The Statement is empty.", found.span or span)
        certain: list[Statement] = []
        for item in items:
            for variant in variants(item):
                spend(_STEPS)
                if variant.value is None:
                    continue
                causes = (*written.causes, *variant.causes)
                statement = self._statement_or_opaque(variant.value, is_certain=not causes)
                if not causes:
                    certain.append(statement)
                yield _depending(statement, causes) if causes else statement
        self._check_sids(certain)

    def _read_version(self, value: Value | None) -> None:
        if value is None:
            return
        text = value.text
        if value.unknown is not None:
            self._version_doubt = value.unknown.cause
            return
        if text not in VERSIONS:
            shown = text if text is not None else value.data
            message = f'The Version "{shown}" is neither "{VERSIONS[0]}" nor "{VERSIONS[1]}".'
            raise _MalformedError(message, value.span)
        self._variables = text == WITH_VARIABLES

    def _check_sids(self, statements: Iterable[Statement]) -> None:
        seen: set[str] = set()
        for statement in statements:
            if statement.sid and statement.sid in seen:
                raise _MalformedError(f'Two statements have the Sid "{statement.sid}".', statement.span)
            if statement.sid:
                seen.add(statement.sid)

    def _statement_or_opaque(self, value: Value, *, is_certain: bool = True) -> Statement:
        """The statement; one that is malformed is a problem if it is certain that it will be there."""
        if value.unknown is not None:
            return _opaque_statement(value.unknown.cause, value.span)
        try:
            return self._statement(value)
        except _MalformedError as problem:
            span = problem.span or value.span or self._span
            cause = Cause(CauseKind.MALFORMED, f"a malformed statement ({clause(str(problem))})", span)
            if is_certain:
                self._problems.append(_diagnostic(str(problem), span))
                self._malformed.append(cause)
            return _opaque_statement(cause, span)

    def _statement(self, value: Value) -> Statement:
        entries = _mapping(value, "A statement", value.span)
        allowed = {"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"}
        self._known_keys(entries, allowed | {"Principal", "NotPrincipal"}, "statement", value.span)
        has_principal = self._kind in (DocumentKind.TRUST, DocumentKind.RESOURCE_CONTROL)
        if not has_principal and entries.keys() & {"Principal", "NotPrincipal"}:
            raise _MalformedError(_NO_PRINCIPAL[self._kind], value.span)
        actions = self._patterns(entries, "Action", value, required=True)
        resources = self._patterns(entries, "Resource", value, required=self._kind is not DocumentKind.TRUST)
        return Statement(
            self._sid(entries.get("Sid")),
            self._effect(entries.get("Effect"), value),
            actions,
            resources,
            self._principals(entries, value) if has_principal else None,
            tuple(self._conditions(entries.get("Condition"))),
            value.span,
        )

    def _known_keys(self, entries: Mapping[str, Value], known: set[str], what: str, span: Span | None) -> None:
        for key, entry in entries.items():
            if key not in known:
                raise _MalformedError(f'A {what} has no element "{key}".', entry.span or span)

    def _sid(self, value: Value | None) -> str | None:
        if value is None or value.unknown is not None:
            return None
        if value.text is None:
            raise _MalformedError("The Sid is not a string.", value.span)
        if not _SID.fullmatch(value.text):
            raise _MalformedError(f'The Sid "{value.text}" has characters other than letters and digits.', value.span)
        return value.text or None

    def _effect(self, value: Value | None, statement: Value) -> Truth:
        if value is None:
            raise _MalformedError("A statement has no Effect.", statement.span)
        if value.unknown is not None:
            return undetermined(value.unknown.cause)
        match value.text:
            case "Allow":
                return YES
            case "Deny":
                return NO
        raise _MalformedError(f'The Effect "{value.text}" is neither "Allow" nor "Deny".', value.span)

    def _patterns(self, entries: Mapping[str, Value], name: str, statement: Value, *, required: bool) -> Patterns:
        positive, negative = entries.get(name), entries.get(f"Not{name}")
        if positive is not None and negative is not None:
            raise _MalformedError(f"A statement has both {name} and Not{name}.", statement.span)
        value = positive if positive is not None else negative
        if value is None:
            if required:
                raise _MalformedError(f"A statement has neither {name} nor Not{name}.", statement.span)
            return Patterns((parse_policy_text(("*",), variables=False),))
        variables = self._variables and name == "Resource"
        is_versioned = self._version_doubt is None
        items = tuple(
            self._known_pattern(item, name, statement, variables=variables)
            if is_versioned and type(item.data) is str and len(item.data) < _SHORT
            else self._policy_text(self._text(item, name, statement), variables=variables)
            for item in _all(value, name, statement)
        )
        return Patterns(items, negated=negative is not None)

    def _known_pattern(self, item: Value, name: str, statement: Value, *, variables: bool) -> PolicyText:
        """What the two below do with a short text that is wholly known; most texts stand in many statements."""
        steps, problem, pattern = _read_pattern(str(item.data), name, variables)
        spend(steps)
        if problem is not None:
            raise _MalformedError(problem, item.span or statement.span)
        return pattern

    def _text(self, item: Value, name: str, statement: Value) -> Text:
        text = text_of(item) if isinstance(item.data, str | Unknown) else None
        if text is None:
            raise _MalformedError(f"The {name} of a statement is not a string.", item.span or statement.span)
        known = literal(text)
        spend(_steps(text))
        problem = _PROBLEMS[name](known) if name in _PROBLEMS and known is not None else None
        if problem is not None:
            raise _MalformedError(problem, item.span or statement.span)
        return text

    def _principals(self, entries: Mapping[str, Value], statement: Value) -> Principals:
        positive, negative = entries.get("Principal"), entries.get("NotPrincipal")
        if positive is not None and negative is not None:
            raise _MalformedError("A statement has both Principal and NotPrincipal.", statement.span)
        value = positive if positive is not None else negative
        if value is None:
            raise _MalformedError(f"A statement of a {self._kind.value} policy has no Principal.", statement.span)
        negated = negative is not None
        if value.unknown is not None:
            return Principals((), negated, frozenset({value.unknown.cause}))
        if value.text is not None:
            if value.text != "*":
                raise _MalformedError(f'The Principal "{value.text}" is not "*".', value.span)
            return Principals((PrincipalPattern("*", ("*",)),), negated)
        items: list[PrincipalPattern] = []
        for kind, entry in _mapping(value, "A Principal", statement.span).items():
            if kind not in ("AWS", "Service", "Federated", "CanonicalUser"):
                raise _MalformedError(f'There is no principal type called "{kind}".', entry.span or value.span)
            if entry.data != ():  # an empty list is accepted, and names nobody
                texts = (self._text(item, "Principal", statement) for item in _all(entry, "Principal", statement))
                items.extend(PrincipalPattern(kind, text) for text in texts)
        return Principals(tuple(items), negated)

    def _conditions(self, value: Value | None) -> Iterator[Condition]:
        if value is None or value.is_null:
            return
        if value.unknown is not None:
            yield conditions.unreadable(value.unknown.cause)
            return
        for name, block in _mapping(value, "A Condition", value.span).items():
            parsed = conditions.parse_operator(name)
            if parsed is None:
                raise _MalformedError(f'There is no condition operator called "{name}".', block.span or value.span)
            if block.unknown is not None:
                yield conditions.unreadable(block.unknown.cause)
                continue
            for key, found in _mapping(block, f'The condition operator "{name}"', value.span).items():
                base, quantifier, if_exists = parsed
                templates = tuple(self._condition_values(found, name, key, base))
                yield Condition(name, base, quantifier, if_exists, key, templates)

    def _condition_values(self, value: Value, operator: str, key: str, base: str) -> Iterator[PolicyText]:
        valid = conditions.OPERATORS[base].valid if base in conditions.OPERATORS else None
        for item in value.elements:
            text = text_of(item)
            if text is None:
                message = f'The value of "{key}" in the condition operator "{operator}" is not a string.'
                raise _MalformedError(message, item.span or value.span)
            spend(_steps(text))
            known = literal(text)
            if valid is not None and known is not None and "${" not in known and not valid(known):
                message = f'The value "{known}" of "{key}" cannot be compared by the operator "{operator}".'
                raise _MalformedError(message, item.span or value.span)
            yield self._policy_text(text, variables=self._variables)

    def _policy_text(self, text: Text, *, variables: bool) -> PolicyText:
        """What looks like a variable is one if the version says so; while that is not known, neither is the text."""
        if self._version_doubt is not None and any(isinstance(piece, str) and "${" in piece for piece in text):
            return (Hole(frozenset({self._version_doubt})),)
        return parse_policy_text(text, variables=variables)


def _steps(text: Text) -> int:
    return 2 + sum(1 + (len(part) >> _CHARACTERS) if isinstance(part, str) else 1 for part in text)


_NO_PRINCIPAL = {
    DocumentKind.IDENTITY: "An identity-based policy must not have a Principal.",
    DocumentKind.SERVICE_CONTROL: (
        "A service control policy must not have a Principal: it applies to every principal of the accounts that it is "
        "attached to. Use a condition on aws:PrincipalArn to exempt some of them."
    ),
}
_SID = whole(r"[0-9A-Za-z]*")


def _action_problem(text: str) -> str | None:
    if text == "*":
        return None
    vendor, colon, name = text.partition(":")
    if not colon:
        return f'The action "{text}" has no service prefix.'
    if ":" in name:
        return f'The action "{text}" has more than one colon.'
    if text != "*:*" and ("*" in vendor or "?" in vendor):
        return f'The service prefix of the action "{text}" has a wildcard.'
    return None


def _resource_problem(text: str) -> str | None:
    if text == "*" or text.startswith("${"):
        return None
    if not text.startswith("arn:"):
        return f'The resource "{text}" is neither an ARN nor "*".'
    if text.count(":") < 5 and not any(sign in text for sign in ("*", "?", "${")):
        return f'The resource "{text}" has too few parts for an ARN.'
    return None


_PROBLEMS = {"Action": _action_problem, "Resource": _resource_problem}


_SHORT = 512
"""Characters of a text from which on it is not remembered."""


@lru_cache(maxsize=8192)
def _read_pattern(text: str, name: str, variables: bool) -> tuple[int, str | None, PolicyText]:
    """The steps that a text of an element takes, what is wrong with it, and its pattern."""
    parts: Text = (text,) if text else ()
    problem = _PROBLEMS[name](text)
    return _steps(parts), problem, parse_policy_text(parts, variables=variables) if problem is None else ()


def _all(value: Value, name: str, statement: Value) -> tuple[Value, ...]:
    """The texts of an element, of which there has to be one."""
    if not value.elements:
        raise _MalformedError(f"The {name} of a statement is empty.", value.span or statement.span)
    return value.elements


def _mapping(value: Value, what: str, span: Span | None) -> Mapping[str, Value]:
    if not isinstance(value.data, Mapping):
        raise _MalformedError(f"{what} is not a JSON object.", value.span or span)
    return value.data
