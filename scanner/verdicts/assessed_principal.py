"""A principal with everything that was decided about it."""

from __future__ import annotations

from scanner.iam.principal import Principal
from scanner.lazy_dataclass import dataclass
from scanner.principals.definition import PrincipalDefinition
from scanner.verdicts.console import ConsoleAccess
from scanner.verdicts.sign_in import AwsLogin, Permission


@dataclass(frozen=True, slots=True)
class AssessedPrincipal:
    """What rules select from."""

    definition: PrincipalDefinition
    console: ConsoleAccess
    aws_login: AwsLogin
    asked: tuple[Permission, ...] = ()
    """What rules ask for."""
    without_mfa: tuple[Permission, ...] = ()
    """All permissions, decided for a session without MFA; empty where no rule looks at that."""

    @property
    def permissions(self) -> tuple[Permission, ...]:
        """Those that ``aws login`` needs, then those that rules ask for."""
        return (*self.aws_login.permissions, *self.asked)

    @property
    def principal(self) -> Principal:
        """Who makes the requests, with the policies that decide about them."""
        return self.definition.principal
