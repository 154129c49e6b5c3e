"""What has nothing to do with the identities of a configuration changes nothing about them."""

from __future__ import annotations

from dataclasses import replace

from tests.laws.hcl import NotEditableError, blocks_of, unused, variables_without_value
from tests.laws.project import Change, Project

_ADDITIONS = {
    "unknown-resource": 'resource "acme_widget" "{name}" {{\n  name = uuid()\n  user = "everybody"\n}}\n',
    "unknown-bucket": 'resource "aws_s3_bucket" "{name}" {{\n  bucket_prefix = "x"\n}}\n',
    "missing-module": 'module "{name}" {{\n  source = "git::https://example.com/widgets.git?ref=v1"\n  size = 3\n}}\n',
    "registry-module": 'module "{name}" {{\n  source = "example/widget/acme"\n  version = "~> 1.0"\n}}\n',
    "provider": 'provider "acme" {{\n  token = var.{name}\n}}\n\nvariable "{name}" {{\n  type = string\n}}\n',
    "provider-alias": 'provider "aws" {{\n  alias = "{name}"\n  region = "us-west-2"\n  profile = "{name}"\n}}\n',
    "variable": 'variable "{name}" {{\n  type = map(any)\n}}\n',
    "data-source": 'data "acme_widget" "{name}" {{\n  name = timestamp()\n}}\n',
    "output": 'output "{name}" {{\n  value = "x"\n}}\n',
    "cycle-free-locals": 'locals {{\n  {name} = [for x in ["a"] : {{ y = x }}]\n}}\n',
    "policy-of-nobody": (
        'resource "aws_iam_policy" "{name}" {{\n  name_prefix = "deny-"\n  policy = jsonencode({{'
        ' Version = "2012-10-17", Statement = [{{ Effect = "Deny", Action = "*", Resource = "*" }}] }})\n}}\n'
    ),
    "group-of-nobody": (
        'resource "aws_iam_group" "{name}" {{\n  name = "{name}"\n}}\n\n'
        'resource "aws_iam_group_policy" "{name}" {{\n  group = aws_iam_group.{name}.name\n'
        '  policy = jsonencode({{ Version = "2012-10-17",'
        ' Statement = [{{ Effect = "Deny", Action = "*", Resource = "*" }}] }})\n}}\n'
    ),
}
_STRANGERS = {
    "stranger": ('name = "{name}"', "aws_iam_user.{name}.name"),
    "stranger-with-random-name": ('name = "x-${{random_pet.{name}.id}}"', "aws_iam_user.{name}.name"),
}


def added(what: str, project: Project) -> Change | None:
    """Put the blocks into a file of their own beside those of the root."""
    return _with(project, _ADDITIONS[what])


def stranger(what: str, project: Project) -> Change | None:
    """A user who is denied everything, and whom nobody else is."""
    argument, reference = _STRANGERS[what]
    return _with(
        project,
        f'resource "random_pet" "{{name}}" {{{{}}}}\n\nresource "aws_iam_user" "{{name}}" {{{{\n  {argument}\n}}}}\n\n'
        f'resource "aws_iam_user_policy" "{{name}}" {{{{\n  user = {reference}\n  policy = jsonencode({{{{'
        ' Version = "2012-10-17", Statement = [{{ Effect = "Deny", Action = "*", Resource = "*" }}] }})\n}}\n',
    )


def _with(project: Project, text: str) -> Change | None:
    if project.root in project.files:
        return None
    name = unused(project, "law_addition")
    return Change(project.having({project.beside(f"{name}.tf"): text.format(name=name)}))


ADDITIONS = tuple(_ADDITIONS)
STRANGERS = tuple(_STRANGERS)


def given(number: int, project: Project) -> Change | None:
    """Every variable without a value gets one that fits its type; ``number`` says which."""
    if project.root in project.files:
        return None
    try:
        wanted = variables_without_value(blocks_of(project, "" if project.root == "." else project.root))
    except NotEditableError:
        return None
    if any(path.endswith((".tfvars", ".tfvars.json")) for path in project.files) or project.inputs.variables:
        return None
    values = []
    for name, placed in wanted.items():
        attribute = placed.block.body.attributes.get("type")
        type_ = "".join(placed.source(attribute.value.span).split()) if attribute is not None else ""
        choices = _values(type_, name)
        if choices is None:
            continue
        values.append((name, choices[number % len(choices)]))
    return Change(replace(project, inputs=replace(project.inputs, variables=tuple(values)))) if values else None


def _values(type_: str, name: str) -> tuple[str, ...] | None:
    own = name.replace("_", "-")
    texts = (
        own,
        "arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess",
        "arn:aws:iam::aws:policy/ReadOnlyAccess",
        "",
    )
    match type_:
        case "string" | "":
            return texts
        case "bool":
            return ("true", "false")
        case "number":
            return ("1", "0", "2")
        case "list(string)" | "set(string)":
            return (f'["{own}-a", "{own}-b"]', "[]", '["arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess"]')
        case "map(string)" | "map(any)" | "map":
            return (f'{{ a = "{own}-a" }}', "{}", '{ a = "arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess" }')
        case "any":
            return None
        case _:
            return None
