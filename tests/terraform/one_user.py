"""A configuration of one user with a password and a policy, in parts that a test can replace."""

from __future__ import annotations

SIGN_IN = "arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess"
NARROW = "arn:aws:iam::aws:policy/IAMUserChangePassword"
ONE = {"aws_iam_user.u": ("yes", "allowed")}
"""The verdict on it."""
_USER = """
resource "aws_iam_user" "u" {{
  {meta}
  name = {name}
}}
resource "aws_iam_user_login_profile" "u" {{
  {meta}
  user = {reference}
}}
resource "aws_iam_user_policy_attachment" "u" {{
  {meta}
  user       = {reference}
  policy_arn = {policy}
}}
"""


def user(
    meta: str = "", name: str = '"alice"', reference: str = "aws_iam_user.u.name", policy: str = f'"{SIGN_IN}"'
) -> str:
    """The configuration with these expressions; ``meta`` stands in every block."""
    return _USER.format(meta=meta, name=name, reference=reference, policy=policy)
