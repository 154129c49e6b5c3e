"""What the configuration beside a plan confirms: a plain reference, by having the same one."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.root import Inputs
from scanner.terraform.address import InstanceKey, ModuleAddress, ResourceAddress
from scanner.terraform.configuration.module_instance import ModuleInstance
from scanner.terraform.configuration.root_configuration import RootConfiguration
from scanner.terraform.plans.address_text import parse_resource_address
from scanner.terraform.plans.plan_confirmation import confirmed
from scanner.terraform.plans.plan_description import description
from scanner.terraform.plans.plan_references import PlannedConfiguration

MODULE = """
variable "given" {}
output "given" {
  value = aws_iam_policy.own
}
output "documents" {
  value = aws_iam_policy.own.policy
}
resource "aws_iam_policy" "own" {}
resource "aws_iam_user_policy" "inner" {
  policy = POLICY
}
"""
ROOT = """
module "m" {
  source = "./m"
  given  = PASSED
}
resource "aws_iam_policy" "a" {}
resource "aws_iam_policy" "keyed" {
  for_each = toset(["k", "l"])
}
resource "aws_iam_user_policy" "outer" {
  for_each = toset(["k", "l"])
  policy   = POLICY
}
"""
INNER, OUTER = "module.m.aws_iam_user_policy.inner", 'aws_iam_user_policy.outer["k"]'
CONFIRMED: dict[tuple[str, str], str | None] = {
    (OUTER, "aws_iam_policy.a.policy"): "aws_iam_policy.a.policy",
    (OUTER, "aws_iam_policy.keyed[each.key].policy"): 'aws_iam_policy.keyed["k"].policy',
    (OUTER, 'aws_iam_policy.keyed["l"].policy'): 'aws_iam_policy.keyed["l"].policy',
    (OUTER, "module.m.documents"): "module.m.aws_iam_policy.own.policy",
    (OUTER, "module.m.given.policy"): "module.m.aws_iam_policy.own.policy",
    (OUTER, "module.m.documents[each.key]"): None,
    (OUTER, 'module.m.documents["k"]'): None,
    (OUTER, "aws_iam_policy.a.policy[each.key]"): None,
    (OUTER, "lower(aws_iam_policy.a.policy)"): None,
    (OUTER, "each.value"): None,
    (INNER, "var.given"): "aws_iam_policy.a.policy",
    (INNER, "var.given.policy"): None,
    (INNER, "var.given[0]"): None,
    (INNER, "lower(var.given)"): None,
}


class Everything:
    """A plan in which everything is known after apply."""

    def instances(self, address: ResourceAddress) -> tuple[InstanceKey, ...]:
        return ("k", "l") if address.name in ("keyed", "outer") else (None,)

    def module_instances(self, _address: ModuleAddress, _call: str) -> tuple[InstanceKey, ...]:
        return (None,)

    def is_open(self, _address: ResourceAddress, _attribute: str) -> bool:
        return True

    def text(self, _address: ResourceAddress, _attribute: str) -> str | None:
        return None


@pytest.mark.parametrize(("address", "policy"), CONFIRMED)
def test_what_a_plain_reference_confirms(address: str, policy: str, tmp_path: Path) -> None:
    (tmp_path / "m").mkdir()
    written = ROOT.replace("PASSED", "aws_iam_policy.a.policy")
    (tmp_path / "main.tf").write_text(written.replace("POLICY", policy if address == OUTER else '""'), encoding="utf-8")
    inner = MODULE.replace("POLICY", policy if address == INNER else '""')
    (tmp_path / "m/main.tf").write_text(inner, encoding="utf-8")
    configuration = RootConfiguration(Inputs(), tmp_path)
    root = ModuleInstance(configuration, configuration.module(tmp_path, "."))
    (child,) = root.children()
    planned = description(root.module)
    planned["module_calls"]["m"]["module"] = description(child.module)
    marked = PlannedConfiguration(confirmed({"root_module": planned}, root), {})
    parsed = parse_resource_address(address)
    assert parsed is not None
    found = [one and f"{one.address}.{one.attribute}" for one in marked.confirmed(parsed, ("policy",), Everything())]
    expected = CONFIRMED[address, policy]
    assert found == [expected] or (expected is None and not found)
