"""``extract``: from a root module to its facts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from scanner.facts import Fact, Facts, collect
from scanner.root import ScanRoot
from scanner.terraform import aws_iam
from scanner.terraform.configuration import Configuration
from scanner.terraform.module_instance import ModuleInstance
from scanner.terraform.variable_files import input_values


def extract(root: ScanRoot) -> Facts:
    """Evaluate a root module as far as identities need it."""
    configuration = Configuration(root.inputs, root.boundary)
    module = configuration.module(root.location, root.path)
    instance = ModuleInstance(configuration, module)
    instance.set_inputs(input_values(instance, root.inputs))
    found = tuple(_facts(instance))
    diagnostics = [*configuration.diagnostics]
    files = set(configuration.files)
    for read in configuration.modules.values():
        diagnostics += read.diagnostics
        files |= set(read.files)
    collected = collect(root.path, root.kind.value, found, tuple(diagnostics), frozenset(files))
    return replace(collected, undeclared=frozenset(configuration.undeclared))


def _facts(module: ModuleInstance) -> Iterator[Fact]:
    for resource in module.resource_instances(aws_iam.TYPES):
        yield from aws_iam.facts(resource)
    for child in module.children():
        yield from _facts(child)
