"""What the evaluator asks of a module instance: functions, templates, and what is open."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace

from scanner import values
from scanner.budget import BudgetSpentError, spend
from scanner.cause import Cause, CauseKind
from scanner.span import Span
from scanner.symbol import Symbol
from scanner.terraform.configuration.expand import called, instance_at
from scanner.terraform.configuration.known_functions import FUNCTIONS
from scanner.terraform.configuration.module import Module
from scanner.terraform.configuration.root_configuration import RootConfiguration
from scanner.terraform.configuration.scanned_files import ScannedFiles
from scanner.terraform.language import functions, nodes, syntax
from scanner.terraform.language.errors import EvaluationError, UnfollowedError
from scanner.terraform.language.expressions import render
from scanner.terraform.language.place import SyntaxProblem
from scanner.terraform.language.questions import Questions
from scanner.terraform.language.scope import Scope
from scanner.terraform.language.steps import spent
from scanner.values import Unknown, Value

_STEPS = 200
"""What it costs to read a template, beside what it evaluates."""
_STEPS_OF_SEQUENCE = 1000
"""And each interpolation and directive in it."""
_PROVIDERS = {"aws": "hashicorp/aws", "terraform": "terraform.io/builtin/terraform"}


class ModuleHost:
    """The host of the expressions of one module instance.

    Functions start in the directory of the root module. ``doubts`` say when the instance is there at all.
    """

    def __init__(
        self, configuration: RootConfiguration, module: Module, root: Module, doubts: tuple[Unknown, ...]
    ) -> None:
        self._configuration = configuration
        self._module = module
        self._root = root
        self._doubts = doubts
        self._files = ScannedFiles(root.directory, configuration.boundary, configuration.closed_files)

    @property
    def questions(self) -> Questions:
        """What is open in the whole root, and what is taken for granted."""
        return self._configuration.questions

    def call(self, name: str, arguments: tuple[Value, ...], span: Span) -> Value:
        """Call a built-in function, or one of a provider that is known here."""
        if name.startswith("provider::"):
            name = self._official_name(name)
            if name not in FUNCTIONS:
                return self._provider_function(name, span)
        if name not in FUNCTIONS:
            raise UnfollowedError(
                f'there is no function named "{name}" in the known versions of Terraform and OpenTofu', span
            )

        def rendered(text: str, variables: Mapping[str, Value], path: str | None) -> Value:
            if path is None:  # a text of the configuration, whose own lines are not lines of its file
                return replace(self._render(text, variables, span), span=span)
            return self._render(text, variables, Span.whole_file(self._shown(path)))

        try:
            return functions.call(FUNCTIONS[name], arguments, functions.FunctionContext(self._files, rendered), span)
        except functions.MissingFileError as problem:
            raise UnfollowedError(f"{name}: {str(problem).rstrip('.')}", span) from problem
        except functions.FunctionError as problem:
            raise EvaluationError(f"{name}: {str(problem).rstrip('.')}", span) from problem

    def _official_name(self, name: str) -> str:
        """A provider's function under the name that the provider usually has."""
        _, _, local_and_function = name.partition("::")
        local, _, function = local_and_function.partition("::")
        source = self._module.required_providers.get(local, "")
        official = next((known for known, of in _PROVIDERS.items() if source.endswith(of)), local)
        return f"provider::{official}::{function}"

    def _provider_function(self, name: str, span: Span) -> Value:
        if name.split("::")[1] not in self._module.required_providers:
            raise UnfollowedError(f'there is no function named "{name}"', span)
        return values.unknown(Cause(CauseKind.UNSUPPORTED, f"the result of {name}(), a function of a provider", span))

    def _shown(self, path: str) -> str:
        """A path that a function was given, as reports print it; functions start in the root module."""
        root = self._root
        relative = os.path.relpath(root.directory / path, root.directory)
        return os.path.normpath(f"{root.path}/{relative}").replace(os.sep, "/")

    def _render(self, text: str, variables: Mapping[str, Value], span: Span) -> Value:
        spend(_STEPS + _STEPS_OF_SEQUENCE * (text.count("${") + text.count("%{")))
        try:
            template = syntax.parse_template(text, span)
        except SyntaxProblem as problem:
            raise EvaluationError(f"the template is invalid: {problem}", problem.span) from problem
        return render(template, Scope({}, self, variables, self._doubts))

    def render_value(self, template: Value, variables: Mapping[str, Value]) -> Value:
        """A text as a template with these variables; what stands in its place if it is not one."""
        if template.text is None:
            return template
        span = template.span or Span.whole_file(self._module.path)
        try:
            return replace(self._render(template.text, variables, span), span=span)
        except EvaluationError as problem:
            return self.refuse(problem)
        except BudgetSpentError as problem:
            return self.refuse(spent(problem, span))

    def checked(self, node: nodes.Node | nodes.Body) -> bool:
        """Whether this has been asked before for the very same node or body."""
        known = self._module.checked.get(id(node)) is node
        self._module.checked[id(node)] = node
        return known

    def instance(self, symbol: Symbol, key: Value) -> Value | None:
        """One instance of a resource whose instances are not known."""
        found = self._configuration.unexpanded.get(called(symbol))
        if found is None:
            return None
        expansion, make = found
        instance = instance_at(expansion, key)
        return make(instance) if instance is not None else None

    def refuse(self, problem: EvaluationError) -> Value:
        """Report what Terraform would refuse."""
        return self._configuration.refuse(problem)
