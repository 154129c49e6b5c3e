"""Where what there was before is once its moves are made, as Terraform makes them."""

from __future__ import annotations

import pytest

from scanner.changes.moves import Move, former_addresses

A, B, C, D = (f"aws_iam_user.{name}" for name in "abcd")
CASES: dict[str, tuple[list[str], list[Move], dict[str, str]]] = {
    "nothing is moved": ([A, B], [(C, D)], {A: A, B: B}),
    "a resource": ([A], [(A, B)], {B: A}),
    "of all instances": ([f"{A}[0]", f'{A}["x"]'], [(A, B)], {f"{B}[0]": f"{A}[0]", f'{B}["x"]': f'{A}["x"]'}),
    "an instance": ([f"{A}[0]", f"{A}[1]"], [(f"{A}[0]", f'{B}["x"]')], {f'{B}["x"]': f"{A}[0]", f"{A}[1]": f"{A}[1]"}),
    "from no key to one": ([A], [(A, f'{A}["x"]')], {f'{A}["x"]': A}),
    "what has no key is meant": ([f"{A}[0]"], [(A, f'{B}["x"]')], {f"{A}[0]": f"{A}[0]"}),
    "from a key to none": ([f"{A}[1]"], [(f"{A}[1]", A)], {A: f"{A}[1]"}),
    "a key with dots and brackets": ([f'{A}["x].y[\\"z"]'], [(A, B)], {f'{B}["x].y[\\"z"]': f'{A}["x].y[\\"z"]'}),
    "one that begins alike": ([f"{A}b"], [(A, C)], {f"{A}b": f"{A}b"}),
    "the place is taken": ([A, B], [(A, B)], {A: A, B: B}),
    "the place of an instance is taken": (
        [f"{A}[0]", f"{B}[0]"],
        [(f"{A}[0]", f"{B}[0]")],
        {f"{A}[0]": f"{A}[0]", f"{B}[0]": f"{B}[0]"},
    ),
    "the place of a resource is taken by another instance": (
        [f"{A}[0]", f"{B}[1]"],
        [(A, B)],
        {f"{A}[0]": f"{A}[0]", f"{B}[1]": f"{B}[1]"},
    ),
    "in a row": ([A], [(B, C), (A, B)], {C: A}),
    "in a row, and one is in the way": ([A, B], [(A, B), (B, C)], {A: A, C: B}),
    "in a circle": ([A], [(A, B), (B, A)], {A: A}),
    "in a circle beside another": ([A, C], [(A, B), (B, A), (C, D)], {A: A, C: C}),
    "a module": ([f"module.m.{A}"], [("module.m", "module.n")], {f"module.n.{A}": f"module.m.{A}"}),
    "a module with keys, and one in it": (
        [f'module.m["x"].module.i[0].{A}'],
        [("module.m", "module.n")],
        {f'module.n["x"].module.i[0].{A}': f'module.m["x"].module.i[0].{A}'},
    ),
    "a module gets a key": ([f"module.m.{A}"], [("module.m", "module.m[0]")], {f"module.m[0].{A}": f"module.m.{A}"}),
    "a module whose place is taken": (
        [f"module.m.{A}", f"module.n.{B}"],
        [("module.m", "module.n")],
        {f"module.m.{A}": f"module.m.{A}", f"module.n.{B}": f"module.n.{B}"},
    ),
    "two of a module": (
        [f"module.m.{A}", f"module.m.{B}"],
        [("module.m", "module.n")],
        {f"module.n.{A}": f"module.m.{A}", f"module.n.{B}": f"module.m.{B}"},
    ),
    "into a module": ([A], [(A, f"module.m.{A}")], {f"module.m.{A}": A}),
    "into a module that is moved": (
        [A],
        [("module.m", "module.n"), (A, f"module.m.{A}")],
        {f"module.n.{A}": A},
    ),
    "in a module that is moved": (
        [f"module.m.{A}"],
        [("module.m", "module.n"), (f"module.n.{A}", f"module.n.{B}")],
        {f"module.n.{B}": f"module.m.{A}"},
    ),
    "count is new": ([A], [], {A: A, f"{A}[0]": A, f"{A}[*]": A}),
    "a key, and it is not known how many there are": ([f'{A}["x"]'], [], {f'{A}["x"]': f'{A}["x"]'}),
    "it is known how many there are": ([f"{A}[*]"], [], {A: f"{A}[*]", f"{A}[0]": f"{A}[*]", f"{A}[*]": f"{A}[*]"}),
    "count is gone": ([f"{A}[0]", f"{A}[1]"], [], {f"{A}[0]": f"{A}[0]", f"{A}[1]": f"{A}[1]", A: f"{A}[0]"}),
    "count is gone, and a block says which stays": (
        [f"{A}[0]", f"{A}[1]"],
        [(f"{A}[1]", A)],
        {f"{A}[0]": f"{A}[0]", A: f"{A}[1]"},
    ),
    "count goes through no other key": (
        [f'{A}["0"]', f"{A}[1]"],
        [],
        {f'{A}["0"]': f'{A}["0"]', f"{A}[1]": f"{A}[1]"},
    ),
    "no addresses": (
        [".", "[", 'x["', "x[0"],
        [(".", "["), ("x", "y")],
        {".": ".", "[": "[", 'y["': 'x["', "y[0": "x[0"},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_moves(case: str) -> None:
    addresses, moves, expected = CASES[case]
    for written in (moves, moves[::-1]):
        found = former_addresses(addresses, written)
        if not moves:
            assert found == expected
        assert {address: before for address, before in found.items() if address in expected} == expected
        assert set(found.values()) == set(addresses)
