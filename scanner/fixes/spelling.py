"""Words that are nearly the right ones, made right where they are written."""

from __future__ import annotations

from scanner.fix import Edit
from scanner.fixes import statements
from scanner.fixes.text.files import Files
from scanner.fixes.text.notation import is_template
from scanner.fixes.way import POLICY
from scanner.iam.evaluate import Decision
from scanner.iam.policy import Statement
from scanner.iam.principal import AttachedPolicy, Principal
from scanner.lazy_dataclass import dataclass
from scanner.verdicts.misspellings import near_action, near_policy
from scanner.verdicts.sign_in import ACTIONS

_WANTED = frozenset(action.lower() for action in ACTIONS)


@dataclass(frozen=True, slots=True)
class Corrected:
    """The corrections in all policies of a principal."""

    description: str = ""
    edits: tuple[Edit, ...] = ()
    is_plain: bool = False
    """Whether everything that is corrected was plainly meant for signing in, so that nothing else is granted."""
    meant: frozenset[str] = frozenset()
    """The actions that are written now."""
    names: tuple[str, ...] = ()
    """The wrong names of AWS managed policies."""

    def explains(self, decision: Decision) -> bool:
        """Whether what a decision depends on is just what the policies with the wrong names allow."""
        return bool(decision.causes) and all(
            any(f" {name}," in cause.detail for name in self.names) for cause in decision.causes
        )


def corrected(principal: Principal, files: Files) -> Corrected:
    """What is nearly one of the two actions in an Allow statement, or the name of an AWS managed policy."""
    edits: dict[Edit, None] = {}
    said: dict[str, None] = {}
    meant: set[str] = set()
    names: dict[str, None] = {}
    is_plain = True
    for policy in (*principal.policies, *principal.boundaries):
        if policy.aws_managed:
            name = near_policy(policy.name)
            found = _name_replaced(policy, name, files) if name is not None else ()
            if name is not None and found:
                edits |= dict.fromkeys(found)
                said[f"write {name} for {policy.name}"] = None
                names[policy.name] = None
                is_plain = is_plain and name.endswith(f"/{POLICY}")
            continue
        for number, statement in enumerate(policy.document.statements):
            for written, action in _near(statement):
                found = statements.word_replaced(policy, number, written, action, files)
                if found:
                    edits |= dict.fromkeys(found)
                    said[f"write {action} for {written}"] = None
                    meant.add(action)
                    is_plain = is_plain and _is_for_signing_in(statement)
    return Corrected("; ".join(said), tuple(sorted(edits)), is_plain, frozenset(meant), tuple(names))


def _near(statement: Statement) -> list[tuple[str, str]]:
    if not statement.allows.is_yes or statement.actions.negated:
        return []
    texts = ("".join(part for part in item if isinstance(part, str)) for item in _known(statement))
    return [(text, action) for text in texts if (action := near_action(text)) is not None]


def _known(statement: Statement) -> list[tuple[object, ...]]:
    return [item for item in statement.actions.items if all(isinstance(part, str) for part in item)]


def _is_for_signing_in(statement: Statement) -> bool:
    """Whether all of its actions are nearly, or exactly, those of ``aws login``."""
    known = _known(statement)
    texts = ("".join(str(part) for part in item) for item in known)
    return len(known) == len(statement.actions.items) and all(
        text.lower() in _WANTED or near_action(text) is not None for text in texts
    )


def _name_replaced(policy: AttachedPolicy, meant: str, files: Files) -> tuple[Edit, ...]:
    """The end of the ARN, in the expression that names it."""
    place = policy.written or policy.span
    source = files.get(place.path)
    if source is None:
        return ()
    if is_template(source.path):
        from scanner.fixes.templates import edits as templates

        return templates.replace_word(source, place, policy.name, meant) or ()
    wrong, right = (f"policy/{arn.partition(':policy/')[2]}" for arn in (policy.name, meant))
    start, end = source.range(place)
    offset = source.text.find(wrong, start, end)
    if offset == -1 or source.text[offset + len(wrong) : offset + len(wrong) + 1] not in ('"', "'", "", "\n", "\r"):
        return ()
    return (source.edit(offset, offset + len(wrong), right),)
