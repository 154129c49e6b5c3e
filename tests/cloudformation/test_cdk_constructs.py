"""Which construct made the resource at an address."""

from __future__ import annotations

import pytest

from scanner.cloudformation.cdk.constructs import Construct, by_address

ROWS = [
    ("a resource", {"S/U/Resource": "U1"}, {"S/U1": "S/U/Resource"}),
    ("without a logical ID", {"S/U/Resource": None}, {}),
    (
        "nested",
        {"S/N.NestedStack/N.NestedStackResource": "Nested", "S/N/U/Resource": "U1", "S/U/Resource": "U1"},
        {
            "S/Nested": "S/N.NestedStack/N.NestedStackResource",
            "S/Nested/U1": "S/N/U/Resource",
            "S/U1": "S/U/Resource",
        },
    ),
    (
        "nested in a nested one",
        {
            "S/a/N.NestedStack/N.NestedStackResource": "Outer",
            "S/a/N/M.NestedStack/M.NestedStackResource": "Inner",
            "S/a/N/M/U": "U",
        },
        {
            "S/Outer": "S/a/N.NestedStack/N.NestedStackResource",
            "S/Outer/Inner": "S/a/N/M.NestedStack/M.NestedStackResource",
            "S/Outer/Inner/U": "S/a/N/M/U",
        },
    ),
    ("what only looks nested", {"S/N.NestedStack/M.NestedStackResource": "X", "S/N/U": "U"},
     {"S/X": "S/N.NestedStack/M.NestedStackResource", "S/U": "S/N/U"}),
    ("odd paths", {"": "A", "/": "B", "..": "C"}, {"S/A": "", "S/B": "/", "S/C": ".."}),
]  # fmt: skip


@pytest.mark.parametrize(("written", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_constructs_by_address(written: dict[str, str | None], expected: dict[str, str]) -> None:
    found = by_address("S", (Construct(path, logical_id) for path, logical_id in written.items()))
    assert {address: construct.path for address, construct in found} == expected
