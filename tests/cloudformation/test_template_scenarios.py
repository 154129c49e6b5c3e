"""What a template leaves open is tried out: a verdict that holds for every answer is definite."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.verdicts import scenarios
from tests.examples import examples
from tests.scans import said, scanned_template, verdicts

pytestmark = pytest.mark.slow

HEAD = """
Parameters:
  Stage: {Type: String, AllowedValues: [dev, test, prod]}
  Only: {Type: String, AllowedValues: [x]}
  Size: {Type: Number, AllowedValues: [1, 2]}
  Open: {Type: String}
  Other: {Type: String}
  List: {Type: CommaDelimitedList}
  Stored: {Type: "AWS::SSM::Parameter::Value<String>", Default: /a, AllowedValues: [/a, /b]}
Mappings:
  Policies:
    dev: {Arn: "arn:aws:iam::aws:policy/AdministratorAccess"}
    test: {Arn: "arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess"}
    prod: {Arn: "arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess"}
Conditions:
  IsDev: !Equals [!Ref Stage, dev]
  IsProd: !Equals [!Ref Stage, prod]
  IsTest: !Equals [test, !Ref Stage]
  NotDev: !Not [!Condition IsDev]
  IsUnheardOf: !Equals [!Ref Stage, nowhere]
  IsSmall: !Equals [!Ref Size, "1"]
  IsEmpty: !Equals [!Ref Open, ""]
  IsYes: !Equals [!Ref Open, "yes"]
  IsEither: !Or [!Condition IsEmpty, !Condition IsYes]
  IsNeither: !Not [!Condition IsEither]
  Equal: !Equals [!Ref Open, !Ref Other]
  InIreland: !Equals [!Ref AWS::Region, eu-west-1]
  NoList: !Equals [!Join ["", !Ref List], ""]
  InChina: !Equals [!Ref AWS::Partition, aws-cn]
  StoredA: !Equals [!Ref Stored, a]
""" + "".join(f"  C{n}: !Equals [!Ref Open, c{n}]\n" for n in range(10))

GRANT = '{Effect: Allow, Action: "signin:*", Resource: "*"}'
READ = '{Effect: Allow, Action: "s3:Get*", Resource: "*"}'
DENY = '{Effect: Deny, Action: "signin:*", Resource: "*"}'
SIGN_IN = "arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess"
ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
VIEW = "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"


def user(*properties: str, condition: str = "", more: str = "") -> str:
    lines = ["LoginProfile: {Password: x}", *properties]
    head = f"    Condition: {condition}\n" if condition else ""
    body = "\n".join(f"      {line}" for line in lines)
    return f"{HEAD}Resources:\n  U:\n    Type: AWS::IAM::User\n{head}    Properties:\n{body}\n{more}"


def policy(statements: str) -> str:
    return f"Policies: [{{PolicyName: p, PolicyDocument: {{Version: 2012-10-17, Statement: {statements}}}}}]"


NOTHING = "!Ref AWS::NoValue"

CASES = [
    ("both arms of a statement allow", policy(f"[!If [IsYes, {GRANT}, {GRANT}]]"), "allowed"),
    ("both arms allow by different statements", policy(f"[!If [Equal, {GRANT}, {{Effect: Allow, Action: '*', Resource: '*'}}]]"), "allowed"),  # noqa: E501
    ("a statement that may vanish beside one that allows", policy(f"[{GRANT}, !If [IsYes, {READ}, {NOTHING}]]"), "allowed"),  # noqa: E501
    ("a statement that may vanish and has nothing to do with it", policy(f"[{READ}, !If [IsYes, {READ}, {NOTHING}]]"), "implicit_deny"),  # noqa: E501
    ("a statement that may vanish and matters", policy(f"[{READ}, !If [IsYes, {GRANT}, {NOTHING}]]"), "unknown"),
    ("a denial that may vanish", policy(f"[{GRANT}, !If [IsYes, {DENY}, {NOTHING}]]"), "unknown"),
    ("action list", policy("[{Effect: Allow, Resource: '*', Action: ['signin:*', !If [IsYes, 's3:*', 'ec2:*']]}]"), "allowed"),  # noqa: E501
    ("element of an action list", policy("[{Effect: Allow, Resource: '*', Action: [!If [IsYes, 'signin:*', '*']]}]"), "allowed"),  # noqa: E501
    ("ten statements that may vanish and have nothing to do with it", policy("[" + ", ".join(f"!If [C{n}, {READ}, {NOTHING}]" for n in range(10)) + f", {READ}]"), "implicit_deny"),  # noqa: E501
    ("ten elements of an action list", policy("[{Effect: Allow, Resource: '*', Action: ['ec2:*', " + ", ".join(f"!If [C{n}, 's3:*', {NOTHING}]" for n in range(10)) + "]}]"), "implicit_deny"),  # noqa: E501
    ("ten resources", policy("[{Effect: Allow, Action: 'signin:*', Resource: ['arn:aws:signin:*:*:service-principal/x', " + ", ".join(f"!If [C{n}, 'arn:aws:signin:*:*:service-principal/{n}', {NOTHING}]" for n in range(10)) + "]}]"), "implicit_deny"),  # noqa: E501
    ("ten tests beside one that allows", policy("[" + ", ".join(f"!If [C{n}, {READ}, {READ}]" for n in range(10)) + f", {GRANT}]"), "allowed"),  # noqa: E501
    ("denied either way", policy(f"[{GRANT}, !If [IsYes, {DENY}, {{Effect: Deny, Action: '*', Resource: '*'}}]]"), "explicit_deny"),  # noqa: E501
    ("denied either way and never allowed", policy(f"[!If [IsYes, {DENY}, {{Effect: Deny, Action: '*', Resource: '*'}}]]"), "explicit_deny"),  # noqa: E501
    ("a condition that may vanish", policy("[{Effect: Allow, Action: 'signin:*', Resource: '*', Condition: !If [IsYes, {Bool: {'aws:SecureTransport': 'true'}}, " + NOTHING + "]}]"), "allowed"),  # noqa: E501
    ("an element that may vanish in two forms", policy("[{Effect: Allow, Action: !If [IsYes, 's3:*', " + NOTHING + "], NotAction: !If [IsYes, " + NOTHING + ", 'signin:*'], Resource: '*'}]"), "implicit_deny"),  # noqa: E501
    ("two statements of one Sid in two arms", policy("[!If [IsYes, {Sid: A, Effect: Allow, Action: 'signin:*', Resource: '*'}, {Sid: A, Effect: Allow, Action: '*', Resource: '*'}]]"), "allowed"),  # noqa: E501
    ("text of a policy by Sub", "Policies: [{PolicyName: p, PolicyDocument: !Sub ['{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"${A}\", \"Resource\": \"*\"}]}', {A: !If [IsYes, 'signin:*', '*']}]}]", "allowed"),  # noqa: E501
    ("whole action list", policy("[{Effect: Allow, Resource: '*', Action: !If [IsYes, ['signin:*'], ['s3:*', '*']]}]"), "allowed"),  # noqa: E501
    ("effect", policy("[{Effect: !If [IsYes, Allow, Allow], Resource: '*', Action: 'signin:*'}]"), "allowed"),
    ("whole document", f"Policies: [{{PolicyName: p, PolicyDocument: !If [IsYes, {{Version: 2012-10-17, Statement: [{GRANT}]}}, {{Version: 2012-10-17, Statement: {GRANT}}}]}}]", "allowed"),  # noqa: E501
    ("whole policy", f"Policies: !If [IsYes, [{{PolicyName: p, PolicyDocument: {{Version: 2012-10-17, Statement: {READ}}}}}], {NOTHING}]", "implicit_deny"),  # noqa: E501
    ("statement list", policy(f"!If [IsYes, [{GRANT}, {READ}], [{READ}, {GRANT}]]"), "allowed"),
    ("nested conditions", policy(f"[!If [IsYes, {GRANT}, !If [IsDev, {GRANT}, {GRANT}]]]"), "allowed"),
    ("one policy or another", f"ManagedPolicyArns: [!If [IsYes, {SIGN_IN}, {ADMIN}]]", "allowed"),
    ("one that grants or one that does not", f"ManagedPolicyArns: [!If [IsYes, {SIGN_IN}, {VIEW}]]", "unknown"),
    ("neither grants", f"ManagedPolicyArns: [!If [IsYes, {VIEW}, {NOTHING}]]", "implicit_deny"),
    ("found in a map by an allowed value", "ManagedPolicyArns: [!FindInMap [Policies, !Ref Stage, Arn]]", "allowed"),
    ("named by an allowed value", "ManagedPolicyArns: [!Sub 'arn:aws:iam::aws:policy/${Only}']", "unknown"),
    ("exclusive conditions cover all values", f"ManagedPolicyArns: [!If [IsDev, {SIGN_IN}, {NOTHING}], !If [NotDev, {ADMIN}, {NOTHING}]]", "allowed"),  # noqa: E501
    ("allowed values are exhausted", f"ManagedPolicyArns: [!If [IsDev, {SIGN_IN}, {NOTHING}], !If [IsTest, {ADMIN}, {NOTHING}], !If [IsProd, {ADMIN}, {NOTHING}]]", "allowed"),  # noqa: E501
    ("allowed values are not exhausted", f"ManagedPolicyArns: [!If [IsDev, {SIGN_IN}, {NOTHING}], !If [IsTest, {ADMIN}, {NOTHING}]]", "unknown"),  # noqa: E501
    ("a value that is not allowed", f"ManagedPolicyArns: [!If [IsUnheardOf, {SIGN_IN}, {VIEW}]]", "implicit_deny"),
    ("a number that is allowed", f"ManagedPolicyArns: [!If [IsSmall, {SIGN_IN}, {ADMIN}]]", "allowed"),
    ("compared texts exclude each other", f"ManagedPolicyArns: [!If [IsEmpty, !If [IsYes, {SIGN_IN}, {VIEW}], {VIEW}]]", "implicit_deny"),  # noqa: E501
    ("conditions of conditions", f"ManagedPolicyArns: [!If [IsEither, {SIGN_IN}, {NOTHING}], !If [IsNeither, {ADMIN}, {NOTHING}]]", "allowed"),  # noqa: E501
    ("two unknowns compared", f"ManagedPolicyArns: [!If [Equal, {SIGN_IN}, {ADMIN}]]", "allowed"),
    ("region", f"ManagedPolicyArns: [!If [InIreland, {SIGN_IN}, {ADMIN}]]", "allowed"),
    ("region that matters", f"ManagedPolicyArns: [!If [InIreland, {SIGN_IN}, {VIEW}]]", "conditional"),
    ("list", f"ManagedPolicyArns: [!If [NoList, {SIGN_IN}, {ADMIN}]]", "allowed"),
    ("partition", f"ManagedPolicyArns: [!If [InChina, {VIEW}, !Sub 'arn:${{AWS::Partition}}:iam::aws:policy/AdministratorAccess']]", "allowed"),  # noqa: E501
    ("stored value", f"ManagedPolicyArns: [!If [StoredA, {SIGN_IN}, {ADMIN}]]", "allowed"),
    ("boundary either way", f"ManagedPolicyArns: [{ADMIN}]\n      PermissionsBoundary: !If [IsYes, {ADMIN}, {SIGN_IN}]", "allowed"),  # noqa: E501
    ("boundary that may block", f"ManagedPolicyArns: [{ADMIN}]\n      PermissionsBoundary: !If [IsYes, {ADMIN}, {VIEW}]", "unknown"),  # noqa: E501
    ("boundary that may not be there", f"ManagedPolicyArns: [{ADMIN}]\n      PermissionsBoundary: !If [IsYes, {SIGN_IN}, {NOTHING}]", "allowed"),  # noqa: E501
    ("nothing says what it is", "ManagedPolicyArns: [!Ref Open]", "unknown"),
]  # fmt: skip


@pytest.mark.parametrize(("properties", "expected"), [row[1:] for row in CASES], ids=[row[0] for row in CASES])
def test_verdicts_that_hold_for_all_answers(properties: str, expected: str) -> None:
    report = scanned_template(user(properties))
    assert verdicts(report) == {"U": ("yes", expected)}
    assert said(report) == []


PASSWORDS = [
    ("either way", "!If [IsYes, {Password: a}, {Password: b}]", "yes"),
    ("nested", "!If [IsYes, {Password: a}, !If [IsDev, {Password: b}, {Password: c}]]", "yes"),
    ("perhaps", "!If [IsYes, {Password: a}, !Ref AWS::NoValue]", "unknown"),
    ("never", "!If [IsUnheardOf, {Password: a}, !Ref AWS::NoValue]", "no"),
    ("exhausted", "!If [IsDev, {Password: a}, !If [IsTest, {Password: a}, !If [IsProd, {Password: a}, !Ref AWS::NoValue]]]", "yes"),  # noqa: E501
]  # fmt: skip


@pytest.mark.parametrize(("written", "expected"), [row[1:] for row in PASSWORDS], ids=[row[0] for row in PASSWORDS])
def test_passwords(written: str, expected: str) -> None:
    text = f"{HEAD}Resources: {{U: {{Type: 'AWS::IAM::User', Properties: {{LoginProfile: {written}}}}}}}"
    assert verdicts(scanned_template(text))["U"][0] == expected


def test_a_role_that_one_of_two_federations_enters() -> None:
    def trust(principal: str) -> str:
        return (
            "{Version: 2012-10-17, Statement: [{Effect: Allow, Action: 'sts:AssumeRoleWithSAML', "
            f"Principal: {{Federated: {principal}}}}}]}}"
        )

    provider = "arn:aws:iam::123456789012:saml-provider"
    role = f"AssumeRolePolicyDocument: !If [IsDev, {trust(f'{provider}/a')}, {trust(f'{provider}/b')}]"
    text = f"{HEAD}Resources:\n  R:\n    Type: AWS::IAM::Role\n    Properties:\n      {role}\n"
    assert verdicts(scanned_template(text)) == {"R": ("yes", "implicit_deny")}


def test_a_principal_is_judged_where_it_exists() -> None:
    attached = f"ManagedPolicyArns: [!If [IsProd, {SIGN_IN}, {VIEW}]]"
    assert verdicts(scanned_template(user(attached, condition="IsProd"))) == {"U": ("yes", "allowed")}
    assert verdicts(scanned_template(user(attached, condition="IsDev"))) == {"U": ("yes", "implicit_deny")}
    assert verdicts(scanned_template(user(attached, condition="NotDev"))) == {"U": ("yes", "unknown")}


def test_policies_of_other_resources_come_under_the_same_conditions() -> None:
    more = f"""
  G: {{Type: "AWS::IAM::Group", Condition: IsDev, Properties: {{ManagedPolicyArns: [{SIGN_IN}]}}}}
  M: {{Type: "AWS::IAM::UserToGroupAddition", Condition: IsDev, Properties: {{GroupName: !Ref G, Users: [!Ref U]}}}}
  P:
    Type: AWS::IAM::ManagedPolicy
    Condition: NotDev
    Properties: {{Users: [!Ref U], PolicyDocument: {{Version: 2012-10-17, Statement: {GRANT}}}}}
"""
    assert verdicts(scanned_template(user(more=more))) == {"U": ("yes", "allowed")}


def test_the_reasons_come_from_all_scenarios() -> None:
    report = scanned_template(user(f"ManagedPolicyArns: [!If [IsYes, {SIGN_IN}, {ADMIN}]]"))
    (found,) = report.principals
    decision = found.aws_login.permissions[0].decision
    assert sorted(match.policy.name for match in decision.matches) == [
        "AdministratorAccess",
        "SignInLocalDevelopmentAccess",
    ]


def test_what_is_not_settled_names_the_parameter() -> None:
    report = scanned_template(user(f"ManagedPolicyArns: [!If [IsYes, {SIGN_IN}, {VIEW}]]"))
    (found,) = report.principals
    causes = [cause.detail for cause in found.aws_login.permissions[0].decision.causes]
    assert causes == ['parameter "Open", which has no default']


def test_a_given_value_is_not_tried_out() -> None:
    text = user(f"ManagedPolicyArns: [!If [IsDev, {SIGN_IN}, {VIEW}]]")
    assert verdicts(scanned_template(text, {"Stage": "dev"})) == {"U": ("yes", "allowed")}
    assert verdicts(scanned_template(text, {"Stage": "prod"})) == {"U": ("yes", "implicit_deny")}


def test_a_value_that_is_not_allowed_is_as_good_as_none() -> None:
    text = user(f"ManagedPolicyArns: [!If [IsUnheardOf, {VIEW}, {SIGN_IN}]]")
    assert verdicts(scanned_template(text, {"Stage": "nowhere"})) == {"U": ("yes", "allowed")}


def many(number: int, *, together: bool) -> str:
    conditions = "\n".join(f"  C{n}: !Equals [!Ref P{n}, x]" for n in range(number))
    parameters = "\n".join(f"  P{n}: {{Type: String}}" for n in range(number))
    text = f"Parameters:\n{parameters}\nConditions:\n{conditions}\nResources:\n"
    arms = [f"!If [C{n}, {SIGN_IN}, {ADMIN}]" for n in range(number)]
    users = [arms] if together else [[arm] for arm in arms]
    for n, attached in enumerate(users):
        text += (
            f"  U{n}: {{Type: 'AWS::IAM::User', Properties: {{LoginProfile: {{Password: x}}, "
            f"ManagedPolicyArns: [{', '.join(attached)}]}}}}\n"
        )
    return text


def test_users_that_hang_on_parameters_of_their_own_do_not_multiply() -> None:
    report = scanned_template(many(40, together=False))
    assert {found for _, found in verdicts(report).values()} == {"allowed"}
    assert not report.diagnostics


@pytest.mark.parametrize("bound", ["MAX_LEAVES", "MAX_EVALUATIONS", "MAX_WORK"])
def test_too_many_combinations_stay_open_and_are_said(monkeypatch: pytest.MonkeyPatch, bound: str) -> None:
    monkeypatch.setattr(scenarios, bound, 5)
    report = scanned_template(many(10, together=True).replace(ADMIN, VIEW))
    assert verdicts(report) == {"U0": ("yes", "unknown")}
    assert [found.summary for found in report.warnings] == ["Combinations not tried"]


def test_a_parameter_that_has_nothing_to_do_with_identities_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scenarios, "MAX_EVALUATIONS", 0)
    bucket = "  B: {Type: 'AWS::S3::Bucket', Properties: {BucketName: !If [IsYes, a, b]}}\n"
    report = scanned_template(user(f"ManagedPolicyArns: [{ADMIN}]", more=bucket))
    assert verdicts(report) == {"U": ("yes", "allowed")}
    assert not report.diagnostics


def test_two_choices_with_the_same_cause_are_two() -> None:
    """The denial is in the second one."""
    one = f"!If [IsX, {NOTHING}, {GRANT}]"
    other = f"!If [IsX, {DENY}, {NOTHING}]"
    text = (
        f"{LAW}Resources:\n  U:\n    Type: AWS::IAM::User\n    Properties:\n      LoginProfile: {{Password: x}}\n"
        f"      {policy(f'[{GRANT}, !If [NotA, {one}, {other}]]')}\n"
    )
    assert verdicts(scanned_template(text)) == {"U": ("yes", "unknown")}


STATEMENTS = st.sampled_from([GRANT, READ, DENY])
CONDITIONS = st.sampled_from(["IsA", "IsX", "IsY", "NotA", "Both"])


def _arms(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(lambda name, a, b: f"!If [{name}, {a}, {b}]", CONDITIONS, inner, inner)


ELEMENTS = st.recursive(STATEMENTS | st.just(NOTHING), _arms, max_leaves=4)

LAW = """
Parameters:
  P: {Type: String, AllowedValues: [a, b]}
  Q: {Type: String}
Conditions:
  IsA: !Equals [!Ref P, a]
  NotA: !Not [!Condition IsA]
  IsX: !Equals [!Ref Q, x]
  IsY: !Equals [!Ref Q, y]
  Both: !And [!Condition IsA, !Condition IsX]
"""


@examples(8)
@given(st.lists(ELEMENTS, min_size=1, max_size=3), CONDITIONS | st.none())
def test_the_open_verdict_is_that_of_all_fillings_where_they_agree(elements: list[str], condition: str | None) -> None:
    head = f"    Condition: {condition}\n" if condition else ""
    text = (
        f"{LAW}Resources:\n  U:\n    Type: AWS::IAM::User\n{head}    Properties:\n      LoginProfile: {{Password: x}}\n"
        f"      {policy('[' + READ + ', ' + ', '.join(elements) + ']')}\n"
    )
    found = verdicts(scanned_template(text)).get("U")
    filled = {
        verdict
        for p, q in itertools.product("ab", ("x", "y", "z"))
        if (verdict := verdicts(scanned_template(text, {"P": p, "Q": q})).get("U")) is not None
    }
    if not filled:
        return
    outcomes = {outcome for _, outcome in filled}
    agreed = outcomes.pop() if len(outcomes) == 1 else "unknown"
    if outcomes == {"implicit_deny", "explicit_deny"}:  # nothing ever allows it
        agreed = "implicit_deny"
    assert found == ("yes", agreed)
