"""What the names in a template mean, as far as its language asks: the one thing that it does not know itself.

``stacks.scope`` answers. Nothing in this folder knows of stacks, of files or of what resource types there are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from scanner.cloudformation.language.stack_outputs import OutputName
    from scanner.cloudformation.template.sections import Resource, Template
    from scanner.span import Span
    from scanner.symbol import Named, Symbol
    from scanner.truth import Truth
    from scanner.values import Unknown, Value


class Names(Protocol):
    """The names of one template in its stack. What is not known is an unknown with its cause, never a default."""

    depth: int
    """How many expressions and names are being evaluated inside each other, in all templates of the root."""

    @property
    def template(self) -> Template:
        """The template that the names stand in."""

    @property
    def account(self) -> str | Unknown:
        """The ID of the account that the stack is in."""

    @property
    def region(self) -> str | Unknown:
        """The region that the stack is in."""

    @property
    def partition(self) -> str:
        """The partition of AWS that the stack is in."""

    @property
    def stack_conditions(self) -> tuple[Unknown, ...]:
        """The conditions on which the whole stack exists."""

    @property
    def stack_tags(self) -> Value:
        """The tags of the stack, which its resources get: a mapping, or unknown as a whole."""

    def symbol(self, name: str) -> str:
        """What something in this template is called in the whole root."""

    def condition_symbol(self, name: str) -> Named:
        """What stands for a condition that is not decided."""

    def reference(self, name: str, span: Span | None) -> Value:
        """What ``Ref`` gives for a name that is not ``AWS::NoValue``."""

    def attribute(self, logical_id: str, name: str, span: Span | None) -> Value:
        """What ``Fn::GetAtt`` gives for an attribute that the type may or may not have."""

    def written_attribute(self, logical_id: str, name: str, span: Span | None) -> Value:
        """The same for an attribute as a template writes it; unknown where the type does not have it."""

    def condition(self, name: str, span: Span | None) -> Truth:
        """Whether a condition of the template holds."""

    def equals(self, symbol: Symbol | None, text: str) -> Truth | None:
        """Whether an unknown of that symbol has that text; None when nothing says so."""

    def resource_named(self, name: Value) -> str | None:
        """The logical ID that a text is; None when it is not known."""

    def condition_named(self, name: Value) -> str | None:
        """The name of a condition that a text is; None when it is not known."""

    def existence(self, resource: Resource) -> tuple[Truth, Symbol | None]:
        """Whether a resource exists, and the symbol of the condition that this depends on."""

    def supposed(self, key: Value) -> Value:
        """A key of a mapping, or what a scenario takes for granted in its place."""

    def is_none_of(self, key: Unknown, keys: tuple[str, ...]) -> bool:
        """Whether a scenario takes for granted that a key of a mapping is none of these."""

    def look_up(self, key: Unknown, keys: tuple[str, ...], *, is_closed: bool) -> None:
        """Note which keys of a mapping an unknown one may be; when it ``is_closed``, no other one would be accepted."""

    def imported(self, name: str, span: Span | None) -> Value:
        """What another stack exports under a name."""

    def stack_output(self, name: OutputName, span: Span | None) -> Value:
        """An output of another stack by the stack's name."""

    def nested_output(self, resource: Resource, name: str) -> Value:
        """What the nested stack that a resource is gives back."""

    def handed_over(self, text: str, span: Span | None) -> Value | None:
        """What a dynamic reference gives that reads what is written by what is scanned; None for any other text."""
