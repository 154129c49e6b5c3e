"""Suppressions beside the code: where they count, for whom, and what is said of those that do not."""

from __future__ import annotations

import io
import json
import re
import shutil
import zipfile
from datetime import date
from pathlib import Path

import pytest

from scanner.root import Inputs
from tests.scans import ROOT, errors, said, scanned, write
from tests.triage.triage_files import (
    IGNORE,
    RULE,
    TEAM,
    TEMPLATE,
    USER,
    open_ones,
    suppressed_ones,
    triaged,
    warnings,
)

ADA = "aws_iam_user.ada"
HCL = {
    "above": (f"# {IGNORE}\nUSER", True),
    "above, with slashes": (f"// {IGNORE}\nUSER", True),
    "above, without a blank": (f"#{IGNORE}\nUSER", True),
    "above, with other comments between": (f"# {IGNORE}\n# and more\n// of it\n/* and\n more */\nUSER", True),
    "above, behind other comments": (f"# Ada is\n# {IGNORE}\nUSER", True),
    "above, in a comment of lines": (f"/*\n * {IGNORE}\n */\nUSER", True),
    "above, in a comment of one line": (f"/* {IGNORE} */\nUSER", True),
    "above, with Windows line ends": (f"# {IGNORE}\r\n# more\r\nUSER", True),
    "above, behind a byte order mark": (f"\ufeff# {IGNORE}\nUSER", True),
    "above, indented": (f"\t  # {IGNORE}\nUSER", True),
    "on the first line": (f"USER  # {IGNORE}", True),
    "on the first line, before the block": (f"/* {IGNORE} */ USER", True),
    "above, with a blank line between": (f"# {IGNORE}\n\nUSER", False),
    "above, with another block between": (f"# {IGNORE}\nlocals {{}}\nUSER", False),
    "behind the block before": (f"locals {{\n}} # {IGNORE}\nUSER", False),
    "in a heredoc": (f"locals {{\n  a = <<EOT\n# {IGNORE}\nEOT\n}}\nUSER", False),
    "in the last line of a heredoc": (f"locals {{ a = <<EOT\n}}\n# {IGNORE}\nEOT\n}}\nUSER", False),
    "in a string": (f'locals {{ a = "# {IGNORE}" }}\nUSER', False),
    "behind other words of a comment": (f"# checkov:skip=CKV_AWS_273:x {IGNORE}\nUSER", True),
    "behind another": (f"# scan:ignore[access-key-beside-console] x # {IGNORE}\nUSER", True),
    "behind a blank that is none": (f"#\u00a0{IGNORE}\nUSER", True),
    "on the last of several lines": (f"/* Ada\n   is {IGNORE} */\nUSER", True),
    "quoted in a comment": (f"# see `{IGNORE}`\nUSER", False),
}


def hcl(text: str) -> str:
    return text.replace("USER", USER.lstrip().partition("\n")[0], 1) + "\n" + USER.lstrip().partition("\n")[2]


@pytest.mark.parametrize(("text", "counts"), HCL.values(), ids=HCL)
def test_places_in_native_syntax(text: str, counts: bool, tmp_path: Path) -> None:
    report = triaged(tmp_path, {"main.tf": hcl(text)})
    assert not errors(report)
    assert open_ones(report) == ([] if counts else [ADA])
    assert suppressed_ones(report) == ({ADA: "a robot"} if counts else {})


@pytest.mark.slow
@pytest.mark.parametrize("line", range(len(USER.splitlines()) + 1))
def test_every_line_belongs_to_what_one_sees(line: int, tmp_path: Path) -> None:
    """Above, in and on the first line of the user and of the login profile, and nowhere else."""
    lines = USER.splitlines()
    lines.insert(line, f"# {IGNORE}")
    report = triaged(tmp_path, {"main.tf": "\n".join(lines) + "\n"})
    nowhere = (0, 4, len(USER.splitlines()))
    assert bool(open_ones(report)) == (line in nowhere), lines
    assert (warnings(report) == []) == (line not in nowhere)


JSON_CONFIGURATION = {
    "resource": {
        "aws_iam_user": {"ada": {"//": IGNORE, "name": "ada"}},
        "aws_iam_user_login_profile": {"ada": {"user": "${aws_iam_user.ada.name}"}},
    }
}


@pytest.mark.parametrize("indent", [None, 2])
def test_comments_in_json_syntax(indent: int | None, tmp_path: Path) -> None:
    text = json.dumps(JSON_CONFIGURATION, indent=indent)
    report = triaged(tmp_path, {"main.tf.json": text})
    assert (suppressed_ones(report), warnings(report)) == ({ADA: "a robot"}, [])
    several = text.replace(json.dumps(IGNORE), json.dumps(["made by a program", IGNORE]))
    assert suppressed_ones(triaged(tmp_path, {"main.tf.json": several})) == {ADA: "a robot"}


@pytest.mark.parametrize("said", [f"# {IGNORE}", f"note\n{IGNORE}", f"note: {IGNORE}", f"/* {IGNORE}"])
def test_comments_in_json_syntax_are_like_others(said: str, tmp_path: Path) -> None:
    text = json.dumps(JSON_CONFIGURATION).replace(json.dumps(IGNORE), json.dumps(said))
    assert suppressed_ones(triaged(tmp_path, {"main.tf.json": text})) == {ADA: "a robot"}


@pytest.mark.parametrize("key", ["Scan:Ignore", "scan:ignores", "scan-ignore", "scan: ignore"])
def test_a_key_of_metadata_that_is_nearly_one(key: str, tmp_path: Path) -> None:
    text = json.dumps(with_metadata([{"rule": RULE, "reason": "a robot"}])).replace("scan:ignore", key)
    report = triaged(tmp_path, {"t.json": text})
    assert (suppressed_ones(report), warnings(report)) == ({}, ["1: Malformed suppression"])


def test_the_reason_of_a_comment_of_lines_is_all_of_it(tmp_path: Path) -> None:
    comment = f"/*\n * {IGNORE},\n * which goes\n * until 2026-07-01\n */"
    report = triaged(tmp_path, {"main.tf": f"{comment}\n{USER.lstrip()}"})
    (found,) = [one.suppressed for one in report.findings]
    assert found is not None
    assert (found.reason, found.until) == ("a robot, which goes until 2026-07-01", date(2026, 7, 1))
    assert (found.span.line, found.span.last_line) == (2, 4)
    report = scanned(tmp_path, today=date(2026, 7, 2))
    assert (open_ones(report), warnings(report)) == ([ADA], ["2: Suppression has expired"])


def test_a_value_in_json_syntax_is_no_comment(tmp_path: Path) -> None:
    text = (
        json.dumps(JSON_CONFIGURATION)
        .replace(json.dumps(IGNORE), '"x"')
        .replace('"name"', f'"tags": {{"//": "{IGNORE}"}}, "name"')
    )
    assert open_ones(triaged(tmp_path, {"main.tf.json": text})) == [ADA]


YAML = {
    "above": (f"  # {IGNORE}\n  Ada:", ["Ada"]),
    "above, further left": (f"# {IGNORE}\n  Ada:", ["Ada"]),
    "above, with other comments between": (f"  # {IGNORE}\n  # more\n  Ada:", ["Ada"]),
    "above, with Windows line ends": (f"  # {IGNORE}\r\n  Ada:", ["Ada"]),
    "on the first line": (f"  Ada: # {IGNORE}", ["Ada"]),
    "inside": (f"  Ada:\n    # {IGNORE}", ["Ada"]),
    "inside, further left": (f"  Ada:\n# {IGNORE}", ["Ada"]),
    "behind a header of a block of text": (f"  Ada:\n    DeletionPolicy: >- # {IGNORE}\n      Retain", ["Ada"]),
    "above, with a blank line between": (f"  # {IGNORE}\n\n  Ada:", []),
    "in a block of text": (f"  Ada:\n    Metadata:\n      a: |\n        # {IGNORE}", []),
    "in a string": (f'  Ada:\n    Metadata:\n      a: "x # {IGNORE}"', []),
    "in a plain scalar": (f"  Ada:\n    Metadata:\n      a: x#{IGNORE}", []),
}


@pytest.mark.parametrize(("text", "suppressed"), YAML.values(), ids=YAML)
def test_places_in_yaml(text: str, suppressed: list[str], tmp_path: Path) -> None:
    report = triaged(tmp_path, {"t.yaml": TEMPLATE.replace("  Ada:", text, 1)}, "t.yaml")
    assert not errors(report)
    assert list(suppressed_ones(report)) == suppressed


@pytest.mark.parametrize(("blanks", "whose"), [(0, "Bob"), (2, "Bob"), (4, "Ada"), (8, "Ada")])
def test_indentation_tells_the_block_before_from_the_one_behind(blanks: int, whose: str, tmp_path: Path) -> None:
    text = TEMPLATE.replace("  Bob:", f"{' ' * blanks}# {IGNORE}\n  Bob:")
    assert list(suppressed_ones(triaged(tmp_path, {"t.yaml": text}))) == [whose]


def test_a_comment_at_the_end_of_a_template(tmp_path: Path) -> None:
    for text in (f"{TEMPLATE}    # {IGNORE}\n", f"{TEMPLATE.rstrip()} # {IGNORE}", f"{TEMPLATE}\n    # {IGNORE}"):
        assert list(suppressed_ones(triaged(tmp_path, {"t.yaml": text}))) == ["Bob"], text


def with_metadata(entry: object) -> dict[str, object]:
    user = {"Type": "AWS::IAM::User", "Properties": {"LoginProfile": {"Password": "{{resolve:ssm-secure:x}}"}}}
    return {"Resources": {"Ada": {**user, "Metadata": {"scan:ignore": entry}}, "Bob": user}}


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ([{"rule": RULE, "reason": "a robot"}], "a robot"),
        ({"rule": RULE, "reason": "a robot"}, "a robot"),
        ([{"rule": "aws-login-denied", "reason": "x"}, {"rule": RULE, "reason": "a robot"}], "a robot"),
        ([{"rule": RULE, "reason": "a robot", "until": "2026-07-01"}], "a robot"),
        ([{"rule": RULE, "reason": "a robot", "until": "2026-06-30"}], None),
        ([{"rule": RULE, "reason": "a robot until 2026-06-30"}], None),
        ([{"rule": RULE, "reason": "a robot until 2026-06-30", "until": "2027-01-01"}], None),
        ([{"rule": RULE, "reason": "a robot until June 2027", "until": "2027-01-01"}], None),
        ([{"rule": RULE, "reason": " "}], None),
        ([{"rule": RULE}], None),
        ([{"rule": [RULE], "reason": "a robot"}], None),
        ([{"rule": RULE, "reason": "a robot", "when": "x"}], None),
        ([{"rule": RULE, "reason": {"Ref": "AWS::Region"}}], None),
        ([{"rule": RULE, "reason": "a robot", "until": "soon"}], None),
        ("a robot", None),
    ],
)
def test_metadata(entry: object, reason: str | None, indent: int | None, tmp_path: Path) -> None:
    report = triaged(tmp_path, {"t.json": json.dumps(with_metadata(entry), indent=indent)})
    assert not errors(report)
    assert suppressed_ones(report) == ({"Ada": reason} if reason else {})
    assert bool(warnings(report)) == (reason is None or (len(entry) > 1 and isinstance(entry, list)))


def test_metadata_in_yaml(tmp_path: Path) -> None:
    text = TEMPLATE.replace(
        "  Ada:",
        f"  Ada:\n    Metadata:\n      scan:ignore:\n        - {{rule: {RULE}, reason: a robot, until: 2027-01-01}}",
    )
    report = triaged(tmp_path, {"t.yaml": text})
    (found,) = [one.suppressed for one in report.findings if one.suppressed is not None]
    assert (found.reason, found.until, found.span.line) == ("a robot", date(2027, 1, 1), 5)


@pytest.mark.parametrize(
    ("key", "suppressed"),
    [
        ("", ["ada", "bob"]),
        (' @ "ada"', ["ada"]),
        (' @ "bob"', ["bob"]),
        (' @ "eve"', []),
        (" @ 0", []),
        (f' @ "ada", {RULE} @ "bob"', ["ada", "bob"]),
        (f' @ "eve", {RULE}', ["ada", "bob"]),
    ],
)
@pytest.mark.parametrize("block", ['aws_iam_user"', "aws_iam_user_login_profile"])
def test_one_instance(key: str, suppressed: list[str], block: str, tmp_path: Path) -> None:
    text = TEAM.replace(f'resource "{block}', f'# scan:ignore[{RULE}{key}] robots\nresource "{block}')
    report = triaged(tmp_path, {"main.tf": text})
    assert list(suppressed_ones(report)) == [f'aws_iam_user.team["{name}"]' for name in suppressed]
    assert len(warnings(report)) == (1 if "eve" in key or "0" in key else 0)


@pytest.mark.parametrize(("key", "suppressed"), [("", [0, 1]), (" @ 1", [1]), (' @ "1"', []), (" @ 7", [])])
def test_one_instance_of_a_count(key: str, suppressed: list[int], tmp_path: Path) -> None:
    text = f"""
    resource "aws_iam_user" "n" {{
      # scan:ignore[{RULE}{key}] robots
      count = 2
      name  = "n${{count.index}}"
    }}
    resource "aws_iam_user_login_profile" "n" {{
      count = 2
      user  = aws_iam_user.n[count.index].name
    }}
    """
    report = triaged(tmp_path, {"main.tf": text})
    assert list(suppressed_ones(report)) == [f"aws_iam_user.n[{number}]" for number in suppressed]


MODULES = {
    "main.tf": """
    module "outer" {
      for_each = toset(["a", "b"])
      source   = "./outer"
    }
    """,
    "outer/main.tf": """
    module "inner" {
      source = "./inner"
      count  = 2
    }
    """,
    "outer/inner/main.tf": TEAM,
}


@pytest.mark.parametrize(
    ("file", "key", "part", "number"),
    [
        ("main.tf", "", "", 8),
        ("main.tf", ' @ "a"', 'outer["a"]', 4),
        ("main.tf", ' @ "ada"', "nobody", 0),
        ("outer/main.tf", "", "", 8),
        ("outer/main.tf", " @ 1", "inner[1]", 4),
        ("outer/inner/main.tf", ' @ "ada"', 'team["ada"]', 4),
        ("outer/inner/main.tf", ' @ "a"', "nobody", 0),
    ],
)
def test_module_calls(file: str, key: str, part: str, number: int, tmp_path: Path) -> None:
    """A key is that of the block where the comment stands."""
    text = f"# scan:ignore[{RULE}{key}] robots\n" + MODULES[file].lstrip()
    report = triaged(tmp_path, {**MODULES, file: text})
    found = suppressed_ones(report)
    assert len(found) == number
    assert all(part in address for address in found)
    assert len(open_ones(report)) == 8 - number


def test_an_instance_that_is_not_known_is_not_suppressed_by_key_and_the_comment_not_called_unused(
    tmp_path: Path,
) -> None:
    text = 'variable "team" { type = set(string) }\n' + TEAM.replace('toset(["ada", "bob"])', "var.team").replace(
        "  name ", f'  # scan:ignore[{RULE} @ "ada"] a robot\n  name '
    )
    report = triaged(tmp_path, {"main.tf": text})
    assert not suppressed_ones(report)
    assert "not used" not in str(warnings(report))


NESTED = {
    "main.yaml": """\
Resources:
  # IGNORE
  Network:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: people.yaml}
  Other:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: people.yaml}
""",
    "people.yaml": TEMPLATE,
}


@pytest.mark.parametrize(
    ("comment", "suppressed"),
    [
        (IGNORE, ["Network/Ada", "Network/Bob"]),
        (f'scan:ignore[{RULE} @ "Network"] robots', ["Network/Ada", "Network/Bob"]),
        (f'scan:ignore[{RULE} @ "Ada"] robots', []),
    ],
)
def test_nested_stacks(comment: str, suppressed: list[str], tmp_path: Path) -> None:
    report = triaged(tmp_path, {**NESTED, "main.yaml": NESTED["main.yaml"].replace("IGNORE", comment)})
    assert list(suppressed_ones(report)) == suppressed


def test_one_resource_of_a_loop(tmp_path: Path) -> None:
    text = """\
Transform: AWS::LanguageExtensions
Resources:
  Fn::ForEach::People:
    - Name
    - [Ada, Bob]
    - ${Name}:
        # scan:ignore[user-cannot-aws-login @ "Bob"] a robot
        Type: AWS::IAM::User
        Properties:
          LoginProfile: {Password: "{{resolve:ssm-secure:x}}"}
"""
    report = triaged(tmp_path, {"t.yaml": text})
    assert (list(suppressed_ones(report)), open_ones(report)) == (["Bob"], ["Ada"])


CDK = {
    "above": ("    // IGNORE\nLINE", ["Production/People", "Sandbox"]),
    "on the line": ("LINE // IGNORE", ["Production/People", "Sandbox"]),
    "above, with a blank line between": ("    // IGNORE\n\nLINE", []),
    "by logical ID": (
        '    // scan:ignore[user-cannot-aws-login @ "Bob4B8519C4"] x\nLINE',
        ["Production/People", "Sandbox"],
    ),
    "by another": ('    // scan:ignore[user-cannot-aws-login @ "Eve"] x\nLINE', []),
}


@pytest.mark.parametrize(("text", "stacks"), CDK.values(), ids=CDK)
def test_the_application_that_made_a_template(text: str, stacks: list[str], tmp_path: Path) -> None:
    app = tmp_path / "people"
    shutil.copytree(ROOT / "fixtures" / "cdk" / "people", app)
    lines = (app / "lib" / "people.js").read_text().split("\n")
    lines[12] = text.replace("LINE", lines[12]).replace("IGNORE", IGNORE)
    (app / "lib" / "people.js").write_text("\n".join(lines))
    moved = 13 + text.partition("LINE")[0].count("\n")  # as the application is synthesised again
    for file in app.rglob("*.json"):
        file.write_text(file.read_text().replace("lib/people.js:13:", f"lib/people.js:{moved}:"))
    report = scanned(app, "cdk.out")
    assert len(report.findings) == 2
    assert list(suppressed_ones(report)) == [f"{stack}/Bob4B8519C4" for stack in stacks]
    assert bool(warnings(report)) == (not stacks)


def test_metadata_of_an_assembly(tmp_path: Path) -> None:
    """``addMetadata`` of the construct's resource ends up in the template."""
    app = tmp_path / "people"
    shutil.copytree(ROOT / "fixtures" / "cdk" / "people", app)
    template = app / "cdk.out" / "Sandbox.template.json"
    content = json.loads(template.read_text())
    metadata = content["Resources"]["Bob4B8519C4"].setdefault("Metadata", {})
    metadata["scan:ignore"] = [{"rule": RULE, "reason": "a robot"}]
    template.write_text(json.dumps(content))
    report = scanned(app, "cdk.out")
    assert (list(suppressed_ones(report)), warnings(report)) == (["Sandbox/Bob4B8519C4"], [])


HYGIENE = {
    "not used": ("# scan:ignore[aws-login-denied] x", "1: Suppression not used"),
    "of a rule that is not followed": ("# scan:ignore[access-key-beside-console] x", None),
    "of no rule": ("# scan:ignore[user-cannot] x", "1: Suppression of unknown rule"),
    "of all rules": ("# scan:ignore[*] x", "1: Suppression of unknown rule"),
    "without a reason": (f"# scan:ignore[{RULE}]", "1: Suppression without a reason"),
    "with an expiry alone": (f"# scan:ignore[{RULE}] until 2030-01-01", "1: Suppression without a reason"),
    "expired": (f"# scan:ignore[{RULE}] x until 2026-06-30", "1: Suppression has expired"),
    "on its last day": (f"# scan:ignore[{RULE}] x until 2026-07-01", None),
    "malformed": (f"# scan:ignore {RULE} x", "1: Malformed suppression"),
    "with a date that is none": (f"# scan:ignore[{RULE}] x until 2026-02-30", "1: Malformed suppression"),
    "with a date that is written otherwise": (f"# scan:ignore[{RULE}] x until March 2027", "1: Malformed suppression"),
    "with an expiry in the next comment": (f"# scan:ignore[{RULE}] x\n# until 2027-01-01", "1: Malformed suppression"),
    "with a date in the next comment": (f"# scan:ignore[{RULE}] x, until\n# 2027-01-01", "1: Malformed suppression"),
    "nearly": (f"# x scan-ignore[{RULE}] x", "1: Malformed suppression"),
    "in prose": ("# say scan:ignore to ignore", None),
    "of no rule, in prose": ("# say scan:ignore[x] to ignore", "1: Suppression of unknown rule"),
}


@pytest.mark.parametrize(("comment", "warning"), HYGIENE.values(), ids=HYGIENE)
def test_hygiene(comment: str, warning: str | None, tmp_path: Path) -> None:
    text = f"{comment}\n{USER.lstrip()}"
    report = triaged(tmp_path, {"main.tf": text}, ignore=("access-key-beside-console",))
    assert warnings(report) == ([warning] if warning else [])
    assert bool(open_ones(report)) == (comment != HYGIENE["on its last day"][0])


def test_a_misspelled_rule_is_recognised(tmp_path: Path) -> None:
    report = triaged(tmp_path, {"main.tf": f"# scan:ignore[{RULE[:-1]}] x\n{USER.lstrip()}"})
    assert f'Did you mean "{RULE}"?' in report.warnings[0].message


def test_a_selected_rule_leaves_others_alone(tmp_path: Path) -> None:
    files = {"main.tf": f"# {IGNORE}\n{USER.lstrip()}"}
    assert warnings(triaged(tmp_path, files, select=("aws-login-denied",))) == []


def test_what_may_be_missing_is_not_called_unused(tmp_path: Path) -> None:
    files = {"main.tf": f"# {IGNORE}\nlocals {{}}\n", "broken.tf": "locals {"}
    assert warnings(triaged(tmp_path, files)) == []
    assert warnings(triaged(tmp_path, {**files, "broken.tf": ""})) == ["1: Suppression not used"]


def test_a_comment_in_a_shared_module_is_used_if_any_root_uses_it(tmp_path: Path) -> None:
    call = 'module "m" {\n  source = "../m"\n  name = "NAME"\n}\n'
    module = f"""
variable "name" {{}}
resource "aws_iam_user" "u" {{
  # {IGNORE}
  name = var.name
}}
resource "aws_iam_user_login_profile" "u" {{
  count = var.name == "ada" ? 1 : 0
  user  = aws_iam_user.u.name
}}
"""
    files = {"m/main.tf": module, "a/main.tf": call.replace("NAME", "ada"), "b/main.tf": call.replace("NAME", "bob")}
    assert warnings(triaged(tmp_path, files, "a", "b")) == []
    assert warnings(triaged(tmp_path, files, "b")) == []  # another may use it
    for paths in ((), ("b",)):
        unused = {**files, "a/main.tf": call.replace("NAME", "eve")}
        assert warnings(triaged(tmp_path, unused, *paths)) == ([] if paths else ["4: Suppression not used"])


KEY = """
resource "aws_iam_access_key" "ada" {
  user = aws_iam_user.ada.name
}
"""
BESIDE = "access-key-beside-console"


@pytest.mark.parametrize("before", ["resource", "  user"])
def test_what_the_rule_chooses_is_a_place(before: str, tmp_path: Path) -> None:
    """Where everybody would write it: at the key."""
    text = KEY.lstrip().replace(before, f"# scan:ignore[{BESIDE}] a robot\n{before}", 1)
    report = triaged(tmp_path, {"main.tf": USER + text}, select=(BESIDE,))
    assert (suppressed_ones(report), warnings(report)) == ({ADA: "a robot"}, [])


def test_what_the_rule_chooses_in_a_template(tmp_path: Path) -> None:
    text = f"{TEMPLATE}  # scan:ignore[{BESIDE}] a robot\n  Key:\n    Type: AWS::IAM::AccessKey\n"
    text += "    Properties: {UserName: !Ref Ada}\n"
    report = triaged(tmp_path, {"t.yaml": text}, select=(BESIDE,))
    assert (suppressed_ones(report), warnings(report)) == ({"Ada": "a robot"}, [])


def test_what_another_rule_chooses_is_none(tmp_path: Path) -> None:
    text = KEY.lstrip().replace("resource", f"# {IGNORE}\nresource", 1)
    report = triaged(tmp_path, {"main.tf": USER + text}, select=(RULE,))
    assert (open_ones(report), warnings(report)) == ([ADA], ["9: Suppression not used"])


def test_a_comment_in_an_override_file_is_told_where_to_stand(tmp_path: Path) -> None:
    override = f'# {IGNORE}\nresource "aws_iam_user" "ada" {{\n  path = "/"\n}}\n'
    report = triaged(tmp_path, {"main.tf": USER, "x_override.tf": override})
    assert open_ones(report) == [ADA]
    assert "write it at the block that is overridden" in report.warnings[0].message


BLOCKS = {
    "saml-role": ('resource "aws_iam_role"', "role-cannot-aws-login"),
    "team-module": ('module "user"', RULE),
    "minimal-user": ('resource "aws_iam_user" "', RULE),
}


def commented(plan: bytes, text: str, comment: str) -> bytes:
    """A plan file of a configuration in which a comment stands before a text."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(plan)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, content.replace(text.encode(), f"{comment}\n{text}".encode()))
    return made.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize("form", BLOCKS)
@pytest.mark.parametrize("kind", ["json", "tfplan", "tfstate", "state.json"])
def test_plans_and_states_have_the_comments_of_their_configuration(form: str, kind: str, tmp_path: Path) -> None:
    block, rule = BLOCKS[form]
    comment = f"# scan:ignore[{rule}] a robot"
    folder = ROOT / "fixtures" / "terraform" / form
    plan = (ROOT / "fixtures" / "plan" / f"{form}.{kind}").read_bytes()
    files = {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    inputs = Inputs(source=str(tmp_path) if kind == "json" else None)
    report = triaged(tmp_path, {**files, "plan": plan}, "plan", inputs=inputs)
    assert rule in {found.rule for found in report.open_findings}
    text = files["main.tf"].decode()
    write(tmp_path, {"main.tf": text.replace(block, f"{comment}\n{block}")})
    write(tmp_path, {"plan": commented(plan, block, comment) if kind == "tfplan" else plan})
    source, planned = scanned(tmp_path, "main.tf"), scanned(tmp_path, "plan", inputs=inputs)
    assert suppressed_ones(source)
    assert suppressed_ones(planned) == suppressed_ones(source)
    assert open_ones(planned) == open_ones(source)


@pytest.mark.parametrize("since", ["", 'resource "aws_iam_user" "more" {\n  name = "more"\n}\n'])
def test_a_configuration_beside_a_plan_in_json_tells_its_module_calls(since: str, tmp_path: Path) -> None:
    """bridgecrewio/checkov#2047, without any option, and if the configuration has been changed since."""
    block, rule = BLOCKS["team-module"]
    folder = ROOT / "fixtures" / "terraform" / "team-module"
    files = {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    files["plan.json"] = (ROOT / "fixtures" / "plan" / "team-module.json").read_bytes()
    files["main.tf"] = files["main.tf"].replace(
        block.encode(), f'# scan:ignore[{rule} @ "bob"] a robot\n{block}'.encode()
    )
    files["more.tf"] = since.encode()
    report = triaged(tmp_path, files, "plan.json")
    assert suppressed_ones(report) == {'module.user["bob"].aws_iam_user.this': "a robot"}


def test_nothing_else_changes(tmp_path: Path) -> None:
    """A suppressed finding is the same finding, and no other one differs."""
    (tmp_path / "with").mkdir()
    (tmp_path / "without").mkdir()
    text = TEAM.lstrip() + USER
    ignored = text.replace("resource", f'# scan:ignore[{RULE} @ "ada"] x\nresource', 1)
    with_, without = triaged(tmp_path / "with", {"main.tf": ignored}), triaged(tmp_path / "without", {"main.tf": text})
    assert len(suppressed_ones(with_)) == 1
    relevant = [
        [(one.rule, one.principal, one.message, one.help) for one in report.findings] for report in (with_, without)
    ]
    assert relevant[0] == relevant[1]
    assert [found.principal for found in without.open_findings if found.principal not in suppressed_ones(with_)] == (
        open_ones(with_)
    )


@pytest.mark.slow
def test_tens_of_thousands_of_comments(tmp_path: Path) -> None:
    """Many in one block of many instances, and more that belong to nothing."""
    keys = ", ".join(f'"k{number}"' for number in range(400))
    inside = "\n".join(f'  # scan:ignore[{RULE} @ "k{number % 500}"] x' for number in range(5_000))
    text = TEAM.replace('"ada", "bob"', keys).replace("  name ", f"{inside}\n  name ")
    text += f"# scan:ignore[{RULE}] x\n" * 20_000
    report = triaged(tmp_path, {"main.tf": text})
    assert (len(suppressed_ones(report)), len(open_ones(report))) == (400, 0)
    left_out = [int(found.replace(",", "")) for found in re.findall(r"There are ([\d,]+) more", " ".join(said(report)))]
    assert len(warnings(report)) + sum(left_out) == 5_000 // 5 + 20_000


@pytest.mark.slow
@pytest.mark.parametrize(
    "filler",
    ["/* " * 300_000 + "*/", "# " + "[" * 1_000_000, "/*" + " *\n" * 300_000 + "*/", "/* */ " * 100_000],
    ids=["openings", "brackets", "lines", "one line"],
)
def test_comments_of_great_length(filler: str, tmp_path: Path) -> None:
    report = triaged(tmp_path, {"main.tf": f"# {IGNORE}\n# x\n{USER.lstrip()}\n{filler}\n"})
    assert list(suppressed_ones(report)) == [ADA]
