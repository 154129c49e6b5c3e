"""``--explain``: the whole reasoning about one principal, as a tree that can be followed from top to bottom.

Everything here is read off the evidence that the decisions were made from.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from scanner.iam.evaluate import StatementMatch
from scanner.iam.policy import Patterns, Statement
from scanner.iam.principal import AttachedPolicy, PolicyType
from scanner.iam.variables import shown_text
from scanner.report.escape import inert, visible
from scanner.report.wording import place
from scanner.root import RootKind
from scanner.span import Span
from scanner.truth import Truth
from scanner.verdicts.assessed_principal import AssessedPrincipal
from scanner.verdicts.reasons import blocking_layers, described, statement_place
from scanner.verdicts.remedies import remedies
from scanner.verdicts.sign_in import Client, Permission


@dataclass(frozen=True, slots=True)
class _Node:
    text: str
    children: tuple[_Node, ...] = ()


def render(principals: Iterable[AssessedPrincipal]) -> str:
    """One tree for each principal."""
    return "\n".join("".join(f"{inert(line)}\n" for line in _lines(_principal(found))) for found in principals)


def _lines(node: _Node, first: str = "", rest: str = "") -> Iterator[str]:
    yield f"{first}{visible(node.text)}"
    for number, child in enumerate(node.children, 1):
        last = number == len(node.children)
        yield from _lines(child, f"{rest}{'└─ ' if last else '├─ '}", f"{rest}{'   ' if last else '│  '}")


def _at(text: str, span: Span) -> str:
    return f"{text}, {place(span)}"


def _leaves(texts: Iterable[str], otherwise: str) -> tuple[_Node, ...]:
    return tuple(_Node(text) for text in texts) or (_Node(otherwise),)


def _principal(assessed: AssessedPrincipal) -> _Node:
    definition, console = assessed.definition, assessed.console
    principal = definition.principal
    evidence = [
        *(f"via {via.value}" for via in console.via),
        *(f"because of {place(span)}" for span in console.evidence),
        *(f"depends on {cause.detail}" for cause in console.causes),
    ]
    policies = (*principal.policies, *principal.boundaries)
    way = "nested stack" if definition.root_kind is RootKind.CLOUDFORMATION_TEMPLATE else "module call"
    return _Node(
        _at(f"{definition.address} ({principal.kind.value.replace('_', ' ')})", definition.span),
        (
            *(_Node(f"through the {way} {place(span)}") for span in definition.trail),
            *(_Node(_at(note, span)) for note, span in definition.notes),
            _Node(f"console access: {console.access.value}", _leaves(evidence, "nothing in the code gives it")),
            _Node("policies", tuple(map(_policy, policies)) or (_Node("none"),)),
            *(_client(assessed, client) for client in Client),
            *((_Node("what rules ask for", tuple(map(_permission, assessed.asked))),) if assessed.asked else ()),
            _Node("to make `aws login` work", _leaves(remedies(assessed), "nothing is missing")),
        ),
    )


def _policy(policy: AttachedPolicy) -> _Node:
    doubt = () if policy.applies.is_yes else (_Node(f"may not be attached, depending on {_causes(policy.applies)}"),)
    return _Node(_at(described(policy), policy.span), doubt)


def _causes(answer: Truth) -> str:
    return "; ".join(sorted({cause.detail for cause in answer.causes}))


def _client(assessed: AssessedPrincipal, client: Client) -> _Node:
    command = "aws login" if client is Client.LOCALHOST else "aws login --remote"
    permissions = tuple(_permission(found) for found in assessed.aws_login.of(client))
    return _Node(f"`{command}`: {assessed.aws_login.outcome(client).value}", permissions)


def _permission(permission: Permission) -> _Node:
    decision = permission.decision
    return _Node(
        f"{permission.action}: {decision.outcome.value}",
        (
            _Node(f"on {permission.resource}"),
            *(_Node(f"depends on {cause.detail}") for cause in decision.causes),
            *(_Node(f"the {layer} does not allow it") for layer in blocking_layers(decision)),
            *(map(_match, decision.matches) if decision.matches else (_Node("no statement names this action"),)),
        ),
    )


def _match(match: StatementMatch) -> _Node:
    statement = match.statement
    sid = f' "{statement.sid}"' if statement.sid else ""
    verdict = {True: "matches", False: "does not match", None: "may match"}[match.matched.known]
    parts = [
        _element("action", match.action, statement.actions),
        _element("resource", match.resource, statement.resources),
        *_conditions(match, statement),
    ]
    if not match.policy.applies.is_yes:
        parts.append(_Node(f"attached: depends on {_causes(match.policy.applies)}"))
    layer = "" if match.policy.policy_type is PolicyType.IDENTITY else f" of the {match.policy.policy_type.value}"
    if statement.allows.is_undetermined:
        parts = [_Node(f"what it says depends on {_causes(match.matched | statement.allows)}")]
    title = f"{_effect(statement)} statement{sid}{layer} in {described(match.policy)} {verdict}"
    return _Node(_at(title, statement_place(match)), tuple(parts))


def _effect(statement: Statement) -> str:
    return {True: "Allow", False: "Deny", None: "a"}[statement.allows.known]


def _element(name: str, answer: Truth, patterns: Patterns) -> _Node:
    written = ", ".join(shown_text(item) for item in patterns.items)
    negation = "not " if patterns.negated else ""
    return _Node(f"{name} {negation}{written}: {_word(answer)}")


def _conditions(match: StatementMatch, statement: Statement) -> Iterator[_Node]:
    for condition in statement.conditions:
        written = ", ".join(shown_text(value) for value in condition.values)
        yield _Node(f"condition: {condition.operator} {condition.key} {written}".rstrip())
    if statement.conditions:
        yield _Node(f"conditions: {_word(match.condition)}")


def _word(answer: Truth) -> str:
    if answer.is_undetermined:
        return f"perhaps, depending on {_causes(answer)}"
    return "yes" if answer.is_yes else "no"
