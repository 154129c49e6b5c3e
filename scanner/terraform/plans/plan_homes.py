"""In which account each instance of a plan or a state is.

A plan in JSON says which provider configuration a resource has (``provider_config_key``) and what is written in that.
A plan file and a stored state name the configuration; the files in the plan file say more of it. All have ARNs, and one
that a configuration has made tells the account of all that it makes. Where a state does not tell configurations apart
(``terraform show -json``), and ARNs of several accounts are in it, each instance is in the account of its own ARN, or
in one that is not known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from scanner import values
from scanner.facts import Account, Home
from scanner.iam.arn import Arn
from scanner.partition import partition_of
from scanner.regexes import whole
from scanner.root import Inputs
from scanner.terraform.address import Mode, ResourceAddress
from scanner.terraform.aws.facts import TYPES
from scanner.terraform.configuration.provider_account import ACCOUNT_ARGUMENTS, DEFAULT, account_digest
from scanner.terraform.plans.plan_document import PlanDocument
from scanner.terraform.plans.plan_references import PlannedConfiguration
from scanner.terraform.plans.planned_instances import JSONObject, PlannedInstance
from scanner.terraform.resource_instance import ResourceInstance

_DEFAULT_ADDRESS = whole(r'provider\["[^"]+/aws"\]|provider\.aws')
"""The root module's default configuration, as plan files and stored states name it, Terraform 0.12 too."""


class Homes:
    """The provider configurations of one plan or state, each with what is known of its account."""

    def __init__(
        self,
        document: PlanDocument,
        configuration: PlannedConfiguration,
        evaluated: Mapping[ResourceAddress, ResourceInstance],
        inputs: Inputs,
    ) -> None:
        self._configuration = configuration
        self._inputs = inputs
        self._keys: dict[ResourceAddress, str] = {}
        self._evaluated: dict[str, Home] = {}
        self._made: dict[str, dict[str, None]] = {}
        """The account IDs in the ARNs of what each configuration has made."""
        self._homes: dict[str, Home] = {}
        identities = document.instances.of_types(TYPES.__contains__)
        named = {
            address: planned.provider or configuration.provider_key(address) or ""
            for address, planned in identities.items()
            if address.mode is Mode.MANAGED
        }
        ambiguous = _ambiguous(named, evaluated)
        for address, key in named.items():
            home = evaluated[address].home if address in evaluated else None
            if home is not None and key in ambiguous:
                key = f"{key} {home.account.configuration}"  # noqa: PLW2901 # the instance that it means
            self._keys[address] = key
            if home is not None:
                self._evaluated.setdefault(key, home)
            account = account_in_arn(identities[address])
            if account is not None:
                self._made.setdefault(key, {})[account] = None

    def of(self, planned: PlannedInstance) -> Home:
        """Where an instance is."""
        key = self._keys.get(planned.address) or planned.provider or self._key_of_former(planned.address)
        made = self._made.get(key, {})
        if len(made) < 2:
            return self._home(key)
        own, label = account_in_arn(planned), str(planned.address)
        return replace(self._home(key), account=Account(own, own or label, own or label))

    def _key_of_former(self, address: ResourceAddress) -> str:
        """Of what the plan deletes: what is made through one configuration only is so all along."""
        keys = set(self._keys.values())
        return self._configuration.provider_key(address) or (keys.pop() if len(keys) == 1 else "")

    def _home(self, key: str) -> Home:
        if key not in self._homes:
            self._homes[key] = self._read(key)
        return self._homes[key]

    def _read(self, key: str) -> Home:
        home = self._evaluated.get(key)
        expressions = self._configuration.provider_expressions(key)
        if home is None:
            region = self._configuration.text(expressions.get("region"))
            says = _digest(expressions) or ("" if self._configuration.configuration else key)
            home = Home(partition_of(region or self._inputs.region), Account(None, key, says), region)
        account = home.account.id or self._account_id(expressions)
        made = tuple(self._made.get(key, ()))
        if account is None and len(made) == 1:
            account = made[0]
        if account is None and (key in ("", DEFAULT) or _DEFAULT_ADDRESS.fullmatch(key)):
            account = self._inputs.account
        found = replace(home.account, id=account)
        if account is None and self._says_the_same_as_the_default(found):
            found = replace(found, id=self._inputs.account, is_supposed=True)
        return replace(home, account=found)

    def _says_the_same_as_the_default(self, account: Account) -> bool:
        default = self._configuration.provider_expressions(DEFAULT)
        return bool(self._configuration.configuration) and account.says == _digest(default)

    def _account_id(self, expressions: JSONObject) -> str | None:
        """The only allowed account, or the account of the role that the provider assumes."""
        allowed = self._configuration.constant(expressions.get("allowed_account_ids"))
        if isinstance(allowed, list) and len(allowed) == 1 and isinstance(allowed[0], str):
            return allowed[0]
        for name in ("assume_role", "assume_role_with_web_identity"):
            blocks = expressions.get(name)
            last = blocks[-1] if isinstance(blocks, list) and blocks else None
            role = Arn.parse(self._configuration.text(last.get("role_arn")) or "") if isinstance(last, dict) else None
            if role is not None and role.account:
                return role.account
        return None


def _ambiguous(
    named: Mapping[ResourceAddress, str], evaluated: Mapping[ResourceAddress, ResourceInstance]
) -> frozenset[str]:
    """The names that mean several configurations: those with ``for_each`` have one for all their instances."""
    meant: dict[str, set[str]] = {}
    for address, key in named.items():
        if address in evaluated:
            meant.setdefault(key, set()).add(evaluated[address].home.account.configuration)
    return frozenset(key for key, configurations in meant.items() if len(configurations) > 1)


def _digest(expressions: JSONObject) -> str:
    return account_digest((name, values.of(expressions.get(name))) for name in ACCOUNT_ARGUMENTS)


def account_in_arn(planned: PlannedInstance) -> str | None:
    """The account ID in the ARN of an instance, where there is one already."""
    known, _ = planned.values()
    written = known.get("arn")
    arn = Arn.parse(written) if isinstance(written, str) else None
    return arn.account or None if arn is not None and arn.service == "iam" else None
