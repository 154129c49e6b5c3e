"""A template file to facts: those of its templates, and of the stacks that are nested in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from scanner import values
from scanner.budget import BudgetSpentError
from scanner.cloudformation.stack_facts import stack_facts, stacks
from scanner.cloudformation.stacks.account_links import follow_readers
from scanner.cloudformation.stacks.choices import choices
from scanner.cloudformation.stacks.exchange import Exchange
from scanner.cloudformation.stacks.exports import offer
from scanner.cloudformation.stacks.nested import TemplateTree
from scanner.cloudformation.stacks.stack import Stack
from scanner.cloudformation.template.place import Place
from scanner.diagnostic import Diagnostic, as_sentence, error
from scanner.facts import Account, Fact, Facts, Home, collect
from scanner.handover import handover
from scanner.partition import partition_of
from scanner.root import RootKind
from scanner.source_file import UnreadableFileError
from scanner.span import Span
from scanner.unexplored import not_read, said_of, spent_budget, unexplored

if TYPE_CHECKING:
    from scanner.cloudformation.stacks.scope import StackScope
    from scanner.elsewhere import Elsewhere
    from scanner.handover import Handover, Keeper, Open
    from scanner.root import Inputs, ScanRoot
    from scanner.values import Value

KIND = RootKind.CLOUDFORMATION_TEMPLATE

HomeOf = Callable[["StackScope"], Home]


def extract(root: ScanRoot, opened: Open) -> Facts:
    """The facts of one template file, with what those hand over that are ``opened``.

    What cannot be read is an error among its diagnostics.
    """
    root = replace(root, inputs=_assumed(root.inputs))
    place = Place(root.path, root.location, root.boundary)
    tree = TemplateTree()
    try:
        documents = tree.documents(place, is_root=True)
    except UnreadableFileError as problem:
        unreadable = error("Unreadable file", as_sentence(str(problem)), Span.whole_file(root.path))
        return collect(root.path, KIND, (), (unreadable,), frozenset())
    except BudgetSpentError:
        return facts_of_stacks(root.path, tree, (), lambda _: home(root.inputs))
    if len(documents) > 1:
        documents = tuple(document for document in documents if _has_sections(document))
    named = tree.partition(place)
    partition = home(root.inputs, named).partition
    stack = Stack(files=(place,), exchange=Exchange(dict(root.contested), handover(root.read_from, opened)), depth=[0])
    tops: list[StackScope] = []
    with suppress(BudgetSpentError):  # of which facts_of_stacks says that it is so
        tops.extend(tree.scope(document, place, root.inputs, partition, stack) for document in documents)
        for neighbour in root.neighbours:
            tops.extend(_neighbour(neighbour, root.inputs, partition, stack))

    def home_of(scope: StackScope) -> Home:
        return home(root.inputs, named, tree.partition(scope.stack.files[-1]))

    found = facts_of_stacks(root.path, tree, tops, home_of)
    # Where there are several documents, one name may mean two things.
    return found if len(documents) == 1 else replace(found, choices=())


class StackKeeper:
    """A template that exports something, or writes SSM parameters."""

    def __init__(self, exchange: Exchange) -> None:
        self._kept = exchange.kept()

    def kept(self, where: str, apart: Elsewhere) -> Value | None:
        """What is exported, or the value of a parameter."""
        offer = self._kept.get(where)
        return None if offer is None else cast("Value", apart.of(offer.value()))


def keeper(root: ScanRoot, given: Handover) -> Keeper:
    """A template that hands something over to others, and may itself be given something."""
    inputs = _assumed(root.inputs)
    place = Place(root.path, root.location, root.boundary)
    tree = TemplateTree()
    exchange = Exchange(handover=given)
    try:
        documents = tree.documents(place, is_root=True)
    except UnreadableFileError:
        return StackKeeper(exchange)
    partition = home(inputs, tree.partition(place)).partition
    stack = Stack(files=(place,), exchange=exchange, depth=[0])
    open_nested([tree.scope(document, place, inputs, partition, stack) for document in documents])
    return StackKeeper(exchange)


def _assumed(inputs: Inputs) -> Inputs:
    """The inputs with the account and the region that are taken for granted."""
    known = {one.subject: one.value for one in inputs.assumptions}
    account, region = inputs.account or known.get(values.ACCOUNT), inputs.region or known.get(values.REGION)
    return replace(inputs, account=account, region=region)


def _neighbour(root: ScanRoot, inputs: Inputs, partition: str, stack: Stack) -> Iterator[StackScope]:
    """The stacks of another template. Its problems are reported where it is a root."""
    place = Place(root.path, root.location, root.boundary)
    tree = TemplateTree()
    beside = replace(stack, prefix=f"{root.path}:", files=(place,), is_foreign=True)
    try:
        documents = tree.documents(place, is_root=True)
    except UnreadableFileError:
        return
    for document in documents:
        yield tree.scope(document, place, inputs, partition, beside)


def facts_of_stacks(path: str, tree: TemplateTree, tops: Sequence[StackScope], home_of: HomeOf) -> Facts:
    """The facts of stacks and all that are nested in them, as those of one root; the foreign ones stand last.

    When the budget is spent, there is what was found before, and what may be beside it.
    """
    facts: list[Fact] = []
    problems: list[Diagnostic] = []
    opened: list[StackScope] = []
    exports: set[str] = set()
    imports: set[str] = set()
    with suppress(BudgetSpentError):  # of which is said below that it is so
        _open(tops, opened, exports)
    for scope in opened:
        its_home = home_of(scope)
        its_home = replace(its_home, account=scope.in_account)
        found, unfollowed = stack_facts(scope, its_home, is_rewritten=tree.is_rewritten)
        facts.extend(found)
        if not scope.stack.is_foreign:
            problems.extend(unfollowed)
            imports |= scope.stack.exchange.imported.keys() if scope.stack.exchange is not None else set()
    try:
        open_choices = choices(opened)
    except BudgetSpentError:
        open_choices = ()
    said = [*tree.diagnostics, *problems]
    budget = spent_budget()
    if budget is not None:
        facts += tuple(unexplored(facts, not_read(budget)))
        said.append(said_of(budget, path))
        open_choices = ()
    exchange = tops[0].stack.exchange if tops else None
    collected = collect(path, KIND, tuple(facts), tuple(said), frozenset(tree.files), open_choices)
    return replace(
        collected,
        is_rewritten=tree.is_rewritten,
        parameters=frozenset(name for top in tops if not top.stack.is_foreign for name in top.template.parameters),
        exports=frozenset(exports),
        imports=frozenset(imports) - exports,
        keeps=tuple(exchange.kept()) if exchange is not None else (),
        reads=tuple(exchange.handover.read) if exchange is not None else (),
        together=tuple(exchange.together) if exchange is not None else (),
    )


def open_nested(tops: Sequence[StackScope]) -> None:
    """Find what stacks, and those that are nested in them, hand over."""
    _open(tops, [], set())


def _open(tops: Sequence[StackScope], opened: list[StackScope], exports: set[str]) -> None:
    """Find the stacks that are nested in others, and what all of them hand to each other."""
    for top in tops:  # all of them, before a nested stack asks what it is given
        exports |= _offered((top,))
    for top in tops:
        inside = []
        for scope in stacks(top):
            inside.append(scope)
            opened.append(scope)
        exports |= _offered(inside[1:])
    for top in tops:
        if top.stack.exchange is not None:
            top.stack.exchange.follow()
    follow_readers(opened)


def _offered(scopes: Sequence[StackScope]) -> frozenset[str]:
    """The names of the exports that stacks of one root, which are offered here, add to it."""
    exchange = scopes[0].stack.exchange if scopes else None
    offered = offer(scopes, exchange) if exchange is not None else frozenset()
    return frozenset() if scopes and scopes[0].stack.is_foreign else offered


def _has_sections(document: Value) -> bool:
    return isinstance(document.data, Mapping) and "Resources" in document.data


def home(inputs: Inputs, *named: str | None) -> Home:
    """The partition of the region, else the first one that a template names."""
    if inputs.region is not None:
        return Home(partition_of(inputs.region), Account(inputs.account))
    return Home(next((name for name in named if name is not None), "aws"), Account(inputs.account))
