"""Policy documents: from a value to statements that can be evaluated.

The grammar is https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html. What is malformed is
reported and leaves a document that may allow or deny anything; what is unknown in part (a statement, an action, a
resource) leaves the rest of the document as definite as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field, replace
from enum import Enum

from scanner import json_text
from scanner.budget import spend
from scanner.cause import Cause, CauseKind, clause
from scanner.diagnostic import Diagnostic, error
from scanner.iam import condition as conditions
from scanner.iam.condition import Condition
from scanner.iam.elements import SHORT, MalformedError, items_of, mapping_of, short_pattern, steps_of, text_in
from scanner.iam.pattern import Hole, Text, literal, text_of
from scanner.iam.principal_element import Principals, read_principals
from scanner.iam.refusals import refuse_in_resource_control, refuse_in_trust
from scanner.iam.variables import PolicyText, parse_policy_text
from scanner.iam.variants import Variant, candidates_of, variants
from scanner.lazy_dataclass import dataclass
from scanner.regexes import whole
from scanner.span import Span
from scanner.truth import NO, YES, Truth, undetermined
from scanner.values import Unknown, Value, holes

_STEPS = 10
"""Of reading one statement, beside its texts."""

WITH_VARIABLES = "2012-10-17"
VERSIONS = (WITH_VARIABLES, "2008-10-17")


@dataclass(frozen=True, slots=True)
class Patterns:
    """``Action``/``NotAction``, ``Resource``/``NotResource``: what matches, or what is excepted."""

    items: tuple[PolicyText, ...]
    negated: bool = False


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
    value: Value,
    kind: DocumentKind = DocumentKind.IDENTITY,
    read: ReadText = json_text.read,
    *,
    is_in_force: bool = False,
) -> PolicyDocument:
    """The document that a value holds: a mapping, JSON text, or something unknown.

    Null and malformed documents come back with an error diagnostic and statements that decide nothing. AWS has one that
    ``is_in_force`` already, so it refuses nothing in it that the grammar allows.
    """
    if value.encodes is not None:
        value = value.encodes if value.encodes.span is not None else value.encodes.at(value.span)
    if isinstance(value.data, Unknown) and value.data.candidates:
        return _one_of_few(value, kind, read, is_in_force=is_in_force)
    match value.data:
        case Unknown(pieces=()) as unknown:
            return opaque(unknown.cause, value.span)
        case str() | Unknown():
            spend(steps_of(text_of(value) or ()))
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
    return _Parser(value.span, kind, is_in_force=is_in_force).document(value)


def _one_of_few(value: Value, kind: DocumentKind, read: ReadText, *, is_in_force: bool) -> PolicyDocument:
    """The statements of all documents that it may be. A malformed one is not an error yet, and may say anything."""
    statements: list[Statement] = []
    for candidate in candidates_of(value):
        if candidate.value is not None:
            document = parse_document(candidate.value, kind, read, is_in_force=is_in_force)
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

    def __init__(self, span: Span | None, kind: DocumentKind, *, is_in_force: bool) -> None:
        self._span = span
        self._kind = kind
        self._is_in_force = is_in_force
        self._variables = False
        self._version_doubt: Cause | None = None
        self._problems: list[Diagnostic] = []
        self._malformed: list[Cause] = []

    def document(self, value: Value) -> PolicyDocument:
        try:
            entries = mapping_of(value, "A policy document", self._span)
            self._known_keys(entries, {"Version", "Id", "Statement"}, "document", value.span)
            self._read_version(entries.get("Version"))
            if "Statement" not in entries:
                raise MalformedError("The policy document has no Statement.", value.span)
            found = entries["Statement"]
            statements: list[Statement] = []
            for variant in candidates_of(found):
                statements.extend(self._statements(variant, value.span))
        except MalformedError as problem:
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
            raise MalformedError("The Statement is empty.", found.span or span)
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
            raise MalformedError(message, value.span)
        self._variables = text == WITH_VARIABLES

    def _check_sids(self, statements: Iterable[Statement]) -> None:
        seen: set[str] = set()
        for statement in statements:
            if statement.sid and statement.sid in seen:
                raise MalformedError(f'Two statements have the Sid "{statement.sid}".', statement.span)
            if statement.sid:
                seen.add(statement.sid)

    def _statement_or_opaque(self, value: Value, *, is_certain: bool = True) -> Statement:
        """The statement; one that is malformed is a problem if it is certain that it will be there."""
        if value.unknown is not None:
            return _opaque_statement(value.unknown.cause, value.span)
        try:
            return self._statement(value)
        except MalformedError as problem:
            span = problem.span or value.span or self._span
            cause = Cause(CauseKind.MALFORMED, f"a malformed statement ({clause(str(problem))})", span)
            if is_certain:
                self._problems.append(_diagnostic(str(problem), span))
                self._malformed.append(cause)
            return _opaque_statement(cause, span)

    def _statement(self, value: Value) -> Statement:
        entries = mapping_of(value, "A statement", value.span)
        allowed = {"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"}
        self._known_keys(entries, allowed | {"Principal", "NotPrincipal"}, "statement", value.span)
        has_principal = self._kind in (DocumentKind.TRUST, DocumentKind.RESOURCE_CONTROL)
        if not has_principal and entries.keys() & {"Principal", "NotPrincipal"}:
            raise MalformedError(_NO_PRINCIPAL[self._kind], value.span)
        actions = self._patterns(entries, "Action", value, required=True)
        resources = self._patterns(entries, "Resource", value, required=self._kind is not DocumentKind.TRUST)
        statement = Statement(
            self._sid(entries.get("Sid")),
            self._effect(entries.get("Effect"), value),
            actions,
            resources,
            read_principals(entries, value, self._kind.value, is_in_force=self._is_in_force) if has_principal else None,
            tuple(self._conditions(entries.get("Condition"))),
            value.span,
        )
        refuse = _REFUSALS.get(self._kind)
        if refuse is not None and not self._is_in_force:
            refuse(entries, value)
        return statement

    def _known_keys(self, entries: Mapping[str, Value], known: set[str], what: str, span: Span | None) -> None:
        for key, entry in entries.items():
            if key not in known:
                raise MalformedError(f'A {what} has no element "{key}".', entry.span or span)

    def _sid(self, value: Value | None) -> str | None:
        if value is None or value.unknown is not None:
            return None
        if value.text is None:
            raise MalformedError("The Sid is not a string.", value.span)
        if not _SID.fullmatch(value.text):
            raise MalformedError(f'The Sid "{value.text}" has characters other than letters and digits.', value.span)
        return value.text or None

    def _effect(self, value: Value | None, statement: Value) -> Truth:
        if value is None:
            raise MalformedError("A statement has no Effect.", statement.span)
        if value.unknown is not None:
            return undetermined(value.unknown.cause)
        match value.text:
            case "Allow":
                return YES
            case "Deny":
                return NO
        raise MalformedError(f'The Effect "{value.text}" is neither "Allow" nor "Deny".', value.span)

    def _patterns(self, entries: Mapping[str, Value], name: str, statement: Value, *, required: bool) -> Patterns:
        positive, negative = entries.get(name), entries.get(f"Not{name}")
        if positive is not None and negative is not None:
            raise MalformedError(f"A statement has both {name} and Not{name}.", statement.span)
        value = positive if positive is not None else negative
        if value is None:
            if required:
                raise MalformedError(f"A statement has neither {name} nor Not{name}.", statement.span)
            return Patterns((parse_policy_text(("*",), variables=False),))
        variables = self._variables and name == "Resource"
        is_versioned = self._version_doubt is None
        items = tuple(
            short_pattern(item, name, statement, variables=variables)
            if is_versioned and type(item.data) is str and len(item.data) < SHORT
            else self._policy_text(text_in(item, name, statement), variables=variables)
            for item in items_of(value, name, statement)
        )
        return Patterns(items, negated=negative is not None)

    def _conditions(self, value: Value | None) -> Iterator[Condition]:
        if value is None or value.is_null:
            return
        if value.unknown is not None:
            yield conditions.unreadable(value.unknown.cause)
            return
        for name, block in mapping_of(value, "A Condition", value.span).items():
            parsed = conditions.parse_operator(name)
            if parsed is None:
                raise MalformedError(f'There is no condition operator called "{name}".', block.span or value.span)
            if block.unknown is not None:
                yield conditions.unreadable(block.unknown.cause)
                continue
            for key, found in mapping_of(block, f'The condition operator "{name}"', value.span).items():
                if ":" not in key and self._kind is not DocumentKind.TRUST and not self._is_in_force:
                    raise MalformedError(f'The condition key "{key}" has no service prefix.', found.span or value.span)
                base, quantifier, if_exists = parsed
                templates = tuple(self._condition_values(found, name, key, base))
                yield Condition(name, base, quantifier, if_exists, key, templates)

    def _condition_values(self, value: Value, operator: str, key: str, base: str) -> Iterator[PolicyText]:
        valid = conditions.OPERATORS[base].valid if base in conditions.OPERATORS else None
        for item in value.elements:
            text = text_of(item)
            if text is None:
                message = f'The value of "{key}" in the condition operator "{operator}" is not a string.'
                raise MalformedError(message, item.span or value.span)
            spend(steps_of(text))
            known = literal(text)
            if valid is not None and known is not None and "${" not in known and not valid(known):
                message = f'The value "{known}" of "{key}" cannot be compared by the operator "{operator}".'
                raise MalformedError(message, item.span or value.span)
            yield self._policy_text(text, variables=self._variables)

    def _policy_text(self, text: Text, *, variables: bool) -> PolicyText:
        """What looks like a variable is one if the version says so; while that is not known, neither is the text."""
        if self._version_doubt is not None and any(isinstance(piece, str) and "${" in piece for piece in text):
            return (Hole(frozenset({self._version_doubt})),)
        return parse_policy_text(text, variables=variables)


_NO_PRINCIPAL = {
    DocumentKind.IDENTITY: "An identity-based policy must not have a Principal.",
    DocumentKind.SERVICE_CONTROL: (
        "A service control policy must not have a Principal: it applies to every principal of the accounts that it is "
        "attached to. Use a condition on aws:PrincipalArn to exempt some of them."
    ),
}
_REFUSALS = {DocumentKind.TRUST: refuse_in_trust, DocumentKind.RESOURCE_CONTROL: refuse_in_resource_control}
_SID = whole(r"[0-9A-Za-z]*")
