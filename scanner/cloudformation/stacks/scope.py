"""What the names in one template mean: parameters, pseudo parameters, resources, conditions and mappings.

Each name is evaluated when something asks for it, once. A name that needs itself is unknown because of the cycle.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from scanner import values
from scanner.cause import ACCOUNT_ID, Cause, CauseKind
from scanner.cloudformation.language.conditions import decide
from scanner.cloudformation.language.intrinsics import evaluate
from scanner.cloudformation.language.parameters import parameter_value, passed_value, stored_name, stored_value
from scanner.cloudformation.resource_types import SERVICES_OF_IDENTITIES, resource_type
from scanner.cloudformation.stacks import resources
from scanner.cloudformation.stacks.exchange import Reader
from scanner.cloudformation.stacks.ssm_parameters import parameter_read_by
from scanner.cloudformation.stacks.stack import ALONE, Stack
from scanner.cloudformation.template.scalars import as_name, as_text, scalar_text
from scanner.cloudformation.template.sections import ANY
from scanner.facts import Account
from scanner.lazy_dataclass import dataclass
from scanner.partition import url_suffix
from scanner.symbol import Aspect, Attribute, Named, NameKind, Repetition, Symbol
from scanner.truth import NO, YES, Truth, truth, undetermined
from scanner.values import Unknown, Value, unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scanner.cloudformation.language.stack_outputs import OutputName
    from scanner.cloudformation.template.sections import Resource, Template
    from scanner.root import Inputs
    from scanner.span import Span

_REGION_CAUSE = Cause(CauseKind.REGION, "the region that the code is applied in")


class Lookup(NamedTuple):
    """A key of a mapping that is not known."""

    key: Unknown
    keys: tuple[str, ...]
    is_closed: bool


@dataclass(frozen=True, slots=True)
class Nested:
    """What became of a nested stack."""

    scope: StackScope | None
    cause: Cause | None = None
    """Why it is not followed, where it is not."""
    is_error: bool = False
    """It is not followed because there is no end to it."""


class StackScope:
    """The names of one template with its inputs. Only what has been evaluated so far changes in it.

    ``open_nested`` finds the template of a nested stack; without it nested stacks are not followed.
    """

    def __init__(
        self,
        template: Template,
        inputs: Inputs,
        partition: str = "aws",
        stack: Stack = ALONE,
        open_nested: Callable[[Resource, StackScope], Nested] | None = None,
    ) -> None:
        self.template = template
        self.inputs = inputs
        self.stack = stack
        self.assumed = {assumption.subject: assumption for assumption in inputs.assumptions}
        """What a scenario takes for granted, by its subject."""
        self._given = dict(inputs.parameters)
        self._parameters: dict[str, Value] = {}
        self._open_nested = open_nested
        self._nested: dict[str, Nested] = {}
        self.partition = partition
        self.in_account = stack.account or Account(inputs.account)
        self.account: str | Unknown = self.in_account.id or self._assumed_or(
            stack.account_cause or ACCOUNT_ID, self.in_account.symbol
        )
        self.region: str | Unknown = stack.region or inputs.region or self._assumed_or(_REGION_CAUSE, values.REGION)
        self.lookups: list[Lookup] = []
        """The keys of mappings that were looked up without being known."""
        self._values: dict[Symbol, Value] = {}
        self.decided: dict[str, Truth] = {}
        """The conditions that were asked for, the parts of others first."""
        self._open: list[Symbol] = []
        self._depth = stack.depth if stack.depth is not None else [0]

    @property
    def depth(self) -> int:
        """How many expressions and names are being evaluated inside each other, in all templates of the root."""
        return self._depth[0]

    @depth.setter
    def depth(self, levels: int) -> None:
        self._depth[0] = levels

    @property
    def stack_conditions(self) -> tuple[Unknown, ...]:
        """The conditions on which the whole stack exists."""
        return self.stack.conditions

    @property
    def stack_tags(self) -> Value:
        """The tags of the stack: a mapping, or unknown as a whole."""
        return self.stack.tags()

    @property
    def shared_depth(self) -> list[int]:
        """What a template that is nested in this one counts its expressions with."""
        return self._depth

    def symbol(self, name: str) -> str:
        """What something in this template is called in the whole root."""
        return f"{self.stack.prefix}{name}"

    def condition_symbol(self, name: str) -> Named:
        """What stands for a condition that is not decided."""
        return Named(NameKind.CONDITION, self.symbol(name))

    def reference(self, name: str, span: Span | None) -> Value:
        """What ``Ref`` gives for a name; unknown under the symbol ``NAME.Ref`` for what the template does not define.

        ``AWS::NoValue`` is not a value and not asked for here.
        """
        if name in self.template.parameters:
            found = self._parameter(name, span)
            return found.passed(span) if span else found
        if name.startswith("AWS::"):
            return self._pseudo_parameter(name, span)
        return self._resource_value(name, "Ref", span, resources.reference)

    def attribute(self, logical_id: str, name: str, span: Span | None) -> Value:
        """What ``Fn::GetAtt`` gives; unknown under the symbol ``LOGICAL_ID.NAME`` as long as there is no stack."""
        return self._resource_value(
            logical_id, name, span, lambda resource, scope: resources.attribute(resource, name, scope)
        )

    def written_attribute(self, logical_id: str, name: str, span: Span | None) -> Value:
        """The same as the template writes it, which may be an attribute that the type does not have."""
        resource = self.template.resources.get(logical_id)
        if resource is None or resource_type(resource.type).has_attribute(name):
            return self.attribute(logical_id, name, span)
        return unknown(
            Cause(CauseKind.MALFORMED, f'the attribute "{name}" of "{logical_id}", which does not exist', span),
            span=span,
        )

    def condition(self, name: str, span: Span | None) -> Truth:
        """Whether a condition of the template holds."""
        expression = self.template.conditions.get(name)
        if expression is None:
            return undetermined(
                Cause(CauseKind.UNRESOLVED_REFERENCE, f'condition "{name}", which is not defined', span)
            )
        if name not in self.decided:
            key = self.condition_symbol(name)
            if key in self.assumed:
                return truth(self.assumed[key].value == "true")
            cycle = self._cycle(key, span)
            if cycle is not None:
                return undetermined(cycle)
            with self._asked_for(key):
                self.decided[name] = decide(expression, self)
        return self.decided[name]

    def _assumed_or(self, cause: Cause, symbol: Symbol) -> str | Unknown:
        assumption = self.assumed.get(symbol)
        return assumption.value if assumption is not None and assumption.value is not None else Unknown(cause, symbol)

    def supposed(self, key: Value) -> Value:
        """A key of a mapping, or what is taken for granted in its place."""
        symbol = key.unknown.symbol if key.unknown is not None and not key.unknown.pieces else None
        assumption = self.assumed.get(symbol) if symbol is not None else None
        return Value(assumption.value, key.span) if assumption is not None and assumption.value is not None else key

    def is_none_of(self, key: Unknown, keys: tuple[str, ...]) -> bool:
        """Whether it is taken for granted that a key of a mapping is none of these."""
        assumption = self.assumed.get(key.symbol) if key.symbol is not None else None
        return assumption is not None and assumption.value is None and {*keys} <= {*assumption.excluded}

    def look_up(self, key: Unknown, keys: tuple[str, ...], *, is_closed: bool) -> None:
        """Note which keys of a mapping an unknown one may be; when it ``is_closed``, no other one would be accepted.

        ``Fn::FindInMap`` fails without its entry wherever it stands, in an arm of ``Fn::If`` that is not taken too; but
        not in a nested stack that is not there.
        """
        self.lookups.append(Lookup(key, keys, is_closed and not self.stack.conditions))

    def equals(self, symbol: Symbol | None, text: str) -> Truth | None:
        """Whether an unknown of that symbol has that text; None when nothing says so."""
        assumption = self.assumed.get(symbol) if symbol is not None else None
        if assumption is None:
            return None
        if assumption.value is not None:
            return truth(text == assumption.value)
        return NO if text in assumption.excluded else None

    def resource_named(self, name: Value) -> str | None:
        """The logical ID that a text is; None when it is not known.

        A name that is made of the element of an unknown collection is that of what a loop over the same one made.
        """
        if name.unknown is None:
            return as_text(name.data)
        known, elements = _any(name.unknown)
        resource = self.template.resources.get(known)
        around = {doubt.symbol for doubt in resource.doubts} if resource is not None else set()
        return known if elements and all(element in around for element in elements) else None

    def condition_named(self, name: Value) -> str | None:
        """The name of a condition that a text is; None when it is not known."""
        known_name = as_name(name)
        if known_name is not None or name.unknown is None:
            return known_name
        known, elements = _any(name.unknown)
        return known if elements and known in self.template.conditions else None

    def existence(self, resource: Resource) -> tuple[Truth, Symbol | None]:
        """Whether a resource exists, and the symbol of the condition that this depends on."""
        if resource.condition is None or resource.condition.is_null:
            return YES, None
        written = evaluate(resource.condition, self)
        if written is None:
            return YES, None
        name = self.condition_named(written)
        if name is None:
            detail = f'the condition of "{resource.logical_id}", which is not the name of a condition'
            return undetermined(Cause(CauseKind.MALFORMED, detail, resource.condition.span)), None
        return self.condition(name, resource.condition.span), self.condition_symbol(name)

    def nested(self, resource: Resource) -> Nested:
        """The stack that a resource is, with its own names."""
        if resource.logical_id not in self._nested:
            if self.existence(resource)[0].is_no:
                detail = f'the nested stack "{self.symbol(resource.logical_id)}", which does not exist'
                return Nested(None, Cause(CauseKind.UNRESOLVED_REFERENCE, detail, resource.span))
            if self._open_nested is None:
                cause = Cause(CauseKind.UNSUPPORTED, f'the nested stack "{resource.logical_id}", which is not followed')
                return Nested(None, cause)
            self._nested[resource.logical_id] = self._open_nested(resource, self)
        return self._nested[resource.logical_id]

    def nested_output(self, resource: Resource, name: str) -> Value:
        """What a nested stack gives back."""
        found = self.nested(resource)
        if found.scope is not None:
            return found.scope.output(name)
        cause = found.cause or Cause(CauseKind.UNSUPPORTED, "the nested stack, which is not followed", resource.span)
        return unknown(cause, Attribute(self.symbol(resource.logical_id), f"Outputs.{name}"), resource.span)

    def output(self, name: str) -> Value:
        """The value of an output of this template, a text; unknown when there is none."""
        symbol = Attribute(self.stack.prefix.removesuffix("/"), f"Outputs.{name}")
        written = self.template.outputs.get(name)
        entries = written.entries if written is not None else {}
        if "Value" not in entries:
            stack = self.stack.prefix.removesuffix("/")
            cause = Cause(
                CauseKind.UNRESOLVED_REFERENCE,
                f'the output "{name}" of the nested stack "{stack}", which does not exist',
            )
            return unknown(cause, symbol)
        if symbol not in self._values:
            cycle = self._cycle(symbol, entries["Value"].span)
            if cycle is not None:
                return unknown(cycle, symbol)
            with self._asked_for(symbol):
                self._values[symbol] = self._output(name, entries["Value"], symbol)
        return self._values[symbol]

    def output_exists(self, name: str) -> Truth:
        """Whether an output of this template is there."""
        entries = self.template.outputs[name].data
        condition = entries.get("Condition") if isinstance(entries, Mapping) else None
        written = evaluate(condition, self) if condition is not None else None
        known = self.condition_named(written) if written is not None else None
        if known is None:
            if written is None:
                return YES
            return undetermined(
                Cause(CauseKind.MALFORMED, f'the condition of the output "{name}", which is not a name')
            )
        return self.condition(known, written.span if written is not None else None)

    def imported(self, name: str, span: Span | None) -> Value:
        """What another stack exports under a name."""
        if self.stack.exchange is None:
            cause = Cause(CauseKind.UNRESOLVED_REFERENCE, f'the export "{name}", which is defined elsewhere', span)
            return unknown(cause, Named(NameKind.EXPORT, name), span)
        return self.stack.exchange.export(name, self._reader, span)

    def stack_output(self, name: OutputName, span: Span | None) -> Value:
        """An output of another stack by the stack's name."""
        exchange = self.stack.exchange
        return name.elsewhere(span) if exchange is None else exchange.output(name, self._reader, span)

    def handed_over(self, text: str, span: Span | None) -> Value | None:
        """What a dynamic reference gives that reads an SSM parameter which is written by what is scanned."""
        name = parameter_read_by(text)
        return None if name is None else self._stored(name, span)

    def _stored(self, name: str, span: Span | None) -> Value | None:
        exchange = self.stack.exchange
        return None if exchange is None else exchange.parameter(name, self._reader, span)

    @property
    def _reader(self) -> Reader:
        return Reader(self.account, self.in_account, self.region, self.stack.after)

    def _output(self, name: str, expression: Value, symbol: Symbol) -> Value:
        found = evaluate(expression, self)
        if found is None or (found.unknown is None and as_text(found.data) is None):
            return unknown(
                Cause(CauseKind.MALFORMED, f'the output "{name}", which is not a string', expression.span), symbol
            )
        if found.unknown is not None and found.unknown.symbol is None:
            return replace(found, data=replace(found.unknown, symbol=symbol))
        return scalar_text(found)

    def _parameter(self, name: str, span: Span | None) -> Value:
        if name not in self._parameters:
            key = Named(NameKind.PARAMETER, self.symbol(name))
            cycle = self._cycle(key, span)
            if cycle is not None:
                return unknown(cycle, key, span)
            with self._asked_for(key):
                declaration = self.template.parameters[name]
                passed = self.stack.passed(name) if self.stack.passed is not None else None
                assumed = self.assumed.get(key)
                stored = stored_name(name, declaration, self._given, passed) if assumed is None else None
                read = self._stored(stored, declaration.span) if stored is not None else None
                if read is not None:
                    found = stored_value(declaration, read)
                elif passed is not None:
                    found = passed_value(name, declaration, passed, self.stack.prefix)
                else:
                    found = parameter_value(name, declaration, self._given, assumed, self.stack.prefix)
                self._parameters[name] = found
        return self._parameters[name]

    def _resource_value(
        self, logical_id: str, what: str, span: Span | None, find: Callable[[Resource, StackScope], Value]
    ) -> Value:
        symbol = Attribute(self.symbol(logical_id), what)
        resource = self.template.resources.get(logical_id)
        if resource is None:
            cause = Cause(CauseKind.UNRESOLVED_REFERENCE, f'"{logical_id}", which is not defined in the template', span)
            return unknown(cause, symbol, span)
        if symbol not in self._values:
            cycle = self._cycle(symbol, span)
            if cycle is not None:
                return unknown(cycle, symbol, span)
            with self._asked_for(symbol):
                found = find(resource, self)
                names_it = resource.type.startswith(SERVICES_OF_IDENTITIES)
                self._values[symbol] = replace(found, source=symbol) if names_it else found
        return self._values[symbol].passed(span) if span else self._values[symbol]

    @contextmanager
    def _asked_for(self, key: Symbol) -> Iterator[None]:
        """The time in which a name is evaluated. It counts as one more expression that the others stand in."""
        self._open.append(key)
        self.depth += 1
        try:
            yield
        finally:
            self.depth -= 1
            self._open.pop()

    def _cycle(self, key: Symbol, span: Span | None) -> Cause | None:
        if key not in self._open:
            return None
        chain = [*self._open[self._open.index(key) :], key]
        circle = " needs ".join(map(str, chain))
        return Cause(CauseKind.CYCLE, f"{key}, which needs itself ({circle})", span)

    def _pseudo_parameter(self, name: str, span: Span | None) -> Value:
        match name:
            case "AWS::AccountId":
                return Value(self.account, span)
            case "AWS::Region":
                return Value(self.region, span)
            case "AWS::Partition":
                return Value(self.partition, span)
            case "AWS::StackName" if self.stack.name is not None:
                return Value(self.stack.name, span)
            case "AWS::StackName" | "AWS::StackId" | "AWS::NotificationARNs":
                cause = Cause(CauseKind.KNOWN_AFTER_APPLY, f"{name}, which depends on the stack", span)
                return unknown(cause, Named(NameKind.VALUE, self.symbol(name)), span)
            case "AWS::URLSuffix" if url_suffix(self.partition) is not None:
                return Value(url_suffix(self.partition), span)
            case _:
                return unknown(
                    Cause(CauseKind.UNRESOLVED_REFERENCE, f"{name}, which does not exist", span),
                    Named(NameKind.VALUE, name),
                    span,
                )


def _any(name: Unknown) -> tuple[str, tuple[Symbol, ...]]:
    """A name with ``*`` for elements of unknown collections, and what these are elements of; else nothing."""
    known: list[str] = []
    elements: list[Symbol] = []
    for part in name.pieces or (name,):
        if isinstance(part, str):
            known.append(part)
        elif isinstance(part.symbol, Repetition) and part.symbol.aspect is Aspect.ELEMENT:
            known.append(ANY)
            elements.append(replace(part.symbol, aspect=Aspect.PRESENCE))
        else:
            return "", ()
    return "".join(known), tuple(elements)
