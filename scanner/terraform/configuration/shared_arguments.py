"""Arguments of a block that are the same for all of its instances, and are worked out once.

An expression that names neither ``each`` nor ``count`` has one value, whichever instance is asked for it. That is not
so if the evaluation was given up on the way: a circle of references is met by some instances and not by others, and so
is a bound. Inside ``try`` an expression asks other questions than elsewhere. In both cases each instance is evaluated
by itself.
"""

from __future__ import annotations

from collections.abc import Callable

from scanner.terraform.configuration.block_entries import entry_names, ignores_changes
from scanner.terraform.configuration.expand import Instance
from scanner.terraform.configuration.provider import named_provider
from scanner.terraform.language import nodes
from scanner.terraform.language.names import mentions
from scanner.terraform.language.questions import Questions
from scanner.terraform.language.scope import Resolution
from scanner.values import Unknown, Value

_OF_INSTANCES = frozenset({"each", "count"})

Doubts = tuple[Unknown, ...]


class SharedArguments:
    """The arguments of one block in one module instance."""

    def __init__(self, body: nodes.Body, resource_type: str, resolution: Resolution, questions: Questions) -> None:
        self.body = body
        self.provider = named_provider(body, resource_type)
        self._names = entry_names(body)
        self._is_single = "for_each" not in body.attributes and "count" not in body.attributes
        self._resolution = resolution
        self._questions = questions
        self._is_shared: dict[str, bool] = {}
        self._ignores: dict[str, bool] = {}
        self._entries: dict[tuple[str, Doubts], Value] = {}
        self._finished: dict[tuple[str, Doubts], Value] = {}
        self._of_instances: dict[tuple[int, Doubts], tuple[Instance, dict[str, Value]]] = {}
        """With the instance, so that nothing else gets its identity."""

    def listed(self) -> frozenset[str]:
        """The names of arguments and nested blocks."""
        return self._names

    def of_instance(self, instance: Instance, doubts: Doubts) -> dict[str, Value]:
        """Where the attributes of one instance are kept, who asks for them: its facts, or a reference to it."""
        key = id(instance), doubts
        if key not in self._of_instances:
            self._of_instances[key] = instance, {}
        return self._of_instances[key][1]

    def entry(self, name: str, evaluate: Callable[[], Value], doubts: Doubts) -> Value:
        """What is written for an argument, by an instance that is there under these doubts."""
        if not self._may_share(name):
            return evaluate()
        known = self._entries.get((name, doubts))
        if known is not None:
            return known
        before = self._resolution.given_up
        value = evaluate()
        if self._resolution.given_up == before:
            self._entries[name, doubts] = value
        return value

    def finished(self, name: str, doubts: Doubts) -> Value | None:
        """What ``finish`` was told."""
        return self._finished.get((name, doubts))

    def finish(self, name: str, doubts: Doubts, entry: Value, value: Value) -> None:
        """Remember what an argument is after conversion, if what is written is the same for all instances."""
        if self._entries.get((name, doubts)) is entry:
            self._finished[name, doubts] = value

    def ignores_changes(self, name: str) -> bool:
        """Whether an argument may keep another value than the one that is written."""
        known = self._ignores.get(name)
        if known is None:
            known = self._ignores[name] = ignores_changes(self.body, name)
        return known

    def _may_share(self, name: str) -> bool:
        if self._questions.is_attempt:
            return False
        known = self._is_shared.get(name)
        if known is None:
            attribute = self.body.attributes.get(name)
            known = attribute is not None and (self._is_single or not mentions(attribute.value, _OF_INSTANCES))
            self._is_shared[name] = known
        return known
