"""How a principal stands with ``aws login``, before a change or after it, whatever told so."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import field

from scanner.iam.evaluate import Outcome
from scanner.iam.pattern import literal
from scanner.lazy_dataclass import dataclass
from scanner.principals.definition import PASSWORD, Bringer
from scanner.root import RootKind
from scanner.span import Span
from scanner.verdicts.assessed_principal import AssessedPrincipal
from scanner.verdicts.console import Access, Via
from scanner.verdicts.reasons import Reason, reasons
from scanner.verdicts.sign_in import Client

ABLE = (Outcome.ALLOWED, Outcome.CONDITIONAL)
DENIED = (Outcome.IMPLICIT_DENY, Outcome.EXPLICIT_DENY)

_WAYS = {
    Via.LOGIN_PROFILE: PASSWORD,
    Via.ASSUMED: "a password that is taken for granted",
    Via.SAML: "federation through SAML",
    Via.SWITCH_ROLE: "switching to the role",
    Via.ACCOUNT_ACCESS: "the account access manager",
    Via.IDENTITY_CENTER: "IAM Identity Center",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """One principal at one time. Where it stands in the code does not tell two apart."""

    kind: str
    name: str | None
    """None where it is not wholly known."""
    account: str | None
    address: str
    root: str
    root_kind: RootKind = field(compare=False)
    span: Span = field(compare=False)
    console: Access
    outcomes: tuple[Outcome, ...]
    """For each client, in their order."""
    ways: tuple[Reason, ...] = field(compare=False)
    """What gives console access, or may."""
    reasons: Callable[[Client], tuple[Reason, ...]] = field(compare=False)
    """Why the decisions for a client are what they are; each reason once."""
    brought_by: tuple[Bringer, ...] | None = field(default=None, compare=False)
    """None where nobody knows."""

    def outcome(self, client: Client) -> Outcome:
        """What is decided for a client."""
        return self.outcomes[tuple(Client).index(client)]

    def can(self, client: Client) -> bool:
        """Whether people get in as this principal, and ``aws login`` works for a client then, at least sometimes."""
        return self.console in (Access.YES, Access.POSSIBLE) and self.outcome(client) in ABLE


def standing(assessed: AssessedPrincipal) -> Standing:
    """That of a principal which was assessed."""
    definition, console = assessed.definition, assessed.console
    evidence = console.evidence[0] if console.evidence else definition.span
    return Standing(
        definition.principal.kind.value,
        literal(definition.principal.name) or None,
        definition.principal.account,
        definition.address,
        definition.root,
        definition.root_kind,
        definition.span,
        console.access,
        tuple(assessed.aws_login.outcome(client) for client in Client),
        ways(console.access, console.via, evidence),
        lambda client: tuple(
            dict.fromkeys(
                reason
                for permission in assessed.aws_login.of(client)
                for reason in reasons(definition, permission.decision)
            )
        ),
        definition.brought_by,
    )


def ways(access: Access, found: Iterable[Via], span: Span) -> tuple[Reason, ...]:
    """What gives console access, in words; also where that is not known."""
    if access is Access.UNKNOWN:
        return (Reason("a value that is not known decides whether there is console access", span),)
    return tuple(Reason(f"{_WAYS[via]} gives console access", span) for via in found)
