"""Stack sets with a template of their own inside: other accounts, other names, the same lines."""

from __future__ import annotations

import textwrap

import pytest

from scanner.root import Inputs
from tests.scans import Scan, said, verdicts

pytestmark = pytest.mark.slow

BODY = """
Resources:
  Baseline:
    Type: AWS::CloudFormation::StackSet
    Properties:
      StackSetName: baseline
      PermissionModel: SELF_MANAGED
      TemplateBody: |
        Parameters:
          Name: {Type: String, Default: someone}
          Policies: {Type: CommaDelimitedList, Default: ""}
        Resources:
          Auditor:
            Type: AWS::IAM::User
            Properties:
              UserName: !Ref Name
              LoginProfile: {Password: x}
              ManagedPolicyArns: !Ref Policies
              Policies:
                - PolicyName: own-account
                  PolicyDocument:
                    Statement:
                      {Effect: Allow, Action: 'signin:*', Resource: !Sub "arn:aws:signin:*:${AWS::AccountId}:*"}
"""
STACK_SET = "Resources:\n  S:\n    Type: AWS::CloudFormation::StackSet\n    Properties:\n"
GRANT = "arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess"


def without_policy(more: str) -> str:
    return BODY[: BODY.index("              Policies:\n")] + more


def test_principals_are_in_an_account_that_is_not_known(scan_files: Scan) -> None:
    report = scan_files({"set.yaml": BODY}, inputs=Inputs(account="123456789012", region="eu-central-1"))
    assert said(report) == []
    (found,) = report.principals
    assert found.definition.address == "Baseline/Auditor"
    assert found.principal.account is None
    assert (found.definition.span.path, found.definition.span.line) == ("set.yaml", 13)
    assert verdicts(report) == {"Baseline/Auditor": ("yes", "allowed")}


def test_its_account_is_not_that_of_the_template_around_it(scan_files: Scan) -> None:
    inner = (
        BODY.replace("${AWS::AccountId}", "${Name}")
        + '      Parameters: [{ParameterKey: Name, ParameterValue: !Ref "AWS::AccountId"}]\n'
    )
    assert verdicts(scan_files({"set.yaml": inner})) == {"Baseline/Auditor": ("yes", "unknown")}
    given = scan_files({"set.yaml": inner}, inputs=Inputs(account="123456789012"))
    assert given.principals[0].principal.name == ("123456789012",)


def test_names_mean_nothing_outside_of_it(scan_files: Scan) -> None:
    outside = """
  Login:
    Type: AWS::IAM::Policy
    Properties:
      PolicyName: login
      PolicyDocument: {Statement: {Effect: Allow, Action: 'signin:*', Resource: '*'}}
      Users: [someone]
  Someone:
    Type: AWS::IAM::User
    Properties: {UserName: someone, LoginProfile: {Password: x}}
"""
    report = scan_files({"set.yaml": without_policy(outside)})
    assert verdicts(report) == {"Baseline/Auditor": ("yes", "implicit_deny"), "Someone": ("yes", "allowed")}


PARAMETERS = [
    ("default", "", "implicit_deny"),
    ("given", f"Parameters: [{{ParameterKey: Policies, ParameterValue: '{GRANT}'}}]", "allowed"),
    ("another", "Parameters: [{ParameterKey: Name, ParameterValue: a}]", "implicit_deny"),
    ("not known", "Parameters: [{ParameterKey: Policies, ParameterValue: !Ref Open}]", "unknown"),
    ("not known as a whole", "Parameters: !Ref Open", "unknown"),
    ("no list", "Parameters: {Policies: x}", "unknown"),
    ("of no shape", "Parameters: [a, {}]", "implicit_deny"),
    (
        "overridden",
        f"StackInstancesGroup: [{{ParameterOverrides: [{{ParameterKey: Policies, ParameterValue: '{GRANT}'}}]}}]",
        "unknown",
    ),
    (
        "another is overridden",
        "StackInstancesGroup: [{ParameterOverrides: [{ParameterKey: Name, ParameterValue: b}]}]",
        "implicit_deny",
    ),
]


@pytest.mark.parametrize(("given", "expected"), [row[1:] for row in PARAMETERS], ids=[row[0] for row in PARAMETERS])
def test_parameters(scan_files: Scan, given: str, expected: str) -> None:
    text = without_policy(f"      {given}\n" if given else "") + "Parameters: {Open: {Type: String}}\n"
    assert verdicts(scan_files({"set.yaml": text})) == {"Baseline/Auditor": ("yes", expected)}


def test_other_forms_of_a_body(scan_files: Scan) -> None:
    resources = '{"Resources": {"U": {"Type": "AWS::IAM::User", "Properties": {"LoginProfile": {"Password": "x"}}}}}'
    forms = {
        "json": f"'{resources}'",
        "object": resources,
        "encoded": f"{{'Fn::ToJsonString': {resources}}}",
        "folded": f">\n        {resources}",
        "joined": f"!Join ['', ['{resources}']]",
    }
    for name, body in forms.items():
        text = f"Transform: AWS::LanguageExtensions\n{STACK_SET}      TemplateBody: {body}\n"
        report = scan_files({"set.yaml": text})
        assert verdicts(report) == {"S/U": ("yes", "implicit_deny")}, name
        assert said(report) == [], name
        assert report.principals[0].definition.span.line >= 6, name


ALLOW = '{Effect: Allow, Action: "signin:*", Resource: "*"}'
ALLOW_OWN_ACCOUNT = '{Effect: Allow, Action: "signin:*", Resource: "arn:aws:signin:*:${AWS::AccountId}:*"}'
DENY_TEAM = '{Effect: Deny, Action: "signin:*", Resource: "arn:aws:s3:::${Team}"}'
TEAM_FOR_ACTION = '{Effect: Allow, "${Team}": "signin:*", Resource: "*"}'


def inner_user(name: str, *statements: str) -> str:
    return f"""\
{name}:
  Type: AWS::IAM::User
  Properties:
    UserName: "${{Team}}-{name}"
    LoginProfile: {{Password: x}}
    Policies:
      - PolicyName: a
        PolicyDocument:
          Version: "2012-10-17"
          Statement: [{", ".join(statements)}]
"""


def test_a_body_that_is_known_in_part(scan_files: Scan) -> None:
    """The account that is put into the text is that of the stack set itself, which the instances need not be in."""
    text = f"""Parameters:
  Team: {{Type: String}}
{STACK_SET}      TemplateBody: !Sub |
        Resources:
"""
    inner = {"U": [ALLOW, DENY_TEAM], "V": [ALLOW_OWN_ACCOUNT], "W": [TEAM_FOR_ACTION]}
    text += textwrap.indent("".join(inner_user(name, *statements) for name, statements in inner.items()), " " * 10)
    report = scan_files({"set.yaml": text})
    assert said(report) == []
    assert verdicts(report) == {"S/U": ("yes", "allowed"), "S/V": ("yes", "unknown"), "S/W": ("yes", "unknown")}


BROKEN = [
    ("no template", "TemplateBody: '[]'", "Invalid template"),
    ("not known", "TemplateBody: !Ref Open", "Stack set not followed"),
    ("known in part", "TemplateBody: !Sub 'Resources: {${Open}: {Type: a}}'", "Stack set not followed"),
    ("broken", "TemplateBody: 'Resources: ['", "Invalid template"),
    ("for another tool", "TemplateBody: {'Rain::Embed': user.yaml}", "Stack set not followed"),
    ("null", "TemplateBody:", "Stack set not followed"),
    ("missing", "StackSetName: a", "Stack set not followed"),
    ("remote", "TemplateURL: https://example.com/t.yaml", "Stack set not followed"),
]


@pytest.mark.parametrize(("properties", "summary"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_what_is_not_followed_is_said(scan_files: Scan, properties: str, summary: str) -> None:
    text = f"{STACK_SET}      {properties}\nParameters: {{Open: {{Type: String}}}}\n"
    report = scan_files({"set.yaml": text})
    assert any(message.startswith(summary) for message in said(report))
    assert all(found.span.path == "set.yaml" for found in report.diagnostics)


def test_a_local_template_is_followed(scan_files: Scan) -> None:
    text = "Resources:\n  S:\n    Type: AWS::CloudFormation::StackSet\n    Properties: {TemplateURL: user.yaml}\n"
    report = scan_files({"set.yaml": text, "user.yaml": "Resources: {U: {Type: 'AWS::IAM::User'}}\n"})
    assert (report.roots, list(verdicts(report))) == (1, ["S/U"])


def test_sets_in_sets_end(scan_files: Scan) -> None:
    text = "Resources: {U: {Type: 'AWS::IAM::User'}}"
    for _ in range(4):
        body = text.replace("'", "''")
        text = f"Resources: {{S: {{Type: 'AWS::CloudFormation::StackSet', Properties: {{TemplateBody: '{body}'}}}}}}"
    report = scan_files({"set.yaml": text})
    assert list(verdicts(report)) == ["S/S/S/S/U"]
    assert said(report) == []


def test_a_cause_calls_the_templates_own_stack_by_its_name(scan_files: Scan) -> None:
    user = "  Auditor:\n    Type: AWS::IAM::User\n    Properties: {UserName: auditor, LoginProfile: {Password: x}}\n"
    policy = "Resources: {P: {Type: 'AWS::IAM::Policy', Properties: {PolicyName: p, Users: [auditor], PolicyDocument: "
    statement = "{Statement: {Effect: Allow, Action: 'signin:*', Resource: '*'}}}}}"
    text = f"{STACK_SET}      TemplateBody: |\n        {policy}{statement}\n{user}"
    (finding,) = scan_files({"t.yaml": text}).findings
    assert finding.message.endswith("depends on whether S and the template's own stack are in the same account")
