"""A CDK cloud assembly to facts: those of its stacks, each in its environment, at the lines that made them.

A stack's label stands before the logical IDs, as a nested stack's does. Stacks of different accounts share nothing but
the root. A stack whose environment is open may be in the account of another one or not, unless the user says which
account it is, or one has values from the other.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from scanner.cloudformation.assembly import MANIFEST, AssembledStack, read_assembly
from scanner.cloudformation.aws_iam import note_of
from scanner.cloudformation.exports import Exchange
from scanner.cloudformation.extract import facts_of_stacks, home
from scanner.cloudformation.includes import Place
from scanner.cloudformation.nested import TemplateTree
from scanner.cloudformation.source_lines import source_line
from scanner.cloudformation.stack import Stack
from scanner.diagnostic import Diagnostic, error
from scanner.facts import Account, Facts, Home, Identity
from scanner.source_file import UnreadableFileError
from scanner.span import Span

if TYPE_CHECKING:
    from scanner.cloudformation.scope import Scope
    from scanner.root import Inputs, ScanRoot


def extract(root: ScanRoot) -> Facts:
    """The facts of one cloud assembly."""
    shown = MANIFEST if root.path == "." else f"{root.path}/{MANIFEST}"
    manifest = Place(shown, root.location / MANIFEST, root.boundary)
    assembly = read_assembly(manifest)
    tree = TemplateTree()
    problems: list[Diagnostic] = list(assembly.diagnostics)
    tops: list[Scope] = []
    exchange, depth = Exchange(), [0]
    homes: dict[str, Home] = {}
    for stack in assembly.stacks:
        inputs = _inputs(root.inputs, stack)
        try:
            documents = tree.documents(stack.template)
        except UnreadableFileError as problem:
            problems.append(error("Unreadable file", f"{problem}.", Span.whole_file(stack.template.path)))
            continue
        found = home(inputs, tree.partition(stack.template))
        homes[stack.label] = found
        place = _stack(stack, inputs, tree, exchange, depth)
        tops += [tree.scope(document, stack.template, inputs, found.partition, place) for document in documents[:1]]
    facts = facts_of_stacks(root.path, tree, tops, lambda scope: homes[scope.stack.label])
    frames = {note_of(construct.path): construct.frames for stack in assembly.stacks for construct in stack.constructs}

    def at_its_source(identity: Identity) -> Identity:
        origin = identity.origin
        line = next((source_line(frames[note], manifest) for note, _ in origin.notes if note in frames), None)
        return identity if line is None else replace(identity, origin=replace(origin, span=line))

    return replace(
        facts,
        identities=tuple(map(at_its_source, facts.identities)),
        diagnostics=(*problems, *facts.diagnostics),
        files=facts.files | assembly.files,
    )


def _inputs(inputs: Inputs, stack: AssembledStack) -> Inputs:
    """What the user gives counts for each stack; what the environment of a stack says counts more."""
    return replace(
        inputs,
        parameters=(*stack.parameters, *inputs.parameters),
        account=stack.account or inputs.account,
        region=stack.region or inputs.region,
    )


def _account(stack: AssembledStack, inputs: Inputs) -> Account:
    """A stack whose environment is open may be in any account, that of another stack or not."""
    if inputs.account is not None:
        return Account(inputs.account, inputs.account)
    return Account(None, stack.label, stack.label)


def _stack(stack: AssembledStack, inputs: Inputs, tree: TemplateTree, exchange: Exchange, depth: list[int]) -> Stack:
    return Stack(
        label=stack.label,
        prefix=f"{stack.label}/",
        name=stack.name,
        account=_account(stack, inputs),
        files=(stack.template,),
        open_nested=tree.open,
        exchange=exchange,
        depth=depth,
    )
