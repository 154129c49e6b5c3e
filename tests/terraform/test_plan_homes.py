"""Which account the instances of a plan are in, where the plans of ``tests/cases/accounts`` do not show it."""

from __future__ import annotations

import pytest

from scanner.facts import Account, Home
from scanner.root import Inputs
from scanner.span import Span
from scanner.terraform.plans.address_text import parse_resource_address
from scanner.terraform.plans.plan_document import PlanDocument
from scanner.terraform.plans.plan_homes import Homes
from scanner.terraform.plans.plan_references import PlannedConfiguration
from scanner.terraform.plans.planned_instances import PlannedInstance, PlannedInstances
from scanner.terraform.resource_instance import ResourceInstance

PROVIDER = 'provider["registry.opentofu.org/hashicorp/aws"].by'


def planned(address: str, provider: str = PROVIDER) -> PlannedInstance:
    parsed = parse_resource_address(address)
    assert parsed is not None
    return PlannedInstance(parsed, lambda: ({}, {}), provider=provider)


def test_instances_of_a_configuration_with_for_each_have_their_own_account() -> None:
    one, two = planned('aws_iam_user.u["one"]'), planned('aws_iam_user.u["two"]')
    left = planned("aws_iam_user.left")
    homes = {
        one.address: Home(account=Account(None, "aws.by[one]", "one")),
        two.address: Home(account=Account(None, "aws.by[two]", "two")),
    }
    span = Span("main.tf", 1, 1, 1, 1)
    evaluated = {address: ResourceInstance(address, {}, span, home) for address, home in homes.items()}
    document = PlanDocument(PlannedInstances.of([one, two, left]))

    found = Homes(document, PlannedConfiguration({}, {}), evaluated, Inputs())

    assert found.of(one).account.says == "one"
    assert found.of(two).account.says == "two"
    assert found.of(left).account.says not in ("one", "two")


@pytest.mark.parametrize(
    ("provider", "account"),
    [
        ('provider["registry.terraform.io/hashicorp/aws"]', "111111111111"),
        ("provider.aws", "111111111111"),
        ('provider["registry.terraform.io/hashicorp/aws"].two', None),
        ("provider.aws.two", None),
        ('module.m.provider["registry.terraform.io/hashicorp/aws"]', None),
    ],
)
def test_the_account_that_is_given_is_that_of_the_default_configuration(provider: str, account: str | None) -> None:
    user = planned("aws_iam_user.u", provider)
    document = PlanDocument(PlannedInstances.of([user]))
    homes = Homes(document, PlannedConfiguration({}, {}), {}, Inputs(account="111111111111"))
    assert homes.of(user).account.id == account
