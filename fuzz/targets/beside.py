"""What stands beside a configuration or a template: values, lists of modules, manifests of assemblies, change sets."""

from __future__ import annotations

import json
from collections.abc import Iterator

from fuzz import seeds
from fuzz.folder import scanned
from fuzz.target import Target

_CALLER = b"""
variable "name" {}
variable "people" { type = map(object({ admin = optional(bool, false) })) }
resource "aws_iam_user" "one" {
  for_each = var.people
  name     = "${var.name}-${each.key}"
}
module "users" {
  source = "example/users/aws"
  name   = var.name
}
module "local" {
  source = "./inner"
}
"""
_CALLED = b'variable "name" { default = "x" }\nresource "aws_iam_user" "inner" { name = var.name }\n'
_TEMPLATE = b'{"Resources": {"U": {"Type": "AWS::IAM::User", "Properties": {"LoginProfile": {"Password": "x"}}}}}'


def _values(data: bytes) -> object:
    return scanned("values", {"main.tf": _CALLER, "inner/main.tf": _CALLED, "terraform.tfvars": data})


def _json_values(data: bytes) -> object:
    return scanned("json-values", {"main.tf": _CALLER, "inner/main.tf": _CALLED, "x.auto.tfvars.json": data})


def _modules(data: bytes) -> object:
    files = {"main.tf": _CALLER, "inner/main.tf": _CALLED, ".terraform/modules/users/main.tf": _CALLED}
    return scanned("modules", {**files, ".terraform/modules/modules.json": data})


def _assembly(data: bytes) -> object:
    return scanned(
        "assembly", {"manifest.json": data, "cdk.out": b'{"version": "48.0.0"}', "T.template.json": _TEMPLATE}
    )


def _change_set(data: bytes) -> object:
    return scanned("change-set", {"change.json": data}, "change.json")


def _values_seeds() -> Iterator[bytes]:
    yield b'name = "team"\npeople = {\n  ada = { admin = true }\n  "ben" = {}\n}\n'
    yield b'# c\nname = <<E\nx\nE\npeople = { ada = { admin = "yes" } }\nother = [1, 2.5, null]\n'


def _json_values_seeds() -> Iterator[bytes]:
    yield b'{"name": "team", "people": {"ada": {"admin": true}, "ben": {}}}'
    yield b'{"name": 1e3, "people": {"ada": {"admin": "${x}"}}, "other": [1, 2.5, null]}'


def _modules_seeds() -> Iterator[bytes]:
    root, users = (
        {"Key": "", "Source": "", "Dir": "."},
        {"Key": "users", "Source": "example/users/aws", "Version": "1.0.0"},
    )
    for directory in (".terraform/modules/users", "inner", "..", "/etc", ".terraform/modules/users/../users"):
        yield json.dumps({"Modules": [root, {**users, "Dir": directory}]}).encode()


def _assembly_seeds() -> Iterator[bytes]:
    yield from seeds.files(seeds.FIXTURES / "cdk", "manifest.json")
    stack = {
        "type": "aws:cloudformation:stack",
        "environment": "aws://111122223333/eu-west-1",
        "properties": {"templateFile": "T.template.json", "parameters": {"P": "x"}},
        "metadata": {"/T/U": [{"type": "aws:cdk:logicalId", "data": "U", "trace": ["new U (/app/lib/t.ts:3:5)"]}]},
        "displayName": "T",
    }
    yield json.dumps({"version": "48.0.0", "artifacts": {"T": stack}}).encode()


def _change_set_seeds() -> Iterator[bytes]:
    user = {"LoginProfile": {"Password": "****"}, "ManagedPolicyArns": ["{{changeSet:KNOWN_AFTER_APPLY}}"]}
    for action in ("Add", "Modify", "Remove", "Import"):
        change = {
            "Action": action,
            "LogicalResourceId": "U",
            "ResourceType": "AWS::IAM::User",
            "Details": [{"Target": {"Attribute": "Properties", "Name": "UserName"}}],
            "BeforeContext" if action == "Remove" else "AfterContext": json.dumps({"Properties": user}),
        }
        yield json.dumps(
            {
                "Changes": [{"Type": "Resource", "ResourceChange": change}],
                "ChangeSetName": "c",
                "ChangeSetId": "arn:c",
                "StackId": "arn:aws:cloudformation:eu-central-1:123456789012:stack/people/9f7b541b",
                "StackName": "people",
                "Status": "CREATE_COMPLETE",
            }
        ).encode()


BESIDE = (
    Target("values", _values, _values_seeds, seconds=5.0, seconds_per_byte=0.001),
    Target("json-values", _json_values, _json_values_seeds, seconds=5.0, seconds_per_byte=0.001),
    Target("modules", _modules, _modules_seeds, seconds=5.0, seconds_per_byte=0.001),
    Target("assembly", _assembly, _assembly_seeds, seconds=5.0, seconds_per_byte=0.001),
    Target("change-set", _change_set, _change_set_seeds, seconds=5.0, seconds_per_byte=0.001),
)
