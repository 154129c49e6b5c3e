"""SAML federation: an identity provider posts an assertion to a sign-in endpoint of AWS.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_enable-console-saml.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scanner.iam import pattern
from scanner.iam.binding import Binding
from scanner.iam.language import Rule
from scanner.iam.pattern import Hole, Text
from scanner.iam.policy import Statement
from scanner.iam.principal_element import PrincipalPattern, Principals
from scanner.iam.request import ContextValue, Fixed, Presence
from scanner.iam.trust import Caller, Covers, is_everybody, names
from scanner.lazy_dataclass import dataclass
from scanner.truth import NO, YES, Truth, undetermined
from scanner.verdicts.ways_in.endpoints import SIGN_IN_ENDPOINTS
from scanner.verdicts.ways_in.named import OF_SERVICES, are_of_two_resources, is_all, one_arn, some

_WITH_SAML = "sts:assumerolewithsaml"
_WITH_WEB_IDENTITY = "sts:assumerolewithwebidentity"
_PROVIDERS = pattern.in_arn(pattern.parse_wildcards("arn:*:iam::*:saml-provider/*"))
_SAML_CONTEXT: Mapping[str, ContextValue] = {
    **OF_SERVICES,
    "sts:externalid": Presence.ABSENT,
    "aws:securetransport": Fixed((("true",),)),
}


@dataclass(frozen=True, slots=True)
class Federation:
    """Callers of ``sts:AssumeRoleWithSAML``."""

    binding: Binding

    def named(self, statement: Statement) -> Iterator[Caller]:
        """The providers that a statement names; any, where it writes the action out for everybody."""
        principals = statement.principals
        if principals is None:
            return
        if principals.doubt:
            yield self._caller(undetermined(*principals.doubt), self._covers_any)
            return
        if _writes_out(statement, _WITH_SAML):
            yield from self._unnamed(principals)
        for item in () if principals.negated else principals.items:
            if item.kind == "Federated":
                yield self._caller(self._is_provider(item, statement), self._covers(item))

    def anybody(self, statement: Statement) -> Iterator[Caller]:
        """Any provider, where a statement allows everybody."""
        if statement.principals is not None and not statement.principals.doubt:
            yield from self._unnamed(statement.principals)

    def _unnamed(self, principals: Principals) -> Iterator[Caller]:
        """Of ``NotPrincipal``, everybody but the ones named."""
        everybody = any(is_everybody(item) or is_all(item, "Federated") for item in principals.items)
        if everybody is not principals.negated:
            yield self._caller(YES, self._covers_any)

    def _caller(self, admitted: Truth, covers: Covers) -> Caller:
        return Caller(Rule(admitted), covers, "saml:aud", SIGN_IN_ENDPOINTS, _SAML_CONTEXT)

    def _is_provider(self, item: PrincipalPattern, statement: Statement) -> Truth:
        """Nobody but a SAML provider can use the action, so what is not known is one, if it has no other use there."""
        answer = YES if is_all(item, "Federated") else pattern.matches(_PROVIDERS, one_arn(item.text))
        has_other_use = not names(statement.actions, _WITH_WEB_IDENTITY).is_no
        return YES if answer.is_undetermined and not has_other_use else answer

    def _covers(self, provider: PrincipalPattern) -> Covers:
        text = self._bound(provider.text)

        def same(item: PrincipalPattern) -> Truth:
            if is_everybody(item) or is_all(item, "Federated"):
                return YES
            if item.kind != "Federated" or are_of_two_resources(item.text, provider.text):
                return NO
            return pattern.matches(self._bound(item.text), text)

        return lambda principals: some(principals, (same(item) for item in principals.items))

    def _covers_any(self, principals: Principals) -> Rule:
        """Whoever is named, there are other providers; whoever is excepted may be the provider."""
        known = principals.negated

        def covered(item: PrincipalPattern) -> Truth:
            everybody = is_everybody(item) or is_all(item, "Federated")
            return YES if everybody or (known and item.kind == "Federated") else NO

        return some(principals, (covered(item) for item in principals.items))

    def _bound(self, text: Text) -> Text:
        """A provider is one of the role's own account."""
        return tuple(part for part in self.binding.bind(self.binding.filled(text)) if isinstance(part, str | Hole))


def _writes_out(statement: Statement, action: str) -> bool:
    return not statement.actions.negated and any(
        "".join(part for part in item if isinstance(part, str)).lower() == action
        for item in statement.actions.items
        if all(isinstance(part, str) for part in item)
    )
