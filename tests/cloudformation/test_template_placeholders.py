"""Mappings that are known in part, and templates that are the source of a text template."""

from __future__ import annotations

import pytest

from scanner.cloudformation.template.placeholders import has_placeholder, hint, variable_outside_sub
from scanner.cloudformation.template.syntax import parse
from scanner.report.report import Report
from tests.scans import scanned_template, verdicts

pytestmark = pytest.mark.slow

ADMIN = '"arn:aws:iam::aws:policy/AdministratorAccess"'
ALLOW = '{Effect: Allow, Action: "*", Resource: "*"}'
DENY = '{Effect: Deny, Action: "*", Resource: "*"}'


def embedding(document: str) -> str:
    policy = f"{{PolicyName: p, PolicyDocument: {document}}}"
    return f"U: {{Type: AWS::IAM::User, Properties: {{LoginProfile: {{Password: p}}, Policies: [{policy}]}}}}"


UNREADABLE = [
    ("as all properties", "U: {Type: AWS::IAM::User, Properties: {{ x }}}", ("unknown", "unknown")),
    ("beside a password", "U: {Type: AWS::IAM::User, Properties: {LoginProfile: {Password: p}, ? [a] : b}}", None),
    (
        "as what the resource has",
        "U: {Type: AWS::IAM::User, ? {x} : y, Properties: {LoginProfile: {Password: p}}}",
        ("unknown", "implicit_deny"),
    ),
    ("instead of properties", "U: {Type: AWS::IAM::User, ? {x} : y}", ("unknown", "unknown")),
    (
        "in a password's mapping",
        "U: {Type: AWS::IAM::User, Properties: {LoginProfile: {{ x }}}}",
        ("unknown", "implicit_deny"),
    ),
    (
        "as a list of policies",
        "U: {Type: AWS::IAM::User, Properties: {LoginProfile: {Password: p}, ManagedPolicyArns: {{ x }}}}",
        None,
    ),
    (
        "as an element",
        "U: {Type: AWS::IAM::User, Properties: {LoginProfile: {Password: p}, Policies: [{{ x }}]}}",
        None,
    ),
    (
        "as a statement that may deny",
        embedding(f"{{Statement: [{ALLOW}, {{{{ x }}}}]}}"),
        None,
    ),
    (
        "as a statement beside a denial",
        embedding(f"{{Statement: [{DENY}, {{{{ x }}}}]}}"),
        ("yes", "explicit_deny"),
    ),
    (
        "in a condition of a statement",
        embedding('{Statement: {Effect: Allow, Action: "*", Resource: "*", Condition: {{ x }}}}'),
        None,
    ),
    (
        "by an intrinsic",
        "U: {Type: AWS::IAM::User, Properties: {LoginProfile: {Password: p}, !Sub x: y}}",
        None,
    ),
    ("by null", "U: {Type: AWS::IAM::User, Properties: {LoginProfile: {Password: p}, ~: y}}", None),
    ("by a merge of a text", "U: {Type: AWS::IAM::User, Properties: {LoginProfile: {Password: p}, <<: y}}", None),
    (
        "by an alias",
        "U: {Type: AWS::IAM::User, Metadata: &m {a: b}, Properties: {LoginProfile: {Password: p}, *m : y}}",
        None,
    ),
]


@pytest.mark.parametrize(("resource", "verdict"), [row[1:] for row in UNREADABLE], ids=[row[0] for row in UNREADABLE])
def test_a_mapping_with_an_unreadable_key_is_known_in_part(resource: str, verdict: tuple[str, str] | None) -> None:
    report = scanned_template(f"Resources:\n  {resource}\n")
    assert verdicts(report) == {"U": verdict or ("yes", "unknown")}
    assert [(one.severity.value, one.span.line) for one in report.diagnostics] == [("error", 2)]


def test_what_is_known_beside_it_stays() -> None:
    report = scanned_template(
        f"""
        Resources:
          U:
            Type: AWS::IAM::User
            Properties:
              UserName: alice
              ManagedPolicyArns: [{ADMIN}]
              ? [more]
              : y
        """
    )
    assert [one.principal.name for one in report.principals] == [("alice",)]
    assert verdicts(report) == {"U": ("unknown", "unknown")}


def test_a_map_with_an_unreadable_key() -> None:
    template = """
        Mappings:
          M: {MAP}
        Resources:
          U:
            Type: AWS::IAM::User
            Properties:
              LoginProfile: {Password: p}
              ManagedPolicyArns: [!FindInMap [M, KEY, Arn]]
        """
    known = f"{{a: {{Arn: {ADMIN}}}, b: {{Arn: {ADMIN}}}, ? [c] : {{Arn: x}}}}"
    for key, decision in (("a", "allowed"), ("c", "unknown"), ('!Ref "AWS::Region"', "unknown")):
        report = scanned_template(template.replace("{MAP}", known).replace("KEY", key))
        assert verdicts(report) == {"U": ("yes", decision)}


SOURCES = [
    ("properties", "  U:\n    Type: AWS::IAM::User\n    Properties:\n      {{ user.props | indent(6) }}\n"),
    ("percent signs", "  U:\n    Type: AWS::IAM::User\n    Properties:\n      UserName: %%NAME%%\n"),
    ("embedded Ruby", "  <% users.each do |name| %>\n  U<%= name %>:\n    Type: AWS::IAM::User\n  <% end %>\n"),
    ("loop", "  {% for name in names %}\n  U:\n    Type: AWS::IAM::User\n  {% endfor %}\n"),
    ("value", "  U:\n    Type: AWS::IAM::User\n    Properties:\n      UserName: {{ name }}\n"),
    ("names", "  U:\n    Type: AWS::IAM::User\n    Properties: {UserName: {{ name }}, Path: {{ path }}}\n"),
    ("Helm", "  U:\n    Type: AWS::IAM::User\n    Properties:\n{{ toYaml .Values.props | indent 6 }}\n"),
]


@pytest.mark.parametrize("resources", [row[1] for row in SOURCES], ids=[row[0] for row in SOURCES])
def test_the_source_of_a_text_template_is_told_so_once(resources: str) -> None:
    report = scanned_template(f"Resources:\n{resources}")
    errors = [one for one in report.diagnostics if one.severity.value == "error"]
    assert [("text template" in one.detail, one.span.line > 1) for one in errors] == [(True, True)]


NO_SOURCES = ["a: [1, 2", '{"a": {"b": {"c": 1}}', "a: b: c", "# {{ x }}\na: [", 'a: "{{resolve:ssm:x}}"\nb: [']


@pytest.mark.parametrize("text", NO_SOURCES)
def test_other_broken_files_are_not_called_so(text: str) -> None:
    assert hint(text) == ""
    (problem,) = parse(text, "t.yaml").diagnostics
    assert "text template" not in problem.detail


def user_with(value: str) -> Report:
    return scanned_template(
        f"""
        Resources:
          U:
            Type: AWS::IAM::User
            Properties:
              LoginProfile: {{Password: p}}
              ManagedPolicyArns: [{value}]
        """
    )


PLACEHOLDERS = ["{{ arn }}", "arn:aws:iam::aws:policy/{{ name }}", "%%ARN%%", "<%= arn %>", "{% if x %}a{% endif %}"]


@pytest.mark.parametrize("text", PLACEHOLDERS)
def test_a_placeholder_in_a_text_is_not_known(text: str) -> None:
    assert has_placeholder(text)
    assert verdicts(user_with(f"'{text}'")) == {"U": ("yes", "unknown")}


@pytest.mark.parametrize(
    "text", ["{{resolve:ssm:/x}}", "100%", "a%%b", "${aws:username}", "{a}", "{{", "a < b % c > d"]
)
def test_other_texts_have_no_placeholder(text: str) -> None:
    assert not has_placeholder(text)


VARIABLES = [
    ("arn:aws:iam::${ACCOUNT}:policy/p", "${ACCOUNT}"),
    ("${AWS::Partition}", "${AWS::Partition}"),
    ("${self:custom.stage}-ops", "${self:custom.stage}"),
    ("x-${opt:stage, self:provider.stage}", "${opt:stage, self:provider.stage}"),
    ("${file(./arns.yml):admin}", "${file(./arns.yml):admin}"),
    ("${aws:username}", None),
    ("${saml:namequalifier}", None),
    ("${*}${?}${$}", None),
    ("$ACCOUNT", None),
]


@pytest.mark.parametrize(("text", "variable"), VARIABLES)
def test_variables_outside_sub_are_a_warning(text: str, variable: str | None) -> None:
    assert variable_outside_sub(text) == variable
    said = [one.detail for one in user_with(f"'{text}'").diagnostics if one.summary == "Variable outside Fn::Sub"]
    assert [variable in detail and "text template" in detail for detail in said if variable] == [True] * len(said)
    assert len(said) == (variable is not None)
    in_sub = user_with(f'!Sub "{text}"')
    assert not [one for one in in_sub.diagnostics if one.summary == "Variable outside Fn::Sub"]
