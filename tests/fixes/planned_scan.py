"""A scan whose findings carry fixes, as a small planner makes them: a policy is attached behind the block of a user.

As a script it is the command, with that scan in the place of the scanner's own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from scanner import pipeline
from scanner.commands import scan as command
from scanner.finding import Finding
from scanner.fix import Applicability, Fix
from scanner.fixes.text.source import source
from scanner.options import Options
from scanner.report.report import Report

POLICY = "arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess"
Plan = Callable[[Finding, Options], tuple[Fix, ...]]


def user(name: str) -> str:
    """A user with a password, who needs a fix."""
    return (
        f'resource "aws_iam_user" "{name}" {{\n  name = "{name}"\n}}\n\n'
        f'resource "aws_iam_user_login_profile" "{name}" {{\n  user = aws_iam_user.{name}.name\n}}\n'
    )


def attachment(name: str) -> str:
    """What the fix adds behind the user."""
    return (
        f'\n\nresource "aws_iam_user_policy_attachment" "{name}" {{\n'
        f'  user       = aws_iam_user.{name}.name\n  policy_arn = "{POLICY}"\n}}'
    )


def attach(finding: Finding, options: Options) -> tuple[Fix, ...]:
    """Users whose names begin with ``safe`` have a fix that is safe, those with ``hand`` one for people."""
    read = source(finding.span.path, (options.directory / finding.span.path).read_bytes())
    assert read is not None
    name = finding.principal.rpartition(".")[2]
    end = read.text.index("\n}", read.offset(finding.span.line, 1)) + 2
    kinds = {"safe": Applicability.SAFE, "hand": Applicability.DISPLAY}
    kind = next((kinds[word] for word in kinds if name.startswith(word)), Applicability.UNSAFE)
    edits = (read.edit(end, end, attachment(name)),)
    return (Fix(f"attach SignInLocalDevelopmentAccess to {finding.principal}", kind, edits),)


def planned(plan: Plan) -> Callable[..., Report]:
    """The scan, with fixes on the findings that count."""

    def scan(options: Options, *arguments: Any, **named: Any) -> Report:
        report = pipeline.scan(options, *arguments, **named)
        findings = (replace(one, fixes=plan(one, options)) if one.is_open else one for one in report.findings)
        return replace(report, findings=tuple(findings))

    return scan


if __name__ == "__main__":
    from scanner.__main__ import main

    command.scan = planned(attach)
    main()

SCRIPT = Path(__file__)
