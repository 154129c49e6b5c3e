"""The four permissions that ``aws login`` needs: two actions, each for two OAuth clients.

https://docs.aws.amazon.com/signin/latest/userguide/command-line-sign-in.html
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from scanner.iam.context import Circumstances, account_of, context_of, region_of
from scanner.iam.evaluate import Decision, Outcome, decide, worst
from scanner.iam.pattern import Text
from scanner.iam.principal import Principal
from scanner.iam.request import ContextValue, Request
from scanner.lazy_dataclass import dataclass

ACTIONS = ("signin:AuthorizeOAuth2Access", "signin:CreateOAuth2Token")


class Client(Enum):
    """Where the browser runs: on the same device, or elsewhere (``aws login --remote``)."""

    LOCALHOST = "localhost"
    REMOTE = "remote"


@dataclass(frozen=True, slots=True)
class Permission:
    """One action on one resource, with the decision on it."""

    action: str
    client: Client | None
    """The client of ``aws login`` that needs it; None for what a rule asks for."""
    resource: str
    """The ARN with ``*`` where nothing fixes the region or the account; what a rule asks for, as it is written."""
    decision: Decision


@dataclass(frozen=True, slots=True)
class AwsLogin:
    """What one principal gets from ``aws login``."""

    permissions: tuple[Permission, ...]

    def outcome(self, client: Client) -> Outcome:
        """The worse of the two actions."""
        return worst(permission.decision.outcome for permission in self.of(client))

    def of(self, client: Client) -> tuple[Permission, ...]:
        """The two permissions for one client."""
        return tuple(permission for permission in self.permissions if permission.client is client)


def aws_login(
    principal: Principal, circumstances: Circumstances, own: Mapping[str, ContextValue] | None = None
) -> AwsLogin:
    """Decide all four permissions of a principal. Its own keys may be given, as for ``context_of``."""
    contexts = {action: context_of(principal, circumstances, action, own=own) for action in ACTIONS}
    permissions: list[Permission] = []
    for client in Client:
        resource = _resource(principal, client, circumstances)
        shown = "".join(part if isinstance(part, str) else "*" for part in resource)
        for action in ACTIONS:
            decision = decide(principal, Request(action, resource, contexts[action]), circumstances)
            permissions.append(Permission(action, client, shown, decision))
    return AwsLogin(tuple(permissions))


def _resource(principal: Principal, client: Client, circumstances: Circumstances) -> Text:
    region, account = region_of(circumstances), account_of(principal)
    return (
        f"arn:{principal.partition}:signin:",
        *region,
        ":",
        *account,
        f":oauth2/public-client/{client.value}",
    )
