"""Small reports, made by hand: everything in them is as plain as the formats allow."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from scanner.diagnostic import Diagnostic, Severity
from scanner.finding import LEVELS, Finding, Level, RelatedLocation, Suppression
from scanner.fix import Applicability, Edit, Fix
from scanner.iam.context import Circumstances
from scanner.iam.policy import parse_document
from scanner.iam.principal import AttachedPolicy, How, PolicyType, Principal, PrincipalKind
from scanner.principals.definition import PrincipalDefinition
from scanner.report.report import Report
from scanner.root import RootKind
from scanner.span import Span
from scanner.values import Value
from scanner.verdicts.assessed_principal import AssessedPrincipal
from scanner.verdicts.console import Access, ConsoleAccess, Via
from scanner.verdicts.sign_in import aws_login

if TYPE_CHECKING:
    from scanner.iam.pattern import Text

HELP = "Attach the AWS managed policy SignInLocalDevelopmentAccess to the user,\nor to a group that the user is in."
SUPPRESSION = Suppression("a robot", date(2027, 3, 1), Span("infra/main.tf", 2, 1, 2, 40))
HOSTILE = {
    "newline": "a\n::error file=x,line=1::owned",
    "carriage return": "a\r::warning::owned",
    "command": "::add-mask::a",
    "old command": "x ##[error]owned ##vso[task.complete]a",
    "spaced command": "a " + " ".join(["::error::owned"] * 40),
    "escape": "\x1b]0;title\x07\x1b[31mred\x9b2J\x7f",
    "bidirectional": "abc\u202e\u2066txt.\u200f\u061c",
    "separators": "a\u2028::error::b\u2029c\x85d\x0be\x0cf",
    "invisible": "\u200b::\u00ad\ufeff\U000e0041",
    "odd space": "\u3000::error::x\u00a0",
    "per cent": "100%0A%3A%25, a=b,c:d",
    "surrogate": "bad\udcff\ud83d",
    "markup": '[bold red]a[/] <b>&amp;</b> {name} %s ${x} "q" \\ \\u202e',
    "long": "l" * 10_000,
    "accents": "Zoë Łukasz 山田 🙂",
}
"""Names that somebody might give a resource, by what they try."""


def span(path: str = "infra/main.tf", line: int = 3, end_line: int = 7) -> Span:
    return Span(path, line, 1, end_line, 2)


def principal(
    name: Text = ("alice",),
    *,
    address: str = "aws_iam_user.alice",
    root: str = "infra",
    at: Span | None = None,
    policy: str | None = None,
    policy_name: str = "sign-in",
) -> AssessedPrincipal:
    """A console user, with an inline policy if there is to be one."""
    at = at or span()
    document = parse_document(Value(policy, span(line=20, end_line=24))) if policy else None
    policies = (
        (AttachedPolicy(PolicyType.IDENTITY, policy_name, document, How.INLINE, span(line=19, end_line=25)),)
        if document
        else ()
    )
    arn = ("arn:aws:iam::123456789012:user/", *name)
    made = Principal(PrincipalKind.USER, name, arn=arn, partition="aws", account="123456789012", policies=policies)
    definition = PrincipalDefinition(made, address, root, RootKind.TERRAFORM_MODULE, at)
    console = ConsoleAccess(Access.YES, (Via.LOGIN_PROFILE,), (span(line=9, end_line=11),))
    return AssessedPrincipal(definition, console, aws_login(made, Circumstances()))


def finding(
    message: str = "alice can sign in to the console but cannot use `aws login`: no policy allows "
    "signin:AuthorizeOAuth2Access and signin:CreateOAuth2Token",
    *,
    level: Level = Level.ERROR,
    rule: str = "user-cannot-aws-login",
    address: str = "aws_iam_user.alice",
    root: str = "infra",
    at: Span | None = None,
    related: tuple[RelatedLocation, ...] = (),
) -> Finding:
    title = "Console user cannot use aws login"
    return Finding(rule, level, title, message, HELP, address, root, at or span(), related)


def diagnostic(severity: Severity = Severity.ERROR, detail: str = "Expected a closing brace.") -> Diagnostic:
    summary = "Invalid block" if severity is Severity.ERROR else "Module not installed"
    return Diagnostic(severity, summary, detail, span("infra/broken.tf", 12, 12), "infra")


def troubles(number: int, severity: Severity = Severity.ERROR) -> tuple[Diagnostic, ...]:
    """So many, each at a line of its own."""
    lines = range(1, number + 1)
    return tuple(replace(diagnostic(severity), span=span("infra/broken.tf", line, line)) for line in lines)


def report(
    principals: tuple[AssessedPrincipal, ...] = (),
    findings: tuple[Finding, ...] = (),
    diagnostics: tuple[Diagnostic, ...] = (),
) -> Report:
    return Report(1, 4, principals, findings, diagnostics)


def typical() -> Report:
    """One of everything."""
    evidence = (
        RelatedLocation("gives console access", span(line=9, end_line=11)),
        RelatedLocation(
            'signin:CreateOAuth2Token: statement "Narrow" of sign-in (inline) allows the action on '
            "arn:aws:signin:*:*:service-principal/aws-mcp.amazonaws.com only",
            span(line=20, end_line=20),
        ),
    )
    second = 'module.people.aws_iam_user.this["bob"]'
    people = span("infra/modules/people/main.tf", 1, 4)
    return Report(
        2,
        4,
        (principal(), principal(("bob",), address=second, at=people)),
        (
            finding("bob has an access key", level=Level.WARNING, rule="access-key", address=second, at=people),
            finding(related=evidence),
            finding("carol may", level=Level.NOTE, rule="unused", address="aws_iam_user.carol", at=span(line=40)),
            *(replace(finding(address=f"aws_iam_user.robot[{n}]"), suppressed=SUPPRESSION) for n in range(2)),
            replace(finding(address="aws_iam_user.old"), baselined=True),
        ),
        (diagnostic(), diagnostic(Severity.WARNING, "Run `terraform init` to install ./modules/x.")),
    )


FILES = {
    "infra/main.tf": """\
resource "aws_iam_user" "alice" {
  name = "alice"
}

resource "aws_iam_user_login_profile" "alice" {
  user = aws_iam_user.alice.name
}

data "aws_iam_policy_document" "sign_in" {
  statement {
    actions   = ["signin:AtuhorizeOAuth2Access", "signin:CreateOAuth2Token"]
    resources = ["*"]
  }
}
""",
    "infra/groups.tf": 'locals {\r\n  policies = [\r\n    "a", # ```the first```\r\n  ]\r\n}\r\n',
}
"""What the findings of ``fixable`` are about."""
SAFE = Fix(
    "write signin:AuthorizeOAuth2Access for signin:AtuhorizeOAuth2Access",
    Applicability.SAFE,
    (Edit(Span("infra/main.tf", 11, 19, 11, 47), "signin:AuthorizeOAuth2Access"),),
)
UNSAFE = Fix(
    "attach SignInLocalDevelopmentAccess to aws_iam_user.alice",
    Applicability.UNSAFE,
    (
        Edit(Span("infra/groups.tf", 3, 9, 3, 9), ' "SignInLocalDevelopmentAccess",'),
        Edit(
            Span("infra/main.tf", 8, 1, 8, 1),
            '\nresource "aws_iam_user_policy_attachment" "alice" {\n  user       = aws_iam_user.alice.name\n'
            "  policy_arn = local.policies[1]\n}\n",
        ),
    ),
)
BY_HAND = Fix("delete the access key once nothing uses it", Applicability.DISPLAY)


def lines(path: str) -> tuple[str, ...]:
    return tuple(FILES[path].split("\n")) if path in FILES else ()


def with_fixes(found: Finding, *fixes: Fix) -> Finding:
    return replace(found, fixes=fixes)


def fixable() -> Report:
    """A finding for each kind of fix, one with two kinds, and one without."""
    bob, carol = finding("bob has an access key", level=Level.WARNING, rule="access-key"), finding("carol may")
    misspelled = span(line=9, end_line=14)
    findings = (
        with_fixes(finding(at=span(line=1, end_line=3)), UNSAFE),
        with_fixes(finding("a misspelled action", rule="misspelled", at=misspelled), UNSAFE, SAFE, BY_HAND),
        with_fixes(replace(bob, principal="aws_iam_user.bob"), BY_HAND),
        replace(carol, principal="aws_iam_user.carol", level=Level.NOTE),
        with_fixes(replace(finding(address="aws_iam_user.robot"), suppressed=SUPPRESSION), SAFE),
    )
    return report(findings=findings)


def many(number: int = 60) -> Report:
    """As many findings, a third of each level, in an order that is no good."""
    found = [
        finding(
            f"user {count} cannot use `aws login`",
            level=LEVELS[count % len(LEVELS)],
            address=f"aws_iam_user.this[{count}]",
            at=span(line=number - count, end_line=number - count + 2),
        )
        for count in range(number)
    ]
    return report(findings=tuple(found))


def hostile() -> Report:
    """Every hostile text in every place that the scanned code has a say in."""
    principals, findings, diagnostics = [], [], []
    for number, text in enumerate(HOSTILE.values()):
        at = Span(f"infra/{text}", number + 1, 1, number + 1, 1)
        principals.append(principal((text,), address=text, root=text, at=at))
        related = (RelatedLocation(text, at),)
        findings.append(finding(text, address=text, root=text, at=at, related=related))
        diagnostics.append(Diagnostic(Severity.ERROR, "Invalid block", text, at, text))
    return report(tuple(principals), tuple(findings), tuple(diagnostics))
