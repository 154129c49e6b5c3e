"""Addresses are written as Terraform writes them, and read back as what they were."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.terraform.address import InstanceKey, Mode, ModuleAddress, ResourceAddress, written_key
from scanner.terraform.plans.address_text import parse_module_address, parse_resource_address

NAMES = st.from_regex(r"[a-z_][a-z0-9_-]{0,5}", fullmatch=True)
KEYS = st.one_of(
    st.none(), st.integers(0, 99), st.text(max_size=6), st.sampled_from(["${x}", "%{if}", "$${", "a.b[0]"])
)
STEPS = st.lists(st.tuples(NAMES, KEYS), max_size=3).map(lambda steps: ModuleAddress(tuple(steps)))


@pytest.mark.slow
@given(st.builds(ResourceAddress, STEPS, st.sampled_from([Mode.DATA, Mode.MANAGED]), NAMES, NAMES, KEYS))
def test_what_is_written_is_read_back(address: ResourceAddress) -> None:
    ambiguous = address.mode is Mode.MANAGED and address.type in ("data", "module")
    assert ambiguous or parse_resource_address(str(address)) == address
    assert parse_module_address(str(address.module)) == address.module


@pytest.mark.parametrize(
    ("key", "written"),
    [
        (None, ""),
        (3, "[3]"),
        ("a", '["a"]'),
        ('q"\\', '["q\\"\\\\"]'),
        ("tab\tline\n", '["tab\\tline\\n"]'),
        ("${a} %{b} $c", '["$${a} %%{b} $c"]'),
        ("é", '["é"]'),
        ("\x08\u2028", '["\\u0008\\u2028"]'),
        ("\U000e0001", '["\\U000e0001"]'),
    ],
)
def test_keys(key: InstanceKey, written: str) -> None:
    assert written_key(key) == written


@pytest.mark.parametrize("text", ["", "aws_iam_user", "module.a", "module.a.aws_iam_user.b.c", 'a.b["x]', "a.b[+]"])
def test_what_is_no_resource_address(text: str) -> None:
    assert parse_resource_address(text) is None


@pytest.mark.parametrize("text", ["a", "module", "module.a[+]", "module.a x"])
def test_what_is_no_module_address(text: str) -> None:
    assert parse_module_address(text) is None
