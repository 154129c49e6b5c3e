"""Policy variables: ``${aws:username}`` inside resources and condition values.

A policy text is a pattern whose variables are not filled in yet. Variables exist since policy version 2012-10-17; in an
older document ``${aws:username}`` is plain text. ``${*}``, ``${?}`` and ``${$}`` are the characters themselves, and
``${aws:username, 'anonymous'}`` has a default:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

from __future__ import annotations

from scanner.iam.pattern import Hole, Pattern, Text, Wildcard, parse_wildcards, written
from scanner.iam.request import Fixed, OneOf, Request, Unsettled
from scanner.lazy_dataclass import dataclass
from scanner.regexes import anywhere, beginning
from scanner.symbol import Named, NameKind

_VARIABLE = anywhere(r"\$\{([^{}]*+)\}")
_DEFAULT = beginning(r"(?P<key>[^,]*+),\s*+'(?P<default>[^']*+)'\Z")


@dataclass(frozen=True, slots=True)
class Variable:
    """A context key whose value stands in this place."""

    key: str
    default: str | None = None


PolicyText = tuple[str | Wildcard | Hole | Variable, ...]


def parse_policy_text(text: Text, *, variables: bool) -> PolicyText:
    """Wildcards and, where the version has them, variables. A hole may not hide half of a variable: it is one text."""
    parts: list[str | Wildcard | Hole | Variable] = []
    for piece in text:
        if isinstance(piece, Hole):
            parts.append(piece)
            continue
        start = 0
        for found in _VARIABLE.finditer(piece) if variables else ():
            parts.extend(parse_wildcards(piece[start : found.start()]))
            parts.append(_variable(found.group(1).strip()))
            start = found.end()
        parts.extend(parse_wildcards(piece[start:]))
    return tuple(parts)


def _variable(inside: str) -> str | Variable:
    if inside in ("*", "?", "$"):
        return inside
    with_default = _DEFAULT.match(inside)
    if with_default:
        return Variable(with_default["key"].rstrip(), with_default["default"])
    return Variable(inside)


def resolve(text: PolicyText, request: Request) -> Pattern | None:
    """The pattern for one request; None when a variable has neither value nor default, so that nothing can match.

    What stands for the code's own account, partition and region is filled in. A free key leaves a hole whose cause is
    the key.
    """
    if not any(isinstance(part, Variable | Hole) for part in text):
        return text  # type: ignore[return-value] # no variable is left, which the type cannot say
    parts: list[str | Wildcard | Hole] = []
    for part in text:
        if isinstance(part, Hole) and part.symbol is not None and part.symbol in request.symbols:
            parts.extend(request.symbols[part.symbol])
            continue
        if not isinstance(part, Variable):
            parts.append(part)
            continue
        match request.lookup(part.key):
            case Fixed(values=(single,)):
                parts.extend(single)
            case Fixed():
                return None  # a multivalued key has no place in a variable
            case None:
                if part.default is None:
                    return None
                parts.append(part.default)
            case OneOf(cause=cause):
                parts.append(Hole(frozenset({cause})))
            case Unsettled(causes=causes):
                parts.append(Hole(causes, Named(NameKind.CONTEXT_KEY, part.key.lower())))
    return tuple(parts)


def shown_text(text: PolicyText) -> str:
    """For people: the text as it stands in a policy."""
    return "".join(f"${{{part.key}}}" if isinstance(part, Variable) else written((part,)) for part in text)
