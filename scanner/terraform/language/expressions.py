"""Evaluates expression nodes in a scope.

What Terraform would refuse raises ``EvaluationError``; ``try`` and ``can`` catch it (``attempts``), everybody else lets
it rise to the argument that is being evaluated (``evaluate_or_refuse``). A name that is not declared is not such an
error: Terraform looks for those before it evaluates anything, so nothing catches it. What cannot be known becomes an
unknown, and the known parts around it stay known.

https://developer.hashicorp.com/terraform/language/expressions
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import assert_never

from scanner import values
from scanner.budget import BudgetSpentError, spend, spend_on
from scanner.cause import Cause, CauseKind
from scanner.span import Span
from scanner.terraform.language import nodes
from scanner.terraform.language.access import TRIED, attribute, derived, element, to_key
from scanner.terraform.language.attempts import attempt
from scanner.terraform.language.conversion import ConversionError, beside, convert, to_bool, to_text
from scanner.terraform.language.equality import is_text
from scanner.terraform.language.errors import BoundError, EvaluationError, ImpossibleError, UndeclaredError
from scanner.terraform.language.keys import KEYED
from scanner.terraform.language.kinds import ListItems, SetItems, TypedNull, Unsettled, as_list
from scanner.terraform.language.names import may_be_sensitive, refuse_undeclared
from scanner.terraform.language.namespace import Namespace
from scanner.terraform.language.nodes import Node, TemplateFor, TemplateIf, TemplatePart
from scanner.terraform.language.open_maps import OpenEntries, hidden, open_entries
from scanner.terraform.language.operations import logical, operate
from scanner.terraform.language.operators import BINARY, UNARY
from scanner.terraform.language.scope import Scope
from scanner.terraform.language.steps import spent
from scanner.terraform.language.symbols import symbol_of
from scanner.terraform.language.type_expressions import constraint
from scanner.terraform.language.types import List, Set, Tuple
from scanner.values import Unknown, Value

MAX_TEXT = 8 * 1024 * 1024
"""Characters of one text."""
MAX_ELEMENTS = 100_000
"""Elements that one ``for`` expression or splat may produce."""


def evaluate(node: Node, scope: Scope) -> Value:  # noqa: C901 # one case for each type of node
    """The value of an expression. Raises ``EvaluationError`` for what Terraform would refuse."""
    if isinstance(node, nodes.GetAttribute):  # the commonest first, for which a match would try many others in vain
        return scope.host.questions.supposed(attribute(evaluate(node.target, scope), node.name, node.span))
    if isinstance(node, nodes.Name):
        spend(1)
        meant = scope.lookup(node.name)
        if meant is None:
            raise UndeclaredError(f'"{node.name}" is not declared here', node.span)
        return meant
    match node:
        case nodes.Broken(problem=problem, span=span):
            cause = Cause(CauseKind.MALFORMED, f"an expression that cannot be read ({problem})", span)
            return Value(Unknown(cause), span)
        case nodes.Literal(value=value, span=span):
            return Value(value, span)
        case nodes.TemplateNode(parts=parts, span=span):
            return values.joined(_bounded(_rendered(parts, scope, span), span), span)
        case nodes.TupleNode(items=items, span=span):
            return Value(tuple(evaluate(item, scope) for item in items), span)
        case nodes.ObjectNode():
            return _object(node, scope)
        case nodes.SplatItem():
            return scope.bindings[_SPLAT_ITEM]
        case nodes.Index(target=target, key=key, span=span):
            return scope.host.questions.supposed(element(evaluate(target, scope), evaluate(key, scope), scope, span))
        case nodes.Splat(target=target, each=each, span=span):
            return _splat(evaluate(target, scope), each, scope, span)
        case nodes.Call():
            return scope.host.questions.supposed(_call(node, scope))
        case nodes.Unary(operator=operator, operand=operand, span=span):
            return operate(operator, UNARY[operator], (evaluate(operand, scope),), scope, span)
        case nodes.Binary(operator="&&" | "||"):
            return logical(node, _side_of(node.left, scope), _side_of(node.right, scope), scope)
        case nodes.Binary(operator=operator, left=left, right=right, span=span):
            return operate(operator, BINARY[operator], (evaluate(left, scope), evaluate(right, scope)), scope, span)
        case nodes.Conditional():
            return _conditional(node, scope)
        case nodes.ForTuple():
            return _for_tuple(node, scope)
        case nodes.ForObject():
            return _for_object(node, scope)
    assert_never(node)


_SPLAT_ITEM = "[*]"
"""The name under which a splat binds the element at hand; no identifier can be called so."""


def _side_of(node: Node, scope: Scope) -> Value | EvaluationError:
    """An operand, as far as it is known or taken for granted; or what is wrong with it."""
    try:
        return scope.host.questions.condition(evaluate(node, scope), node.span)
    except (UndeclaredError, BoundError):
        raise
    except EvaluationError as problem:
        return problem


def render(template: nodes.TemplateNode, scope: Scope) -> Value:
    """A template as text, even when it consists of a single interpolation."""
    span = template.span
    return values.joined(_bounded(_rendered(template.parts, scope, span), span), span)


def _bounded(parts: Iterable[str | Unknown], span: Span) -> Iterator[str | Unknown]:
    length, steps = 0, 5
    for part in parts:
        steps += 2
        length += len(part) if isinstance(part, str) else 1
        if length > MAX_TEXT:
            raise BoundError(f"the string would have more than {MAX_TEXT} characters", span)
        yield part
    spend(steps + length // 64)


def _rendered(parts: tuple[TemplatePart, ...], scope: Scope, span: Span) -> Iterator[str | Unknown]:
    for part in parts:
        match part:
            case str():
                yield part
            case TemplateIf(condition=condition, then=then, otherwise=otherwise):
                chosen = _truth(evaluate(condition, scope), scope, span)
                if isinstance(chosen, Unknown):
                    yield Unknown(chosen.cause)
                else:
                    yield from _rendered(then if chosen else otherwise, scope, span)
            case TemplateFor(key_name=key, value_name=value, collection=collection, body=body):
                found = evaluate(collection, scope)
                if found.unknown is not None:
                    yield Unknown(found.unknown.cause)
                    continue
                for inner in _iterations(found, key, value, scope, span):
                    yield from _rendered(body, inner, span)
            case _:
                yield from _text_of(evaluate(part, scope), part.span)


def _text_of(value: Value, span: Span) -> Iterator[str | Unknown]:
    if value.is_null:
        raise EvaluationError("a null value cannot be part of a string", span)
    try:
        text = to_text(value)
    except ConversionError as problem:
        raise EvaluationError(f"this cannot be part of a string: {problem}", span) from problem
    yield from values.pieces(text) or ()


def _truth(value: Value, scope: Scope, span: Span) -> bool | Unknown:
    if value.is_null:
        raise scope.host.questions.refusal("a condition is null", span)
    try:
        found = scope.host.questions.condition(to_bool(value), span).data
    except ConversionError as problem:
        raise EvaluationError(f"a condition must be true or false: {problem}", span) from problem
    return found if isinstance(found, Unknown) else bool(found)


def _object(node: nodes.ObjectNode, scope: Scope) -> Value:
    pairs = [
        (to_key(evaluate(key, scope), key.span), evaluate(value, scope))  # in the order in which Terraform does it
        for key, value in node.items
    ]
    if any(key.unknown is not None for key, _ in pairs):
        return Value(open_entries(pairs), node.span)
    return Value({str(key.data): value for key, value in pairs}, node.span)


def _splat(target: Value, each: Node, scope: Scope, span: Span) -> Value:
    if isinstance(target, TypedNull) and isinstance(target.type, List | Set | Tuple):
        raise EvaluationError("a splat cannot be applied to a list that is null", span)
    if target.is_null:
        return Value((), span)
    if target.unknown is not None:
        return Value(derived(target.unknown, "[*]"), span)
    items = target.elements
    spend(5 * len(items))
    found = [evaluate(each, scope.bind({_SPLAT_ITEM: item})) for item in items]
    if isinstance(items, Unsettled):
        return Value(as_list(found, unsettled=len(found) > 1), span)
    return Value(ListItems(found) if isinstance(items, ListItems | SetItems) else tuple(found), span)


def _call(node: nodes.Call, scope: Scope) -> Value:
    if node.name in ("try", "can"):
        tried = _tried(node, scope)
        return Value(Unknown(tried.cause), node.span) if isinstance(tried, Unknown) else attempt(node, tried, scope)
    if node.name == "convert":
        return _convert(node, scope)
    spend(5)
    arguments = [evaluate(argument, scope) for argument in node.arguments]
    if node.expand:
        further = _expanded(arguments.pop(), node.span)
        if isinstance(further, Unknown):
            return Value(Unknown(further.cause), node.span)
        arguments.extend(further)
    if node.name == "issensitive" and not any(may_be_sensitive(argument) for argument in node.arguments):
        return Value(False, node.span)
    if node.name == "templatestring" and isinstance(node.arguments[0], nodes.Literal | nodes.TemplateNode):
        raise EvaluationError("the template must be a reference to a string", node.span)
    for argument in arguments:
        spend_on(argument)
    if node.name in KEYED:
        return _keyed(node, tuple(arguments), scope)
    return scope.host.call(node.name, tuple(arguments), node.span)


def _keyed(node: nodes.Call, arguments: tuple[Value, ...], scope: Scope) -> Value:
    """A call of a function that looks an argument up among known ones."""
    found = KEYED[node.name](arguments, scope.host.questions, node.span)
    if isinstance(found, Value):
        return found
    result = scope.host.call(node.name, found, node.span)
    return result if found is arguments else scope.host.questions.calculated(result)


def _convert(node: nodes.Call, scope: Scope) -> Value:
    """``convert(value, type)``, since Terraform 1.15; the second argument is not an expression but a type constraint.

    https://developer.hashicorp.com/terraform/language/functions/convert
    """
    if len(node.arguments) != 2 or node.expand:
        raise EvaluationError("convert takes a value and a type constraint", node.span)
    value = evaluate(node.arguments[0], scope)
    try:
        converted = convert(value, constraint(node.arguments[1], partial(evaluate, scope=scope)))
    except ConversionError as problem:
        raise EvaluationError(f"convert: {problem}", node.span) from problem
    return converted if converted.span is not None else converted.at(node.span)


def _expanded(last: Value, span: Span) -> tuple[Value, ...] | Unknown:
    match last.data:
        case Unknown() as unknown:
            return unknown
        case tuple() as further:
            return further
    raise EvaluationError("only a list can be expanded into arguments", span)


def _tried(node: nodes.Call, scope: Scope) -> list[Callable[[], Value]] | Unknown:
    """The arguments of ``try`` and ``can``, none of which is evaluated yet."""
    inside = scope.bind({TRIED: Value(True)})
    tried: list[Callable[[], Value]] = [partial(evaluate, argument, inside) for argument in node.arguments]
    if node.expand:
        further = _expanded(tried.pop()(), node.span)
        if isinstance(further, Unknown):
            return further
        tried += [partial(_same, value) for value in further]
    return tried


def _same(value: Value) -> Value:
    return value


def _conditional(node: nodes.Conditional, scope: Scope) -> Value:
    condition = evaluate(node.condition, scope)
    chosen = _truth(condition, scope, node.span)
    if isinstance(chosen, Unknown):
        return _either(node, condition, chosen, scope)
    taken, other = (node.then, node.otherwise) if chosen else (node.otherwise, node.then)
    value = evaluate(taken, scope)
    if value.unknown is not None or (_is_text(taken) and _is_text(other)):
        return value
    return _beside(value, _arm(other, scope), node.span)


def _is_text(node: Node) -> bool:
    return isinstance(node, nodes.TemplateNode) or (isinstance(node, nodes.Literal) and isinstance(node.value, str))


def _arm(node: Node, scope: Scope) -> Value:
    """An arm that may not be taken: what Terraform would refuse in it has no type and does not matter."""
    try:
        return evaluate(node, scope)
    except (UndeclaredError, BoundError):
        raise
    except EvaluationError:
        return values.NULL


def _beside(value: Value, other: Value, span: Span) -> Value:
    """The value of one arm as the common type of both."""
    if isinstance(value.data, Namespace) or isinstance(other.data, Namespace):
        return value
    if other.is_null and not isinstance(other, TypedNull):
        return value
    if other.unknown is not None and not is_text(other.unknown):
        return value  # whatever the other one is, it has a type that this value converts to
    spend_on(value)
    spend_on(other)
    try:
        return beside(value, other)
    except ConversionError:
        raise EvaluationError("the two results of the conditional have different types", span) from None


def _either(node: nodes.Conditional, condition: Value, doubt: Unknown, scope: Scope) -> Value:
    """One of two arms. The symbol is equal for equal conditionals, so what depends on one depends on all."""
    arms = (_arm(node.then, scope), _arm(node.otherwise, scope))
    for arm in arms:
        spend_on(arm)
    if arms[0] == arms[1] and not values.holes(arms[0]):
        return arms[0]
    few = arms if all(isinstance(arm.data, str) for arm in arms) else ()
    return Value(Unknown(doubt.cause, symbol_of("?:", (condition, *arms)), candidates=few), node.span)


def _iterations(collection: Value, key_name: str | None, value_name: str, scope: Scope, span: Span) -> Iterator[Scope]:
    for key, value in elements(collection, span):
        spend(5)
        names = {value_name: value}
        yield scope.bind(names if key_name is None else {key_name: key, **names})


def elements(collection: Value, span: Span) -> Iterator[tuple[Value, Value]]:
    """Keys and values of a list, set or mapping that is not ``hidden``, in Terraform's order as far as it is known."""
    match collection.data:
        case tuple() as items:
            if len(items) > MAX_ELEMENTS:
                raise BoundError(f"this iterates over more than {MAX_ELEMENTS} elements", span)
            is_set = isinstance(items, SetItems)
            yield from ((item if is_set else Value(number), item) for number, item in enumerate(items))
        case Mapping() as entries:
            for name in sorted(entries):
                yield Value(name), entries[name]
        case OpenEntries() as entries:
            yield from entries.listed()
        case None:
            raise EvaluationError("null has no elements to iterate over", span)
        case _:
            raise EvaluationError("this value has no elements to iterate over", span)


def _for_tuple(node: nodes.ForTuple, scope: Scope) -> Value:
    collection = evaluate(node.collection, scope)
    unknown = hidden(collection)
    if unknown is not None:
        return Value(Unknown(unknown.cause), node.span)
    items: list[Value] = []
    if not collection.data:
        _without_elements(node, scope)
    for inner in _iterations(collection, node.key_name, node.value_name, scope, node.span):
        keep = _keeps(node.predicate, inner, node.span)
        if isinstance(keep, Unknown):
            return Value(Unknown(keep.cause), node.span)
        if keep:
            items.append(evaluate(node.result, inner))
    if collection.unknown is not None and len(items) > 1:
        return Value(Unsettled(items), node.span)
    return Value(tuple(items), node.span)


def _for_object(node: nodes.ForObject, scope: Scope) -> Value:
    collection = evaluate(node.collection, scope)
    unknown = hidden(collection)
    if unknown is not None:
        return Value(Unknown(unknown.cause), node.span)
    groups: dict[str, list[Value]] = {}
    pairs: list[tuple[Value, Value]] = []
    if not collection.data:
        _without_elements(node, scope)
    for inner in _iterations(collection, node.key_name, node.value_name, scope, node.span):
        keep = _keeps(node.predicate, inner, node.span)
        if isinstance(keep, Unknown):
            return Value(Unknown(keep.cause), node.span)
        if not keep:
            continue
        key = to_key(evaluate(node.key, inner), node.span)
        if key.text in groups and not node.grouped:
            raise EvaluationError(f'two elements have the key "{key.text}"', node.span)
        pairs.append((key, evaluate(node.result, inner)))
        if key.text is not None:
            groups.setdefault(key.text, []).append(pairs[-1][1])
    doubt = next((key.unknown for key, _ in pairs if key.unknown is not None), None)
    if doubt is not None:
        return Value(Unknown(doubt.cause) if node.grouped else open_entries(pairs, is_distinct=True), node.span)
    if node.grouped:
        return Value({key: Value(tuple(items), node.span) for key, items in groups.items()}, node.span)
    return Value({key: items[0] for key, items in groups.items()}, node.span)


def _without_elements(node: nodes.ForTuple | nodes.ForObject, scope: Scope) -> None:
    """The condition is looked at even if there is nothing to go through."""
    if node.predicate is not None:
        something = Value(Unknown(Cause(CauseKind.UNSUPPORTED, "the elements of an empty collection", node.span)))
        names = {node.value_name: something, node.key_name or node.value_name: something}
        _keeps(node.predicate, scope.bind(names), node.span)


def _keeps(predicate: Node | None, scope: Scope, span: Span) -> bool | Unknown:
    return True if predicate is None else _truth(evaluate(predicate, scope), scope, span)


def evaluate_whole(node: Node, scope: Scope) -> Value:
    """The value of a whole argument, whose names are looked at first. Raises ``EvaluationError``."""
    if not scope.host.checked(node):
        refuse_undeclared(node, scope)
    try:
        value = evaluate(node, scope)
        if not isinstance(value.data, _LIGHT):
            spend_on(value)
    except BudgetSpentError as problem:
        raise spent(problem, node.span) from problem
    return value


_LIGHT = (str, bool, int, type(None))


def evaluate_or_refuse(node: Node, scope: Scope) -> Value:
    """The value of an expression; an unknown, with a diagnostic, for what Terraform would refuse."""
    try:
        return evaluate_whole(node, scope)
    except EvaluationError as problem:
        if isinstance(problem, ImpossibleError):
            scope.host.questions.refute(scope.doubts)
        return scope.host.refuse(problem)
    except RecursionError:
        return scope.host.refuse(BoundError("it is nested too deeply", node.span))
