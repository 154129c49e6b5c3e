"""Plan files that cannot be read, or would take too much, are one error each."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.terraform.plans import plan_archive
from scanner.terraform.plans.plan_document import PlanError
from scanner.terraform.plans.plan_file import read_plan_file
from tests.scans import Scan
from tests.terraform.plan_archives import REFINED, SOURCE, UNKNOWN, USER, change, field, packed, plan_bytes

pytestmark = pytest.mark.slow

GOOD = packed(plan_bytes())
SHOW = "terraform show -json"
DAMAGED = {
    "cut off": (GOOD[:-30], "damaged zip archive"),
    "cut off early": (GOOD[:60], "damaged zip archive"),
    "bytes changed": (GOOD.replace(GOOD[40:48], b"\0" * 8, 1), "damaged"),
    "of another version": (packed(plan_bytes(version=4)), f"format version 4 is not known; `{SHOW}"),
    "without a version": (packed(b"" + field(14, "1.11.4")), "format version 0"),
    "a failed run": (packed(plan_bytes(tail=field(20, 1))), "run that failed"),
    "an unknown action": (
        packed(plan_bytes(change(action=77))),
        f"action 77 for aws_iam_user.u, which is not known; `{SHOW}",
    ),
    "an action of another type": (
        packed(plan_bytes(field(3, field(13, "a.b") + field(9, field(1, "x"))))),
        "not a number",
    ),
    "no address": (packed(plan_bytes(change(address=""))), SHOW),
    "an address of nonsense": (packed(plan_bytes(change(address="a.b.c.d"))), SHOW),
    "cut off inside": (packed(plan_bytes()[:-3]), "planned changes are damaged"),
    "endless number": (packed(b"\xff" * 20), "planned changes are damaged"),
    "a group": (packed(b"\x0b\x0c"), "wire type 3"),
    "a text that is none": (packed(plan_bytes(field(3, field(13, b"\xff")))), "not UTF-8"),
    "no values": (
        packed(plan_bytes(field(3, field(13, "aws_iam_user.u") + field(9, field(1, 1))))),
        "what aws_iam_user.u will be",
    ),
    "a value without MessagePack": (
        packed(plan_bytes(field(3, field(13, "aws_iam_user.u") + field(9, field(2, b""))))),
        SHOW,
    ),
    "values that are a text": (packed(plan_bytes(change(b"\xa1x"))), "what aws_iam_user.u will be"),
    "values that are unknown": (packed(plan_bytes(change(UNKNOWN))), "what aws_iam_user.u will be"),
    "values cut off": (packed(plan_bytes(change(USER[:-1]))), "value in it is damaged"),
    "values that claim to be huge": (packed(plan_bytes(change(b"\xdd\xff\xff\xff\xff"))), "value in it is damaged"),
    "values nested deeply": (
        packed(plan_bytes(change(b"\x81\xa1a" + b"\x91" * 100_000 + b"\xc0"))),
        "value in it is damaged",
    ),
    "a large value": (packed(plan_bytes(change(b"\x81\xa1a\xdd\x00\x50\x00\x00" + b"\x90" * 0x500000))), "larger than"),
    "another extension": (packed(plan_bytes(change(b"\x81\xa1a\xc7\x03\x07abc"))), "extension 7"),
    "a time": (packed(plan_bytes(change(b"\x81\xa1a\xd6\xff\0\0\0\0"))), "it holds datetime"),
    "a key that is not a string": (packed(plan_bytes(change(b"\x81\x01\x01"))), "a key is not a string"),
    "another state": (
        packed(plan_bytes(), state={"version": 3}),
        "The state in it cannot be read: it is a state of version 3",
    ),
    "no list of modules": (packed(plan_bytes(), manifest=b""), "list of modules"),
    "a list of modules of nonsense": (packed(plan_bytes(), manifest=b"[3]"), "list of modules"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_what_cannot_be_read_is_one_error(scan_files: Scan, name: str) -> None:
    data, message = DAMAGED[name]
    report = scan_files({"good.tf": SOURCE.replace('"u"', '"good"'), "plan.out": data})
    assert [assessed.definition.address for assessed in report.principals] == ["aws_iam_user.good"]
    (said,) = report.diagnostics
    assert said.severity.value == "error"
    assert said.span.path == "plan.out"
    assert message in said.message


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (packed(None), 'without a member "tfplan"'),
        (b"PK\x05\x06" + b"\0" * 18, "an empty zip archive"),
        (b"", "It is empty"),
        (b"tfplan\x02" + b"\0" * 20, "Terraform 0.11"),
        (b'{"@level":"info","@message":"Terraform 1.11.4","type":"version"}\n', "the log of `terraform plan -json`"),
        (b'{"remote_plan_format":1,"run_id":"run-1","hostname":"app.terraform.io"}', "HCP Terraform"),
        (b'[command]/opt/terraform-bin show -json plan\n{"format_version":"1.2"}', "terraform_wrapper: false"),
        (b'{"format_version":"1.0","provider_schemas":{}}', "plan or state nor"),
        (b"\x7fELF\0\0\0", "plan or state nor"),
    ],
)
def test_what_is_taken_for_a_plan(scan_files: Scan, data: bytes, message: str) -> None:
    (said,) = scan_files({"plan": data}, "plan").diagnostics
    assert message in said.message
    assert not scan_files({"plan": data, "good.tf": SOURCE}).diagnostics


def test_archives_do_not_unpack_to_everything(scan_files: Scan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan_archive, "MAX_PLAN_BYTES", 1000)
    (said,) = scan_files({"plan": packed(plan_bytes(tail=field(99, b"\0" * 1000)))}).diagnostics
    assert '"tfplan" is larger than 1000 bytes' in said.message


def test_sources_do_not_unpack_to_everything(scan_files: Scan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan_archive, "MAX_SOURCES_BYTES", 1000)
    (said,) = scan_files({"plan": packed(plan_bytes(), **{f"{n}.tf": "#" * 300 for n in range(9)})}).diagnostics
    assert "is larger than" in said.message


def test_a_directory_of_many_members_is_refused(scan_files: Scan) -> None:
    end = bytearray(GOOD)
    start = GOOD.rindex(b"PK\x05\x06")
    end[start + 12 : start + 16] = (100_000_000).to_bytes(4, "little")
    (said,) = scan_files({"plan": bytes(end)}).diagnostics
    assert "more files than a plan has" in said.message


def test_encrypted_members_are_refused(scan_files: Scan) -> None:
    data = bytearray(GOOD)
    data[data.index(b"PK\x01\x02") + 8] |= 1
    (said,) = scan_files({"plan": bytes(data)}).diagnostics
    assert "not packed as Terraform does it" in said.message


def test_names_in_an_archive_are_no_paths(scan_files: Scan, tmp_path: Path) -> None:
    names = {"../../../evil.tf": SOURCE, "/etc/evil.tf": SOURCE, "a/../../../evil.tf": SOURCE}
    report = scan_files({"tree/plan": packed(plan_bytes(), **names)}, "tree/plan")
    assert [assessed.definition.address for assessed in report.principals] == ["aws_iam_user.u"]
    assert sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")) == ["tree", "tree/plan"]


PLAN = plan_bytes(change(), change(b"\x81\xa1a\x92\x81\xa1b" + UNKNOWN + REFINED, address='module.m["k"].a.b[0]'))


@given(st.integers(0, len(PLAN) - 1), st.binary(max_size=12), st.integers(0, 12))
def test_any_change_of_the_bytes_is_read_or_refused(position: int, inserted: bytes, removed: int) -> None:
    read_or_refused(PLAN[:position] + inserted + PLAN[position + removed :])


@given(st.binary(max_size=40))
def test_any_bytes_are_read_or_refused(plan: bytes) -> None:
    read_or_refused(plan)


def read_or_refused(plan: bytes) -> None:
    with suppress(PlanError):
        for planned in read_plan_file(packed(plan)).instances.values():
            planned.values()
