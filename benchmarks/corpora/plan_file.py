"""A made-up plan file as ``terraform plan -out=FILE`` writes it: a zip archive with changes, state and configuration.

The changes are a protocol buffer whose values are MessagePack. Only the fields that tell an instance are written.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.corpora.expected import write_facts
from benchmarks.corpora.plan_json import RESOURCES_IN_A_MEGABYTE
from benchmarks.corpora.planned import DOCUMENTS, TEAM, TRUSTED_BY_PEOPLE, Planned, expected, planned, teams, trust
from benchmarks.corpora.state import PROVIDER, state
from benchmarks.corpora.text import fill

UNKNOWN = msgspec.msgpack.Ext(0, b"\0")
CREATE, UPDATE = 1, 3
WRITTEN = (2026, 1, 1, 0, 0, 0)
"""The time in the archive, so that its bytes are always the same."""

_MAIN = """provider "aws" {
  region = "eu-west-1"
}

locals {
  teams = {
<<teams>>
  }

  documents = [
<<documents>>
  ]
}

module "team" {
  source   = "./modules/team"
  for_each = local.teams

  team     = each.key
  number   = each.value
  document = local.documents[each.value % length(local.documents)]
  trust    = each.value % 3 == 0 ? <<people>> : <<service>>
}
"""

_TEAM = """variable "team" {
  type = string
}

variable "number" {
  type = number
}

variable "document" {
  type = string
}

variable "trust" {
  type = string
}

locals {
  people = toset([for person in range(<<size>>) : "person-${var.number}-${person}"])
}

resource "aws_iam_user" "this" {
  for_each = local.people

  name = each.key
  tags = { Team = var.team }
}

resource "aws_iam_user_login_profile" "this" {
  for_each = aws_iam_user.this

  user = each.value.name
}

resource "aws_iam_user_policy_attachment" "this" {
  for_each = aws_iam_user.this

  user       = each.value.name
  policy_arn = aws_iam_policy.this["login"].arn
}

resource "aws_iam_role" "this" {
  for_each = toset(["admin"])

  name               = "${var.team}-admin"
  assume_role_policy = var.trust
}

resource "aws_iam_policy" "this" {
  for_each = toset(["login"])

  name   = var.team
  policy = var.document
}

resource "aws_iam_role_policy_attachment" "this" {
  for_each = toset(["admin"])

  role       = aws_iam_role.this[each.key].name
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}
"""


def write_plan_file(path: Path, megabytes: float) -> None:
    """Write a plan file whose JSON would be so large, and the facts beside it."""
    resources = round(megabytes * RESOURCES_IN_A_MEGABYTE)
    changes = b"".join(_change(each) for each in planned(resources))
    before = json.dumps(state(each for each in planned(resources) if not each.is_identity))
    modules = [{"Key": "", "Dir": "."}, {"Key": "team", "Source": "./modules/team", "Dir": "modules/team"}]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (
            ("tfplan", _field(1, 3) + changes + _field(14, "1.11.4") + _field(25, 1) + _field(26, 1)),
            ("tfstate", before),
            ("tfstate-prev", before),
            ("tfconfig/m-/main.tf", _main(resources)),
            ("tfconfig/m-team/main.tf", fill(_TEAM, size=TEAM)),
            ("tfconfig/modules.json", json.dumps(modules)),
        ):
            archive.writestr(zipfile.ZipInfo(name, WRITTEN), content, zipfile.ZIP_DEFLATED)
    write_facts(path, expected(path.name, resources))


def _main(resources: int) -> str:
    return fill(
        _MAIN,
        teams="\n".join(f"    team-{team} = {team}" for team in range(teams(resources))),
        documents="\n".join(f"    {json.dumps(text)}," for text, _ in DOCUMENTS),
        people=json.dumps(TRUSTED_BY_PEOPLE),
        service=json.dumps(trust(1)),
    )


def _change(each: Planned) -> bytes:
    unknown = {name: UNKNOWN for name, mark in each.computed.items() if mark is True}
    if each.is_identity:
        values, action = [{**each.known, **unknown}], CREATE
    else:
        values, action = [each.stored, each.stored], UPDATE
    change = _field(1, action) + b"".join(_values(values))
    return _field(3, _field(8, PROVIDER) + _field(9, change) + _field(13, each.address))


def _values(values: list[dict[str, Any]]) -> Iterator[bytes]:
    for value in values:
        yield _field(2, _field(1, msgspec.msgpack.encode(value)))


def _field(number: int, value: int | bytes | str) -> bytes:
    """A field of a protocol buffer."""
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    content = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    found = bytearray()
    while number >= 0x80:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*found, number])
