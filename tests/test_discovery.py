"""What is a root and what is not; what is skipped, and what is reported instead of skipped."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.discovery import discover
from scanner.recognition import may_be_ours, recognise
from scanner.root import Inputs
from tests.examples import examples
from tests.scans import Scan, write

FIXTURES = Path(__file__).parent.parent / "fixtures"
TF = 'resource "aws_iam_user" "u" {\n  name = "a"\n}\n'
TF_JSON = '{"resource": {"aws_iam_user": {"u": {"name": "a"}}}}'
TEMPLATE = "Resources:\n  U:\n    Type: AWS::IAM::User\n"
PLAN = '{"format_version":"1.2","terraform_version":"1.11.4","planned_values":{"root_module":{}},"resource_changes":[]}'
STATE = '{"format_version":"1.0","terraform_version":"1.11.4","values":{"root_module":{}}}'
STORED = '{"version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": "", "outputs": {}, "resources": []}'
EMPTY = '{"format_version":"1.0"}\n'
STATES = [("e", "terraform-state"), ("state", "terraform-state"), ("t", "terraform-state")]
SCHEMA = '{"format_version":"1.0","provider_schemas":{"aws":{"values":{}}}}'
SORTED = (
    '{"configuration": {"root_module": {"x": "' + "x" * 5000 + '"}}, "format_version": "1.2", "resource_changes": []}'
)


def found(folder: Path, *paths: str) -> list[tuple[str, str]]:
    return [(root.path, root.kind.value) for root in discover(paths or (".",), folder, Inputs()).roots]


@pytest.mark.parametrize(
    ("files", "paths", "expected"),
    [
        ({"main.tf": TF}, (), [(".", "terraform")]),
        ({"a/main.tofu": TF}, (), [("a", "terraform")]),
        ({"a/main.tf.json": TF_JSON}, (), [("a", "terraform")]),
        ({"a/main.tofu.json": TF_JSON}, (), [("a", "terraform")]),
        ({"a/main.tofu.json": TF_JSON}, ("a/main.tofu.json",), [("a", "terraform")]),
        ({"a/override.tf.json": TF_JSON}, (), [("a", "terraform")]),
        (
            {"a/.hidden.tf": TF, "a/main.tf~": TF, "a/terraform.tfvars.json": "{}", "b/x.tf": TF},
            (),
            [("b", "terraform")],
        ),
        # Calls in JSON syntax, in each layout; a call in a comment or of another kind is none.
        (
            {
                "a/x.tf.json": '{"module": {"m": {"source": "./m"}, "n": [{"source": "../n"}]}}',
                "b/x.tf.json": '[{"module": [{"m": [{"source": "../o"}]}]}]',
                "c/x.tf.json": '{"//": {"module": {"m": {"source": "../p"}}}, "locals": {"m": {"source": "../p"}}}',
                **{f"{child}/x.tofu.json": TF_JSON for child in ("a/m", "n", "o", "p")},
            },
            (),
            [("a", "terraform"), ("b", "terraform"), ("c", "terraform"), ("p", "terraform")],
        ),
        # What OpenTofu does not read calls nothing; an override file may call another module instead.
        (
            {
                "a/x.tf": 'module "m" {\n  source = "../m"\n}',
                "a/x.tofu": 'module "m" {\n  source = "../n"\n}',
                "a/override.tf.json": '{"module": {"m": {"source": "../o"}}}',
                **{f"{child}/x.tf": TF for child in "mno"},
            },
            (),
            [("a", "terraform"), ("m", "terraform"), ("n", "terraform")],
        ),
        ({"a/main.tf": TF}, ("a/main.tf",), [("a", "terraform")]),
        (
            {"any.name": TEMPLATE, "p.txt": PLAN, "s.json": STATE},
            (),
            [("any.name", "cloudformation"), ("p.txt", "terraform-plan"), ("s.json", "terraform-state")],
        ),
        ({"a/main.tf": 'module "m" {\n  source = "../m"\n}', "m/main.tf": TF}, (), [("a", "terraform")]),
        (
            {"a/main.tf": 'module "m" {\n  source = "../m"\n}', "m/main.tf": TF},
            ("a", "m"),
            [("a", "terraform"), ("m", "terraform")],
        ),
        # A call in a comment is none, so nothing is lost.
        (
            {"a/main.tf": '# module "m" {\n#  source = "../m"\n# }\n', "m/main.tf": TF},
            (),
            [("a", "terraform"), ("m", "terraform")],
        ),
        # Modules that only call each other are nobody's children.
        (
            {"a/x.tf": 'module "m" {\n  source = "../b"\n}', "b/x.tf": 'module "m" {\n  source = "../a"\n}'},
            (),
            [("a", "terraform"), ("b", "terraform")],
        ),
        ({"main.tf": TF, ".terraform/modules/x/x.tf": TF, "node_modules/x/t.yaml": TEMPLATE}, (), [(".", "terraform")]),
        ({".terraform/modules/x/x.tf": TF}, (".terraform/modules/x",), [(".terraform/modules/x", "terraform")]),
        (
            {
                "main.tf": TF,
                ".gitignore": "gen/\n*.json\n!keep.json\n",
                "gen/x.tf": TF,
                "p.json": PLAN,
                "keep.json": PLAN,
            },
            (),
            [(".", "terraform"), ("keep.json", "terraform-plan")],
        ),
        ({".git/HEAD": "", ".gitignore": "gen/\n", "a/gen/x.tf": TF, "a/x.tf": TF}, ("a",), [("a", "terraform")]),
        ({".gitignore": "gen/\n", "gen/x.tf": TF}, ("gen",), [("gen", "terraform")]),
        # Whatever the file is called; not the output of other commands, and no state of yesterday.
        ({"state": STORED, "e": EMPTY, "t": '{"format_version": "1.0", "termin'}, (), STATES),
        ({"x.tf": TF, "schema.json": SCHEMA, "x.tfstate.backup": STORED}, (), [(".", "terraform")]),
        ({"x.tfstate.backup": STORED}, ("x.tfstate.backup",), [("x.tfstate.backup", "terraform-state")]),
        ({"sorted.json": SORTED}, (), [("sorted.json", "terraform-plan")]),
        ({"k8s.yaml": "kind: Pod\nspec: {}\n", "package.json": '{"name": "x"}', "x.tf": TF}, (), [(".", "terraform")]),
    ],
)
def test_roots(tmp_path: Path, files: dict[str, str], paths: tuple[str, ...], expected: list[tuple[str, str]]) -> None:
    write(tmp_path, files)
    assert found(tmp_path, *paths) == expected


def test_what_cannot_be_read_is_reported_and_hides_nothing(tmp_path: Path, scan_files: Scan) -> None:
    os.mkfifo(tmp_path / "pipe.tf")
    (tmp_path / "nowhere.tf").symlink_to(tmp_path / "missing")
    os.mkfifo(tmp_path / "pipe.yaml")
    report = scan_files({"good.tf": TF, "latin.tf": b"# \xe9\n", "t.yaml": TEMPLATE})
    assert {found.definition.address for found in report.principals} == {"aws_iam_user.u", "U"}
    said = {error.span.path: error.message for error in report.errors}
    assert said.keys() == {"pipe.tf", "nowhere.tf", "pipe.yaml", "latin.tf"}
    assert "not a regular file" in said["pipe.tf"]
    assert "not UTF-8" in said["latin.tf"]


def test_directory_links_are_not_followed(tmp_path: Path) -> None:
    write(tmp_path, {"a/main.tf": TF})
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    assert found(tmp_path) == [("a", "terraform")]


def test_a_link_to_itself_is_no_more_than_a_file_that_cannot_be_read(tmp_path: Path, scan_files: Scan) -> None:
    for name in ("loop", "loop.json"):
        (tmp_path / name).symlink_to(name)
    report = scan_files({"main.tf": TF})
    assert [error.span.path for error in report.errors] == ["loop.json"]


ASSEMBLY = '{"version": "36.0.0", "artifacts": {"S": {"type": "aws:cloudformation:stack"}}}'
IGNORED = {".git/HEAD": "", ".gitignore": "gen/\n*.tmp.tf\n", "a/x.tf": TF, "a/gen/x.tf": TF}


@pytest.mark.parametrize(
    ("files", "paths", "expected"),
    [
        ({}, (".",), ["a"]),
        ({}, ("a/gen",), ["a/gen"]),
        ({}, ("a", "a/gen"), ["a", "a/gen"]),
        ({}, ("a/gen", "a"), ["a", "a/gen"]),
        ({}, (".", "a/gen"), ["a", "a/gen"]),
        # Beneath what is excluded nothing else counts, but for the ignore files inside of what is named.
        ({"a/gen/sub/x.tmp.tf": TF}, ("a/gen/sub",), ["a/gen/sub"]),
        ({"a/gen/sub/x.tf": TF, "a/gen/.gitignore": "sub/\n"}, ("a/gen",), ["a/gen"]),
        ({"a/gen/sub/x.tf": TF, "a/gen/.gitignore": "sub/\n"}, ("a/gen/sub",), ["a/gen/sub"]),
        # A directory that is not excluded keeps what the files above it say.
        ({"b/x.tmp.tf": TF, "b/y.tf": TF, "b/c/x.tmp.tf": TF}, ("b",), ["b"]),
        (
            {".gitignore": "gen/*\n!gen/keep/\n", "gen/keep/x.tf": TF, "gen/x/x.tf": TF},
            (".",),
            ["a", "a/gen", "gen/keep"],
        ),
        ({"b/x.tmp.tf": TF}, ("b/x.tmp.tf",), ["b"]),
        ({".terragrunt-cache/x/x.tf": TF}, (".",), ["a"]),
    ],
)
def test_ignored(tmp_path: Path, files: dict[str, str], paths: tuple[str, ...], expected: list[str]) -> None:
    write(tmp_path, {**IGNORED, **files})
    assert [path for path, _ in found(tmp_path, *paths)] == expected


@pytest.mark.parametrize(
    ("files", "paths", "said"),
    [
        ({"a/x.tf": TF, "b/x.txt": ""}, ("a", "b"), {"b": "was found in b."}),
        ({"a/x.tf": TF, "b/c/.keep": "", "d/.keep": ""}, ("d", "a", "b"), {"b": "found in b.", "d": "found in d."}),
        ({"a/x.tf": TF}, ("a", "."), {}),
        ({"a/x.tf": TF, "a/b/.keep": ""}, ("a", "a/b"), {"a/b": "found in a/b."}),
        # A child module is something, and so is a template that another one nests.
        ({"a/x.tf": 'module "m" { source = "./b/c" }', "a/b/c/x.tf": TF}, ("a", "a/b"), {}),
        ({"x.txt": ""}, (), {".": "was found in the working directory."}),
        (
            {
                ".gitignore": "cdk.out\n",
                "cdk.json": "{}",
                "cdk.out/manifest.json": ASSEMBLY,
            },
            (),
            {".": "cdk.out is a CDK cloud assembly, but .gitignore excludes it: to scan it, name it (`scan cdk.out`)."},
        ),
        ({"cdk.json": "{}"}, (), {".": "`cdk synth` writes"}),
        ({".gitignore": "*.json", "p.json": PLAN}, (), {".": "p.json is a Terraform plan, but .gitignore excludes it"}),
        ({"a/.gitignore": "gen", "a/gen/x.tf": TF}, ("a",), {"a": "(`scan a/gen`)"}),
    ],
)
def test_a_named_path_that_holds_nothing_is_said(
    tmp_path: Path, files: dict[str, str], paths: tuple[str, ...], said: dict[str, str]
) -> None:
    write(tmp_path, files)
    diagnostics = discover(paths or (".",), tmp_path, Inputs()).diagnostics
    assert {one.span.path for one in diagnostics} == said.keys()
    assert all(said[one.span.path] in one.message and one.severity.value == "error" for one in diagnostics)


FLOW = """{"Resources": {U: {"Type": AWS::IAM::User, Properties: {UserName: !Sub '${AWS::Region}'}}}}"""
FILLED_IN = '{"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"G": {"Type": "AWS::X::Y", "Properties": %s}}}'


@pytest.mark.parametrize(
    ("name", "text", "is_source"),
    [
        ("g.json.template", FILLED_IN % '{"A": ${zones}}', True),
        ("g.json", FILLED_IN % '{"A": "${zones}", "B": ${jsonencode(b)}}', True),
        ("g.json", FILLED_IN % '{%{ for x in xs }"${x}": 1, %{ endfor }"y": 2}', True),
        ("g.template", TEMPLATE + "%{ for name in names ~}\n  ${name}: {Type: AWS::IAM::User}\n%{ endfor ~}\n", True),
        # Texts are for Fn::Sub, and what is broken in another way is an error.
        ("g.json", FILLED_IN % '{"A": {"Fn::Sub": "${AWS::Region}"}}', False),
        ("g.json", FILLED_IN % '{"A": {"Fn::Sub": "\\"${AWS::Region}\\""}}', False),
        ("g.yaml", TEMPLATE + "    Properties:\n      UserName: !Sub ${AWS::StackName}-x\n", False),
        ("g.yaml", FLOW, False),
        ("g.yaml", TEMPLATE + "    Metadata: |\n      curl -w '%{http_code}'\n", False),
    ],
)
def test_the_source_of_a_text_template_is_no_template(tmp_path: Path, name: str, text: str, is_source: bool) -> None:
    write(tmp_path, {"main.tf": TF, name: text})
    kinds = [kind for _, kind in found(tmp_path)]
    assert kinds == (["terraform"] if is_source else ["terraform", "cloudformation"])
    said = [one.severity.value for one in discover((".",), tmp_path, Inputs()).diagnostics]
    assert said == (["warning"] if is_source else [])
    assert bool(discover((name,), tmp_path, Inputs()).diagnostics) == is_source


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize(("name", "text"), [("t.yaml", TEMPLATE), ("main.tf", TF), ("t.json", FILLED_IN % "{}")])
def test_what_is_not_utf_8_is_said(scan_files: Scan, encoding: str, name: str, text: str) -> None:
    report = scan_files({"other/x.tf": TF, name: text.encode(encoding)})
    (said,) = report.errors
    assert (said.span.path, encoding[:6].upper() in said.message) == (name, True)
    assert len(report.principals) == 1


@pytest.mark.parametrize(
    ("paths", "message"),
    [
        ((".",), "no Terraform module"),
        (("missing",), "It does not exist"),
        (("x.txt",), "neither a Terraform file"),
    ],
)
def test_nothing_to_scan_is_an_error(tmp_path: Path, paths: tuple[str, ...], message: str) -> None:
    write(tmp_path, {"x.txt": "hello"})
    (diagnostic,) = discover(paths, tmp_path, Inputs()).diagnostics
    assert message.lower() in diagnostic.message.lower()


def test_files_outside_the_tree_are_not_read(tmp_path: Path, scan_files: Scan) -> None:
    write(tmp_path, {"secret.json": '{"Version": "2012-10-17", "Statement": []}', "tree/.git/HEAD": ""})
    user = TF + 'resource "aws_iam_user_policy" "p" {\n  user = "a"\n  policy = file("%s")\n}\n'
    for path in ("../secret.json", str(tmp_path / "secret.json"), "link.json"):
        (tmp_path / "tree" / "link.json").unlink(missing_ok=True)
        (tmp_path / "tree" / "link.json").symlink_to(tmp_path / "secret.json")
        report = scan_files({"tree/main.tf": user % path}, "tree")
        (assessed,) = report.principals
        decision = assessed.aws_login.permissions[0].decision
        assert decision.outcome.value == "unknown"
        assert any("outside" in cause.detail for cause in decision.causes)


def test_links_out_of_the_tree_are_not_read(tmp_path: Path, scan_files: Scan) -> None:
    secrets = {"secret.tf": TF.replace('"u"', '"secret"'), "secret.yaml": TEMPLATE, "secret.tfvars": "root:x:0:0\n"}
    write(tmp_path, {**secrets, "tree/.git/HEAD": "", "tree/shared/s.tf": TF.replace('"u"', '"shared"')})
    for name, target in {
        "a.tf": "secret.tf",
        "b.yaml": "secret.yaml",
        "terraform.tfvars": "secret.tfvars",
        "c.tf": "tree/shared/s.tf",
    }.items():
        (tmp_path / "tree" / name).symlink_to(tmp_path / target)
    report = scan_files({"tree/main.tf": TF}, "tree")
    assert {found.definition.address for found in report.principals} == {"aws_iam_user.u", "aws_iam_user.shared"}
    said = {error.span.path: error.message for error in report.errors}
    assert said.keys() == {"tree/a.tf", "tree/b.yaml", "tree/terraform.tfvars"}
    assert all("leads out of the scanned tree" in message for message in said.values())
    assert not any("root:x" in message for message in said.values())


BEGINNINGS = [
    "{",
    "\n{ ",
    '{"',
    "Resources:\n",
    "\ufeff",
    "",
    '{"version": 4, ',
    '{"a": 1, ',
    "PK\x03\x04",
    "# x\n",
    "---\n",
]
PIECES = [
    *(
        '"version": 4',
        '"serial": 1',
        '"lineage": "',
        '"format_version": "1.2"',
        '"terraform_version": "1.9.0"',
        ", ",
        "}",
    ),
    *(
        '"planned_values": {}',
        '"values": {}',
        '"encrypted_data": "',
        '"meta": {',
        "AWSTemplateFormatVersion: x\n",
        "\n",
    ),
    *("Resources:\n  A:\n    Type: AWS::IAM::User\n", '"Resources": {"A": {"Type": "AWS::IAM::User"}}', '"Changes": ['),
    *('"ChangeSetId": "a", ', "kind: ConfigMap\n", "\0", "é", "0123-456", "tfplan"),
]


@given(
    st.sampled_from(BEGINNINGS), st.lists(st.sampled_from(PIECES), max_size=6), st.sampled_from(["utf-8", "utf-16-le"])
)
@examples(200)
def test_law_what_is_recognised_may_be_ours(beginning: str, pieces: list[str], encoding: str) -> None:
    """The quick look at a file never passes over what the close one recognises."""
    content = "".join((beginning, *pieces)).encode(encoding)
    assert may_be_ours(content) or recognise(content) is None


@pytest.mark.parametrize("file", [path for path in FIXTURES.rglob("*") if path.is_file()], ids=str)
def test_fixtures_that_are_recognised_may_be_ours(file: Path) -> None:
    content = file.read_bytes()
    assert may_be_ours(content) or recognise(content) is None


@pytest.mark.parametrize("name", ["a.yaml", "..yaml", "A.YAML", "a.txt"])
def test_a_template_behind_a_long_preamble_is_found(name: str, tmp_path: Path) -> None:
    """In a file of any other name the beginning decides."""
    text = "Description: >\n" + "  word\n" * 2000 + "Resources:\n  A:\n    Type: AWS::IAM::User\n"
    (tmp_path / name).write_text(text)
    (tmp_path / "other.json").write_text('{"a": 1}')
    found = [root.path for root in discover(["."], tmp_path, Inputs()).roots]
    assert found == ([name] if name.lower().endswith("yaml") else [])
