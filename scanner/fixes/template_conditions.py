"""Conditions of templates, where a property has a value under one, and what that means for policies.

A user who has a password under a condition needs the policy under the same one.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.fixes.new_data import Data, Verbatim
from scanner.fixes.template_text import Node, TemplateText, value
from scanner.lazy_dataclass import dataclass
from scanner.regexes import whole

_NOTHING = "AWS::NoValue"
_PLAIN_SUB = whole(r"!Sub (?P<text>[^'\"\s][^\"\\\n]*+)")
_IN_FLOW = whole(r"(?:!\w++ )?(?:'[^'\n]*+'|\"[^\"\\\n]*+\"|[\w:/+=.@*-]++)")


@dataclass(frozen=True, slots=True)
class Choice:
    """An ``Fn::If``."""

    condition: str
    if_true: Node
    if_false: Node
    is_short: bool
    """Whether it is written as a tag."""

    def arms(self, text: TemplateText) -> Iterator[Node]:
        """What it may come to; an arm that is a choice again is as many."""
        for arm in (self.if_true, self.if_false):
            inner = choice(text, arm)
            if inner is None:
                yield arm
            else:
                yield from inner.arms(text)


def choice(text: TemplateText, node: Node) -> Choice | None:
    """The ``Fn::If`` that a value is; None for anything else."""
    if text.function(node) != "Fn::If":
        return None
    is_short = not text.is_mapping(node)
    arguments = node if is_short else value(text, node, "Fn::If")
    parts = [part.node for part in text.parts(arguments)]
    condition = text.text(parts[0]) if len(parts) == len(("condition", "if true", "if false")) else None
    return None if condition is None else Choice(condition, parts[1], parts[2], is_short)


def is_nothing(text: TemplateText, node: Node) -> bool:
    """Whether a value is as if it had not been written."""
    if text.function(node) != "Ref":
        return False
    named = value(text, node, "Ref") if text.is_mapping(node) else node
    return named is not None and text.scalar(named) == _NOTHING


def as_the_password(text: TemplateText, properties: Node, policy: Data) -> Data | None:
    """A policy, under the condition under which a user has a password. None where there is no such condition."""
    profile = value(text, properties, "LoginProfile")
    found = None if profile is None or text.is_shared(profile) else choice(text, profile)
    if found is None or is_nothing(text, found.if_true) is is_nothing(text, found.if_false):
        return None
    is_swapped = is_nothing(text, found.if_true)
    if not found.is_short:
        nothing = {"Ref": _NOTHING}
        return {"Fn::If": [found.condition, *((nothing, policy) if is_swapped else (policy, nothing))]}
    own = _in_flow(policy)
    nothing_too = f"!Ref {_NOTHING}"
    arms = (nothing_too, own) if is_swapped else (own, nothing_too)
    return None if own is None else Verbatim(f"!If [{found.condition}, {', '.join(map(str, arms))}]")


def _in_flow(policy: Data) -> str | None:
    """A policy as it can be written in brackets."""
    written = policy.text if isinstance(policy, Verbatim) else policy
    if not isinstance(written, str):
        return None
    plain = _PLAIN_SUB.fullmatch(written)
    if plain is not None:
        return f'!Sub "{plain["text"]}"'
    return written if _IN_FLOW.fullmatch(written) else None
