"""Plan files give what ``terraform show -json`` gives of them; what cannot be read is one error."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.config import Options
from scanner.document import principal_document
from scanner.finding import Report
from scanner.pipeline import scan
from scanner.terraform.plans import plan_archive, protobuf_wire
from scanner.terraform.plans.plan_description import description
from scanner.terraform.plans.plan_document import PlanDocument, PlanError
from scanner.terraform.plans.plan_file import read_plan_file
from scanner.terraform.plans.plan_reader import read_document
from scanner.terraform.plans.plan_snapshot import PackedModules
from tests.conftest import Scan

ROOT = Path(__file__).parent.parent.parent
PLANS = sorted([*(ROOT / "fixtures/plan").glob("*.tfplan"), *(ROOT / "tests/cases/plans").glob("*/*.tfplan")])
NAMES = [path.relative_to(ROOT).as_posix() for path in PLANS]


def scanned(path: Path) -> Report:
    return scan(Options(paths=(path.name,), directory=path.parent, debug=True))


def principals(report: Report) -> dict[str, dict[str, Any]]:
    return {found["address"]: found for found in map(principal_document, report.principals)}


@pytest.mark.parametrize("path", PLANS, ids=NAMES)
def test_principals_are_those_of_the_json(path: Path) -> None:
    """The file has the expressions, so it says the same, or says what the JSON leaves open."""
    binary, shown = principals(scanned(path)), principals(scanned(path.with_suffix(".json")))
    assert binary
    assert binary.keys() == shown.keys()
    for address, found in binary.items():
        for key in ("kind", "name", "origin"):
            assert found[key] == shown[address][key]
        assert shown[address]["console"]["access"] in (found["console"]["access"], "unknown")
        for client, decision in found["aws_login"].items():
            assert shown[address]["aws_login"][client] in (decision, "unknown")


@pytest.mark.parametrize("path", PLANS, ids=NAMES)
def test_a_plan_file_is_complete(path: Path) -> None:
    """It needs no configuration beside it. What Terraform itself leaves out is said."""
    said = {"targeted": 1, "forgotten": 7}
    assert len(scanned(path).diagnostics) == said.get(path.parent.name, 0)


@pytest.mark.parametrize("path", PLANS, ids=NAMES)
def test_values_are_those_of_the_json(path: Path) -> None:
    binary, shown = read_document(path), read_document(path.with_suffix(".json"))
    assert list(binary.instances) == list(shown.instances)
    for address, planned in binary.instances.items():
        known, unknown = planned.values()
        shown_known, shown_unknown = shown.instances[address].values()
        assert known == shown_known
        assert unknown_attributes(unknown) == unknown_attributes(shown_unknown)


def unknown_attributes(marks: Mapping[str, Any]) -> set[str]:
    return {name for name, mark in marks.items() if mark is True}


@pytest.mark.parametrize("path", PLANS, ids=NAMES)
def test_the_configuration_refers_to_what_terraform_says(path: Path) -> None:
    assert referring(described(path)) == referring(
        read_document(path.with_suffix(".json")).configuration["root_module"]
    )


def described(path: Path) -> dict[str, Any]:
    """The configuration in a plan file, module by module, as a plan in JSON describes it."""
    snapshot = read_document(path).snapshot
    assert snapshot is not None
    packed = PackedModules(snapshot, Path("/tree"), ".")
    modules = {
        key: description(packed.load(*packed.place(key))) for key in sorted(snapshot.directories, key=len, reverse=True)
    }
    for key, module in modules.items():
        outer, _, name = key.rpartition(".")
        if key:
            modules[outer]["module_calls"][name]["module"] = module
    return modules[""]


def referring(module: Mapping[str, Any]) -> dict[str, Any]:
    """What of a module's JSON follows from the files, for the blocks that are parsed."""
    return {
        "resources": {
            (resource["mode"], resource["type"], resource["name"]): [
                resource.get(name) or None for name in ("expressions", "count_expression", "for_each_expression")
            ]
            for resource in module.get("resources", [])
            if resource["type"].startswith("aws_iam_")
        },
        "outputs": {name: output["expression"] for name, output in module.get("outputs", {}).items()},
        "calls": {
            name: [call.get("expressions"), call.get("for_each_expression") or None, referring(call["module"])]
            for name, call in module.get("module_calls", {}).items()
        },
    }


def test_there_are_plans() -> None:
    assert len(PLANS) >= 6


def test_actions() -> None:
    changes = read_document(ROOT / "tests/cases/plans/changes/plan.tfplan")
    users = {str(address) for address in changes.instances if address.type == "aws_iam_user"}
    assert users == {f'aws_iam_user.people["{name}"]' for name in ("anna", "clara", "dora")} | {"aws_iam_user.moved"}


def test_workspace() -> None:
    assert {read_document(plan).workspace for plan in PLANS} == {"default"}


# --- Where resources are written --------------------------------------------------------------------------------------


def beside(folder: Path, plan: Path) -> dict[str, str]:
    """Put a plan and the configuration in it into a directory."""
    (folder / "tfplan").write_bytes(plan.read_bytes())
    sources: dict[str, str] = {}
    with zipfile.ZipFile(plan) as archive:
        directories = {module["Key"]: module["Dir"] for module in json.loads(archive.read("tfconfig/modules.json"))}
        for name in archive.namelist():
            if name.startswith("tfconfig/m-"):
                key, _, file = name.removeprefix("tfconfig/m-").rpartition("/")
                path = folder / directories[key] / file
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(archive.read(name))
                sources[path.relative_to(folder).as_posix()] = path.read_text(encoding="utf-8")
    return sources


def test_resources_are_where_their_blocks_are(tmp_path: Path) -> None:
    sources = beside(tmp_path, ROOT / "fixtures/plan/team-module.tfplan")
    report = scan(Options(paths=("tfplan",), directory=tmp_path))
    for assessed in report.principals:
        span = assessed.principal.span
        first = sources[span.path].splitlines()[span.line - 1]
        address = assessed.principal.address.split(".")
        assert first.startswith(f'resource "{address[-2]}" "{address[-1].split("[")[0]}"')
    assert {assessed.principal.span.path for assessed in report.principals} == {"modules/user/main.tf"}
    reasons = [
        reason["location"]
        for assessed in report.principals
        for permission in principal_document(assessed)["permissions"]
        for reason in permission["reasons"]
    ]
    statements = {sources[place["path"]].splitlines()[place["start_line"] - 1] for place in reasons}
    assert "    Statement = [{" in statements


def test_a_file_that_has_changed_is_not_pointed_at(tmp_path: Path) -> None:
    beside(tmp_path, ROOT / "fixtures/plan/team-module.tfplan")
    with (tmp_path / "modules/user/main.tf").open("a", encoding="utf-8") as file:
        file.write("# later\n")
    report = scan(Options(paths=("tfplan",), directory=tmp_path))
    assert {assessed.principal.span.path for assessed in report.principals} == {"tfplan"}


def test_nothing_outside_the_tree_is_looked_at(tmp_path: Path) -> None:
    plan = packed(plan_bytes(), directory="../outside")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "main.tf").write_text(SOURCE, encoding="utf-8")
    for boundary, path in (("tree", "tfplan"), (".", "outside/main.tf")):
        (tmp_path / "tree" / ".git").mkdir(parents=True, exist_ok=True)
        if boundary == ".":
            (tmp_path / "tree" / ".git").rmdir()
            (tmp_path / ".git").mkdir()
        (tmp_path / "tree" / "tfplan").write_bytes(plan)
        report = scan(Options(paths=("tree/tfplan",), directory=tmp_path))
        assert [assessed.principal.span.path for assessed in report.principals] == [
            path if boundary == "." else "tree/tfplan"
        ]


# --- Plans that are made here -----------------------------------------------------------------------------------------


def varint(number: int) -> bytes:
    found = bytearray()
    while number >= 0x80:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*found, number])


def field(number: int, value: int | bytes | str) -> bytes:
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    content = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(content)) + content


UNKNOWN = b"\xd4\x00\x00"
REFINED = b"\xc7\x03\x0c\x81\x01\xc2"
USER = b"\x83\xa4name\xa1u\xa3arn" + UNKNOWN + b"\xa4path\xa1/"
SOURCE = 'resource "aws_iam_user" "u" {\n  name = "u"\n}\n'


def change(values: bytes = USER, action: int = 1, address: str = "aws_iam_user.u", **more: bytes) -> bytes:
    inner = field(1, action) + field(2, field(1, values))
    return field(3, field(13, address) + field(9, inner) + more.get("tail", b""))


def plan_bytes(*changes: bytes, version: int = 3, tail: bytes = b"") -> bytes:
    return field(1, version) + b"".join(changes or (change(),)) + field(14, "1.11.4") + tail


def packed(
    plan: bytes | None,
    *,
    directory: str = ".",
    manifest: bytes | None = None,
    state: Mapping[str, Any] | None = None,
    **sources: str,
) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        if plan is not None:
            archive.writestr("tfplan", plan)
        archive.writestr("tfstate", json.dumps({"version": 4, "serial": 1, "resources": [], **(state or {})}))
        for name, text in {"main.tf": SOURCE, **sources}.items():
            archive.writestr(f"tfconfig/m-/{name}", text)
        listed = json.dumps([{"Key": "", "Dir": directory}]).encode()
        archive.writestr("tfconfig/modules.json", manifest if manifest is not None else listed)
    return memory.getvalue()


def document(tmp_path: Path, data: bytes) -> PlanDocument:
    (tmp_path / "plan").write_bytes(data)
    return read_document(tmp_path / "plan")


@pytest.mark.parametrize(
    ("encoded", "known", "unknown"),
    [
        (b"\x81\xa1a" + UNKNOWN, {}, {"a": True}),
        (b"\x81\xa1a" + REFINED, {}, {"a": True}),
        (b"\x81\xa1a\xd6\x0c\x81\x01\xc2\xc0", {}, {"a": True}),
        (b"\x81\xa1a\xc0", {"a": None}, {}),
        (b"\x81\xa1a\x92\xa1x" + UNKNOWN, {"a": ["x", None]}, {"a": [False, True]}),
        (b"\x81\xa1a\x82\xa1x\x01\xa1y" + UNKNOWN, {"a": {"x": 1}}, {"a": {"y": True}}),
        (b"\x81\xa1a\xa4" + b"0.01", {"a": "0.01"}, {}),
        (b'\x81\xa1a\x92\xc4\x08"string"\xa1x', {"a": "x"}, {}),
        (b'\x81\xa1a\x92\xc4\x08"string"' + UNKNOWN, {}, {"a": True}),
        (b"\x81\xa1a\xcb\x7f\xf0" + b"\0" * 6, {"a": "inf"}, {}),
    ],
)
def test_dynamic_values(tmp_path: Path, encoded: bytes, known: object, unknown: dict[str, Any]) -> None:
    (planned,) = document(tmp_path, packed(plan_bytes(change(encoded)))).instances.values()
    found, marks = planned.values()
    assert found == known
    assert {name: mark for name, mark in marks.items() if mark} == unknown


@pytest.mark.parametrize(
    ("action", "stays"),
    [(0, True), (1, True), (2, True), (3, True), (5, False), (6, True), (7, True), (8, False), (9, True), (10, True)],
)
def test_every_action(tmp_path: Path, action: int, stays: bool) -> None:
    assert bool(document(tmp_path, packed(plan_bytes(change(action=action)))).instances) is stays


def test_a_plan_that_only_refreshes_leaves_everything_as_it_was() -> None:
    refreshed = read_document(ROOT / "tests/cases/plans/refresh-only/plan.tfplan")
    users = {str(address) for address in refreshed.instances if address.type == "aws_iam_user"}
    people = {f'aws_iam_user.people["{name}"]' for name in ("anna", "boris", "clara")}
    assert users == people | {"aws_iam_user.moved", "aws_iam_user.legacy"}


def test_what_a_plan_does_not_mention_stays(tmp_path: Path) -> None:
    """As with ``-target``."""
    instance = {"attributes": {"name": "v"}}
    kept = {"mode": "managed", "type": "aws_iam_user", "name": "v", "provider": "", "instances": [instance]}
    gone = {**kept, "name": "u"}
    found = document(tmp_path, packed(plan_bytes(change(action=5)), state={"resources": [kept, gone]})).instances
    assert [str(address) for address in found] == ["aws_iam_user.v"]


def test_deposed_objects_are_none_of_the_plan(tmp_path: Path) -> None:
    deposed = change(action=0, tail=field(7, "12345678"))
    assert not document(tmp_path, packed(plan_bytes(deposed))).instances


@pytest.mark.parametrize(
    ("tail", "said"),
    [
        (b"", None),
        (field(25, 1) + field(26, 1), None),
        (field(25, 1), "another plan is needed"),
        (field(27, field(2, b"")), "deferred to a later plan"),
        (field(500000000, b"future") + field(99, 3) + b"\x9d\x06\x01\x02\x03\x04", None),
    ],
)
def test_what_a_plan_leaves_out(scan_files: Scan, tail: bytes, said: str | None) -> None:
    report = scan_files({"p": packed(plan_bytes(tail=tail))})
    assert [assessed.principal.address for assessed in report.principals] == ["aws_iam_user.u"]
    assert [
        "" if said is None else found.message
        for found in report.diagnostics
        if said is None or said not in found.message
    ] == []


def test_variables_that_were_set(tmp_path: Path) -> None:
    given = field(2, field(1, "given") + field(2, field(1, b'\x92\xc4\x08"string"\xa5given')))
    assert document(tmp_path, packed(plan_bytes(tail=given))).variables == {"given": {"value": "given"}}


ASKED = b"\x83\xa4name\xa1u\xa3arn" + UNKNOWN + b"\xb4permissions_boundary" + UNKNOWN


def test_variables_have_their_values_and_their_defaults(scan_files: Scan) -> None:
    """The name of the boundary is made of both."""
    given = field(2, field(1, "given") + field(2, field(1, b'\x92\xc4\x08"string"\xa4Sign')))
    source = """
        variable "given" {
          default = "Other"
        }
        variable "rest" {
          default = "InLocalDevelopmentAccess"
        }
        resource "aws_iam_user" "u" {
          name                 = "u"
          permissions_boundary = "arn:aws:iam::aws:policy/${var.given}${var.rest}"
        }
    """
    report = scan_files({"p": packed(plan_bytes(change(ASKED), tail=given), **{"main.tf": source})})
    (found,) = report.principals
    assert [boundary.name for boundary in found.principal.boundaries] == ["SignInLocalDevelopmentAccess"]


def test_json_syntax_and_override_files(scan_files: Scan) -> None:
    boundary = "arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess"
    written = {
        "more.tf.json": json.dumps({"locals": {"boundary": '${trimspace(" ' + boundary + ' ")}'}}),
        "main_override.tf": 'resource "aws_iam_user" "u" {\n  permissions_boundary = local.boundary\n}\n',
    }
    report = scan_files({"p": packed(plan_bytes(change(ASKED)), **written)})
    (found,) = report.principals
    assert [boundary.name for boundary in found.principal.boundaries] == ["SignInLocalDevelopmentAccess"]


def test_a_file_that_we_cannot_parse_is_said_and_loses_nothing_else(scan_files: Scan) -> None:
    report = scan_files({"p": packed(plan_bytes(), **{"broken.tf": 'resource "a" "b" {\n'})})
    assert [assessed.principal.address for assessed in report.principals] == ["aws_iam_user.u"]
    (said,) = report.diagnostics
    assert "broken.tf, line 1" in said.message


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
    assert [assessed.principal.address for assessed in report.principals] == ["aws_iam_user.good"]
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


def test_messages_do_not_have_any_number_of_fields(scan_files: Scan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protobuf_wire, "MAX_FIELDS", 100)
    (said,) = scan_files({"plan": packed(plan_bytes(tail=field(99, b"") * 200))}).diagnostics
    assert "more than 100 fields" in said.message


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
    assert [assessed.principal.address for assessed in report.principals] == ["aws_iam_user.u"]
    assert sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")) == ["tree", "tree/plan"]


# --- Any bytes --------------------------------------------------------------------------------------------------------

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
