"""What is offered for templates: one thing more, where it belongs, in YAML and JSON of any style."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import cfn_flip
import pytest

from scanner.fix import Edit
from scanner.fixes.templates.edits import add_actions, add_statement, attach_beside, attach_new, replace_word
from scanner.fixes.text.source import Source, source
from scanner.iam.policy import PolicyDocument
from scanner.iam.principal import AttachedPolicy, How, PolicyType, PrincipalKind
from scanner.span import Span
from tests.scans import scanned_files

FIXTURES = Path(__file__).parent.parent.parent / "fixtures" / "cloudformation"
ACTIONS = ("signin:AuthorizeOAuth2Access", "signin:CreateOAuth2Token")
RESOURCE = "arn:aws:signin:*:*:oauth2/public-client/localhost"
NEW = "arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess"


def read(text: str, name: str = "t.yaml") -> Source:
    found = source(name, text.encode())
    assert found is not None
    return found


def place(text: Source, fragment: str) -> Span:
    """Where a fragment stands, which stands there once."""
    assert text.text.count(fragment) == 1, fragment
    start = text.text.index(fragment)
    return text.lines.span(start, start + len(fragment))


def policy(span: Span) -> AttachedPolicy:
    return AttachedPolicy(PolicyType.IDENTITY, "p", PolicyDocument(()), How.ATTACHED, span)


def changed(text: Source, edits: Sequence[Edit] | None) -> str | None:
    return None if edits is None else text.changed(edits)


OTHER = "policy/SignInLocalDevelopmentAccess"
BESIDE = [
    ("- arn:aws:iam::aws:policy/A\n¦", "arn:aws:iam::aws:policy/A", f"- {NEW}\n"),
    (
        "- 'arn:aws-cn:iam::aws:policy/job-function/A' # c\n- !Ref B\n¦",
        "'arn:aws-cn:iam::aws:policy/job-function/A'",
        f"- 'arn:aws-cn:iam::aws:{OTHER}'\n",
    ),
    (
        "- !Sub arn:${AWS::Partition}:iam::aws:policy/A\n¦",
        "!Sub arn:${AWS::Partition}:iam::aws:policy/A",
        f"- !Sub arn:${{AWS::Partition}}:iam::aws:{OTHER}\n",
    ),
    ("- Fn::Sub: 'arn:${P}:iam::aws:policy/A'\n¦", "Fn::Sub: 'arn", f"- Fn::Sub: 'arn:${{P}}:iam::aws:{OTHER}'\n"),
    (
        "- !Join ['', ['arn:', !Ref AWS::Partition, ':iam::aws:policy/A']]\n¦",
        "!Join ['', ['arn:', !Ref AWS::Partition, ':iam::aws:policy/A']]",
        f"- !Join ['', ['arn:', !Ref AWS::Partition, ':iam::aws:{OTHER}']]\n",
    ),
    (
        "- Fn::Join:\n  - ':'\n  - - arn\n    - !Ref P\n    - iam\n    - ''\n    - aws\n    - policy/A\n¦",
        "policy/A",
        f"- Fn::Join:\n  - ':'\n  - - arn\n    - !Ref P\n    - iam\n    - ''\n    - aws\n    - {OTHER}\n",
    ),
    (  # the policy itself has no name there, its neighbour does
        "- !Ref A\n- !Sub arn:${P}:iam::aws:policy/B\n- !Sub arn:aws:iam::${AWS::AccountId}:policy/C\n¦",
        "!Ref A",
        f"- !Sub arn:${{P}}:iam::aws:{OTHER}\n",
    ),
    ("- !Ref A\n¦", "!Ref A", f"- {NEW}\n"),
    ("- !If [c, arn:aws:iam::aws:policy/A, !Ref B]\n¦", "arn:aws:iam::aws:policy/A", f"- {NEW}\n"),
    (  # not under the condition of its neighbour
        "- !If [c, !Ref A, arn:aws-cn:iam::aws:policy/B]\n¦",
        "!Ref A",
        f"- {NEW}\n",
    ),
    ("- Fn::Sub:  # not copied\n    arn:${P}:iam::aws:policy/A\n¦", "arn:${P}:iam::aws:policy/A", f"- {NEW}\n"),
    ('[ "arn:aws:iam::aws:policy/A"¦ ]\n', '"arn:aws:iam::aws:policy/A"', f', "{NEW}"'),
    (  # above the alias, whose end is not known
        "- arn:aws:iam::aws:policy/A\n¦- *b\n",
        "arn:aws:iam::aws:policy/A",
        f"- {NEW}\n",
    ),
    ("- &a arn:aws:iam::aws:policy/A\nz: *a\n", "&a arn:aws:iam::aws:policy/A", None),
    ("!If [c, [!Ref A], !Ref B]\n", "!Ref A", None),
    ("!Ref A\n", "!Ref A", None),
    ("&all [!Ref A]\nz: *all\n", "!Ref A", None),
]


@pytest.mark.parametrize("name", ["ManagedPolicyArns", "ManagedPolicies"])
@pytest.mark.parametrize(("policies", "beside", "new"), BESIDE)
def test_a_policy_beside_another(name: str, policies: str, beside: str, new: str | None) -> None:
    policies = f"b: &b x\n{name}:" + ("\n" if policies.startswith("-") else " ") + policies
    text = read(policies.replace("¦", ""))
    found = changed(text, attach_beside(text, policy(place(text, beside))))
    assert found == (None if new is None else policies.replace("¦", new))


def test_a_policy_that_is_attached_from_elsewhere() -> None:
    text = read("Users:\n- !Ref A\n")
    assert attach_beside(text, policy(place(text, "!Ref A"))) is None


JSON_BESIDE = [
    ('["arn:aws:iam::aws:policy/A"¦]', '"arn:aws:iam::aws:policy/A"', f', "{NEW}"'),
    (
        '[\n    {\n      "Fn::Sub": "arn:${P}:iam::aws:policy/A"\n    }¦\n  ]',
        '{\n      "Fn::Sub": "arn:${P}:iam::aws:policy/A"\n    }',
        f',\n    {{\n      "Fn::Sub": "arn:${{P}}:iam::aws:{OTHER}"\n    }}',
    ),
    (
        '[{"Fn::Join": ["", ["arn:", {"Ref": "P"}, ":iam::aws:policy/A"]]}¦]',
        '{"Fn::Join": ["", ["arn:", {"Ref": "P"}, ":iam::aws:policy/A"]]}',
        f', {{"Fn::Join": ["", ["arn:", {{"Ref": "P"}}, ":iam::aws:{OTHER}"]]}}',
    ),
    ('{"Fn::If": ["c", ["a"], {"Ref": "AWS::NoValue"}]}', '"a"', None),
]


@pytest.mark.parametrize(("policies", "beside", "new"), JSON_BESIDE)
def test_a_policy_beside_another_in_json(policies: str, beside: str, new: str | None) -> None:
    policies = '{\n  "ManagedPolicyArns": ' + policies + "\n}\n"
    text = read(policies.replace("¦", ""), "t.json")
    found = changed(text, attach_beside(text, policy(place(text, beside))))
    assert found == (None if new is None else policies.replace("¦", new))


ATTACHED = [
    ("Type: AWS::IAM::User\n", f"Type: AWS::IAM::User\nProperties:\n  ManagedPolicyArns:\n    - {NEW}\n"),
    (
        "Type: AWS::IAM::User\nDependsOn: B\n",
        f"Type: AWS::IAM::User\nProperties:\n  ManagedPolicyArns:\n    - {NEW}\nDependsOn: B\n",
    ),
    ("Type: AWS::IAM::User\nProperties:\n", f"Type: AWS::IAM::User\nProperties:\n  ManagedPolicyArns:\n    - {NEW}\n"),
    (
        "Type: AWS::IAM::User\nProperties: {}\n",
        f"Type: AWS::IAM::User\nProperties: {{ManagedPolicyArns: [{NEW}]}}\n",
    ),
    (
        "Type: AWS::IAM::User\nProperties:\n    UserName: 'a'  # c\n",
        f"Type: AWS::IAM::User\nProperties:\n    UserName: 'a'  # c\n    ManagedPolicyArns:\n      - '{NEW}'\n",
    ),
    (
        "Type: AWS::IAM::User\nProperties:\n  ManagedPolicyArns: []\n",
        f"Type: AWS::IAM::User\nProperties:\n  ManagedPolicyArns: [{NEW}]\n",
    ),
    (
        "Type: AWS::IAM::User\nProperties:\n  ManagedPolicyArns:\n  UserName: a\n",
        f"Type: AWS::IAM::User\nProperties:\n  ManagedPolicyArns:\n    - {NEW}\n  UserName: a\n",
    ),
    (
        "Type: AWS::IAM::User\nProperties:\n  ManagedPolicyArns:\n  - !Ref A\n",
        f"Type: AWS::IAM::User\nProperties:\n  ManagedPolicyArns:\n  - !Ref A\n  - {NEW}\n",
    ),
    ("{Type: AWS::IAM::User}\n", f"{{Type: AWS::IAM::User, Properties: {{ManagedPolicyArns: [{NEW}]}}}}\n"),
    ("Type: AWS::IAM::User\nProperties:\n  ManagedPolicyArns: !Ref A\n", None),
    ("Type: AWS::IAM::User\nProperties:\n  <<: *base\n  UserName: a\n", None),
    ("Type: AWS::IAM::User\nProperties: *base\n", None),
    ("Type: AWS::IAM::User\n<<: *base\n", None),
    ("Type: AWS::Serverless::Function\nProperties:\n  Role: a\n", None),
    ("Type: AWS::SSO::PermissionSet\nProperties:\n  Name: a\n", None),
]


@pytest.mark.parametrize(("resource", "expected"), ATTACHED)
def test_a_policy_for_a_resource(resource: str, expected: str | None) -> None:
    def within(body: str) -> str:
        indented = textwrap.indent(body, "    ") if not body.startswith("{") else ""
        return f"M: &base {{k: 1}}\nResources:\n  A:{chr(10) + indented if indented else ' ' + body}# end\n"

    text = read(within(resource))
    entry = text.text[text.text.index("A:") : text.text.index("# end")].rstrip().removesuffix("  # c")
    found = changed(text, attach_new(text, place(text, entry), PrincipalKind.USER, "aws"))
    assert found == (None if expected is None else within(expected))


def test_a_permission_set_and_a_partition() -> None:
    resource = '"A": {"Type": "AWS::SSO::PermissionSet", "Properties": {"Name": "a"}}'
    text = read('{"Resources": {' + resource + "}}", "t.json")
    found = changed(text, attach_new(text, place(text, resource), PrincipalKind.PERMISSION_SET, "aws-cn"))
    policies = '["arn:aws-cn:iam::aws:policy/SignInLocalDevelopmentAccess"]'
    assert found == text.text.replace('"Name": "a"', f'"Name": "a", "ManagedPolicies": {policies}')


GRANT = f"Action: [{ACTIONS[0]}, {ACTIONS[1]}]"
STATEMENTS = [
    (
        "Statement:\n- Effect: Allow\n  Action: 's3:*'\n  Resource: '*'\n¦# c\n",
        "Effect: Allow\n  Action: 's3:*'\n  Resource: '*'",
        f"- Effect: Allow\n  Action:\n  - '{ACTIONS[0]}'\n  - '{ACTIONS[1]}'\n  Resource: {RESOURCE}\n",
    ),
    (
        "Statement:\n- Sid: SignInLocalDevelopment\n  Effect: Deny\n¦- Effect: Allow\n  Action: [a:b]\n",
        "Sid: SignInLocalDevelopment\n  Effect: Deny",
        f"- Sid: SignInLocalDevelopment2\n  Effect: Allow\n  {GRANT}\n  Resource: {RESOURCE}\n",
    ),
    (
        "Statement:\n- !If\n  - C\n  - Effect: Allow\n    Action: [s3:*]\n  - !Ref AWS::NoValue\n¦",
        "Effect: Allow\n    Action: [s3:*]",
        f"- Effect: Allow\n  {GRANT}\n  Resource: {RESOURCE}\n",
    ),
    (
        '{"Statement": [{"Effect": "Allow", "Action": "s3:*"}¦]}',
        '{"Effect": "Allow", "Action": "s3:*"}',
        f', {{"Effect": "Allow", "Action": ["{ACTIONS[0]}", "{ACTIONS[1]}"], "Resource": "{RESOURCE}"}}',
    ),
    ("Statement: !If [C, {Effect: Allow}, {Effect: Deny}]\n", "{Effect: Allow}", None),
    ("Statement:\n- &a {Effect: Allow}\n- *a\n", "&a {Effect: Allow}", None),
    ('k: |\n  {"Statement": [\n    {"Effect": "Allow"}\n  ]}\n', '    {"Effect": "Allow"}\n', None),
]


@pytest.mark.parametrize(("written", "statement", "new"), STATEMENTS)
def test_a_statement_behind_another(written: str, statement: str, new: str | None) -> None:
    text = read(written.replace("¦", ""))
    found = changed(text, add_statement(text, place(text, statement), ACTIONS, RESOURCE))
    assert found == (None if new is None else written.replace("¦", new))


def test_a_statement_that_is_no_list_becomes_one() -> None:
    text = read("Statement:\n  Effect: Allow\n  Action: [s3:*]\n")
    edits = add_statement(text, place(text, text.text.rstrip()), ACTIONS, RESOURCE)
    new = f"  - Effect: Allow\n    {GRANT}\n    Resource: {RESOURCE}\n"
    assert changed(text, edits) == f"Statement:\n  - Effect: Allow\n    Action: [s3:*]\n{new}"


ADDED = [
    ("Action: a:b", "Action:\n  - a:b\n  - a:c\n  - a:d"),
    ("Action: a:c", "Action:\n  - a:c\n  - a:d"),
    ("Action: [a:b]", "Action: [a:b, a:c, a:d]"),
    ("Action:\n- 'a:b'  # c\nEffect: Allow", "Action:\n- 'a:b'  # c\n- 'a:c'\n- 'a:d'\nEffect: Allow"),
    ("Action: [\n  a:b,\n  a:c\n]", "Action: [\n  a:b,\n  a:c,\n  a:d\n]"),
    ("Action: [a:b, !Sub '${A}']", "Action: [a:b, !Sub '${A}', a:c, a:d]"),
    ('{"Action":"a:b"}', '{"Action":["a:b","a:c","a:d"]}'),
    ('{\n  "Action": "a:b"\n}', '{\n  "Action": [\n    "a:b",\n    "a:c",\n    "a:d"\n  ]\n}'),
    ("Action: [a:c, a:d]", None),
    ("Action: !If [C, a:b, a:c]", None),
    ("Action: !Ref A", None),
    ("NotAction: a:b", None),
]


@pytest.mark.parametrize(("statement", "expected"), ADDED)
def test_more_actions(statement: str, expected: str | None) -> None:
    text = read(statement)
    assert changed(text, add_actions(text, place(text, statement), ("a:c", "a:d"))) == expected


WORDS = [
    ("k: [a:x, 'a:x', \"a:x\", b:x, a:xx]", "k: [a:y, 'a:y', \"a:y\", b:x, a:xx]"),
    ("k: a:x # a:x\na:x: 1", "k: a:y # a:x\na:x: 1"),
    ('{"a:x": ["a:x"]}', '{"a:x": ["a:y"]}'),
    ("k: &a a:x\nl: *a", "k: &a a:y\nl: *a"),
    ("k: b:x", None),
    ("k: |\n  a:x", None),
]


@pytest.mark.parametrize(("written", "expected"), WORDS)
def test_a_word_for_another(written: str, expected: str | None) -> None:
    text = read(written)
    assert changed(text, replace_word(text, place(text, written), "a:x", "a:y")) == expected


def test_a_word_outside_of_the_region_stays() -> None:
    text = read("k: a:x\nl: a:x\n")
    assert changed(text, replace_word(text, place(text, "l: a:x"), "a:x", "a:y")) == "k: a:x\nl: a:y\n"


def test_the_name_of_a_managed_policy_in_any_partition() -> None:
    text = read("k:\n- !Sub arn:${AWS::Partition}:iam::aws:policy/Bilings\n- ':iam::aws:policy/Bilings'\n")
    wrong, right = "arn:aws:iam::aws:policy/Bilings", "arn:aws:iam::aws:policy/job-function/Billing"
    assert changed(text, replace_word(text, place(text, text.text), wrong, right)) == (
        "k:\n- !Sub arn:${AWS::Partition}:iam::aws:policy/job-function/Billing\n"
        "- ':iam::aws:policy/job-function/Billing'\n"
    )


def forms(name: str, text: str) -> Iterator[tuple[str, str]]:
    """A template in each notation, in several styles; a template that aliases make is not what it is in JSON."""
    yield name, text
    as_json = cfn_flip.to_json(text)
    document = json.loads(as_json)
    yield "t.json", as_json
    yield "t.json", json.dumps(document, separators=(",", ":"))
    yield "t.json", json.dumps(document, indent="\t")
    yield "t.yaml", cfn_flip.to_yaml(as_json, clean_up=True)
    yield "t.yaml", cfn_flip.to_yaml(as_json, long_form=True)


def offered(text: Source, template: str) -> Iterator[Sequence[Edit] | None]:
    """Every edit for everybody, whether there is a need or not."""
    for found in scanned_files({template: text.text}, template).principals:
        definition = found.definition
        yield attach_new(text, definition.span, definition.principal.kind, "aws")
        for one in definition.principal.policies:
            if one.span.path == template and one.how is not How.INLINE:
                yield attach_beside(text, one)
            for statement in one.document.statements:
                if statement.span is not None and statement.span.path == template:
                    yield add_statement(text, statement.span, ACTIONS, RESOURCE)
                    yield add_actions(text, statement.span, ACTIONS[:1])


def additions(old: Any, new: Any) -> int:
    """At how many places something was added; an error where anything else is different."""
    if isinstance(old, dict) and isinstance(new, dict):
        assert list(old) == [key for key in new if key in old]
        return len(new) - len(old) + sum(additions(old[key], new[key]) for key in old)
    if isinstance(old, list) and isinstance(new, list):
        if len(old) == len(new):
            return sum(map(additions, old, new))
        more = len(new) - len(old)
        assert any(new[:at] + new[at + more :] == old for at in range(len(old) + 1))
        return 1
    if isinstance(new, list) and not isinstance(old, list):
        assert new[0] == old
        return 1
    assert old == new
    return 0


TEMPLATES = sorted(file.name for file in FIXTURES.iterdir() if file.is_file())


@pytest.mark.slow
@pytest.mark.parametrize("template", TEMPLATES[::3])  # each in all its forms, which takes a while
def test_one_addition_is_all_the_difference(template: str) -> None:
    for name, written in forms(template, (FIXTURES / template).read_text(encoding="utf-8")):
        text = read(written, name)
        windows = read(written.replace("\n", "\r\n"), name)
        old = cfn_flip.load(written)[0]
        edits = [one for one in offered(text, name) if one is not None]
        in_windows = [one for one in offered(windows, name) if one is not None]
        assert [windows.changed(one) for one in in_windows] == [
            text.changed(one).replace("\n", "\r\n") for one in edits
        ]
        for one in edits:
            new = text.changed(one)
            assert additions(old, cfn_flip.load(new)[0]) == 1, new
            if name.endswith(".json"):
                json.loads(new)
            for edit in one:
                assert set(text.at(edit.span)) <= set(edit.text) | set(" \n"), "something is lost"


@pytest.mark.slow
def test_something_is_offered_for_most() -> None:
    found = [
        one
        for template in TEMPLATES
        for one in offered(read((FIXTURES / template).read_text(encoding="utf-8"), template), template)
    ]
    assert sum(one is None for one in found) < len(found) / 5


@pytest.mark.slow
@pytest.mark.parametrize("template", ["minimal-user.json"])  # others in test_template_deployment.py
def test_cfn_lint_has_nothing_to_say(template: str) -> None:
    from tests.cfn_lint import linted_everywhere

    def says(text: str) -> set[str]:
        return {found.rule.id for found in linted_everywhere(text) if found.rule.severity == "error"}

    text = read((FIXTURES / template).read_text(encoding="utf-8"), template)
    before = says(text.text)
    for one in {tuple(edits) for edits in offered(text, template) if edits is not None}:
        assert says(text.changed(one)) <= before
