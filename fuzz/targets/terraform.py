"""Terraform's language: in native syntax, where there are two readers that must agree, in JSON, and evaluated."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from itertools import islice, pairwise

from fuzz import seeds
from fuzz.folder import folder, scanned
from fuzz.target import Target
from scanner.root import Inputs
from scanner.span import Span
from scanner.terraform.aws.blocks import SHAPES
from scanner.terraform.configuration.module_instance import ModuleInstance
from scanner.terraform.configuration.root_configuration import RootConfiguration
from scanner.terraform.configuration.variable_files import input_values
from scanner.terraform.language import blocks, json_syntax, syntax
from scanner.terraform.language.expressions import evaluate_or_refuse
from scanner.terraform.language.place import SyntaxProblem

_AT = Span("x.tf", 1, 1, 1, 1)
_MODULE = b"""
variable "open" {}
variable "people" {
  type    = map(object({ name = string, admin = optional(bool) }))
  default = { ada = { name = "ada", admin = true }, ben = { name = "ben" } }
}
locals {
  n     = 3
  names = [for one in var.people : upper(one.name)]
  text  = "a-${var.open}-b"
}
resource "aws_iam_user" "one" {
  for_each = var.people
  name     = each.key
}
data "aws_caller_identity" "current" {}
"""
MOST_BLOCKS = 20
"""Of an input are parsed; the grammar takes long, and a fault in the next one is found in a smaller input."""


def _index(data: bytes) -> object:
    text = data.decode("utf-8", "replace")
    found = blocks.index_file("x.tf", text)
    starts = list(map(_offset_in(text), found.blocks))
    for (start, block), (after, _) in pairwise(zip(starts, found.blocks, strict=True)):
        assert start + len(block.text) <= after, "blocks overlap"
    for start, block in zip(starts, found.blocks, strict=True):
        assert text.startswith(block.text, start), "a block is not where its span says"
    return found, tuple(blocks.comments(text))


def _offset_in(text: str) -> Callable[[blocks.IndexedBlock], int]:
    lines = [0, *(number + 1 for number, letter in enumerate(text) if letter == "\n")]
    return lambda block: lines[block.span.line - 1] + block.span.column - 1


def _blocks(data: bytes) -> object:
    found = blocks.index_file("x.tf", data.decode("utf-8", "replace")).blocks
    result = []
    for block in islice(found, MOST_BLOCKS):
        tree = _outcome(lambda block=block: syntax.parse_block(block))  # type: ignore[misc] # the block of this turn
        assert tree == _outcome(lambda block=block: syntax.parse_block_by_grammar(block)), "the readers disagree"  # type: ignore[misc]
        result.append(tree)
    return result


def _expression(data: bytes) -> object:
    text = data.decode("utf-8", "replace")
    tree = _outcome(lambda: syntax.parse_expression(text, _AT))
    assert tree == _outcome(lambda: syntax.parse_expression_by_grammar(text, _AT)), "the readers disagree"
    return tree, _outcome(lambda: syntax.parse_template_in_text(text, _AT))


def _outcome(parse: Callable[[], object]) -> object:
    """A tree with its places, or what is wrong."""
    try:
        return _laid_open(parse())
    except SyntaxProblem as problem:
        return str(problem), problem.span


def _laid_open(node: object) -> object:
    if is_dataclass(node):
        return type(node).__name__, *(_laid_open(getattr(node, one.name)) for one in fields(node))
    if isinstance(node, tuple):
        return tuple(map(_laid_open, node))
    if isinstance(node, Mapping):
        return tuple((name, _laid_open(value)) for name, value in node.items())
    return type(node).__name__, node


@cache
def _module() -> ModuleInstance:
    directory = folder("evaluation")
    (directory / "main.tf").write_bytes(_MODULE)
    configuration = RootConfiguration(Inputs(), directory)
    root = ModuleInstance(configuration, configuration.module(directory, "."))
    root.set_inputs(input_values(root, Inputs(), ()))
    return root


def _evaluation(data: bytes) -> object:
    try:
        node = syntax.parse_expression(data.decode("utf-8", "replace"), _AT)
    except SyntaxProblem as problem:
        return str(problem)
    module = _module()
    module.configuration.diagnostics.clear()
    return evaluate_or_refuse(node, module.scope), list(module.configuration.diagnostics)


def _json_syntax(data: bytes) -> object:
    text = data.decode("utf-8", "replace")
    index = json_syntax.index_json("x.tf.json", text)
    problems: list[SyntaxProblem] = []
    trees = [_outcome(lambda one=one: json_syntax.parse_block(one, SHAPES, problems)) for one in index.blocks]  # type: ignore[misc]
    said = [str(problem) for problem in (*index.problems, *problems)]
    return trees, said, list(json_syntax.comments("x.tf.json", text))


def _configuration(data: bytes) -> object:
    return scanned("terraform", {"main.tf": data})


def _json_configuration(data: bytes) -> object:
    return scanned("terraform-json", {"main.tf.json": data})


def _native() -> Iterator[bytes]:
    yield from seeds.files(seeds.FIXTURES / "terraform", "*.tf")
    yield from seeds.texts(seeds.CASES / "configuration", "a.tf", "main.tf")
    yield from seeds.texts(seeds.CASES, "refused.yaml", "a.tf")
    yield _MODULE


def _expressions() -> Iterator[bytes]:
    yield from seeds.texts(seeds.CASES / "expressions", "expr")
    for call in _calls():
        yield call.encode()
    for text in (
        "var.open",
        "local.names[*]",
        'aws_iam_user.one["ada"].arn',
        "{ for k, v in var.people : k => v.name if v.admin }",
    ):
        yield text.encode()


def _calls() -> Iterator[str]:
    for file in sorted((seeds.CASES / "expressions").glob("*.yaml")):
        for case in seeds.table(file).get("expressions") or ():
            if "call" in case:
                yield f"{case['call']}({', '.join(json.dumps(one) for one in case.get('args', ()))})"


def _json() -> Iterator[bytes]:
    yield from seeds.files(seeds.FIXTURES / "terraform-json", "*.tf.json")
    yield from seeds.texts(seeds.CASES / "files", "main.tf.json", "a.tf.json")


TERRAFORM = (
    Target("block-index", _index, _native),
    Target("hcl", _blocks, _native, seconds=2.0, seconds_per_byte=0.0005),
    Target("expression", _expression, _expressions, seconds=2.0, seconds_per_byte=0.0005, max_size=512),
    Target("evaluation", _evaluation, _expressions, seconds=5.0, max_size=512),
    Target("terraform", _configuration, _native, seconds=5.0, seconds_per_byte=0.0005),
    Target("terraform-json", _json_syntax, _json),
    Target("terraform-json-scan", _json_configuration, _json, seconds=5.0, seconds_per_byte=0.0005),
)
