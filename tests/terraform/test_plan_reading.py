"""Plans and states are read in part: in one pass, by type, as attributes are wanted. It comes to the same as all."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.root import Inputs, ScanRoot
from scanner.span import Span
from scanner.terraform.address import Mode, ResourceAddress
from scanner.terraform.aws.facts import TYPES
from scanner.terraform.plans import plan
from scanner.terraform.plans.address_text import parse_module_address, parse_resource_address, resource_type
from scanner.terraform.plans.json_sections import Sections, sections, sections_one_by_one
from scanner.terraform.plans.plan_document import PlanDocument, PlanError
from scanner.terraform.plans.plan_reader import json_document, read_document
from scanner.terraform.plans.planned_instances import PlannedInstance
from scanner.terraform.plans.protobuf_wire import WireError, fields
from scanner.terraform.plans.recognition import recognise_plan
from scanner.terraform.plans.source_choice import source_of
from tests.examples import examples
from tests.scans import ROOT

pytestmark = pytest.mark.slow

FILES = sorted(
    path
    for folder in ("fixtures/plan", "tests/cases/plans", "tests/cases/accounts")
    for path in (ROOT / folder).rglob("*")
    if path.is_file() and recognise_plan(path.read_bytes()[:4096]) is not None
)
DOCUMENTS = [path for path in FILES if path.suffix != ".tfplan"]
NAMES = [path.relative_to(ROOT).as_posix() for path in FILES]
JSON_NAMES = [path.relative_to(ROOT).as_posix() for path in DOCUMENTS]
MANGLED = st.sampled_from(
    ["null", "true", "3", '"x"', '"module.m[0]"', "[]", "[1]", "{}", '{"a": 1}', "1e999", '"\\ud800"']
)
"""What is put in the place of anything."""


def test_there_are_files() -> None:
    assert len(DOCUMENTS) >= 70
    assert len(FILES) - len(DOCUMENTS) >= 20


def listing(document: PlanDocument) -> list[object]:
    """All that a document says."""
    instances = [(planned, values_of(planned)) for planned in document.instances.values()]
    forgotten = [(planned, values_of(planned)) for planned in document.forgotten]
    rest = (document.configuration, document.variables, document.left_out, document.workspace)
    return [instances, document.instances.modules(), forgotten, *rest]


def values_of(planned: PlannedInstance) -> object:
    try:
        return planned.values()
    except PlanError as problem:
        return str(problem)


def read(data: bytes, decoded: Callable[[bytes], Sections]) -> list[object] | str:
    try:
        return listing(json_document(decoded(data)))
    except PlanError as problem:
        return str(problem)


@pytest.mark.parametrize("path", DOCUMENTS, ids=JSON_NAMES)
def test_one_pass_reads_what_sections_one_by_one_have(path: Path) -> None:
    found = read(path.read_bytes(), sections)
    assert not isinstance(found, str)
    assert found == read(path.read_bytes(), sections_one_by_one)


@cache
def parsed(path: Path) -> Any:
    return json.loads(path.read_bytes())


def places(node: Any, way: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where something stands in a JSON document."""
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for step, item in inner:
        yield (*way, step)
        yield from places(item, (*way, step))


@cache
def all_places(path: Path) -> tuple[tuple[str | int, ...], ...]:
    return tuple(places(parsed(path)))


def with_mark(node: Any, way: tuple[str | int, ...], mark: str, *, beside: bool) -> Any:
    """A document with a mark in the place of something, or beside it under the same key, where that is one."""
    step, rest = way[0], way[1:]
    if isinstance(node, dict):
        changed = {
            key: with_mark(item, rest, mark, beside=beside) if key == step and rest else item
            for key, item in node.items()
        }
        if not rest:
            changed |= {f"{step}{mark}": mark} if beside else {str(step): mark}
        return changed
    return [
        with_mark(item, rest, mark, beside=beside) if at == step and rest else mark if at == step else item
        for at, item in enumerate(node)
    ]


@st.composite
def mangled(draw: st.DrawFn) -> bytes:
    """A document with another value somewhere, or with a key that is there twice."""
    path = draw(st.sampled_from(DOCUMENTS))
    document, written = parsed(path), draw(MANGLED)
    way = draw(st.sampled_from(all_places(path)))
    text = json.dumps(with_mark(document, way, "\0", beside=draw(st.booleans())))
    return text.replace('"\\u0000"', written).replace("\\u0000", "").encode()


@given(mangled())
@examples(120)
def test_what_is_wrong_is_said_of_the_same_section(data: bytes) -> None:
    assert read(data, sections) == read(data, sections_one_by_one)


@given(st.sampled_from(DOCUMENTS), st.integers(0, 1 << 20), st.binary(max_size=3), st.integers(0, 3))
@examples(60)
def test_any_change_of_the_bytes_is_read_alike(path: Path, position: int, inserted: bytes, removed: int) -> None:
    data = path.read_bytes()
    position %= len(data)
    changed = data[:position] + inserted + data[position + removed :]
    assert read(changed, sections) == read(changed, sections_one_by_one)


Plain = dict[ResourceAddress, tuple[dict[str, Any], dict[str, Any], bool]]
"""Attributes, what is known after apply, and whether the plan leaves the instance alone."""


def in_full(document: Mapping[str, Any]) -> Plain:
    """The instances of a document that is well-formed, read without any care for how large it is."""
    if "version" in document:
        return dict(_stored(document))
    if "values" in document:
        return dict(_shown(document["values"].get("root_module", {})))
    before = dict(_shown(document.get("prior_state", {}).get("values", {}).get("root_module", {})))
    found: Plain = {}
    for change in document.get("resource_changes", ()):
        address = address_of(change.get("module_address", ""), change, change.get("index"))
        if change.get("deposed"):
            continue
        before.pop(address, None)
        planned, actions = change["change"], change["change"]["actions"]
        if set(actions) - {"delete", "forget"}:
            found[address] = (planned["after"] or {}, planned.get("after_unknown") or {}, False)
    return found | {address: (values, {}, True) for address, (values, _, _) in before.items()}


def _stored(
    document: Mapping[str, Any],
) -> Iterator[tuple[ResourceAddress, tuple[dict[str, Any], dict[str, Any], bool]]]:
    for resource in document["resources"]:
        for instance in resource["instances"]:
            if not instance.get("deposed"):
                address = address_of(resource.get("module", ""), resource, instance.get("index_key"))
                yield address, (instance["attributes"], {}, False)


def _shown(module: Mapping[str, Any]) -> Iterator[tuple[ResourceAddress, tuple[dict[str, Any], dict[str, Any], bool]]]:
    for resource in module.get("resources", ()):
        if not resource.get("deposed_key"):
            address = address_of(module.get("address", ""), resource, resource.get("index"))
            yield address, (resource["values"], {}, False)
    for child in module.get("child_modules", ()):
        yield from _shown(child)


def address_of(module: str, resource: Mapping[str, Any], key: int | str | None) -> ResourceAddress:
    parsed_module = parse_module_address(module)
    assert parsed_module is not None
    return ResourceAddress(parsed_module, Mode.of(resource["mode"]), resource["type"], resource["name"], key)


@pytest.mark.parametrize("path", DOCUMENTS, ids=JSON_NAMES)
def test_types_that_are_read_alone_have_what_the_whole_file_has(path: Path) -> None:
    whole = in_full(parsed(path))
    for type_ in {address.type for address in whole} | {"aws_iam_user", "nobody_has_this"}:
        found = read_document(path).instances.of_type(type_)
        plain = {address: (*planned.values(), planned.untouched) for address, planned in found.items()}
        assert plain == {address: item for address, item in whole.items() if address.type == type_}


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_types_keep_the_order_of_the_whole(path: Path) -> None:
    everything = list(read_document(path).instances)
    assert everything
    identities = read_document(path).instances.of_types(TYPES.__contains__)
    assert list(identities) == [address for address in everything if address.type in TYPES]


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_modules_are_those_of_all_instances(path: Path) -> None:
    assert read_document(path).instances.modules() == tuple(
        dict.fromkeys(address.module for address in read_document(path).instances)
    )


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_attributes_that_nobody_reads_say_nothing_more(path: Path) -> None:
    """References that are taken for names are the same, whether all attributes are looked at or those that are read."""
    kind = recognise_plan(path.read_bytes()[:4096])
    assert kind is not None
    root = ScanRoot(kind, path.name, path, path.parent, Inputs())
    document = read_document(path)
    reader = plan._reader(document, source_of(document, root), root, Span.whole_file(path.name))  # noqa: SLF001
    assert tuple(plan._stated(document, reader, root))  # noqa: SLF001
    named = dict(reader.named)
    for planned in document.instances.of_types(TYPES.__contains__).values():
        assert all(name in reader.instance(planned).attributes for name in planned.values()[0])
        dict(reader.instance(planned).attributes)
    assert reader.named == named


NAME = st.text(st.sampled_from("ab-_0é"), min_size=1, max_size=3)
KEY = st.sampled_from(["", "[0]", "[12]", '["a"]', '["a.b"]', '["a\\"]b"]', '["]"]', "[]", '["', "[x]"])
STEP = st.one_of(
    st.builds(lambda name, key: f"module.{name}{key}", NAME, KEY),
    st.builds(lambda name, key: f"{name}{key}", NAME, KEY),
    st.sampled_from(["data", "module", "aws_iam_user", "", "data\n"]),
)


@given(st.lists(STEP, max_size=5).map(".".join))
@examples(150)
def test_the_type_in_an_address_is_that_of_the_address(text: str) -> None:
    address = parse_resource_address(text)
    assert resource_type(text) == (address.type if address is not None else None)


def fields_byte_by_byte(message: bytes) -> dict[int, list[int | bytes]]:
    """The fields of a protocol buffer, read without a thought of speed."""
    found: dict[int, list[int | bytes]] = {}
    left = list(message)

    def number() -> int:
        digits: list[int] = []
        while True:
            if not left or len(digits) == 10:
                raise ValueError
            digits.append(left.pop(0))
            if digits[-1] < 0x80:
                return sum((digit & 0x7F) << 7 * place for place, digit in enumerate(digits)) & (1 << 64) - 1

    while left:
        tag = number()
        lengths: dict[int, Callable[[], int]] = {1: lambda: 8, 2: number, 5: lambda: 4}
        value: int | bytes
        if tag & 7 == 0:
            value = number()
        else:
            length = lengths[tag & 7]()
            if length > len(left):
                raise ValueError
            value, left[:length] = bytes(left[:length]), []
        found.setdefault(tag >> 3, []).append(value)
    return found


FIELD = st.builds(
    lambda number, kind, rest: bytes([number << 3 | kind]) + rest,
    st.integers(0, 31),
    st.integers(0, 5),
    st.binary(max_size=12),
)


@given(st.one_of(st.binary(max_size=40), st.lists(FIELD, max_size=5).map(b"".join)))
@examples(300)
def test_fields_are_those_of_the_format(message: bytes) -> None:
    try:
        found = {
            number: [item if isinstance(item, int) else bytes(item) for item in values]
            for number, values in fields(memoryview(message)).items()
        }
    except WireError:
        with pytest.raises((ValueError, KeyError)):
            fields_byte_by_byte(message)
    else:
        assert found == fields_byte_by_byte(message)
