"""Nested stacks: which template is read, what goes in and comes out, and what a stack's condition does."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.report.report import exit_status
from tests.scans import Scan, said, verdicts

pytestmark = pytest.mark.slow

GRANT = "arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess"


def stack(url: str, more: str = "", name: str = "Inner") -> str:
    return (
        f"Resources:\n  {name}:\n    Type: AWS::CloudFormation::Stack\n{more}    Properties: {{TemplateURL: {url}}}\n"
    )


USER = """
Resources:
  User: {Type: AWS::IAM::User, Properties: {LoginProfile: {Password: x}}}
"""

PEOPLE = """
Parameters:
  Name: {Type: String, Default: nobody}
  Policies: {Type: CommaDelimitedList, Default: ""}
  Console: {Type: String, Default: "no"}
Conditions:
  HasConsole: !Equals [!Ref Console, "yes"]
Resources:
  User:
    Type: AWS::IAM::User
    Properties:
      UserName: !Ref Name
      ManagedPolicyArns: !Ref Policies
      LoginProfile: !If [HasConsole, {Password: x}, !Ref "AWS::NoValue"]
Outputs:
  Name: {Value: !Ref User}
  Arn: {Value: !GetAtt User.Arn}
  List: {Value: [a]}
"""


def test_nested_templates_are_part_of_the_root(scan_files: Scan) -> None:
    report = scan_files(
        {"root.yaml": stack("sub/middle.yaml"), "sub/middle.yaml": stack("leaf.yaml"), "sub/leaf.yaml": USER}
    )
    (found,) = report.principals
    assert (found.definition.address, found.definition.root) == ("Inner/Inner/User", "root.yaml")
    assert (found.definition.span.path, found.definition.span.line) == ("sub/leaf.yaml", 3)
    assert [span.path for span in found.definition.trail] == ["root.yaml", "sub/middle.yaml"]
    assert (report.roots, report.files, said(report)) == (1, 3, [])


PARAMETERS = [
    ("literal", "Name: a, Console: 'yes'", ("yes", "implicit_deny")),
    ("number", "Name: 5, Console: no", ("no", "implicit_deny")),
    ("default", "Name: a", ("no", "implicit_deny")),
    ("no value", 'Name: a, Console: !Ref "AWS::NoValue"', ("no", "implicit_deny")),
    ("of the template around it", "Name: a, Console: !Ref Given", ("yes", "implicit_deny")),
    ("function", "Name: !Join ['-', [a, b]], Console: !If [Sure, 'yes', 'no']", ("yes", "implicit_deny")),
    ("list from text", f"Console: 'yes', Policies: !Join [',', [{GRANT}, {GRANT}]]", ("yes", "allowed")),
    ("without a value", "Name: a, Console: !Ref Missing", ("unknown", "implicit_deny")),
    ("list without a value", "Console: 'yes', Policies: !Ref Missing", ("yes", "unknown")),
    ("text that is known in part", "Console: 'yes', Policies: !Sub '${Missing}'", ("yes", "unknown")),
    ("list where text is due", "Name: a, Console: [a]", ("unknown", "implicit_deny")),
]


@pytest.mark.parametrize(("given", "expected"), [row[1:] for row in PARAMETERS], ids=[row[0] for row in PARAMETERS])
def test_parameters_go_in(scan_files: Scan, given: str, expected: tuple[str, str]) -> None:
    root = f"""
Parameters:
  Given: {{Type: String, Default: "yes"}}
  Missing: {{Type: String}}
Conditions: {{Sure: !Equals [a, a]}}
Resources:
  Inner:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: people.yaml
      Parameters: {{{given}}}
"""
    assert verdicts(scan_files({"root.yaml": root, "people.yaml": PEOPLE})) == {"Inner/User": expected}


@pytest.mark.parametrize("parameters", ["!If [Unsure, {Console: 'yes'}, {Console: 'no'}]", "!Ref Missing"])
def test_parameters_that_are_not_known_as_a_whole(scan_files: Scan, parameters: str) -> None:
    root = f"""
Parameters: {{Missing: {{Type: String}}}}
Conditions: {{Unsure: !Equals [!Ref Missing, !Ref Other]}}
Resources:
  Inner:
    Type: AWS::CloudFormation::Stack
    Properties: {{TemplateURL: people.yaml, Parameters: {parameters}}}
"""
    assert verdicts(scan_files({"root.yaml": root, "people.yaml": PEOPLE}))["Inner/User"][0] == "unknown"


OUTPUTS = [
    ("name", "Users: [!GetAtt Inner.Outputs.Name]", "allowed"),
    ("long form", "Users: [{'Fn::GetAtt': [Inner, Outputs.Name]}]", "allowed"),
    ("through Sub", "Users: [!Sub '${Inner.Outputs.Name}']", "allowed"),
    ("another user", "Users: [someone]", "implicit_deny"),
    ("no such output", "Users: [!GetAtt Inner.Outputs.Other]", "unknown"),
    ("no text", "Users: [!GetAtt Inner.Outputs.List]", "unknown"),
]


@pytest.mark.parametrize("name", ["Name: alice", "Name: !Ref Missing", "Console: 'yes'"])
@pytest.mark.parametrize(("users", "expected"), [row[1:] for row in OUTPUTS], ids=[row[0] for row in OUTPUTS])
def test_outputs_come_out(scan_files: Scan, users: str, expected: str, name: str) -> None:
    root = f"""
Parameters: {{Missing: {{Type: String}}}}
Resources:
  Inner:
    Type: AWS::CloudFormation::Stack
    Properties: {{TemplateURL: people.yaml, Parameters: {{{name}}}}}
  Policy:
    Type: AWS::IAM::Policy
    Properties:
      PolicyName: login
      PolicyDocument: {{Statement: {{Effect: Allow, Action: 'signin:*', Resource: '*'}}}}
      {users}
"""
    found = verdicts(scan_files({"root.yaml": root, "people.yaml": PEOPLE}))["Inner/User"][1]
    if users == "Users: [someone]" and "Missing" in name:
        expected = "unknown"  # the parameter may say that this is the name
    assert found == expected


def test_what_one_stack_gives_goes_into_the_next(scan_files: Scan) -> None:
    root = """
Resources:
  Policy: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: policy.yaml}}
  People:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: people.yaml, Parameters: {Console: 'yes', Policy: !GetAtt Policy.Outputs.Arn}}
"""
    policy = """
Resources:
  Login:
    Type: AWS::IAM::ManagedPolicy
    Properties: {PolicyDocument: {Statement: {Effect: Allow, Action: 'signin:*', Resource: '*'}}}
Outputs: {Arn: {Value: !Ref Login}}
"""
    people = PEOPLE.replace('Policies: {Type: CommaDelimitedList, Default: ""}', "Policy: {Type: String}")
    people = people.replace("!Ref Policies", "[!Ref Policy]")
    report = scan_files({"root.yaml": root, "people.yaml": people, "policy.yaml": policy})
    assert verdicts(report) == {"People/User": ("yes", "allowed")}
    assert said(report) == []


def test_the_same_names_in_two_stacks_are_two_things(scan_files: Scan) -> None:
    user = (
        USER.replace("Properties: {", "Properties: {Groups: [!Ref Group], ")
        + """
  Group: {Type: AWS::IAM::Group, Properties: {ManagedPolicyArns: !If [Open, [GRANT], []]}}
Parameters: {Open: {Type: String}}
Conditions: {Open: !Equals [!Ref Open, "yes"]}
""".replace("GRANT", GRANT)
    )
    inner = "{Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: user.yaml, Parameters: {Open: 'OPEN'}}}"
    root = "Resources:\n" + "".join(
        f"  {name}: {inner}\n".replace("OPEN", value) for name, value in (("A", "yes"), ("B", "no"))
    )
    report = scan_files({"root.yaml": root, "user.yaml": user})
    assert verdicts(report) == {"A/User": ("yes", "allowed"), "B/User": ("yes", "implicit_deny")}


def test_a_stack_exists_where_its_condition_says_so(scan_files: Scan) -> None:
    root = """
Parameters: {Env: {Type: String}}
Conditions: {Never: !Equals [a, b], Perhaps: !Equals [!Ref Env, !Ref "AWS::StackName"]}
Resources:
  Never: {Type: AWS::CloudFormation::Stack, Condition: Never, Properties: {TemplateURL: user.yaml}}
  Maybe: {Type: AWS::CloudFormation::Stack, Condition: Perhaps, Properties: {TemplateURL: user.yaml}}
  Login:
    Type: AWS::IAM::Policy
    Condition: Perhaps
    Properties:
      PolicyName: login
      PolicyDocument: {Statement: {Effect: Allow, Action: 'signin:*', Resource: '*'}}
      Users: [!GetAtt Maybe.Outputs.Name]
  Other:
    Type: AWS::IAM::Policy
    Properties:
      PolicyName: never
      PolicyDocument: {Statement: {Effect: Deny, Action: '*', Resource: '*'}}
      Users: [!GetAtt Never.Outputs.Name]
"""
    report = scan_files({"root.yaml": root, "user.yaml": USER + "Outputs: {Name: {Value: !Ref User}}\n"})
    # What goes to a stack that does not exist cannot be deployed; it may be meant for anyone.
    assert verdicts(report) == {"Maybe/User": ("yes", "unknown")}
    assert said(report) == []
    without = root[: root.index("  Other:")]
    report = scan_files({"root.yaml": without, "user.yaml": USER + "Outputs: {Name: {Value: !Ref User}}\n"})
    assert verdicts(report) == {"Maybe/User": ("yes", "allowed")}


NOT_FOLLOWED = [
    ("remote", "https://s3.amazonaws.com/bucket/user.yaml", "is remote"),
    ("remote in part", '!Sub "https://${Bucket}.s3.amazonaws.com/user.yaml"', "is remote"),
    ("S3", "s3://bucket/user.yaml", "is remote"),
    ("unknown", "!Ref Url", 'parameter "Url", which has no default'),
    ("no text", "[a]", "is not a string"),
    ("not there", "missing.yaml", "does not exist"),
    ("directory", "sub", "it is a directory"),
    ("no template", "notes.yaml", "is not a template"),
    ("home", "~/user.yaml", "leads outside"),
    ("outside", "../user.yaml", "leads outside"),
    ("absolute", "/etc/passwd", "leads outside"),
    ("link", "link.yaml", "leads outside"),
    ("nothing", '!Ref "AWS::NoValue"', "has no TemplateURL"),
    ("binary name", '"a\\0b"', "does not exist"),
]


@pytest.mark.parametrize(("url", "why"), [row[1:] for row in NOT_FOLLOWED], ids=[row[0] for row in NOT_FOLLOWED])
def test_what_is_not_followed_is_said(tmp_path: Path, scan_files: Scan, url: str, why: str) -> None:
    (tmp_path / "user.yaml").write_text(USER)
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "link.yaml").symlink_to(tmp_path / "user.yaml")
    root = (
        stack(url)
        + """
  User: {Type: AWS::IAM::User, Properties: {LoginProfile: {Password: x}, ManagedPolicyArns: [!GetAtt Inner.Outputs.X]}}
Parameters: {Bucket: {Type: String}, Url: {Type: String}}
"""
    )
    report = scan_files(
        {"tree/.git/HEAD": "", "tree/root.yaml": root, "tree/notes.yaml": "# nothing\n", "tree/sub/x": ""},
        "tree/root.yaml",
    )
    assert verdicts(report) == {"User": ("yes", "unknown")}
    (message,) = said(report)
    assert message.startswith("Nested stack not followed")
    assert why in message
    assert exit_status(report, None) == 0


def test_a_remote_template_may_have_a_look_alike_in_the_tree(scan_files: Scan) -> None:
    files = {"root.yaml": stack("https://bucket.s3.amazonaws.com/user.yaml"), "user.yaml": USER}
    assert verdicts(scan_files(files)).keys() == {"User"}


ROOTS = [
    ("nested", {"a.yaml": stack("b.yaml"), "b.yaml": USER}, (), {"a.yaml"}),
    ("both are named", {"a.yaml": stack("b.yaml"), "b.yaml": USER}, ("a.yaml", "b.yaml"), {"a.yaml"}),
    ("only the nested one is named", {"a.yaml": stack("b.yaml"), "b.yaml": USER}, ("b.yaml",), {"b.yaml"}),
    ("by two", {"a.yaml": stack("c.yaml"), "b.yaml": stack("c.yaml"), "c.yaml": USER}, (), {"a.yaml", "b.yaml"}),
    (
        "in a comment",
        {"a.yaml": USER + "".join(f"# {line}\n" for line in stack("b.yaml").splitlines()), "b.yaml": USER},
        (),
        {"a.yaml", "b.yaml"},
    ),
    ("through a parameter", {"a.yaml": stack("!Ref X"), "b.yaml": USER}, (), {"a.yaml", "b.yaml"}),
    (
        "application",
        {
            "a.yaml": stack("b.yaml")
            .replace("AWS::CloudFormation::Stack", "AWS::Serverless::Application")
            .replace("TemplateURL", "Location"),
            "b.yaml": USER,
        },
        (),
        {"a.yaml"},
    ),
    ("broken", {"a.yaml": stack("b.yaml") + "  - x\n", "b.yaml": USER}, (), {"a.yaml", "b.yaml"}),
    ("in a circle", {"a.yaml": stack("b.yaml"), "b.yaml": stack("a.yaml")}, (), {"a.yaml", "b.yaml"}),
    ("itself", {"a.yaml": stack("a.yaml")}, (), {"a.yaml"}),
]


@pytest.mark.parametrize(("files", "paths", "roots"), [row[1:] for row in ROOTS], ids=[row[0] for row in ROOTS])
def test_nested_templates_are_no_roots(
    tmp_path: Path, files: dict[str, str], paths: tuple[str, ...], roots: set[str]
) -> None:
    from scanner.discovery import discover
    from scanner.root import Inputs

    for name, text in files.items():
        (tmp_path / name).write_text(text)
    assert {root.path for root in discover(paths or (".",), tmp_path, Inputs()).roots} == roots


def test_a_circle_is_an_error(scan_files: Scan) -> None:
    report = scan_files(
        {"a.yaml": stack("b.yaml"), "b.yaml": stack("a.yaml") + USER.split("Resources:\n")[1]}, "a.yaml"
    )
    (message,) = said(report)
    assert '"a.yaml" nests "b.yaml" nests "a.yaml"' in message
    assert verdicts(report) == {"Inner/User": ("yes", "implicit_deny")}
    assert exit_status(report, None) == 2


def test_a_condition_may_end_a_circle(scan_files: Scan) -> None:
    text = """
Parameters: {Level: {Type: String, Default: outer}}
Conditions: {Outer: !Equals [!Ref Level, outer]}
Resources:
  Inner:
    Type: AWS::CloudFormation::Stack
    Condition: Outer
    Properties: {TemplateURL: a.yaml, Parameters: {Level: inner}}
  User: {Type: AWS::IAM::User}
"""
    report = scan_files({"a.yaml": text})
    assert verdicts(report).keys() == {"User", "Inner/User"}
    assert said(report) == []


def test_values_that_need_each_other_across_stacks(scan_files: Scan) -> None:
    root = """
Resources:
  Inner:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: people.yaml, Parameters: {Name: !GetAtt Inner.Outputs.Name}}
"""
    report = scan_files({"root.yaml": root, "people.yaml": PEOPLE})
    (found,) = report.principals
    assert found.definition.address == "Inner/User"


def test_bounds(scan_files: Scan, monkeypatch: pytest.MonkeyPatch) -> None:
    import scanner.cloudformation.stacks.nested as nested

    many = "Resources:\n" + "".join(
        f"  S{n}: {{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: next.yaml}}}}\n" for n in range(5)
    )
    files = {"a.yaml": many.replace("next", "b"), "b.yaml": many.replace("next", "c"), "c.yaml": USER}
    assert len(scan_files(files).principals) == 25
    monkeypatch.setattr(nested, "MAX_LEVELS", 1)
    report = scan_files(files)
    assert len(report.principals) < 25
    assert any("more than 1 levels deep" in error.message for error in report.errors)


def test_a_hundred_levels_end(scan_files: Scan) -> None:
    files = {f"t{n}.yaml": stack(f"t{n + 1}.yaml") for n in range(100)}
    report = scan_files({**files, "t100.yaml": USER})
    assert ["levels deep" in message for message in said(report)] == [True]


@pytest.mark.parametrize(("condition", "expected"), [("prod", "no"), ("other", "unknown")])
def test_what_the_templates_leave_open_is_tried_out_together(scan_files: Scan, condition: str, expected: str) -> None:
    """Both templates compare the same parameter; whatever it is, nobody has a password if both ask for the same."""
    root = f"""
Parameters: {{Stage: {{Type: String}}}}
Conditions: {{Production: !Equals [!Ref Stage, {condition}]}}
Resources:
  Inner:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: inner.yaml
      Parameters: {{Stage: !Ref Stage, Console: !If [Production, "no", "yes"]}}
"""
    inner = """
Parameters: {Stage: {Type: String}, Console: {Type: String}}
Conditions: {Console: !And [!Equals [!Ref Stage, prod], !Equals [!Ref Console, "yes"]]}
Resources:
  User:
    Type: AWS::IAM::User
    Properties: {LoginProfile: !If [Console, {Password: x}, !Ref "AWS::NoValue"]}
"""
    assert verdicts(scan_files({"root.yaml": root, "inner.yaml": inner}))["Inner/User"][0] == expected


def test_what_a_nested_template_allows_is_tried_out(scan_files: Scan) -> None:
    inner = f"""
Parameters: {{Policy: {{Type: String, AllowedValues: ["{GRANT}", "arn:aws:iam::aws:policy/AdministratorAccess"]}}}}
Resources:
  User:
    Type: AWS::IAM::User
    Properties: {{LoginProfile: {{Password: x}}, ManagedPolicyArns: [!Ref Policy]}}
"""
    more = "Parameters: {Given: {Type: String}}\n"
    root = stack("inner.yaml, Parameters: {Policy: !Ref Given}") + more
    assert verdicts(scan_files({"root.yaml": root, "inner.yaml": inner})) == {"Inner/User": ("yes", "allowed")}
