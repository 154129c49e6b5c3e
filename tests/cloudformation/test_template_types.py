"""What a type of resource lacks, in words: each failure says what to add, and where.

Whoever adds a type adds what is known of it to ``resource_types.py``, and what it says to ``aws_iam.py``. The rest of
what a type needs is checked here.
"""

from __future__ import annotations

import re
from functools import cache
from unittest.mock import patch

import pytest

from scanner.cloudformation.aws_iam import READERS, facts_of
from scanner.cloudformation.language import guards
from scanner.cloudformation.resource_types import (
    MANAGED_POLICY,
    RESOURCE_TYPES,
    SERVICES_OF_IDENTITIES,
    ResourceType,
    resource_type,
)
from scanner.cloudformation.stacks.scope import StackScope
from scanner.cloudformation.template.sections import Resource, Template
from scanner.facts import Fact, Home, Identity, ManagedPolicy
from scanner.root import Inputs
from scanner.span import Span
from scanner.values import Value
from tests.asked import ROOT, Asked, Place, asked_of, has_place, inputs_of_tests

TYPES = "scanner/cloudformation/resource_types.py"
READING = "scanner/cloudformation/aws_iam.py"
PAGE = ROOT / "docs" / "cloudformation.md"
WITHOUT_NAME = {
    "AWS::SSO::PermissionSet",  # Others refer to it by its ARN, which does not have its name in it.
}
"""Types of identities that no property names in an ARN or a reference."""
OWN_ARN = (MANAGED_POLICY, "Arn")
"""What readers call the ARN of a policy, whether a template has it from ``Ref`` or from ``PolicyArn``."""


class Noting(StackScope):
    """A scope that notes which attributes it is asked for."""

    def __init__(self, resource: Resource) -> None:
        super().__init__(Template(resource.span, resources={resource.logical_id: resource}), Inputs())
        self.attributes: set[str] = set()

    def attribute(self, logical_id: str, name: str, span: Span | None) -> Value:
        self.attributes.add(name)
        return super().attribute(logical_id, name, span)


@cache
def read_of(name: str) -> tuple[frozenset[Place], frozenset[str], tuple[Fact, ...]]:
    """The properties and the attributes that the reader of a type asks for, and all facts that it makes of them."""
    attributes: set[str] = set()
    facts: list[Fact] = []

    def read(properties: Asked) -> None:
        resource = Resource("X", name, properties, Span.whole_file("t.yaml"))
        scope = Noting(resource)
        with patch.object(guards, "evaluate", lambda expression, _: expression):  # what notes is evaluated already
            facts.extend(facts_of(resource, scope, Home()))
        attributes.update(scope.attributes)

    return asked_of(read), frozenset(attributes), tuple(facts)


@cache
def types_in_inputs() -> frozenset[str]:
    text = inputs_of_tests(but=__file__)
    return frozenset(re.findall(r"""\bType\\?["']?:\s*\\?["']?(AWS::\w+::\w+)\b""", text))


@pytest.mark.parametrize("name", RESOURCE_TYPES)
def test_it_is_described(name: str) -> None:
    assert f"`{name}`" in PAGE.read_text(encoding="utf-8"), (
        f"{name} is not described in docs/cloudformation.md: add it to the table under 'Resources', with what is read "
        "of it."
    )


@pytest.mark.parametrize("name", RESOURCE_TYPES)
def test_a_case_has_it(name: str) -> None:
    assert name in types_in_inputs(), (
        f"No test scans a resource of the type {name}: add a case with it to a table in tests/cases or to a test in "
        "tests/cloudformation, or a fixture to fixtures/cloudformation with its verdicts in tests/cases/scenarios.yaml."
    )


@pytest.mark.parametrize("name", READERS)
def test_what_it_reads_is_known(name: str) -> None:
    known = RESOURCE_TYPES.get(name, ResourceType(name))
    assert known.properties is not None, (
        f"{name} is read in {READING}, and nothing says what properties it has: add it to {TYPES}, with all of them."
    )
    for place in sorted(read_of(name)[0]):
        assert has_place(known.properties, place), (
            f'{name} is asked for "{".".join(place)}", a property that it does not have: add it to `properties` of the '
            f"type in {TYPES} with its form, or templates that have it are refused."
        )


@pytest.mark.parametrize("name", [name for name, known in RESOURCE_TYPES.items() if known.properties is not None])
def test_what_is_known_is_read(name: str) -> None:
    assert name in READERS, (
        f"{name} has `properties` in {TYPES}, and nothing reads them: add a reader to READERS in {READING}, or leave "
        "them out."
    )


@pytest.mark.parametrize("name", READERS)
def test_its_attributes_are_known(name: str) -> None:
    known = resource_type(name)
    for attribute in sorted(read_of(name)[1]):
        is_there = known.attributes is not None and attribute in known.attributes
        assert is_there or (name, attribute) == OWN_ARN, (
            f'{name} is asked for its attribute "{attribute}", of which nothing is known: add it to `attributes` of '
            f"the type in {TYPES}, with all others that Fn::GetAtt gives."
        )


@pytest.mark.parametrize("name", READERS)
def test_others_can_name_it(name: str) -> None:
    if not any(isinstance(fact, Identity | ManagedPolicy) for fact in read_of(name)[2]):
        return
    known = resource_type(name)
    assert name.startswith(SERVICES_OF_IDENTITIES), (
        f"{name} defines what others refer to: add the beginning of its name to SERVICES_OF_IDENTITIES in {TYPES}, "
        "or a reference to it is read as the text that it gives."
    )
    assert known.attributes is not None, (
        f"{name} defines what others refer to, and nothing says what Fn::GetAtt gives: add `attributes` to the type in "
        f"{TYPES}."
    )
    assert name in WITHOUT_NAME or (known.name_property is not None and known.arn_kind is not None), (
        f"{name} defines what others refer to by name and ARN: add `name_property` and `arn_kind` to the type in "
        f"{TYPES}, or the type to WITHOUT_NAME in this test."
    )


@pytest.mark.parametrize("name", RESOURCE_TYPES)
def test_its_name_is_a_property(name: str) -> None:
    known = RESOURCE_TYPES[name]
    if known.properties is not None and known.name_property is not None:
        assert known.name_property in known.properties.members, (
            f'{name} is said to be named by "{known.name_property}", a property that it does not have: correct '
            f"`name_property` of the type in {TYPES}, or add it to `properties`."
        )
