"""Cloud assemblies: one that ``cdk synth`` wrote, and manifests that nobody should write."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scanner.cloudformation.cdk.source_lines import source_line
from scanner.cloudformation.template.place import Place
from scanner.discovery import discover
from scanner.report.report import Report, exit_status
from scanner.root import Inputs
from scanner.verdicts.document import principal_document
from tests.cloudformation.assemblies import manifest, nested, stack, template
from tests.scans import ROOT, Scan, said, scanned, verdicts

pytestmark = pytest.mark.slow

USER = {"Type": "AWS::IAM::User", "Properties": {"UserName": "anna", "LoginProfile": {"Password": "x"}}}


@pytest.fixture(scope="module")
def people() -> Report:
    return scanned(ROOT, "fixtures/cdk/people")


def test_a_real_assembly_is_one_root(people: Report) -> None:
    assert said(people) == []
    assert people.roots == 1
    assert {found.definition.root for found in people.principals} == {"fixtures/cdk/people/cdk.out"}
    assert {found.definition.root_kind.value for found in people.principals} == {"cloudformation"}
    nested = "Production/Roles/AdminsNestedStackAdminsNestedStackResourceB0EA77A0/AdminC75D2A91"
    assert verdicts(people) == {
        "Sandbox/AliceD4D33764": ("yes", "allowed"),
        "Sandbox/Bob4B8519C4": ("yes", "implicit_deny"),
        "Production/People/AliceD4D33764": ("yes", "allowed"),
        "Production/People/Bob4B8519C4": ("yes", "implicit_deny"),
        "Production/Roles/Build45A36621": ("no", "implicit_deny"),
        nested: ("yes", "allowed"),  # by the export of another stack
    }


def test_environments_give_accounts(people: Report) -> None:
    accounts = {found.definition.address: found.principal.account for found in people.principals}
    assert accounts["Sandbox/Bob4B8519C4"] is None
    assert accounts["Production/People/Bob4B8519C4"] == "123456789012"


def test_findings_point_at_the_line_that_made_the_construct(people: Report) -> None:
    found = next(found for found in people.principals if found.definition.address == "Sandbox/Bob4B8519C4")
    assert principal_document(found)["location"] == {
        "path": "fixtures/cdk/people/lib/people.js",
        "start_line": 13,
        "end_line": 13,
    }
    source = (ROOT / "fixtures/cdk/people/lib/people.js").read_text().splitlines()
    assert 'new iam.User(this, "Bob"' in source[12]
    (finding,) = [finding for finding in people.findings if finding.principal == "Sandbox/Bob4B8519C4"]
    related = {(place.message, place.span.path, place.span.line) for place in finding.related}
    assert ("construct Sandbox/Bob/Resource", "fixtures/cdk/people/cdk.out/Sandbox.template.json", 53) in related


def test_stacks_of_two_accounts_share_nothing_but_the_root(scan_files: Scan) -> None:
    policy = {
        "Type": "AWS::IAM::Policy",
        "Properties": {
            "PolicyName": "p",
            "PolicyDocument": {"Statement": {"Effect": "Allow", "Action": "signin:*", "Resource": "*"}},
            "Users": ["anna"],
        },
    }
    files = {
        "cdk.out/manifest.json": manifest(
            {
                "A": stack("a.json", "aws://111111111111/eu-central-1"),
                "B": stack("b.json", "aws://222222222222/eu-central-1"),
                "C": stack("c.json", "aws://111111111111/us-east-1"),
            }
        ),
        "cdk.out/a.json": template(Anna=USER),
        "cdk.out/b.json": template(Anna=USER),
        "cdk.out/c.json": template(Policy=policy),
    }
    assert verdicts(scan_files(files)) == {"A/Anna": ("yes", "allowed"), "B/Anna": ("yes", "implicit_deny")}


def test_what_the_manifest_says_goes_into_the_template(scan_files: Scan) -> None:
    written = {
        "Parameters": {"Name": {"Type": "String"}, "Other": {"Type": "String", "Default": "x"}},
        "Resources": {
            "Role": {
                "Type": "AWS::IAM::Role",
                "Properties": {
                    "RoleName": {"Fn::Sub": "${AWS::StackName}-${Name}-${Other}-${AWS::Region}-${AWS::AccountId}"},
                    "AssumeRolePolicyDocument": {},
                },
            }
        },
    }
    files = {
        "cdk.out/manifest.json": manifest(
            {
                "A": stack(
                    environment="aws://111111111111/eu-central-1",
                    displayName="Stage/A",
                    properties={"stackName": "Stage-A", "parameters": {"Name": "n", "Other": "o"}},
                )
            }
        ),
        "cdk.out/S.template.json": json.dumps(written),
    }
    inputs = Inputs(parameters=(("Other", "given"),), account="999999999999", region="us-east-1")
    (found,) = scan_files(files, inputs=inputs).principals
    assert found.definition.address == "Stage/A/Role"
    assert found.principal.name == ("Stage-A-n-given-eu-central-1-111111111111",)
    assert found.principal.account == "111111111111"


@pytest.mark.parametrize("function", ["Fn::ImportValue", "Fn::GetStackOutput"])
def test_stacks_take_what_others_of_their_environment_give(scan_files: Scan, function: str) -> None:
    def policy(effect: str) -> str:
        document = {"Statement": {"Effect": effect, "Action": "signin:*", "Resource": "*"}}
        return json.dumps(
            {
                "Resources": {"P": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": document}}},
                "Outputs": {"P": {"Value": {"Ref": "P"}, "Export": {"Name": "policy"}}},
            }
        )

    argument = "policy" if function == "Fn::ImportValue" else {"StackName": "Policy", "OutputName": "P"}
    properties = {"LoginProfile": {"Password": "x"}, "ManagedPolicyArns": [{function: argument}]}
    files = {"cdk.out/allow.json": policy("Allow"), "cdk.out/deny.json": policy("Deny")}
    files["cdk.out/people.json"] = template(Anna={"Type": "AWS::IAM::User", "Properties": properties})
    artifacts = {}
    for name, environment, file in (
        ("One", "aws://111111111111/eu-central-1", "allow"),
        ("Two", "aws://222222222222/eu-central-1", "deny"),
        ("Three", "aws://111111111111/us-east-1", "deny"),
    ):
        artifacts[f"{name}Policy"] = stack(f"{file}.json", environment, properties={"stackName": "Policy"})
        artifacts[f"{name}People"] = stack("people.json", environment)
    files["cdk.out/manifest.json"] = manifest(artifacts)
    assert verdicts(scan_files(files)) == {
        "OnePeople/Anna": ("yes", "allowed"),
        "TwoPeople/Anna": ("yes", "explicit_deny"),
        "ThreePeople/Anna": ("yes", "explicit_deny"),
    }


def test_discovery(tmp_path: Path) -> None:
    def roots(*paths: str) -> list[tuple[str, str]]:
        return [(root.path, root.kind.value) for root in discover(paths or (".",), tmp_path, Inputs()).roots]

    (tmp_path / "app" / "cdk.out" / "asset.1").mkdir(parents=True)
    (tmp_path / "app" / "cdk.out" / "manifest.json").write_text(manifest({"A": stack()}))
    for name in ("cdk.out/S.template.json", "cdk.out/asset.1/t.json", "other.json"):
        (tmp_path / "app" / name).write_text(template(Anna=USER))
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "manifest.json").write_text('{"name": "app", "version": "1", "artifacts": {}}')
    assert roots() == [("app/cdk.out", "cdk"), ("app/other.json", "cloudformation")]
    assert roots("app/cdk.out") == roots("app/cdk.out/manifest.json") == [("app/cdk.out", "cdk")]
    assert roots("app/cdk.out/S.template.json") == [("app/cdk.out/S.template.json", "cloudformation")]
    (tmp_path / ".gitignore").write_text("cdk.out\n")
    assert roots() == [("app/other.json", "cloudformation")]
    assert roots("app/cdk.out") == [("app/cdk.out", "cdk")]


BROKEN: list[tuple[str, dict[str, str], str]] = [
    ("no JSON", {"manifest.json": '{"artifacts": {"cdk:tree" '}, "not valid JSON"),
    ("too deep", {"manifest.json": '{"artifacts": "cdk:tree", "x": ' + "[" * 100_000}, "Invalid cloud assembly"),
    ("no template", {"manifest.json": manifest({"A": stack(), "T": {"type": "cdk:tree"}})}, "Unreadable file"),
    ("no template file", {"manifest.json": manifest({"A": stack("")})}, "no template in the scanned tree"),
    ("template outside", {"manifest.json": manifest({"A": stack("../../secret.json")})}, "no template in the scanned"),
    ("absolute", {"manifest.json": manifest({"A": stack("/etc/passwd")})}, "no template in the scanned tree"),
    ("link", {"manifest.json": manifest({"A": stack("link.json")})}, "no template in the scanned tree"),
    ("in itself", {"manifest.json": manifest({"N": nested(".")})}, "nest each other"),
    ("nested outside", {"manifest.json": manifest({"N": nested("../..")})}, "no directory"),
    ("nested nowhere", {"manifest.json": manifest({"N": nested("inner")})}, "inner/manifest.json"),
    (
        "twice",
        {"manifest.json": manifest({"A": stack(displayName="B"), "B": stack()}), "S.template.json": template(U=USER)},
        "two stacks",
    ),
    ("broken template", {"manifest.json": manifest({"A": stack()}), "S.template.json": "{"}, "Invalid template"),
]  # fmt: skip


@pytest.mark.parametrize(("files", "message"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_broken_assemblies_are_errors(tmp_path: Path, scan_files: Scan, files: dict[str, str], message: str) -> None:
    (tmp_path / "secret.json").write_text(template(Secret=USER))
    (tmp_path / "tree" / "cdk.out").mkdir(parents=True)
    (tmp_path / "tree" / "cdk.out" / "link.json").symlink_to(tmp_path / "secret.json")
    placed = {f"tree/cdk.out/{name}": text for name, text in files.items()}
    report = scan_files({"tree/.git/HEAD": "", **placed}, "tree")
    assert any(message in f"{error.span.path} {error.message}" for error in report.errors)
    assert "Secret" not in str(report)
    assert exit_status(report, None) == 2


ODD = [
    [],
    {"artifacts": []},
    {"artifacts": {"A": []}},
    {"artifacts": {"A": stack(metadata=[])}},
    {
        "artifacts": {
            "A": stack(metadata={"/A": {}, "/B": [1, {"type": []}, {"type": "aws:cdk:logicalId", "data": {}}]})
        }
    },
    {"artifacts": {"A": stack(environment=[])}},  # type: ignore[arg-type] # what nobody should write
    {"artifacts": {"A": {**stack(), "environment": "aws://somewhere"}}},
    {"artifacts": {"A": stack(additionalMetadataFile="S.template.json")}},
    {"artifacts": {"A": stack(properties={"parameters": {"a": [1]}, "stackName": {}})}},
]


@pytest.mark.parametrize("found", ODD)
def test_no_manifest_breaks_the_reader(scan_files: Scan, found: object) -> None:
    text = json.dumps({"mark": "cdk:tree", "artifacts": found} if isinstance(found, list) else found)
    report = scan_files({"m/manifest.json": text, "m/S.template.json": template(Anna=USER)})
    assert {found.definition.address for found in report.principals} <= {"A/Anna", "Anna"}


def test_an_assembly_that_is_not_complete_says_so_once(scan_files: Scan) -> None:
    files = {
        "cdk.out/manifest.json": manifest({"A": stack(), "N": nested("n")}, missing=[{"key": "vpc"}]),
        "cdk.out/n/manifest.json": manifest({}, missing=[{"key": "vpc"}]),
        "cdk.out/S.template.json": template(Anna=USER),
    }
    (found,) = scan_files(files).warnings
    assert found.summary == "Incomplete cloud assembly"
    assert "(vpc)" in found.detail


def test_a_stack_without_resources_is_not_deployed(scan_files: Scan) -> None:
    files = {
        "cdk.out/manifest.json": manifest(
            {"A": stack(), "B": stack("b.json"), "C": stack("c.json"), "D": stack("d.json")}
        ),
        "cdk.out/S.template.json": template(Anna=USER),
        "cdk.out/b.json": "{}",
        "cdk.out/c.json": json.dumps({"Parameters": {"BootstrapVersion": {"Type": "String"}}, "Resources": {}}),
        "cdk.out/d.json": json.dumps({"Resources": []}),
    }
    report = scan_files(files)
    assert verdicts(report) == {"A/Anna": ("yes", "implicit_deny")}
    assert [(found.span.path, found.detail) for found in report.errors] == [
        ("cdk.out/d.json", "Resources is not a mapping.")
    ]


def test_stages_in_stages_and_stacks_of_one_name(scan_files: Scan) -> None:
    inner = {"S.template.json": template(Anna=USER), "manifest.json": manifest({"People": stack()})}
    files = {f"cdk.out/{stage}/{name}": text for stage in ("dev", "live/blue") for name, text in inner.items()}
    files["cdk.out/S.template.json"] = template(Anna=USER)
    files["cdk.out/manifest.json"] = manifest(
        {"d": nested("dev", displayName="Dev"), "l": nested("live"), "People": stack(), "Other": stack()}
    )
    files["cdk.out/live/manifest.json"] = manifest({"Blue": nested("blue")})
    report = scan_files(files)
    assert report.diagnostics == ()
    assert set(verdicts(report)) == {"People/Anna", "Other/Anna", "Dev/People/Anna", "Blue/People/Anna"}


FRAMES = [
    ("javascript", ["new A (BASE/lib/a.ts:7:3)"], ("lib/a.ts", 7, 3)),
    ("without parentheses", ["at BASE/lib/a.ts:7:3"], ("lib/a.ts", 7, 3)),
    ("module", ["new A (file://BASE/lib/a.ts:7:3)"], ("lib/a.ts", 7, 3)),
    ("python", ['File "BASE/lib/a.ts", line 7, in <module>'], ("lib/a.ts", 7, 1)),
    ("another checkout", ["new A (/home/runner/work/app/app/lib/a.ts:7:3)"], ("lib/a.ts", 7, 3)),
    ("another checkout on Windows", [r"new A (C:\work\app\lib\a.ts:7:3)"], ("lib/a.ts", 7, 3)),
    ("innermost", ["...new User2 in library...", "new A (BASE/lib/a.ts:7:3)", "x (BASE/b.ts:1:1)"], ("lib/a.ts", 7, 3)),
    ("library", ["x (BASE/node_modules/l/a.ts:1:1)", "new A (BASE/b.ts:2:1)"], ("b.ts", 2, 1)),
    ("runtime", ["x (node:internal/modules:1:1)"], None),
    ("another project of no name", ["new A (/home/dev/other/lib/a.ts:7:3)"], None),
    ("outside", ["A (/etc/passwd:1:1)", "A (BASE/../secret.ts:1:1)", "A (/x/app/../../secret.ts:1:1)"], None),
    ("missing", ["new A (BASE/lib/missing.ts:7:3)"], None),
    ("nothing", ["", "...", "(:::)", "a" * 10_000 + ":1:1"], None),
]  # fmt: skip


@pytest.mark.parametrize(("frames", "expected"), [row[1:] for row in FRAMES], ids=[row[0] for row in FRAMES])
def test_stack_traces(tmp_path: Path, frames: list[str], expected: tuple[str, int, int] | None) -> None:
    app = tmp_path / "app"
    for name in ("lib/a.ts", "b.ts", "node_modules/l/a.ts", "cdk.out/manifest.json", "../secret.ts"):
        (app / name).parent.mkdir(parents=True, exist_ok=True)
        (app / name).write_text("")
    place = Place("cdk.out/manifest.json", app / "cdk.out" / "manifest.json", app)
    found = source_line([frame.replace("BASE", str(app)) for frame in frames], place)
    assert (found and (found.path, found.line, found.column)) == expected
