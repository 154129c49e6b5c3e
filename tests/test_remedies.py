"""What a finding says is to be done fits what stands in the way."""

from __future__ import annotations

import json

import pytest

from scanner.cause import ACCOUNT_ID, FROM_ACCOUNT, NOT_INSTALLED, Cause, CauseKind
from scanner.controls import AccountControls
from scanner.iam import managed
from scanner.root import RootKind
from scanner.verdicts.misspellings import near_action, near_policy
from scanner.verdicts.remedies import remedy
from tests.scans import Scan

MODULE, PLAN, STATE, TEMPLATE = (
    RootKind.TERRAFORM_MODULE,
    RootKind.TERRAFORM_PLAN,
    RootKind.TERRAFORM_STATE,
    RootKind.CLOUDFORMATION_TEMPLATE,
)


@pytest.mark.parametrize(
    ("kind", "detail", "root_kind", "wanted"),
    [
        (CauseKind.MISSING_INPUT, ACCOUNT_ID.detail, MODULE, "give it with --account"),
        (
            CauseKind.MISSING_INPUT,
            'variable "a" of the root module',
            MODULE,
            "with --var or --var-file",
        ),
        (
            CauseKind.MISSING_INPUT,
            'parameter "A", which has no default',
            TEMPLATE,
            "--parameters",
        ),
        (
            CauseKind.MISSING_INPUT,
            '"x", which is not there yet (run `cdk synth`)',
            TEMPLATE,
            "run `cdk synth`",
        ),
        (CauseKind.UNRESOLVED_REFERENCE, f"data.a.b.c, {FROM_ACCOUNT}", MODULE, "scan a plan or the state"),
        (CauseKind.UNRESOLVED_REFERENCE, "the export x, which is defined elsewhere", TEMPLATE, "also scan the code"),
        (
            CauseKind.MISSING_POLICY,
            "the policy x, which is not defined in this scan root",
            MODULE,
            "in the same scan root",
        ),
        (CauseKind.MISSING_POLICY, "the other policies of x", TEMPLATE, "check by hand"),
        (CauseKind.KNOWN_AFTER_APPLY, "x", MODULE, "scan a plan or the state"),
        (CauseKind.KNOWN_AFTER_APPLY, "x (--source)", PLAN, "--source"),
        (CauseKind.KNOWN_AFTER_APPLY, "x", TEMPLATE, "change set"),
        (
            CauseKind.MISSING_MODULE,
            f"module.m, whose source {NOT_INSTALLED}",
            MODULE,
            "terraform init",
        ),
        (
            CauseKind.MISSING_MODULE,
            "the directory of module.m, which does not exist",
            MODULE,
            "module source",
        ),
        (CauseKind.MALFORMED, "a malformed statement", MODULE, "correct"),
        (CauseKind.REGION, "the region", MODULE, "--region"),
        (CauseKind.CONTEXT_KEY, "aws:x", MODULE, "--context aws:x=VALUE"),
    ],
)
def test_the_remedy_fits_the_cause(kind: CauseKind, detail: str, root_kind: RootKind, wanted: str) -> None:
    assert wanted in remedy(Cause(kind, detail), root_kind)


def test_every_kind_of_cause_has_a_remedy() -> None:
    for kind in CauseKind:
        for root_kind in (
            MODULE,
            PLAN,
            STATE,
            TEMPLATE,
        ):
            assert remedy(Cause(kind, "x"), root_kind)


AUTHORIZE, CREATE = "signin:AuthorizeOAuth2Access", "signin:CreateOAuth2Token"
MANAGED = "arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess"
USER = """
resource "aws_iam_user" "u" {
  name                 = "u"
  permissions_boundary = %(boundary)s
}
resource "aws_iam_user_login_profile" "u" { user = aws_iam_user.u.name }
resource "aws_iam_user_policy_attachment" "u" {
  user       = aws_iam_user.u.name
  policy_arn = %(attached)s
}
resource "aws_iam_user_policy" "u" {
  name   = "own"
  user   = aws_iam_user.u.name
  policy = jsonencode({ Version = "2012-10-17", Statement = %(statements)s })
}
"""
NOTHING = '[{ Effect = "Allow", Action = "s3:*", Resource = "*" }]'
READ_ONLY = '"arn:aws:iam::aws:policy/ReadOnlyAccess"'
ATTACH = f"Attach {MANAGED}, or allow {{}} on arn:aws:signin:*:*:oauth2/public-client/*."


def allow(*actions: str, effect: str = "Allow") -> str:
    return f'{{ Sid = "{effect}ed", Effect = "{effect}", Action = {json.dumps(actions)}, Resource = "*" }}'


def user(statements: str = NOTHING, attached: str = READ_ONLY, boundary: str = "null") -> str:
    return USER % {"statements": statements, "attached": attached, "boundary": boundary}


FIXES = {
    "nothing allows it": (user(), ATTACH.format(f"{AUTHORIZE} and {CREATE}")),
    "one action is missing": (user(f"[{allow(AUTHORIZE)}]"), ATTACH.format(CREATE)),
    "the boundary is in the way": (
        user(attached=f'"{MANAGED}"', boundary=READ_ONLY),
        f"Allow {AUTHORIZE} and {CREATE} in the permissions boundary ReadOnlyAccess.",
    ),
    "nothing allows it, and the boundary would not let it through": (
        user(boundary=READ_ONLY),
        ATTACH.format(f"{AUTHORIZE} and {CREATE}")
        + f" Allow {AUTHORIZE} and {CREATE} in the permissions boundary ReadOnlyAccess.",
    ),
    "a Deny": (
        user(f"[{allow(CREATE, effect='Deny')}]", attached=f'"{MANAGED}"'),
        (
            f'Take {CREATE} out of the Deny statement "Denyed" of own (inline). '
            "If people should not use aws login, leave it as it is."
        ),
    ),
    "both actions are misspelled": (
        user(f"[{allow('signin:AtuhorizeOAuth2Access', 'sigin:CreateOAuth2Token')}]"),
        f"Write {AUTHORIZE} for signin:AtuhorizeOAuth2Access. Write {CREATE} for sigin:CreateOAuth2Token.",
    ),
    "one action is misspelled": (
        user(f"[{allow('signin:AuthoriseOAuth2Access')}]"),
        f"Write {AUTHORIZE} for signin:AuthoriseOAuth2Access. {ATTACH.format(CREATE)}",
    ),
    "the managed policy is misspelled": (
        user(attached='"arn:aws:iam::aws:policy/SignInLocalDevelopmentAcess"'),
        f"Write {MANAGED} for arn:aws:iam::aws:policy/SignInLocalDevelopmentAcess.",
    ),
    "a managed policy that there is not": (
        user(attached='"arn:aws:iam::aws:policy/Whatever"'),
        "Check the name of the AWS managed policy.",
    ),
}


@pytest.mark.parametrize("name", FIXES)
def test_the_fix_follows_from_the_decision(scan_files: Scan, name: str) -> None:
    text, wanted = FIXES[name]
    (finding,) = scan_files({"main.tf": text}).findings
    assert finding.help == wanted


def test_a_control_policy_in_the_way(scan_files: Scan) -> None:
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    files = {"main.tf": user(attached=f'"{MANAGED}"'), "scp.json": policy}
    (finding,) = scan_files(files, controls=AccountControls((("scp.json",),))).findings
    assert finding.help == f"Allow {AUTHORIZE} and {CREATE} in the service control policies."


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("signin:AtuhorizeOAuth2Access", AUTHORIZE),
        ("signin:AuthorizeOauthAccess", AUTHORIZE),
        ("sigin:CreateOAuth2Token", CREATE),
        ("signin:CreateOAuth2Tokens", CREATE),
        ("sso-oauth:CreateTokenWithIAM", None),
        ("signin:CreateOAuth2TokenWithIAM", None),
        ("signin:CreateTrustedIdentityPropagationApplicationForConsole", None),
        ("signin:*", None),
        ("s3:GetObject", None),
        (AUTHORIZE.upper(), None),
        ("CreateOAuth2Token", None),
    ],
)
def test_words_that_are_nearly_an_action(written: str, meant: str | None) -> None:
    assert near_action(written) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("arn:aws:iam::aws:policy/SignInLocalDevelopmentAcess", MANAGED),
        ("arn:aws:iam::aws:policy/SigninLocalDevelopmentAccess", MANAGED),
        ("arn:aws-cn:iam::aws:policy/ReadonlyAccess", "arn:aws-cn:iam::aws:policy/ReadOnlyAccess"),
        ("arn:aws:iam::aws:policy/Billing", "arn:aws:iam::aws:policy/job-function/Billing"),
        (MANAGED, None),
        ("arn:aws:iam::aws:policy/Whatever", None),
        ("arn:aws:iam::111122223333:policy/SignInLocalDevelopmentAcess", None),
        ("not an ARN", None),
    ],
)
def test_words_that_are_nearly_a_managed_policy(written: str, meant: str | None) -> None:
    assert near_policy(written) == meant


@pytest.mark.slow
def test_no_action_that_aws_writes_is_taken_for_a_misspelling() -> None:
    written = set()
    for arn in managed.arns():
        found = managed.document(arn)
        assert found is not None
        statements = json.loads(found.text)["Statement"]
        for statement in statements if isinstance(statements, list) else [statements]:
            listed = statement.get("Action", statement.get("NotAction", []))
            written |= {listed} if isinstance(listed, str) else set(listed)
    assert len(written) > 5_000
    assert {action: near_action(action) for action in written if near_action(action) is not None} == {}


TRUSTED = """
resource "aws_iam_role" "r" {
  name               = "r"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [%s] })
}
"""
SWITCH = '{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = "arn:aws:iam::123456789012:root" } }'
MANAGER = """{
  Effect    = "Allow"
  Action    = ["sts:AssumeRole", "sts:SetContext"]
  Principal = { Service = "account-access.amazonaws.com" }
}"""


@pytest.mark.parametrize(
    ("statements", "enter", "external", "manager"),
    [
        (SWITCH, "switch to", True, False),
        (MANAGER, "are entitled to", False, True),
        (f"{SWITCH}, {MANAGER}", "are entitled to or switch to", True, True),
    ],
)
def test_a_role_is_told_about_its_ways_in_alone(
    scan_files: Scan, statements: str, enter: str, *, external: bool, manager: bool
) -> None:
    (finding,) = scan_files({"main.tf": TRUSTED % statements}).findings
    assert finding.message.startswith(f"People who {enter} the role r cannot use")
    assert ("sts:ExternalId" in finding.help) == external
    assert ("account access manager" in finding.help) == manager
