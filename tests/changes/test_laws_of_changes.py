"""The laws of comparing, over any two sides: people in roots and accounts, with names or without."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from scanner.changes.change import Change, ChangeKind
from scanner.changes.compare import compare
from scanner.changes.matching import KnownOfRoots
from scanner.changes.standing import Standing
from scanner.iam.evaluate import Outcome
from scanner.root import RootKind
from scanner.span import Span
from scanner.verdicts.console import Access
from tests.examples import examples

SPAN = Span.whole_file("main.tf")
ROOTS = ("x", "y", "z")
PAIRS = (
    (ChangeKind.LOST, ChangeKind.GAINED),
    (ChangeKind.CONSOLE_LOST, ChangeKind.CONSOLE_GAINED),
    (ChangeKind.WEAKER, ChangeKind.STRONGER),
    (ChangeKind.UNDETERMINED, ChangeKind.STRONGER),
    (ChangeKind.ADDED, ChangeKind.REMOVED),
)


@st.composite
def people(draw: st.DrawFn, accounts: Sequence[str | None], names: Sequence[str | None]) -> tuple[Standing, ...]:
    """Who is there: one at each address of a root, and one of each name in an account."""
    found: dict[tuple[str, str], Standing] = {}
    taken: set[tuple[str, str, str | None]] = set()
    for _ in range(draw(st.integers(0, 5))):
        kind = draw(st.sampled_from(("user", "role")))
        name, account = draw(st.sampled_from(names)), draw(st.sampled_from(accounts))
        root, label = draw(st.sampled_from(ROOTS)), draw(st.sampled_from("ab"))
        one = Standing(
            kind, name, account, f"aws_iam_{kind}.{label}", root, RootKind.TERRAFORM_MODULE, SPAN,
            draw(st.sampled_from(Access)), draw(st.tuples(*(st.sampled_from(Outcome) for _ in range(2)))),
            (), lambda _: (),
        )  # fmt: skip
        if (root, one.address) not in found and (name is None or (kind, name, account) not in taken):
            found[root, one.address] = one
            taken |= {(kind, name, account)} if name else set()
    return tuple(found.values())


NAMED = people(("1", "2"), ("ada", "bob", "cy"))
ANYBODY = people(("1", "2", None), ("ada", "bob", None))


def changes(
    before: Iterable[Standing], after: Iterable[Standing], same: Mapping[str, str] | None = None
) -> list[Change]:
    known = KnownOfRoots({root: root for root in ROOTS} if same is None else same)
    return list(compare(tuple(before), tuple(after), known).changes)


def said(found: Iterable[Change]) -> set[tuple[object, ...]]:
    return {(one.kind, one.client, one.before, one.after) for one in found}


@given(ANYBODY)
@examples(50)
def test_law_nothing_is_different_from_itself(side: tuple[Standing, ...]) -> None:
    assert changes(side, side) == []


@given(ANYBODY, ANYBODY)
@examples(200)
def test_law_the_way_back_is_the_opposite(one: tuple[Standing, ...], other: tuple[Standing, ...]) -> None:
    there, back = said(changes(one, other)), said(changes(other, one))
    assert len(there) == len(back)
    for kind, *about, before, after in there:
        opposite = {pair[1 - pair.index(kind)] for pair in PAIRS if kind in pair}
        assert [1 for each in opposite if (each, *about, after, before) in back] == [1]


@given(NAMED, st.permutations(("u", "v", "w")))
@examples(50)
def test_law_names_of_roots_do_not_matter(side: tuple[Standing, ...], names: Sequence[str]) -> None:
    """Whether or not it is known that they are the same."""
    renamed = dict(zip(ROOTS, names, strict=True))
    after = [replace(one, root=renamed[one.root]) for one in side]
    assert changes(side, after, {}) == []
    assert changes(side, after, {new: old for old, new in renamed.items()}) == []


@given(NAMED, NAMED, st.booleans())
@examples(200)
def test_law_nobody_is_lost_and_gone(one: tuple[Standing, ...], other: tuple[Standing, ...], known: bool) -> None:
    """Nor anything else at once that is about the same person."""
    found: dict[object, set[ChangeKind]] = {}
    for change in changes(one, other, None if known else {}):
        subject = change.subject
        found.setdefault((subject.kind, subject.name, subject.account, change.client), set()).add(change.kind)
        if change.kind in (ChangeKind.ADDED, ChangeKind.REMOVED):
            other_side = one if change.kind is ChangeKind.ADDED else other
            assert (subject.kind, subject.name, subject.account) not in {
                (each.kind, each.name, each.account) for each in other_side
            }
    assert all(len(kinds) == 1 for kinds in found.values())


@given(ANYBODY, ANYBODY)
@examples(100)
def test_law_nobody_changes_accounts(one: tuple[Standing, ...], other: tuple[Standing, ...]) -> None:
    for change in changes(one, other):
        if change.before is not None and change.after is not None:
            assert None in (change.before.account, change.after.account) or (
                change.before.account == change.after.account
            )
