"""What Terraform's language means for principals: small configurations and their verdicts."""

from __future__ import annotations

import pytest

from scanner.document import principal_document
from scanner.root import Inputs
from tests.conftest import Scan, verdicts

SIGN_IN = "arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess"
NARROW = "arn:aws:iam::aws:policy/IAMUserChangePassword"
USER = """
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
    return USER.format(meta=meta, name=name, reference=reference, policy=policy)


ONE = {"aws_iam_user.u": ("yes", "allowed")}
CASES: dict[str, tuple[dict[str, str], dict[str, tuple[str, str]]]] = {
    "reference by name": ({"a.tf": user()}, ONE),
    "reference by id": ({"a.tf": user(reference="aws_iam_user.u.id")}, ONE),
    "literal name": ({"a.tf": user(reference='"alice"')}, ONE),
    "name with a known prefix": (
        {"a.tf": 'variable "team" {}\n' + user(name='"dev-${var.team}"')},
        ONE,
    ),
    "another literal name": ({"a.tf": user(reference='"bob"')}, {"aws_iam_user.u": ("no", "implicit_deny")}),
    "a reference that could be anybody": (
        {"a.tf": 'variable "who" {}\n' + user(reference="var.who")},
        {"aws_iam_user.u": ("unknown", "unknown")},
    ),
    "a reference that cannot be this user": (
        {"a.tf": 'variable "who" {}\n' + user(reference='"svc-${var.who}"')},
        {"aws_iam_user.u": ("no", "implicit_deny")},
    ),
    "count": (
        {"a.tf": user(meta="count = 2", name='"u${count.index}"', reference="aws_iam_user.u[count.index].name")},
        {"aws_iam_user.u[0]": ("yes", "allowed"), "aws_iam_user.u[1]": ("yes", "allowed")},
    ),
    "count zero": ({"a.tf": user(meta="count = 0", reference="aws_iam_user.u[0].name")}, {}),
    "count unknown": (
        {"a.tf": 'variable "n" {}\n' + user(meta="count = var.n", reference="aws_iam_user.u[count.index].name")},
        {"aws_iam_user.u[*]": ("yes", "allowed")},
    ),
    "for_each": (
        {
            "a.tf": user(
                meta='for_each = toset(["b", "a"])', name="each.key", reference="aws_iam_user.u[each.value].name"
            )
        },
        {'aws_iam_user.u["a"]': ("yes", "allowed"), 'aws_iam_user.u["b"]': ("yes", "allowed")},
    ),
    "for_each over other instances": (
        {
            "a.tf": """
            resource "aws_iam_user" "u" {
              for_each = { a = 1, b = 2 }
              name     = each.key
            }
            resource "aws_iam_user_login_profile" "p" {
              for_each = aws_iam_user.u
              user     = each.value.name
            }
            """
        },
        {'aws_iam_user.u["a"]': ("yes", "implicit_deny"), 'aws_iam_user.u["b"]': ("yes", "implicit_deny")},
    ),
    "for_each over instances that are not known": (
        {
            "a.tf": """
            variable "names" {}
            resource "aws_iam_user" "u" {
              for_each = var.names
              name     = each.key
            }
            resource "aws_iam_user_login_profile" "p" {
              for_each = aws_iam_user.u
              user     = each.value.name
            }
            """
        },
        {"aws_iam_user.u[*]": ("yes", "implicit_deny")},
    ),
    "some keys are known": (
        {
            "a.tf": """
            variable "name" {}
            resource "aws_iam_user" "u" {
              for_each = toset(["alice", var.name])
              name     = each.key
            }
            resource "aws_iam_user_login_profile" "p" {
              user = "alice"
            }
            """
        },
        {'aws_iam_user.u["alice"]': ("yes", "implicit_deny"), "aws_iam_user.u[*]": ("no", "implicit_deny")},
    ),
    "a condition that is not known": (
        {
            "a.tf": 'variable "on" {}\n'
            + user().replace(
                '"aws_iam_user_login_profile" "u" {', '"aws_iam_user_login_profile" "u" {\ncount = var.on ? 1 : 0'
            )
        },
        {"aws_iam_user.u": ("unknown", "allowed")},
    ),
    "variable, default, tfvars": (
        {
            "a.tf": 'variable "p" {\n  default = "arn:aws:iam::aws:policy/ReadOnlyAccess"\n}\n' + user(policy="var.p"),
            "terraform.tfvars": f'p = "{NARROW}"\n',
            "x.auto.tfvars": f'p = "{SIGN_IN}"\n',
        },
        ONE,
    ),
    "tfvars in JSON": (
        {"a.tf": 'variable "p" {}\n' + user(policy="var.p"), "terraform.tfvars.json": f'{{"p": "{SIGN_IN}"}}'},
        ONE,
    ),
    "the arguments of a policy document are texts": (
        {
            "a.tf": """
            resource "aws_iam_user" "u" {
              name = "alice"
              tags = { level = 3 }
            }
            resource "aws_iam_user_login_profile" "u" {
              user = aws_iam_user.u.name
            }
            data "aws_iam_policy_document" "d" {
              dynamic "statement" {
                for_each = ["signin:*"]
                content {
                  sid       = statement.key
                  actions   = [statement.value]
                  resources = ["*"]
                  condition {
                    test     = "StringEquals"
                    variable = "aws:PrincipalTag/level"
                    values   = aws_iam_user.u.tags.level == "3" ? [3] : []
                  }
                }
              }
            }
            resource "aws_iam_user_policy" "u" {
              user   = aws_iam_user.u.name
              policy = data.aws_iam_policy_document.d.json
            }
            """
        },
        ONE,
    ),
    "locals in a chain": (
        {"a.tf": f'locals {{\n  a = local.b\n  b = "{SIGN_IN}"\n}}\n' + user(policy="local.a")},
        ONE,
    ),
    "optional attributes and nullable": (
        {
            "a.tf": f"""
            variable "people" {{
              type    = map(object({{ policy = optional(string, "{SIGN_IN}") }}))
              default = {{ alice = {{}}, bob = {{ policy = "{NARROW}" }} }}
            }}
            """
            + user(
                meta="for_each = var.people",
                name="each.key",
                reference="aws_iam_user.u[each.key].name",
                policy="each.value.policy",
            )
        },
        {'aws_iam_user.u["alice"]': ("yes", "allowed"), 'aws_iam_user.u["bob"]': ("yes", "implicit_deny")},
    ),
    "a calculation ends its line in an object": (
        {
            "a.tf": """
            locals {
              user = {
                number = 1 + 1 # two
                name   = "alice"
              }
            }
            """
            + user(name="local.user.name", reference='"alice"')
        },
        ONE,
    ),
    "one condition for a user and its password": (
        {
            "a.tf": 'variable "create" {}\n'
            + user(meta="count = var.create ? 1 : 0", reference="aws_iam_user.u[0].name")
        },
        {"aws_iam_user.u[*]": ("yes", "allowed")},
    ),
    "opposite conditions are two": (
        {
            "a.tf": 'variable "create" {}\n'
            + user(meta="count = var.create ? 1 : 0", reference="aws_iam_user.u[0].name").replace(
                "var.create ? 1 : 0", "var.create ? 0 : 1", 1
            )
        },
        {"aws_iam_user.u[*]": ("no", "implicit_deny")},
    ),
    "a list is never equal to an empty tuple": (
        {
            "a.tf": """
            variable "groups" {
              type    = list(string)
              default = []
            }
            """
            + user(meta="count = var.groups == [] ? 0 : 1", reference="aws_iam_user.u[0].name")
        },
        {"aws_iam_user.u[0]": ("yes", "allowed")},
    ),
    "the key of a set is its element": (
        {
            "a.tf": """
            locals {
              users = { for key, name in toset(["alice"]) : key => name }
            }
            """
            + user(meta="for_each = local.users", name="each.key", reference="aws_iam_user.u[each.key].name")
        },
        {'aws_iam_user.u["alice"]': ("yes", "allowed")},
    ),
    "an attachment in another account": (
        {
            "a.tf": """
            provider "aws" {
              allowed_account_ids = ["111111111111"]
            }
            provider "aws" {
              alias = "other"
              assume_role {
                role_arn = "arn:aws:iam::222222222222:role/deploy"
              }
            }
            resource "aws_iam_user" "u" {
              name = "alice"
            }
            resource "aws_iam_user_login_profile" "u" {
              user = "alice"
            }
            resource "aws_iam_user_policy_attachment" "u" {
              provider   = aws.other
              user       = "alice"
              policy_arn = "arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess"
            }
            """
        },
        {"aws_iam_user.u": ("yes", "implicit_deny")},
    ),
    "providers passed to modules": (
        {
            "a.tf": """
            provider "aws" {
              allowed_account_ids = ["111111111111"]
            }
            provider "aws" {
              alias               = "other"
              allowed_account_ids = ["222222222222"]
            }
            module "here" {
              source = "./m"
            }
            module "there" {
              source    = "./m"
              providers = { aws = aws.other }
            }
            """,
            "m/m.tf": user()
            + """
            data "aws_caller_identity" "me" {}
            resource "aws_iam_user_policy" "u" {
              user = aws_iam_user.u.name
              policy = jsonencode({
                Statement = {
                  Effect   = data.aws_caller_identity.me.account_id == "111111111111" ? "Allow" : "Deny"
                  Action   = "*"
                  Resource = "*"
                }
              })
            }
            """,
        },
        {"module.here.aws_iam_user.u": ("yes", "allowed"), "module.there.aws_iam_user.u": ("yes", "explicit_deny")},
    ),
    "heredocs among the attributes of an object": (
        {
            "a.tf": user(policy="local.policies.this")
            + f"""
            locals {{
              policies = {{
                that = <<-X
                  {NARROW}
                X
                other = true ? "" : <<X
X
                this = "{SIGN_IN}"
              }}
            }}
            """
        },
        ONE,
    ),
    "the latest version of merged documents counts": (
        {
            "a.tf": user(policy="aws_iam_policy.p.arn")
            + """
            data "aws_iam_policy_document" "p" {
              version = "2008-10-17" # knows no policy variables
              statement {
                actions   = ["signin:*"]
                resources = ["arn:aws:signin:*:*:oauth2/public-client/&{aws:PrincipalTag/client, 'localhost'}"]
              }
              source_policy_documents = [jsonencode({ Version = "2012-10-17" })]
            }
            resource "aws_iam_policy" "p" {
              name   = "p"
              policy = data.aws_iam_policy_document.p.json
            }
            """
        },
        {"aws_iam_user.u": ("yes", "allowed")},
    ),
    "policies that are attached exclusively": (
        {
            "a.tf": user(policy=f'"{NARROW}"')
            + f"""
            resource "aws_iam_user_policy_attachments_exclusive" "u" {{
              user_name   = aws_iam_user.u.name
              policy_arns = ["{NARROW}", "{SIGN_IN}"]
            }}
            """
        },
        ONE,
    ),
    "a policy beside an exclusive list may be removed": (
        {
            "a.tf": user()
            + f"""
            resource "aws_iam_user_policy_attachments_exclusive" "u" {{
              user_name   = aws_iam_user.u.name
              policy_arns = ["{NARROW}"]
            }}
            """
        },
        {"aws_iam_user.u": ("yes", "unknown")},
    ),
    "an inline policy in an exclusive list": (
        {
            "a.tf": user(policy=f'"{NARROW}"')
            + """
            resource "aws_iam_user_policy" "u" {
              name   = "sign-in"
              user   = aws_iam_user.u.name
              policy = jsonencode({ Statement = { Effect = "Allow", Action = "signin:*", Resource = "*" } })
            }
            resource "aws_iam_user_policies_exclusive" "u" {
              user_name    = aws_iam_user.u.name
              policy_names = [aws_iam_user_policy.u.name]
            }
            """
        },
        ONE,
    ),
    "permission set policies that are attached exclusively": (
        {
            "a.tf": f"""
            resource "aws_ssoadmin_permission_set" "p" {{
              name         = "dev"
              instance_arn = "arn:aws:sso:::instance/ssoins-1"
            }}
            resource "aws_ssoadmin_managed_policy_attachments_exclusive" "p" {{
              instance_arn        = "arn:aws:sso:::instance/ssoins-1"
              permission_set_arn  = aws_ssoadmin_permission_set.p.arn
              managed_policy_arns = ["{SIGN_IN}"]
            }}
            """
        },
        {"aws_ssoadmin_permission_set.p": ("yes", "allowed")},
    ),
    "override files": (
        {
            "a.tf": user(policy=f'"{NARROW}"'),
            "b_override.tf": f"""
            resource "aws_iam_user_policy_attachment" "u" {{
              policy_arn = "{SIGN_IN}"
            }}
            """,
        },
        ONE,
    ),
    "modules with outputs": (
        {
            "a.tf": f"""
            module "people" {{
              source   = "./m"
              for_each = toset(["x", "y"])
              name     = each.key
            }}
            resource "aws_iam_user_policy_attachment" "x" {{
              user       = module.people["x"].name
              policy_arn = "{SIGN_IN}"
            }}
            """,
            "m/m.tf": """
            variable "name" {}
            resource "aws_iam_user" "u" { name = var.name }
            resource "aws_iam_user_login_profile" "u" { user = aws_iam_user.u.name }
            output "name" { value = aws_iam_user.u.name }
            """,
        },
        {
            'module.people["x"].aws_iam_user.u': ("yes", "allowed"),
            'module.people["y"].aws_iam_user.u': ("yes", "implicit_deny"),
        },
    ),
    "installed modules": (
        {
            "a.tf": 'module "m" {\n  source = "acme/user/aws"\n}\n',
            ".terraform/modules/modules.json": '{"Modules":[{"Key":"m","Dir":".terraform/modules/m"}]}',
            ".terraform/modules/m/m.tf": 'resource "aws_iam_user" "u" {\n  name = "a"\n}\n',
        },
        {"module.m.aws_iam_user.u": ("no", "implicit_deny")},
    ),
    "modules that are not there hide nothing": (
        {"a.tf": 'module "m" {\n  source = "acme/user/aws"\n}\n' + user(policy="module.m.policy_arn")},
        {"aws_iam_user.u": ("yes", "unknown")},
    ),
    "a document in a heredoc with a hole": (
        {
            "a.tf": """
            variable "bucket" {}
            resource "aws_iam_user" "u" { name = "alice" }
            resource "aws_iam_user_login_profile" "u" { user = "alice" }
            resource "aws_iam_user_policy" "u" {
              user   = aws_iam_user.u.name
              policy = <<-EOT
                {"Version": "2012-10-17", "Statement": [
                  {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::${var.bucket}/*"},
                  {"Effect": "Allow", "Action": "signin:*", "Resource": "*"}
                ]}
              EOT
            }
            """
        },
        ONE,
    ),
    "a policy document with sources and dynamic statements": (
        {
            "a.tf": """
            resource "aws_iam_user" "u" { name = "alice" }
            resource "aws_iam_user_login_profile" "u" { user = "alice" }
            data "aws_iam_policy_document" "base" {
              statement {
                sid       = "Login"
                actions   = ["s3:GetObject"]
                resources = ["*"]
              }
            }
            data "aws_iam_policy_document" "all" {
              source_policy_documents = [data.aws_iam_policy_document.base.json]
              dynamic "statement" {
                for_each = ["AuthorizeOAuth2Access", "CreateOAuth2Token"]
                content {
                  actions   = ["signin:${statement.value}"]
                  resources = ["arn:aws:signin:*:*:oauth2/public-client/*"]
                }
              }
            }
            resource "aws_iam_user_policy" "u" {
              user   = aws_iam_user.u.name
              policy = data.aws_iam_policy_document.all.json
            }
            """
        },
        ONE,
    ),
    "source documents without statements add nothing": (
        {
            "a.tf": user()
            .replace("aws_iam_user_policy_attachment", "aws_iam_user_policy")
            .replace(f'policy_arn = "{SIGN_IN}"', "policy = data.aws_iam_policy_document.d.json")
            + """
            data "aws_iam_policy_document" "d" {
              source_policy_documents = ["{}", ""]
              statement {
                actions   = ["signin:*"]
                resources = ["*"]
              }
            }
            """
        },
        ONE,
    ),
    "a document with a key twice, of which the last counts": (
        {
            "a.tf": user()
            .replace("aws_iam_user_policy_attachment", "aws_iam_user_policy")
            .replace(
                f'policy_arn = "{SIGN_IN}"',
                'policy = <<X\n{"Statement": {"Effect": "Deny", "Effect": "Allow", '
                '"Action": "*", "Resource": "*"}}\nX\n',
            )
        },
        ONE,
    ),
    "the account is the same everywhere": (
        {
            "a.tf": """
            data "aws_caller_identity" "me" {}
            resource "aws_iam_user" "u" { name = "alice" }
            resource "aws_iam_user_login_profile" "u" { user = "alice" }
            resource "aws_iam_user_policy" "u" {
              user   = "alice"
              policy = jsonencode({
                Version   = "2012-10-17"
                Statement = {
                  Effect   = "Allow"
                  Action   = ["signin:AuthorizeOAuth2Access", "signin:CreateOAuth2Token"]
                  Resource = "arn:aws:signin:*:${data.aws_caller_identity.me.account_id}:oauth2/public-client/*"
                }
              })
            }
            """
        },
        ONE,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_verdicts(scan_files: Scan, name: str) -> None:
    files, expected = CASES[name]
    report = scan_files(files)
    assert report.errors == ()
    assert verdicts(report) == expected


def test_variables_from_the_command_line(scan_files: Scan) -> None:
    files = {"a.tf": 'variable "p" {}\nvariable "l" {\n  type = list(string)\n}\n' + user(policy="var.l[0]")}
    given = Inputs(variables=(("p", "x"), ("l", f'["{SIGN_IN}"]')))
    assert verdicts(scan_files(files, inputs=given)) == ONE


def test_variables_from_the_environment(scan_files: Scan) -> None:
    files = {
        "a.tf": 'variable "p" {}\nvariable "l" {\n  type = list(string)\n}\n' + user(policy='"${var.p}${var.l[0]}"'),
        "terraform.tfvars": 'p = "arn:aws:iam::aws:policy/"',
    }
    given = Inputs(environment=(("l", '["SignInLocalDevelopmentAccess"]'), ("p", "ranked below files"), ("other", "x")))
    assert verdicts(scan_files(files, inputs=given)) == ONE


def test_for_each_that_terraform_would_refuse_hides_nothing(scan_files: Scan) -> None:
    meta = "for_each = 3 + {}"
    report = scan_files({"a.tf": user(meta=meta, name="each.key", reference="aws_iam_user.u[each.key].name")})
    assert verdicts(report) == {"aws_iam_user.u[*]": ("unknown", "unknown")}
    assert {found.message for found in report.errors} == {
        "Invalid expression: This cannot be evaluated: an arithmetic operator needs numbers: a number is required."
    }


def test_a_cycle_is_named(scan_files: Scan) -> None:
    report = scan_files({"a.tf": "locals {\n  a = local.b\n  b = local.a\n}\n" + user(policy="local.a")})
    (finding,) = report.findings
    (error,) = report.errors
    circle = "local.a → local.b → local.a"
    assert error.message == f"Circular reference: local.a depends on itself ({circle}), so it has no value."
    assert error.span.line == 2
    assert verdicts(report) == {"aws_iam_user.u": ("yes", "unknown")}
    assert finding.rule == "aws-login-undetermined"
    assert "local.a, which depends on itself (local.a → local.b → local.a)" in finding.message


def test_a_missing_module_is_named_once(scan_files: Scan) -> None:
    report = scan_files({"a.tf": 'module "m" {\n  source = "acme/user/aws"\n}\n' + user(policy="module.m.policy_arn")})
    (warning,) = report.warnings
    assert 'module.m, whose source "acme/user/aws" is not installed. Run `terraform init` first.' in warning.message
    assert warning.span.line == 1


def test_statements_are_found_where_they_stand(scan_files: Scan) -> None:
    report = scan_files({"a.tf": CASES["a document in a heredoc with a hole"][0]["a.tf"]})
    (assessed,) = report.principals
    (match,) = assessed.aws_login.permissions[0].decision.matches
    assert match.statement.span is not None
    assert match.statement.span.line == 10


def test_a_policy_document_without_statements_is_wrong_where_it_is_used(scan_files: Scan) -> None:
    document = 'data "aws_iam_policy_document" "e" {}\n'
    policy = """
    resource "aws_iam_user_policy" "u" {
      user   = aws_iam_user.u.name
      policy = data.aws_iam_policy_document.e.json
    }
    """
    (found,) = scan_files({"a.tf": document + policy, "b.tf": user()}).diagnostics
    assert found.message == "Malformed policy document: The policy document has no Statement."
    assert (found.span.path, found.span.line) == ("a.tf", 5)


def test_deep_chains_end(scan_files: Scan) -> None:
    chain = "\n".join(f"  a{number} = local.a{number + 1}" for number in range(1000))
    files = {"a.tf": f'locals {{\n{chain}\n  a1000 = "{SIGN_IN}"\n}}\n' + user(policy="local.a0")}
    report = scan_files(files)
    assert verdicts(report) == {"aws_iam_user.u": ("yes", "unknown")}
    assert any("through more than 500 references" in found.message for found in report.errors)


def test_huge_counts_end(scan_files: Scan) -> None:
    report = scan_files({"a.tf": user(meta="count = 1000000000", reference="aws_iam_user.u[count.index].name")})
    assert {found.message for found in report.errors} == {
        "Bound exceeded: There would be 1000000000 instances; the limit is 50000."
    }


def test_modules_that_call_themselves_end(scan_files: Scan) -> None:
    report = scan_files({"a.tf": 'module "me" {\n  source = "./"\n}\n' + user()})
    assert "aws_iam_user.u" in verdicts(report)
    assert any("nested more than" in found.message for found in report.errors)


TEMPLATE = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "${actions}", "Resource": "*"}]}'
TEMPLATES: dict[str, tuple[str, str]] = {
    "a file": ('templatefile("${path.module}/policies/p.tpl", { actions = "signin:*" })', "infra/m/policies/p.tpl"),
    "a file by an absolute path": (
        'templatefile(abspath("${path.module}/policies/p.tpl"), { actions = "signin:*" })',
        "infra/m/policies/p.tpl",
    ),
    "a text": ('templatestring(local.text, { actions = "signin:*" })', "infra/m/main.tf"),
}


@pytest.mark.parametrize("name", TEMPLATES)
def test_templates_are_where_the_working_directory_sees_them(scan_files: Scan, name: str) -> None:
    expression, path = TEMPLATES[name]
    source = f"""
        locals {{
          text = file("${{path.module}}/policies/p.tpl")
        }}
        resource "aws_iam_user" "u" {{
          name = "u"
        }}
        resource "aws_iam_user_policy" "u" {{
          user   = aws_iam_user.u.name
          policy = {expression}
        }}
    """
    files = {
        "infra/main.tf": 'module "m" {\n  source = "./m"\n}\n',
        "infra/m/main.tf": source,
        "infra/m/policies/p.tpl": TEMPLATE,
    }
    report = scan_files(files, "infra")
    (found,) = map(principal_document, report.principals)
    reasons = [reason for permission in found["permissions"] for reason in permission["reasons"]]
    assert {reason["location"]["path"] for reason in reasons} == {path}
