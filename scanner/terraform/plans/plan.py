"""Plans and states: the same resource instances, and so the same facts.

A plan knows the values of everything but what the provider computes. What is known after apply is evaluated where the
plan's own configuration is at hand (``scanner.terraform.plans.plan_evaluation``). Without it there are the references
in a plan in JSON, which say what an argument names and not what a document is made of
(``scanner.terraform.plans.plan_references``).

https://developer.hashicorp.com/terraform/internals/json-format
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeVar

from scanner import values
from scanner.budget import BudgetSpentError, spend
from scanner.cause import Cause, CauseKind
from scanner.diagnostic import Diagnostic, as_sentence, bound_exceeded, error, warning
from scanner.facts import Fact, Facts, Home, Identity, collect
from scanner.lazy_dataclass import dataclass
from scanner.root import RootKind, ScanRoot
from scanner.span import Span
from scanner.symbol import Attribute
from scanner.terraform.address import Mode, ResourceAddress
from scanner.terraform.aws import unread_types
from scanner.terraform.aws.after_apply import after_apply
from scanner.terraform.aws.computed import computed
from scanner.terraform.aws.facts import TYPES, facts, facts_left_behind
from scanner.terraform.aws.naming import is_naming
from scanner.terraform.aws.resource_type import Resource
from scanner.terraform.language.equality import equal
from scanner.terraform.language.namespace import Namespace
from scanner.terraform.plans.forgotten import left_behind, principals_left_behind, sentence
from scanner.terraform.plans.one_apply import Stated, after_one_apply, doubted
from scanner.terraform.plans.plan_document import (
    INCOMPLETE,
    Changed,
    PlanDocument,
    PlanError,
    block_address,
    has_unknown,
)
from scanner.terraform.plans.plan_homes import Homes
from scanner.terraform.plans.plan_knowledge import Plan
from scanner.terraform.plans.plan_places import moved
from scanner.terraform.plans.plan_reader import read_document
from scanner.terraform.plans.plan_references import Path, PlannedConfiguration, Reference
from scanner.terraform.plans.plan_source import Source
from scanner.terraform.plans.planned_instances import JSONObject, PlannedInstance
from scanner.terraform.plans.source_choice import source_of
from scanner.terraform.resource_instance import ResourceInstance, never
from scanner.unexplored import not_read, said_of, spent_budget, unexplored
from scanner.values import NULL, Unknown, Value

T = TypeVar("T")
_STEPS = 50
"""Of an instance, beside its values."""


def extract(root: ScanRoot) -> Facts:
    """The facts of a plan or a state. A file that is neither gives one error diagnostic."""
    span = Span.whole_file(root.path)
    try:
        document = read_document(root.location, prior=root.is_prior)
        source = Source() if root.is_prior else source_of(document, root)  # the configuration says what comes after
        reader = _reader(document, source, root, span)
        stated = tuple(_explored(_stated(document, reader, root)))
        found = tuple(_explored(after_one_apply(stated)))
        unread = tuple(_explored(_unread(document, replace(reader, named={}))))
        forgotten = tuple(_explored(left_behind(document)))
        left = frozenset(map(str, _explored(principals_left_behind(document))))
    except PlanError as problem:
        diagnostics: tuple[Diagnostic, ...] = (error("Invalid plan or state", as_sentence(str(problem)), span),)
        return collect(root.path, root.kind, (), diagnostics, frozenset({root.path}))
    except BudgetSpentError as problem:
        diagnostics = (bound_exceeded(str(problem), problem.place or span),)
        return collect(root.path, root.kind, (), diagnostics, frozenset({root.path}))
    warnings = (
        *(error("Value left out", detail, span) for detail in document.instances.problems),
        *(warning("Part of the plan left out", detail, span) for detail in document.left_out),
        *(warning("Left in AWS", sentence(planned.address), span) for planned in forgotten),
        *unread,
        *source.diagnostics,
    )
    if source.place is not None:
        found, warnings = moved(found, source.place), moved(warnings, source.place)
    if reader.named:
        warnings = (*warnings, _taken(reader.named, span))
    open_choices = source.choices
    budget = spent_budget()
    if budget is not None:
        found, open_choices = (*found, *unexplored(found, not_read(budget), may_remove=True)), ()
        warnings = (*warnings, said_of(budget, root.path))
    collected = collect(root.path, root.kind, found, warnings, source.files | {root.path}, open_choices)
    return replace(collected, refuted=source.refuted, moves=document.moves, replaced=document.replaced, forgotten=left)


def _reader(document: PlanDocument, source: Source, root: ScanRoot, span: Span) -> _Reader:
    configuration = PlannedConfiguration(source.references, document.variables)
    homes = Homes(document, configuration, source.instances if source.is_own else {}, root.inputs)
    return _Reader(configuration, Plan(document), source, homes, span, {})


def _explored(found: Iterator[T]) -> Iterator[T]:
    """What is found before the budget is spent."""
    with suppress(BudgetSpentError):
        yield from found


def _stated(document: PlanDocument, reader: _Reader, root: ScanRoot) -> Iterator[Stated]:
    """What each instance says, and what was there before that the plan changes."""
    changed = {one.before.address: one for one in document.changed}
    for address, planned in document.instances.of_types(TYPES.__contains__).items():
        if address.mode is Mode.MANAGED:
            spend(_STEPS)
            instance = reader.at(address).instance(planned)
            found, before = tuple(facts(instance)), changed.pop(address, None)
            if address in document.deferred:
                found = tuple(fact if isinstance(fact, Identity) else reader.deferred(fact) for fact in found)
            yield reader.stated(planned, found, before, reader.may_be_old(planned, root.kind))
    for planned in left_behind(document, principals=root.keeps_forgotten):
        yield Stated(tuple(facts_left_behind(reader.before(planned))), is_unchanged=True)
    for address, later in document.deferred.items():
        if later is not None:
            spend(_STEPS)
            found = tuple(facts(reader.at(address).instance(later)))
            is_there = address in document.instances
            made = (fact for fact in found if not (is_there and isinstance(fact, Identity)))
            yield Stated(tuple(map(reader.deferred, made)))
    for gone in changed.values():
        spend(_STEPS)
        yield Stated((), before=tuple(facts(reader.before(gone.before))), is_deleted=gone.is_deleted)


def _unread(document: PlanDocument, reader: _Reader) -> Iterator[Diagnostic]:
    for address, planned in document.instances.of_types(unread_types.is_unread).items():
        if address.mode is Mode.MANAGED:
            found = unread_types.unread(reader.at(address).instance(planned))
            if found is not None:
                yield found


def _taken(named: Mapping[str, None], span: Span) -> Diagnostic:
    """What the plan alone does not prove."""
    first, *more = sorted(named)
    others = f" and {len(more)} more arguments" if len(more) > 1 else " and one more argument" if more else ""
    verb = "are taken to be what they refer to" if more else "is taken to be what it refers to"
    detail = (
        f"A plan in JSON says what an expression refers to, but not what it does with it. {first}{others}, known after "
        f"apply, {verb}. {_REMEDY[0].upper()}{_REMEDY[1:]}, and the expressions are evaluated."
    )
    return warning("References taken for names", detail, span)


_REMEDY = "scan the plan file instead, or name the plan's own configuration with --source"


@dataclass(frozen=True, slots=True)
class _Reader:
    configuration: PlannedConfiguration
    plan: Plan
    source: Source
    homes: Homes
    span: Span
    named: dict[str, None]
    """Arguments that were taken to be what they refer to. Filled while instances are read."""

    def at(self, address: ResourceAddress) -> _Reader:
        """A reader for which values stand in the block that an instance comes from, if there is one."""
        if not self.source.blocks:
            return self
        return replace(self, span=self.source.blocks.get(block_address(address), self.span))

    def instance(self, planned: PlannedInstance) -> ResourceInstance:
        """One instance, as it is evaluated where the plan's own configuration is at hand."""
        address, evaluated = planned.address, self.source.instances.get(planned.address)
        if evaluated is not None:
            trail = evaluated.trail
        else:
            trail = self.source.trails.get(block_address(address), ()) if self.source.trails else ()
        return ResourceInstance(
            address,
            self._read(planned, evaluated),
            self.span,
            self.homes.of(planned),
            trail=trail,
            is_ignored=evaluated.is_ignored if evaluated is not None else never,
            is_filled_in=lambda argument: not self._sets(address, evaluated, argument),
        )

    def _sets(self, address: ResourceAddress, evaluated: ResourceInstance | None, argument: str) -> bool:
        """Whether the code sets an argument. A plan file has its configuration itself."""
        if self.plan.document.snapshot is not None and evaluated is not None:
            return argument in evaluated.attributes
        return self.configuration.sets(address, argument)

    def may_be_old(self, planned: PlannedInstance, kind: RootKind) -> Callable[[str], bool]:
        """The arguments that may have what the provider found before the last apply.

        A plan reads all that is there first, but for what it does not target.
        """
        if kind is RootKind.TERRAFORM_STATE:
            evaluated = self.source.instances.get(planned.address)
            return lambda argument: evaluated is None or argument not in evaluated.attributes
        if planned.untouched and INCOMPLETE in self.plan.document.left_out:
            return lambda argument: not self.configuration.sets(planned.address, argument)
        return never

    def _read(self, planned: PlannedInstance, evaluated: ResourceInstance | None) -> Mapping[str, Value]:
        after, unknown = planned.values()
        address, names = planned.address, {*after, *unknown}
        if evaluated is None:
            return self._attributes(address, after, unknown)
        attributes = {name: evaluated.get(name) for name in names}
        if self.source.is_own:
            for name, value in attributes.items():
                if value.unknown is not None and value.unknown.symbol is None and not value.unknown.pieces:
                    attributes[name] = Value(_own(address, name, value.unknown), value.span)
            return attributes
        for name in names:
            if has_unknown(unknown.get(name)):
                attributes[name] = self._open(address, name, after, unknown, attributes[name])
        return attributes

    def _attributes(self, address: ResourceAddress, after: JSONObject, unknown: JSONObject) -> Mapping[str, Value]:
        """All attributes by what the plan alone says. Those that may be taken for names are looked at in any case."""
        names = {*after, *unknown}
        found = Namespace(lambda: names, lambda name: self.attribute(address, name, after, unknown))
        for name, marks in unknown.items():
            if self.configuration.sets(address, name) and has_unknown(marks):
                found[name]
        return found

    def before(self, planned: PlannedInstance) -> ResourceInstance:
        """One instance as it is, whatever the configuration says: all of that is known."""
        known, _ = planned.values()
        attributes = {name: values.of(value, self.span) for name, value in known.items()}
        return ResourceInstance(planned.address, attributes, self.span, self.homes.of(planned))

    def deferred(self, fact: Fact) -> Fact:
        """What may be so, as far as this plan says."""
        detail = f"{fact.origin.address}, whose change is deferred to a later plan"
        return doubted(fact, Cause(CauseKind.KNOWN_AFTER_APPLY, detail, self.span))

    def stated(
        self,
        planned: PlannedInstance,
        found: tuple[Fact, ...],
        changed: Changed | None,
        is_old: Callable[[str], bool],
    ) -> Stated:
        """What an instance says, beside what it said before."""
        if changed is None:
            return Stated(found, planned.unchanged, is_old)
        return Stated(found, False, is_old, tuple(facts(self.before(changed.before))), changed.is_deleted)

    def _open(
        self, address: ResourceAddress, name: str, after: JSONObject, unknown: JSONObject, evaluated: Value
    ) -> Value:
        """What is known after apply, with the places of the configuration beside the plan if that comes to the same.

        An argument that names something is not taken for its one reference where that configuration says otherwise.
        """
        reader = replace(self, named={})
        found = reader.attribute(address, name, after, unknown)
        same = equal(found, evaluated)
        if same.is_yes or (found.source is not None and found.source == evaluated.source):
            return evaluated
        if reader.named and (same.is_no or not self.configuration.is_plain(address, (name,))):
            return self._not_known(address, (name,))
        self.named.update(reader.named)
        return found

    def attribute(self, address: ResourceAddress, name: str, after: JSONObject, unknown: JSONObject) -> Value:
        """An attribute by what the plan alone says."""
        if unknown.get(name) is True:
            return self._after_apply(address, name, after)
        return self._value(address, (name,), after.get(name), unknown.get(name))

    def _value(self, address: ResourceAddress, path: Path, known: Any, unknown: Any) -> Value:  # untrusted JSON
        """Known values with unknowns in the places that ``after_unknown`` marks."""
        if unknown is True:
            return self._nested(address, path)
        if isinstance(known, dict) and isinstance(unknown, dict):
            entries = {
                key: self._value(address, (*path, key), known.get(key), unknown.get(key)) for key in {*known, *unknown}
            }
            return Value(entries, self.span)
        if isinstance(known, list) and isinstance(unknown, list):
            longest = max(len(known), len(unknown))
            padded = [*unknown, *[None] * (longest - len(unknown))]
            items = [*known, *[None] * (longest - len(known))]
            pairs = zip(items, padded, strict=True)
            found = [
                self._value(address, (*path, (number, longest)), item, mark)
                for number, (item, mark) in enumerate(pairs)
            ]
            return Value(tuple(found), self.span)
        if known is None and isinstance(unknown, dict | list):
            return self._value(address, path, [] if isinstance(unknown, list) else {}, unknown)
        named = self.configuration.named(address, path, self.plan, known) if isinstance(known, str) else None
        value = values.of(known, self.span)
        return value if named is None else replace(value, source=Attribute(str(named.address), named.attribute))

    def _after_apply(self, address: ResourceAddress, name: str, after: JSONObject) -> Value:
        """What the provider computes, or what the argument refers to; else unknown."""
        if self.configuration.sets(address, name):
            return self._nested(address, (name,))
        planned = self.plan.document.instances.get(address)
        home = self.homes.of(planned) if planned is not None else Home()
        resource = Resource(address, lambda argument: values.of(after.get(argument), self.span), home)
        return computed(resource, name).at(self.span)

    def _nested(self, address: ResourceAddress, path: Path) -> Value:
        """An unknown argument, or one in a list or a block."""
        confirmed = self.configuration.confirmed(address, path, self.plan)
        is_list = isinstance(path[-1], str) and self.configuration.is_list(address, path)
        if is_list and confirmed:
            items = [self._not_known(address, path) if item is None else self._referred(item) for item in confirmed]
            return Value(tuple(items), self.span)
        if confirmed and confirmed[0] is not None:
            return self._referred(confirmed[0])
        named = self.configuration.named(address, path, self.plan)
        if named is None:
            return self._not_known(address, path)
        self.named[f"{address}.{_written(path)}"] = None
        return self._referred(named)

    def _not_known(self, address: ResourceAddress, path: Path) -> Value:
        """What only an expression could tell."""
        open_ = after_apply(address, _written(path), self.span)
        if open_.unknown is None or not self.configuration.sets(address, str(path[0])):
            return open_
        cause = open_.unknown.cause
        detail = f"{cause.detail} and whose expression is not in a plan in JSON (--source)"
        return Value(replace(open_.unknown, cause=replace(cause, detail=detail)), self.span)

    def _referred(self, target: Reference) -> Value:
        planned = self.plan.document.instances.get(target.address)
        if planned is None:
            return after_apply(target.address, target.attribute, self.span)
        reader = self.at(target.address)
        if target.address.mode is Mode.DATA:
            return reader.document(target, planned)
        found = reader.attribute(target.address, target.attribute, *planned.values())
        is_name = is_naming(target.address, target.attribute)
        return replace(found, source=Attribute(str(target.address), target.attribute)) if is_name else found

    def document(self, target: Reference, planned: PlannedInstance) -> Value:
        """A data source that is read during apply. A policy document's arguments are known in part even so."""
        address = target.address
        if address.type != "aws_iam_policy_document" or "json" not in target.attribute:
            return after_apply(address, target.attribute, self.span)
        from scanner.terraform.aws import policy_document, policy_text

        after, unknown = planned.values()
        entries = {
            name: self._value(address, (name,), after.get(name), unknown.get(name)) for name in {*after, *unknown}
        }
        try:
            document = policy_document.document(_Optional(entries))
        except policy_document.RefusedDocumentError as problem:
            return values.unknown(Cause(CauseKind.MALFORMED, f"{address}, which is refused ({problem})", self.span))
        return policy_text.rendered(document, indented=target.attribute == "json").at(self.span)


def _written(path: Path) -> str:
    return ".".join(str(step if isinstance(step, str) else step[0]) for step in path)


def _own(address: ResourceAddress, name: str, anonymous: Unknown) -> Unknown:
    """An unknown that is at least the attribute of one resource."""
    own = after_apply(address, name).unknown
    return replace(anonymous, symbol=own.symbol) if own is not None else anonymous


class _Optional(dict[str, Value]):
    """Arguments of which those that are not there are null, in nested blocks as well."""

    def __init__(self, entries: Mapping[str, Value]) -> None:
        super().__init__({name: _with_nulls(value) for name, value in entries.items()})

    def __missing__(self, key: str) -> Value:
        return NULL


def _with_nulls(value: Value) -> Value:
    match value.data:
        case tuple() as items:
            return Value(tuple(_with_nulls(item) for item in items), value.span)
        case Mapping() as entries:
            return Value(_Optional(entries), value.span)
    return value
