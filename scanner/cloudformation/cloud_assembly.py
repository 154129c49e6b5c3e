"""A CDK cloud assembly to facts: those of its stacks, each in its environment, at the lines that made them.

A stack's label stands before the logical IDs, as a nested stack's does. Stacks of different accounts share nothing but
the root. A stack whose environment is open may be in the account of another one or not, unless the user says which
account it is, or one has values from the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from scanner.budget import BudgetSpentError, spent_at
from scanner.cloudformation.aws_iam import construct_of, note_of
from scanner.cloudformation.cdk.assembly import AssembledStack, Assembly, read_assembly
from scanner.cloudformation.cdk.constructs import by_address
from scanner.cloudformation.cdk.lookups import without_placeholders
from scanner.cloudformation.cdk.manifest import MANIFEST
from scanner.cloudformation.cdk.source_lines import source_line
from scanner.cloudformation.extract import StackKeeper, facts_of_stacks, home, open_nested
from scanner.cloudformation.stacks.exchange import Exchange
from scanner.cloudformation.stacks.nested import TemplateTree
from scanner.cloudformation.stacks.stack import Stack
from scanner.cloudformation.template.place import Place
from scanner.diagnostic import Diagnostic, as_sentence, error
from scanner.facts import Account, Facts, Home, Identity
from scanner.handover import handover
from scanner.lazy_dataclass import dataclass
from scanner.source_file import UnreadableFileError
from scanner.span import Span
from scanner.unexplored import said_of, spent_budget
from scanner.values import Value, of

if TYPE_CHECKING:
    from scanner.cloudformation.stacks.scope import StackScope
    from scanner.handover import Handover, Keeper, Open
    from scanner.root import Inputs, ScanRoot


def extract(root: ScanRoot, opened: Open) -> Facts:
    """The facts of one cloud assembly, with what those hand over that are ``opened``."""
    found = _open_stacks(root, handover(root.read_from, opened))
    assembly, problems = found.assembly, found.problems
    facts = facts_of_stacks(root.path, found.tree, found.tops, lambda scope: found.homes[scope.stack.label])
    by_path = {construct.path: construct for stack in assembly.stacks for construct in stack.constructs}
    at_address = {at: made for stack in assembly.stacks for at, made in by_address(stack.label, stack.constructs)}

    def at_its_source(identity: Identity) -> Identity:
        origin = identity.origin
        named = next((construct_of(note) for note, _ in origin.notes), None)
        construct = at_address.get(origin.address) if named is None else by_path.get(named)
        if construct is None:
            return identity
        notes = origin.notes or ((note_of(construct.path), origin.span),)
        try:
            line = source_line(construct.frames, found.manifest)
        except BudgetSpentError:
            spent_at(origin.span)
            line = None
        return replace(identity, origin=replace(origin, span=line or origin.span, notes=notes))

    was_spent = spent_budget() is not None
    identities = tuple(map(at_its_source, facts.identities))
    budget = spent_budget()
    if budget is not None and not was_spent:
        problems.append(said_of(budget, root.path))
    return replace(
        facts,
        identities=identities,
        diagnostics=(*problems, *facts.diagnostics),
        files=facts.files | assembly.files,
    )


def keeper(root: ScanRoot, given: Handover) -> Keeper:
    """An assembly that hands something over to others, and may itself be given something."""
    found = _open_stacks(root, given)
    open_nested(found.tops)
    return StackKeeper(found.exchange)


@dataclass(frozen=True, slots=True)
class _Stacks:
    """The stacks of an assembly, before anything is evaluated."""

    assembly: Assembly
    manifest: Place
    tree: TemplateTree
    exchange: Exchange
    tops: list[StackScope]
    homes: dict[str, Home]
    problems: list[Diagnostic]


def _open_stacks(root: ScanRoot, given: Handover) -> _Stacks:
    shown = MANIFEST if root.path == "." else f"{root.path}/{MANIFEST}"
    manifest = Place(shown, root.location / MANIFEST, root.boundary)
    assembly = read_assembly(manifest)
    tree = TemplateTree(read=without_placeholders(assembly.placeholders))
    problems: list[Diagnostic] = list(assembly.diagnostics)
    tops: list[StackScope] = []
    exchange, depth = Exchange(handover=given), [0]
    homes: dict[str, Home] = {}
    for stack in assembly.stacks:
        inputs = _inputs(root.inputs, stack)
        try:
            documents = tree.documents(stack.template)
        except UnreadableFileError as problem:
            problems.append(error("Unreadable file", as_sentence(str(problem)), Span.whole_file(stack.template.path)))
            continue
        except BudgetSpentError:
            break  # of which facts_of_stacks says that it is so
        if not any(map(_has_resources, documents)):
            continue  # the CDK does not deploy it
        found = home(inputs, tree.partition(stack.template))
        homes[stack.label] = found
        place = _stack(stack, inputs, exchange, depth)
        try:
            tops += [tree.scope(document, stack.template, inputs, found.partition, place) for document in documents[:1]]
        except BudgetSpentError:
            break
    return _Stacks(assembly, manifest, tree, exchange, tops, homes, problems)


def _inputs(inputs: Inputs, stack: AssembledStack) -> Inputs:
    """What the user gives counts for each stack; what the environment of a stack says counts more."""
    return replace(
        inputs,
        parameters=(*stack.parameters, *inputs.parameters),
        account=stack.account or inputs.account,
        region=stack.region or inputs.region,
    )


def _account(stack: AssembledStack, inputs: Inputs) -> Account:
    """A stack whose environment is open may be in any account, also in the account of another stack."""
    if inputs.account is not None:
        return Account(inputs.account, inputs.account)
    return Account(None, stack.label, stack.label)


def _stack(stack: AssembledStack, inputs: Inputs, exchange: Exchange, depth: list[int]) -> Stack:
    return Stack(
        label=stack.label,
        prefix=f"{stack.label}/",
        name=stack.name,
        account=_account(stack, inputs),
        files=(stack.template,),
        exchange=exchange,
        depth=depth,
        after=stack.after,
        assets=stack.assets,
        tags=lambda: of(dict(stack.tags)),
    )


def _has_resources(document: Value) -> bool:
    """Whether a stack is made of a document; what is not a template at all is left to the reader of templates."""
    if not isinstance(document.data, Mapping):
        return True
    resources = document.data.get("Resources")
    return resources is not None and resources.data != {}
