"""Exports and imports across the templates of one scan, and inside one root."""

from __future__ import annotations

import pytest

from scanner.report.report import Report
from scanner.root import Inputs
from scanner.verdicts.sign_in import Client
from tests.scans import Scan, causes, verdicts

pytestmark = pytest.mark.slow

POLICY = """
Resources:
  Login:
    Type: AWS::IAM::ManagedPolicy
    Properties: {PolicyDocument: {Statement: {Effect: Allow, Action: 'signin:*', Resource: '*'}}}
  Group:
    Type: AWS::IAM::Group
    Properties: {ManagedPolicyArns: [!Ref Login]}
Outputs:
  Policy: {Value: !Ref Login, Export: {Name: shared-policy}}
  Group: {Value: !Ref Group, Export: {Name: shared-group}}
"""


def user(properties: str, more: str = "") -> str:
    return f"""
Resources:
  Anna:
    Type: AWS::IAM::User
    Properties: {{LoginProfile: {{Password: x}}, {properties}}}
{more}"""


def by_root(report: Report) -> dict[str, str]:
    return {
        f"{found.definition.root} {found.definition.address}": found.aws_login.outcome(Client.LOCALHOST).value
        for found in report.principals
    }


IMPORTS = [
    ("policy", "ManagedPolicyArns: [!ImportValue shared-policy]", "allowed"),
    ("long form", "ManagedPolicyArns: [{'Fn::ImportValue': {'Fn::Sub': 'shared-policy'}}]", "allowed"),
    ("through a parameter", "ManagedPolicyArns: [!ImportValue {'Fn::Sub': '${Stage}-policy'}]", "allowed"),
    ("group", "Groups: [!ImportValue shared-group]", "allowed"),
    ("another name", "ManagedPolicyArns: [!ImportValue other-policy]", "unknown"),
    ("name without a value", "ManagedPolicyArns: [!ImportValue {Ref: Open}]", "unknown"),
]


@pytest.mark.parametrize(("properties", "expected"), [row[1:] for row in IMPORTS], ids=[row[0] for row in IMPORTS])
def test_imports(scan_files: Scan, properties: str, expected: str) -> None:
    more = "Parameters: {Stage: {Type: String, Default: shared}, Open: {Type: String}}\n"
    report = scan_files({"policy.yaml": POLICY, "people.yaml": user(properties, more)})
    assert by_root(report) == {"people.yaml Anna": expected}
    assert not report.diagnostics
    assert (report.roots, report.files) == (2, 2)


PLACES = [
    ("${AWS::Region}-group", "${AWS::Region}-group", "allowed"),
    ("${AWS::AccountId}:group:${AWS::Region}", "${AWS::AccountId}:group:${AWS::Region}", "allowed"),
    ("${AWS::Region}-group", "${AWS::AccountId}-group", "unknown"),
    ("${AWS::Region}-group", "eu-west-1-group", "unknown"),
    ("${AWS::StackName}-group", "${AWS::StackName}-group", "unknown"),
]


@pytest.mark.parametrize(("exported", "imported", "expected"), PLACES)
def test_names_with_the_account_or_region(scan_files: Scan, exported: str, imported: str, expected: str) -> None:
    shared = POLICY.replace("Name: shared-group", f'Name: !Sub "{exported}"')
    anna = user(f'Groups: [!ImportValue {{"Fn::Sub": "{imported}"}}]')
    report = scan_files({"shared.yaml": shared, "anna.yaml": anna})
    assert by_root(report) == {"anna.yaml Anna": expected}


def test_what_an_importer_does_to_what_it_imports(scan_files: Scan) -> None:
    people = user("") + "Outputs: {Name: {Value: !Ref Anna, Export: {Name: anna}}}\n"
    policy = """
Resources:
  Login:
    Type: AWS::IAM::Policy
    Properties:
      PolicyName: login
      PolicyDocument: {Statement: {Effect: Allow, Action: 'signin:*', Resource: '*'}}
      Users: [!ImportValue anna]
"""
    report = scan_files({"people.yaml": people, "policy.yaml": policy})
    assert by_root(report) == {"people.yaml Anna": "allowed"}


def test_the_same_logical_ids_are_different_things(scan_files: Scan) -> None:
    own = (
        user("ManagedPolicyArns: [!Ref Login]")
        + """
  Login:
    Type: AWS::IAM::ManagedPolicy
    Properties: {PolicyDocument: {Statement: {Effect: Allow, Action: 's3:*', Resource: '*'}}}
  Bert:
    Type: AWS::IAM::User
    Properties: {ManagedPolicyArns: [!ImportValue shared-policy], Groups: [!Ref Group]}
  Group: {Type: AWS::IAM::Group}
"""
    )
    report = scan_files({"policy.yaml": POLICY, "people.yaml": own})
    assert by_root(report) == {"people.yaml Anna": "implicit_deny", "people.yaml Bert": "allowed"}


def test_a_chain_of_exports(scan_files: Scan) -> None:
    middle = """
Resources: {Topic: {Type: AWS::SNS::Topic}}
Outputs: {Policy: {Value: !ImportValue shared-policy, Export: {Name: second}}}
"""
    files = {"a.yaml": POLICY, "b.yaml": middle, "c.yaml": user("ManagedPolicyArns: [!ImportValue second]")}
    assert by_root(scan_files(files)) == {"c.yaml Anna": "allowed"}


def test_a_name_that_two_export_names_neither(scan_files: Scan) -> None:
    files = {
        "a/policy.yaml": POLICY,
        "b/policy.yaml": POLICY,
        "people.yaml": user("Groups: [!ImportValue shared-group]"),
    }
    report = scan_files(files)
    assert by_root(report) == {"people.yaml Anna": "unknown"}
    assert 'the export "shared-group", which several stacks have (a/policy.yaml, b/policy.yaml)' in causes(report)


def test_those_that_import_the_same_are_not_joined(scan_files: Scan) -> None:
    """They may be deployed into two accounts, each beside a stack of the template that exports."""
    grant = """
  Login:
    Type: AWS::IAM::Policy
    Properties:
      PolicyName: login
      PolicyDocument: {Statement: {Effect: Allow, Action: 'signin:*', Resource: '*'}}
      Users: [anna]
      Groups: [!ImportValue readers]
"""
    readers = """
Resources: {Readers: {Type: AWS::IAM::Group}}
Outputs: {Readers: {Value: !Ref Readers, Export: {Name: readers}}}
"""
    files = {
        "dev.yaml": user("UserName: anna, Groups: [!ImportValue readers]"),
        "prod.yaml": user("UserName: anna, Groups: [!ImportValue readers]", grant),
        "readers.yaml": readers,
    }
    found = by_root(scan_files(files))
    assert found == {"dev.yaml Anna": "implicit_deny", "prod.yaml Anna": "allowed"}


CONDITIONAL = (
    POLICY.replace("Policy: {Value", "Policy: {Condition: On, Value")
    + """
Parameters: {Switch: {Type: String}}
Conditions: {On: !Equals [!Ref Switch, "yes"]}
"""
)


@pytest.mark.parametrize(("given", "expected"), [("yes", "allowed"), ("no", "unknown"), (None, "unknown")])
def test_an_export_under_a_condition(scan_files: Scan, given: str | None, expected: str) -> None:
    files = {"policy.yaml": CONDITIONAL, "people.yaml": user("ManagedPolicyArns: [!ImportValue shared-policy]")}
    inputs = Inputs(parameters=(("Switch", given),) if given is not None else ())
    assert by_root(scan_files(files, inputs=inputs)) == {"people.yaml Anna": expected}


def test_exports_in_a_circle(scan_files: Scan) -> None:
    def circle(own: str, other: str) -> str:
        outputs = f"Outputs: {{X: {{Value: !ImportValue {other}, Export: {{Name: {own}}}}}}}\n"
        return user(f"ManagedPolicyArns: [!ImportValue {other}]", outputs)

    report = scan_files({"a.yaml": circle("a", "b"), "b.yaml": circle("b", "a")})
    assert set(by_root(report).values()) == {"unknown"}


def test_between_nested_stacks(scan_files: Scan) -> None:
    root = """
Resources:
  Policy: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: policy.yaml}}
  People: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: people.yaml}}
"""
    people = user("ManagedPolicyArns: [!ImportValue shared-policy]")
    report = scan_files({"root.yaml": root, "policy.yaml": POLICY, "people.yaml": people})
    assert verdicts(report) == {"People/Anna": ("yes", "allowed")}


def test_what_is_wrong_with_a_neighbour_is_said_once(scan_files: Scan) -> None:
    broken = POLICY.replace("Effect: Allow", "Effect: Perhaps")
    people = user("ManagedPolicyArns: [!ImportValue shared-policy]")
    report = scan_files({"policy.yaml": broken, "people.yaml": people})
    assert {(found.root, found.span.path) for found in report.diagnostics} <= {("policy.yaml", "policy.yaml")}
    assert by_root(report) == {"people.yaml Anna": "unknown"}


def test_assumptions_go_for_neighbours_as_well(scan_files: Scan) -> None:
    """Whatever the parameter is, the group gives the permission by one of two statements."""
    group = """
Parameters: {Stage: {Type: String}}
Conditions: {Production: !Equals [!Ref Stage, prod]}
Resources:
  Group:
    Type: AWS::IAM::Group
    Properties:
      ManagedPolicyArns:
        - !If
          - Production
          - arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess
          - arn:aws:iam::aws:policy/PowerUserAccess
Outputs: {Group: {Value: !Ref Group, Export: {Name: group}}}
"""
    report = scan_files({"group.yaml": group, "people.yaml": user("Groups: [!ImportValue group]")})
    assert by_root(report) == {"people.yaml Anna": "allowed"}
