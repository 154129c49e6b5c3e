"""A principal with everything that was decided about it."""

from __future__ import annotations

from dataclasses import dataclass

from scanner.iam.principal import Principal
from scanner.principals.definition import PrincipalDefinition
from scanner.verdicts.console import ConsoleAccess
from scanner.verdicts.sign_in import AwsLogin


@dataclass(frozen=True, slots=True)
class AssessedPrincipal:
    """What rules select from."""

    definition: PrincipalDefinition
    console: ConsoleAccess
    aws_login: AwsLogin

    @property
    def principal(self) -> Principal:
        """Who makes the requests, with the policies that decide about them."""
        return self.definition.principal
