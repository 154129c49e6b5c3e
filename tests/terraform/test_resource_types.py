"""What a type of resource lacks, in words: each failure says what to add, and where.

Whoever adds a type adds a value to a file in ``scanner/terraform/aws``. The rest of what a type needs is checked here.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import assert_never

import pytest

from scanner.cloudformation.resource_types import resource_type
from scanner.facts import (
    AccessKey,
    Attachment,
    Entitlement,
    Exclusive,
    ExclusiveAttachment,
    ExclusiveMembership,
    Fact,
    Home,
    Identity,
    IdentityKind,
    InlinePolicy,
    LoginProfile,
    ManagedPolicy,
    Membership,
    Target,
)
from scanner.span import Span
from scanner.terraform import aws
from scanner.terraform.address import Mode, ModuleAddress, ResourceAddress
from scanner.terraform.aws.arguments import type_of
from scanner.terraform.aws.computed import computed
from scanner.terraform.aws.naming import named_by
from scanner.terraform.aws.resource_type import Named, Resource, ResourceType
from scanner.terraform.aws.resource_types import RESOURCE_TYPES
from scanner.terraform.aws.vocabulary import COMPUTED
from scanner.terraform.resource_instance import ResourceInstance
from scanner.values import NULL, Value
from tests.asked import ROOT, Place, asked_of, has_more_inside, has_place, inputs_of_tests

PAGE = ROOT / "docs" / "terraform.md"
ROOM = "scanner/terraform/aws"
STATING = sorted(name for name, known in RESOURCE_TYPES.items() if known.facts is not None)
"""The types that state facts."""
OF_CLOUD_CONTROL = [name for name in STATING if name.startswith("awscc_")]
"""Their nested objects are attributes, not blocks, and their arguments are the properties of CloudFormation's types."""
SERVICES = {"iam": "IAM", "sso": "SSO"}
"""What services are called in CloudFormation's types, by what they are called in those of Cloud Control."""
NAMED = {
    IdentityKind.USER: Named.USER,
    IdentityKind.GROUP: Named.GROUP,
    IdentityKind.ROLE: Named.ROLE,
    IdentityKind.PERMISSION_SET: Named.PERMISSION_SET,
}
POLICY = {Named.POLICY_ARN, Named.POLICY_NAME}
NOT_NAMED = {
    # Of a list, a plan in JSON says what is in it somewhere, not what each element is.
    *(("groups",), ("roles",), ("users",), ("policy_arns",), ("managed_policy_arns",), ("managed_policies",)),
    # An attribute that is a list of objects: the same.
    ("customer_managed_policy_references", "name"),
}
"""Arguments that refer to identities or policies without a ``Named``."""


def defined(value: object) -> Iterator[ResourceType]:
    """The types in a module's variable."""
    if isinstance(value, ResourceType):
        yield value
    elif isinstance(value, Mapping):
        yield from (known for one in value.values() for known in defined(one))
    elif isinstance(value, tuple | list | set | frozenset):
        yield from (known for one in value for known in defined(one))


def definitions() -> list[tuple[str, ResourceType]]:
    """All types with the files that they are defined in."""
    found: list[tuple[str, ResourceType]] = []
    for module in pkgutil.iter_modules(aws.__path__):
        variables = vars(importlib.import_module(f"{aws.__name__}.{module.name}"))
        found += [
            (f"{ROOM}/{module.name}.py", known)
            for name, value in variables.items()
            if name != "RESOURCE_TYPES" and not isinstance(value, type)
            for known in defined(value)
        ]
    return found


def home_of(name: str) -> str:
    """The file that a type is defined in."""
    files = [file for file, known in definitions() if known.name == name]
    return next((file for file in files if not file.endswith("/resource_types.py")), f"{ROOM}/resource_types.py")


def address_of(name: str) -> ResourceAddress:
    return ResourceAddress(ModuleAddress(), Mode.MANAGED, name, "x")


def facts_of(name: str, attributes: Mapping[str, Value]) -> tuple[Fact, ...]:
    adapter = RESOURCE_TYPES[name].facts
    assert adapter is not None
    return tuple(adapter(ResourceInstance(address_of(name), attributes, Span.whole_file("x.tf"))))


@cache
def read_of(name: str) -> tuple[frozenset[Place], tuple[Fact, ...]]:
    """What the adapter of a type asks for, and all facts that it makes of what it gets."""
    facts: list[Fact] = []
    asked = asked_of(lambda attributes: facts.extend(facts_of(name, attributes)))
    return asked, tuple(facts)


def text_of(place: Place) -> str:
    return ".".join(place)


def test_every_defined_type_is_listed() -> None:
    listed = {id(known) for known in RESOURCE_TYPES.values()}
    for file, known in definitions():
        twice = f'{known.name} is defined more than once, in {file} among others: leave one "ResourceType" of it.'
        missing = (
            f"{known.name} is defined in {file} and not listed: add it to the topic of that file, "
            f"and the topic to RESOURCE_TYPES in {ROOM}/resource_types.py."
        )
        assert id(known) in listed, twice if known.name in RESOURCE_TYPES else missing


@pytest.mark.parametrize("name", STATING)
def test_it_is_described(name: str) -> None:
    assert f"`{name}`" in PAGE.read_text(encoding="utf-8"), (
        f"{name} is not described in docs/terraform.md: add it to the table under 'Resources', with what is read of it."
    )


@cache
def types_in_inputs() -> frozenset[str]:
    text = inputs_of_tests(but=__file__)
    native = re.findall(r'\bresource\s+\\?"(\w+)\\?"', text)
    in_json = re.findall(r'\\?"(\w+)\\?":\s*\{', text)
    in_plans = re.findall(r'"type":\s*"(\w+)"', text)
    return frozenset((*native, *in_json, *in_plans))


@pytest.mark.parametrize("name", STATING)
def test_a_case_has_it(name: str) -> None:
    assert name in types_in_inputs(), (
        f"No test scans a resource of the type {name}: add a case with it to a table in tests/cases or to a test in "
        "tests/terraform, or a fixture to fixtures/terraform with its verdicts in tests/cases/scenarios.yaml."
    )


def unknown_arguments(known: ResourceType, asked: frozenset[Place]) -> Iterator[str]:
    """What the adapter asks for that nobody has said anything about."""
    for place in sorted(asked):
        *outer, name = place
        blocks = known.blocks
        for block in outer:
            blocks = blocks[block].blocks if block in blocks else {}
        if has_more_inside(place, asked) and name not in blocks:
            where = " in the block around it" if outer else ""
            yield (
                f'{known.name} reads something inside of "{text_of(place)}", which is no nested block: '
                f"add it to `blocks`{where}, or JSON syntax is not read as native syntax is."
            )
        is_said = name in blocks or name in known.computed or name in COMPUTED
        if not outer and not is_said and type_of(known.name, name) is None:
            yield (
                f'{known.name} reads "{name}", whose type is not known: add it to `arguments` (or to TYPES in '
                f"{ROOM}/vocabulary.py if it has that type everywhere), to `blocks` if it is a nested block, "
                "or to `computed` if the provider computes it."
            )


@pytest.mark.parametrize("name", sorted({*STATING} - {*OF_CLOUD_CONTROL}))
def test_what_it_reads_is_known(name: str) -> None:
    found = list(unknown_arguments(RESOURCE_TYPES[name], read_of(name)[0]))
    assert found == [], f"In {home_of(name)}: " + " ".join(found)


def camel_case(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))


@pytest.mark.parametrize("name", OF_CLOUD_CONTROL)
def test_what_it_reads_is_in_cloud_formation(name: str) -> None:
    """Cloud Control has CloudFormation's types, so what is not there is not here."""
    _, service, rest = name.split("_", 2)
    counterpart = f"AWS::{SERVICES[service]}::{camel_case(rest)}"
    known = resource_type(counterpart)
    assert known.properties is not None, (
        f"{counterpart} is not known: add it to scanner/cloudformation/resource_types.py."
    )
    for place in sorted(read_of(name)[0]):
        attributes = known.attributes or frozenset()
        assert has_place(known.properties, tuple(map(camel_case, place))) or camel_case(place[0]) in attributes, (
            f'{name} reads "{text_of(place)}", but {counterpart} has no such property or attribute: leave it out in '
            f"{home_of(name)}, or add it in scanner/cloudformation/resource_types.py."
        )
    assert RESOURCE_TYPES[name].blocks == {}, (
        f"{name} has `blocks` in {home_of(name)}, but types of Cloud Control have none: nested objects are attributes."
    )


@pytest.mark.parametrize("name", STATING)
def test_what_is_not_set_is_not_made_up(name: str) -> None:
    """Of a nested block or an argument that is not there nothing is read, unless the provider computes it."""
    known = RESOURCE_TYPES[name]
    resource = Resource(address_of(name), lambda _: NULL, Home())
    for argument in sorted({place[0] for place in read_of(name)[0]} - {*known.computed} - COMPUTED):
        assert computed(resource, argument).is_null, (
            f'"{argument}" of {name} is taken for known after apply where it is not set: add it to `arguments` or '
            f"`blocks` in {home_of(name)}, or to `computed` if the provider computes it."
        )


def references(facts: tuple[Fact, ...]) -> Iterator[tuple[Value, set[Named]]]:
    """What facts refer to, and what an argument that says so must be said to name."""
    for fact in facts:
        match fact:
            case Attachment(target=target, policy=policy):
                yield from (*targeted(target), (policy, POLICY))
            case InlinePolicy(target=target) | Exclusive(target=target):
                yield from targeted(target)
            case ExclusiveAttachment(kind=kind, policy=policy, listed=listed):
                yield policy, POLICY
                yield from ((one, {NAMED[kind]}) for one in listed)
            case ExclusiveMembership(group=group, listed=listed):
                yield group, {Named.GROUP}
                yield from ((one, {Named.USER}) for one in listed)
            case Membership(user=user, group=group):
                yield from (*targeted(user), (group, {Named.GROUP}))
            case Entitlement(role=role):
                yield role, {Named.ROLE_ARN}
            case LoginProfile(user=user) | AccessKey(user=user):
                yield from targeted(user)
            case Identity() | ManagedPolicy():
                pass
            case _:
                assert_never(fact)


def targeted(target: Target) -> Iterator[tuple[Value, set[Named]]]:
    if target.reference is not None:
        yield target.reference, {NAMED[target.kind]}


@pytest.mark.parametrize("name", STATING)
def test_what_it_refers_to_is_named(name: str) -> None:
    asked, facts = read_of(name)
    places = {text_of(place): place for place in asked}
    for reference, wanted in references(facts):
        place = places.get(reference.span.path) if reference.span is not None else None
        if place is None or has_more_inside(place, asked) or place in NOT_NAMED:
            continue
        kinds = " or ".join(sorted(f"Named.{one.name}" for one in wanted))
        block = f'`nested_names` in {home_of(name)}, as ("{place[-2]}", "{place[-1]}")' if len(place) > 1 else ""
        assert named_by(place) in wanted, (
            f'"{text_of(place)}" of {name} names something, and plans in JSON are not read so: add it with {kinds} '
            f"to {block or f'NAMES in {ROOM}/vocabulary.py'}. A list goes to NOT_NAMED in this test."
        )


@pytest.mark.parametrize("name", RESOURCE_TYPES)
def test_its_names_are_attributes(name: str) -> None:
    known = RESOURCE_TYPES[name]
    for attribute in known.names:
        is_argument = attribute in known.arguments or type_of(name, attribute) is not None
        is_read = known.facts is not None and (attribute,) in read_of(name)[0]
        assert is_argument or is_read or attribute in known.computed or attribute in COMPUTED, (
            f'{name} is said to be named by "{attribute}", which is no attribute of it: correct `names` in '
            f"{home_of(name)}, or add it to `arguments` or `computed`."
        )


@pytest.mark.parametrize("name", STATING)
def test_others_can_name_it(name: str) -> None:
    facts = read_of(name)[1]
    kinds = {NAMED[fact.kind] for fact in facts if isinstance(fact, Identity)}
    kinds |= {Named.POLICY_ARN for fact in facts if isinstance(fact, ManagedPolicy)}
    for kind in sorted(kinds, key=lambda one: one.name):
        assert kind in RESOURCE_TYPES[name].names.values(), (
            f"{name} defines what others name, but no attribute is said to be its name: add one with Named.{kind.name} "
            f"to `names` in {home_of(name)}, the usual one first."
        )
