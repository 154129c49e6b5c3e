"""A text that is twice as long takes twice as long: with these, something once took four times as long, or doubled."""

from __future__ import annotations

from time import process_time

import pytest

from tests.scans import Scan

pytestmark = pytest.mark.slow

N = 100_000
"""So many that the square of it takes minutes."""
LIMIT = 20
"""Seconds of the processor, where a second or two is enough."""
USER = 'resource "aws_iam_user" "good" {\n  name = "good"\n}\n'
PROFILE = 'resource "aws_iam_user_login_profile" "p" {\n  user = aws_iam_user.good.name\n}\n'
TEMPLATE = 'AWSTemplateFormatVersion: "2010-09-09"\nResources:\n  A:\n    Type: AWS::IAM::User\n'
JSON = '{"Resources": {"A": {"Type": "AWS::IAM::User"}}'


def policy(action: str, resource: str) -> str:
    return (
        f'{USER}resource "aws_iam_user_policy" "p" {{\n  user = aws_iam_user.good.name\n  policy = <<A\n'
        '{"Version": "2012-10-17", "Statement": '
        f'[{{"Effect": "Allow", "Action": "{action}", "Resource": "{resource}"}}]}}'
        f"\nA\n}}\n{PROFILE}"
    )


FILES = {
    "empty lines": ("main.tf", "\n" * N + USER),
    "empty lines in an expression": ("main.tf", f"{USER}locals {{\n  x = é(\n{chr(10) * N}1)\n}}\n"),
    "empty lines in a block": (
        "main.tf",
        USER.replace('"good"\n', "\n" * N + '"é${~ 1 ~}"\n'),
    ),
    "comments that do not end": ("main.tf", f'{USER}locals {{\n  x = é + "a" {"/*" * N}\n}}\n'),
    "comments in a sequence": ("main.tf", f'{USER}locals {{\n  x = "${{ 1 {"/*" * N}}}"\n}}\n'),
    "words before a brace": ("main.tf", f"{USER}a {'b ' * N}\n"),
    "a word of hyphens before a brace": ("main.tf", f"{USER}a{'-a' * N}\n"),
    "quotes that do not end": ("main.tf", USER + 'a "' + '\\"' * N),
    "heredocs that do not end": ("main.tf", f"{USER}locals {{\n{'  x = <<A' * (N // 8)}\n}}\n"),
    "a comment that ignores much": ("main.tf", f"# scan:ignore[a{',a' * N}] x\n{USER}"),
    "a comment of many ends": ("main.tf", f"# scan:ignore[a] {'until ' * (N // 6)}x\n{USER}"),
    "wildcards in a policy": ("main.tf", policy("a?" * N, "*a" * N)),
    "blanks in a policy variable": ("main.tf", policy("*", f"$${{{' ' * N}")),
    "names of brackets": ("main.tf", USER.replace('"good"\n', f'"{"[" * N}"\n') + PROFILE),
    "empty lines in a template": ("a.yaml", "\n" * N + TEMPLATE),
    "comments in a value": ("a.yaml", f"{TEMPLATE}    Properties:\n      UserName: a{' #' * N}\n"),
    "a list that does not end": ("a.yaml", f"{TEMPLATE}    Properties: [{' ] #' * N}\n"),
    "variables that do not end": ("a.yaml", f'{TEMPLATE}    Properties:\n      UserName: !Sub "{"${" * N}"\n'),
    "quotes in JSON that do not end": ("a.json", JSON + ', "D": "' + '\\"' * N),
    "empty lines in JSON": ("a.json", f'{JSON}{chr(10) * N}, "D": 1}}'),
}


@pytest.mark.parametrize("name", FILES)
def test_a_long_text_ends(name: str, scan_files: Scan) -> None:
    file, text = FILES[name]
    begun = process_time()
    scan_files({file: text})
    assert process_time() - begun < LIMIT


def test_patterns_of_an_ignore_file_end(scan_files: Scan) -> None:
    names = {f"{'a' * 200}{number}.tf": USER.replace("good", f"u{number}") for number in range(20)}
    begun = process_time()
    report = scan_files({".git/HEAD": "", ".gitignore": f"{'*a' * 10}b\n**/a/**/a/**/a/**/b\n" * 20, **names})
    assert process_time() - begun < LIMIT
    assert len(report.principals) == len(names)


def test_a_pattern_of_the_code_has_one_allowance_for_all_texts(scan_files: Scan) -> None:
    texts = ", ".join(f'"{"a" * 40}{number}"' for number in range(50))
    begun = process_time()
    report = scan_files(
        {
            "main.tf": f'{USER}locals {{\n  x = [for t in [{texts}] : regex("(a|a)+$", t)]\n}}\n'
            'resource "aws_iam_user" "b" {\n  name = local.x[0]\n}\n'
        }
    )
    assert process_time() - begun < LIMIT
    assert "aws_iam_user.good" in {found.definition.address for found in report.principals}
