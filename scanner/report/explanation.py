"""The whole reasoning about one principal, as a tree that can be followed from top to bottom.

Everything here is read off the evidence that the decisions were made from. What is equal is said once: most policies
answer for both actions and both clients alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scanner.iam.evaluate import Decision, StatementMatch
from scanner.iam.policy import Patterns, Statement
from scanner.iam.principal import AttachedPolicy, PolicyType
from scanner.iam.variables import shown_text
from scanner.lazy_dataclass import dataclass
from scanner.root import RootKind
from scanner.span import Span
from scanner.truth import Truth
from scanner.verdicts.assessed_principal import AssessedPrincipal
from scanner.verdicts.console import ConsoleAccess
from scanner.verdicts.reasons import blocking_layers, described, statement_place
from scanner.verdicts.remedies import remedies
from scanner.verdicts.sign_in import Client, Permission


@dataclass(frozen=True, slots=True)
class Node:
    """A sentence, the place that it speaks of, and what it rests on."""

    text: str
    children: tuple[Node, ...] = ()
    span: Span | None = None


def _leaves(texts: Iterable[str], otherwise: str) -> tuple[Node, ...]:
    return tuple(Node(text) for text in texts) or (Node(otherwise),)


def explanation(assessed: AssessedPrincipal) -> Node:
    """Why everything that is said about the principal is so, and what would have to change."""
    definition, console = assessed.definition, assessed.console
    principal = definition.principal
    policies = (*principal.policies, *principal.boundaries)
    way = "nested stack" if definition.root_kind is RootKind.CLOUDFORMATION_TEMPLATE else "module call"
    return Node(
        f"{definition.address} ({principal.kind.value.replace('_', ' ')})",
        (
            *(Node(f"through the {way}", span=span) for span in definition.trail),
            *(Node(note, span=span) for note, span in definition.notes),
            Node(f"console access: {console.access.value}", console_nodes(console)),
            Node("policies", tuple(map(policy_node, policies)) or (Node("none"),)),
            *_clients(assessed),
            *((Node("what rules ask for", tuple(map(_asked, assessed.asked))),) if assessed.asked else ()),
            Node("to make `aws login` work", _leaves(remedies(assessed), "nothing is missing")),
        ),
        definition.span,
    )


def console_nodes(console: ConsoleAccess) -> tuple[Node, ...]:
    """What gives console access, and what it depends on; at least one."""
    return (
        *(Node(f"via {via.value}") for via in console.via),
        *(Node("because of what stands here", span=span) for span in console.evidence),
        *(Node(f"depends on {cause.detail}", span=cause.span) for cause in console.causes),
    ) or (Node("nothing in the code gives it"),)


def policy_node(policy: AttachedPolicy) -> Node:
    """A policy, how it arrived and where, and what that depends on."""
    doubt = () if policy.applies.is_yes else (Node(f"may not be attached, depending on {_causes(policy.applies)}"),)
    return Node(described(policy), doubt, policy.span)


def _causes(answer: Truth) -> str:
    return "; ".join(sorted({cause.detail for cause in answer.causes}))


def _clients(assessed: AssessedPrincipal) -> Iterator[Node]:
    """A node for each client, or one for both where the same statements say the same."""
    login = assessed.aws_login
    alike: dict[tuple[str, tuple[Node, ...]], list[Client]] = {}
    for client in Client:
        said = login.outcome(client).value, _permissions(login.of(client))
        alike.setdefault(said, []).append(client)
    for (outcome, permissions), clients in alike.items():
        commands = " and ".join(_COMMANDS[client] for client in clients)
        resources = dict.fromkeys(found.resource for client in clients for found in login.of(client))
        yield Node(f"{commands}: {outcome}", (*(Node(f"on {resource}") for resource in resources), *permissions))


_COMMANDS = {Client.LOCALHOST: "`aws login`", Client.REMOTE: "`aws login --remote`"}


def _permissions(permissions: Iterable[Permission]) -> tuple[Node, ...]:
    alike: dict[tuple[str, tuple[Node, ...]], list[str]] = {}
    for permission in permissions:
        said = permission.decision.outcome.value, _evidence(permission.decision)
        alike.setdefault(said, []).append(permission.action)
    return tuple(
        Node(f"{' and '.join(actions)}: {outcome}", evidence) for (outcome, evidence), actions in alike.items()
    )


def _asked(permission: Permission) -> Node:
    decision = permission.decision
    title = f"{permission.action} on {permission.resource}: {decision.outcome.value}"
    return Node(title, _evidence(decision))


def _evidence(decision: Decision) -> tuple[Node, ...]:
    found = (
        *(Node(f"depends on {cause.detail}", span=cause.span) for cause in decision.causes),
        *(Node(f"the {layer} does not allow it") for layer in blocking_layers(decision)),
        *(map(statement_node, decision.matches) if decision.matches else (Node("no statement names this action"),)),
    )
    return tuple(dict.fromkeys(found))


def statement_node(match: StatementMatch) -> Node:
    """How a statement answers a request, element by element."""
    statement = match.statement
    sid = f' "{statement.sid}"' if statement.sid else ""
    verdict = {True: "matches", False: "does not match", None: "may match"}[match.matched.known]
    parts = [
        _element("action", match.action, statement.actions),
        _element("resource", match.resource, statement.resources),
        *_conditions(match, statement),
    ]
    if not match.policy.applies.is_yes:
        parts.append(Node(f"attached: depends on {_causes(match.policy.applies)}"))
    layer = "" if match.policy.policy_type is PolicyType.IDENTITY else f" of the {match.policy.policy_type.value}"
    if statement.allows.is_undetermined:
        parts = [Node(f"what it says depends on {_causes(match.matched | statement.allows)}")]
    title = f"{_effect(statement)} statement{sid}{layer} in {described(match.policy)} {verdict}"
    return Node(title, tuple(parts), statement_place(match))


def _effect(statement: Statement) -> str:
    return {True: "Allow", False: "Deny", None: "a"}[statement.allows.known]


def _element(name: str, answer: Truth, patterns: Patterns) -> Node:
    written = ", ".join(shown_text(item) for item in patterns.items)
    negation = "not " if patterns.negated else ""
    return Node(f"{name} {negation}{written}: {_word(answer)}")


def _conditions(match: StatementMatch, statement: Statement) -> Iterator[Node]:
    for condition in statement.conditions:
        written = ", ".join(shown_text(value) for value in condition.values)
        yield Node(f"condition: {condition.operator} {condition.key} {written}".rstrip())
    if statement.conditions:
        yield Node(f"conditions: {_word(match.condition)}")


def _word(answer: Truth) -> str:
    if answer.is_undetermined:
        return f"perhaps, depending on {_causes(answer)}"
    return "yes" if answer.is_yes else "no"
