"""JSON syntax gives the same syntax trees as native syntax, and points at the right places."""

from __future__ import annotations

import json

import pytest

from scanner.terraform.aws.blocks import SHAPES
from scanner.terraform.language import json_syntax, nodes, syntax
from scanner.terraform.language.blocks import FileIndex, IndexedBlock, index_file
from scanner.terraform.language.place import SyntaxProblem
from tests.scans import Scan, verdicts

pytestmark = pytest.mark.slow

SIGN_IN = "arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess"


def parse_json(block: IndexedBlock) -> nodes.Block:
    return json_syntax.parse_block(block, SHAPES)


def blocks(index: FileIndex) -> list[nodes.Block]:
    assert index.problems == ()
    parse = parse_json if index.path.endswith(".json") else syntax.parse_block
    return [parse(block) for block in index.blocks]


SAME = {
    "arguments": (
        'resource "aws_iam_user" "u" {\n name = "a${var.x}"\n tags = { "k" = 1, "${var.k}" = null }\n}',
        {"resource": {"aws_iam_user": {"u": {"name": "a${var.x}", "tags": {"k": 1, "${var.k}": None}}}}},
    ),
    "meta-arguments": (
        (
            'resource "aws_iam_user" "u" {\n provider = aws.west\n depends_on = [aws_iam_group.g, module.m]\n'
            " lifecycle {\n  ignore_changes = [tags[0], name]\n  prevent_destroy = true\n }\n"
            ' provisioner "local-exec" {\n  command = "x"\n }\n}'
        ),
        {
            "resource": {
                "aws_iam_user": {
                    "u": {
                        "provider": "aws.west",
                        "depends_on": ["aws_iam_group.g", "module.m"],
                        "lifecycle": {"ignore_changes": ["tags[0]", "name"], "prevent_destroy": True},
                        "provisioner": {"local-exec": {"command": "x"}},
                    }
                }
            }
        },
    ),
    "all changes": (
        'resource "aws_iam_user" "u" {\n lifecycle {\n  ignore_changes = all\n }\n}',
        {"resource": {"aws_iam_user": {"u": {"lifecycle": {"ignore_changes": "all"}}}}},
    ),
    "a module call": (
        (
            'module "m" {\n source = "./m"\n providers = { aws = aws.west, aws.src = aws }\n'
            " statement = { a = [{ b = 1 }] }\n}"
        ),
        {
            "module": {
                "m": {
                    "source": "./m",
                    "providers": {"aws": "aws.west", "aws.src": "aws"},
                    "statement": {"a": [{"b": 1}]},
                }
            }
        },
    ),
    "a variable": (
        (
            'variable "v" {\n type = map(object({ a = optional(string, "x") }))\n default = {}\n'
            ' validation {\n  condition = length(var.v) > 0\n  error_message = "no"\n }\n}'
        ),
        {
            "variable": {
                "v": {
                    "type": 'map(object({ a = optional(string, "x") }))',
                    "default": {},
                    "validation": {"condition": "${length(var.v) > 0}", "error_message": "no"},
                }
            }
        },
    ),
    "a provider": (
        'provider "aws" {\n region = "eu-west-1"\n default_tags {\n  tags = { a = "b" }\n }\n}',
        {"provider": {"aws": [{"region": "eu-west-1", "default_tags": {"tags": {"a": "b"}}}]}},
    ),
    "nested blocks in each form": (
        (
            'data "aws_iam_policy_document" "d" {\n statement {\n  actions = ["a"]\n'
            '  principals {\n   type = "AWS"\n  }\n'
            '  condition {\n   test = "a"\n  }\n  condition {\n   test = "b"\n  }\n }\n}'
        ),
        {
            "data": {
                "aws_iam_policy_document": {
                    "d": {
                        "statement": {
                            "actions": ["a"],
                            "principals": [{"type": "AWS"}],
                            "condition": [{"test": "a"}, {"test": "b"}],
                        }
                    }
                }
            }
        },
    ),
    "dynamic blocks inside each other": (
        (
            'data "aws_iam_policy_document" "d" {\n dynamic "statement" {\n  for_each = var.s\n  iterator = s\n'
            '  content {\n   actions = s.value.a\n   dynamic "condition" {\n    for_each = s.value.c\n    content {\n'
            "     test = condition.key\n    }\n   }\n  }\n }\n}"
        ),
        {
            "data": {
                "aws_iam_policy_document": {
                    "d": {
                        "dynamic": {
                            "statement": {
                                "for_each": "${var.s}",
                                "iterator": "s",
                                "content": {
                                    "actions": "${s.value.a}",
                                    "dynamic": {
                                        "condition": [
                                            {"for_each": "${s.value.c}", "content": {"test": "${condition.key}"}}
                                        ]
                                    },
                                },
                            }
                        }
                    }
                }
            }
        },
    ),
    "an inline policy as blocks": (
        'resource "aws_iam_role" "r" {\n inline_policy {\n  name = "n"\n }\n}',
        {"resource": {"aws_iam_role": {"r": {"inline_policy": [{"name": "n"}]}}}},
    ),
    "an inline policy as an argument": (
        'resource "aws_iam_role" "r" {\n inline_policy = local.p\n}',
        {"resource": {"aws_iam_role": {"r": {"inline_policy": "${local.p}"}}}},
    ),
    "blocks in blocks of a permission set": (
        (
            'resource "aws_ssoadmin_permissions_boundary_attachment" "b" {\n permissions_boundary {\n'
            '  customer_managed_policy_reference {\n   name = "n"\n  }\n }\n}'
        ),
        {
            "resource": {
                "aws_ssoadmin_permissions_boundary_attachment": {
                    "b": {"permissions_boundary": {"customer_managed_policy_reference": {"name": "n"}}}
                }
            }
        },
    ),
    "locals": (
        "locals {\n a = { dynamic = { x = 1 } }\n statement = [{ b = [1.5, true] }]\n}",
        {"locals": {"a": {"dynamic": {"x": 1}}, "statement": [{"b": [1.5, True]}]}},
    ),
}


@pytest.mark.parametrize("name", SAME)
def test_same_tree_as_native_syntax(name: str) -> None:
    native, written = SAME[name]
    expected = blocks(index_file("x.tf", native))
    for text in (json.dumps(written), json.dumps(written, indent=2).replace("\n", "\r\n")):
        assert blocks(json_syntax.index_json("x.tf.json", text)) == expected


PLACES = """{
  "resource": {
    "aws_iam_user": {
      "a": {
        "name": "é",   "path": "${nope(\\"x\\\\n\\")}"
      },
      "b": [
        {"name": "x"},
        {"name": "y"}
      ]
    }
  },
  "locals": {"l": [1,
    {"k": "v"}]}
}
"""


def test_positions() -> None:
    index = json_syntax.index_json("x.tf.json", PLACES)
    assert [(block.labels, block.span.line, block.span.column, block.span.end_line) for block in index.blocks] == [
        (("aws_iam_user", "a"), 4, 7, 6),
        (("aws_iam_user", "b"), 8, 9, 8),
        (("aws_iam_user", "b"), 9, 9, 9),
        ((), 13, 3, 14),
    ]
    first, *_, values = (parse_json(block) for block in index.blocks)
    name, path = first.body.attributes["name"], first.body.attributes["path"]
    assert (name.span.line, name.span.column, name.span.end_column) == (5, 9, 20)
    assert (name.value.span.column, name.value.span.end_column) == (17, 20)
    assert isinstance(path.value, nodes.Call)
    argument = path.value.arguments[0]
    assert argument.span == path.value.span
    assert (argument.span.line, argument.span.column, argument.span.end_column) == (5, 32, 51)
    listed = values.body.attributes["l"].value
    assert isinstance(listed, nodes.TupleNode)
    assert (listed.items[1].span.line, listed.items[1].span.column) == (14, 5)


PROBLEMS = {
    "no JSON": ('{\n  "locals": {"a": 1,}\n}', "a key in double quotes is missing", 2, 21),
    "an end too early": ('{\n  "locals": {', "it ends too early", 2, 14),
    "a number out of range": ('{"locals":\n {"a": 1e1001}}', "out of range", 2, 8),
    "a list of texts": ('["a"]', "an object or a list of objects is expected here", 1, 1),
    "an unknown type": ('{\n "resources": {}}', 'there is no type of block called "resources"', 2, 2),
    "a text for a block": ('{"output":\n {"a": "b"}}', "an object or a list of objects is expected here", 2, 8),
    "a comment among labels": ('{"output":\n {"//": "b"}}', "an object or a list of objects is expected here", 2, 9),
}


@pytest.mark.parametrize("name", PROBLEMS)
def test_problems_of_a_file(name: str) -> None:
    text, message, line, column = PROBLEMS[name]
    (problem,) = json_syntax.index_json("x.tf.json", text).problems
    assert message in problem.message
    assert (problem.span.path, problem.span.line, problem.span.column) == ("x.tf.json", line, column)


IN_A_BLOCK = {
    "an argument twice": ('"name": "a",\n "name": "b"', '"name" is set twice', 2),
    "a key twice": ('"tags": {"a": 1,\n "a": 2}', 'the key "a" appears twice, first on line 1', 2),
    "no expression": ('"name": "a",\n "path": "${1 +}"', "not expected", 2),
    "no reference": ('"depends_on": [\n"${a.b}"]', "not expected", 2),
    "two expressions": ('"path": "${1)\\nb=(2}"', "not a single expression", 1),
}


@pytest.mark.parametrize("name", IN_A_BLOCK)
def test_problems_of_a_block(name: str) -> None:
    text, message, line = IN_A_BLOCK[name]
    written = f'{{"resource": {{"aws_iam_user": {{"u": {{{text}}}, "v": {{"name": "good"}}}}}}}}'
    index = json_syntax.index_json("x.tf.json", written)
    with pytest.raises(SyntaxProblem, match=message) as problem:
        parse_json(index.blocks[0])
    assert problem.value.span.line == line
    assert parse_json(index.blocks[1]).body.attributes["name"].name == "name"


def test_a_statement_cannot_be_a_text() -> None:
    written = '{"data": {"aws_iam_policy_document": {"d": {"statement": "${local.s}"}}}}'
    with pytest.raises(SyntaxProblem, match="a list of objects"):
        parse_json(json_syntax.index_json("x.tf.json", written).blocks[0])


USER = {
    "resource": {
        "aws_iam_user": {"u": {"name": "u", "tags": {"team": "x"}}},
        "aws_iam_user_login_profile": {"u": {"user": "${aws_iam_user.u.name}"}},
        "aws_iam_user_policy_attachment": {"u": {"user": "${aws_iam_user.u.name}", "policy_arn": "${var.policy}"}},
    },
    "variable": {"policy": {"type": "string", "default": SIGN_IN}},
}
ALLOWED = {"aws_iam_user.u": ("yes", "allowed")}
DENIED = {"aws_iam_user.u": ("yes", "implicit_deny")}
NARROW = "arn:aws:iam::aws:policy/IAMUserChangePassword"
SCANS: dict[str, tuple[dict[str, str], dict[str, tuple[str, str]]]] = {
    "a user": ({"main.tf.json": json.dumps(USER)}, ALLOWED),
    "a user for OpenTofu": ({"main.tofu.json": json.dumps(USER)}, ALLOWED),
    "hidden by a .tofu.json": (
        {"main.tf.json": json.dumps(USER).replace(SIGN_IN, NARROW), "main.tofu.json": json.dumps(USER)},
        ALLOWED,
    ),
    "a policy from a JSON variable file": (
        {"main.tf.json": json.dumps(USER), "x.auto.tfvars.json": json.dumps({"policy": NARROW})},
        DENIED,
    ),
    "an override in native syntax": (
        {
            "main.tf.json": json.dumps(USER),
            "override.tf": f'resource "aws_iam_user_policy_attachment" "u" {{ policy_arn = "{NARROW}" }}',
        },
        DENIED,
    ),
    "an override replaces all statements, those of dynamic blocks too": (
        {
            "main.tf": """
            data "aws_iam_policy_document" "d" {
              statement {
                effect    = "Deny"
                actions   = ["signin:*"]
                resources = ["*"]
              }
              dynamic "statement" {
                for_each = [1]
                content {
                  effect    = "Deny"
                  actions   = ["signin:*"]
                  resources = ["*"]
                }
              }
            }
            resource "aws_iam_user_policy" "p" {
              user   = aws_iam_user.u.name
              policy = data.aws_iam_policy_document.d.json
            }
            """,
            "user.tf.json": json.dumps(USER),
            "override.tf.json": json.dumps(
                {
                    "data": {
                        "aws_iam_policy_document": {
                            "d": {"statement": {"effect": "Deny", "actions": ["s3:*"], "resources": ["*"]}}
                        }
                    }
                }
            ),
        },
        ALLOWED,
    ),
    "a dynamic override replaces plain statements": (
        {
            "main.tf.json": json.dumps(
                {
                    "data": {
                        "aws_iam_policy_document": {
                            "d": {"statement": {"effect": "Deny", "actions": ["signin:*"], "resources": ["*"]}}
                        }
                    },
                    "resource": {
                        "aws_iam_user_policy": {
                            "p": {"user": "u", "policy": "${data.aws_iam_policy_document.d.json}"},
                        }
                    },
                }
            ),
            "user.tf.json": json.dumps(USER),
            "override.tf": """
            data "aws_iam_policy_document" "d" {
              dynamic "statement" {
                for_each = ["s3:*"]
                content {
                  effect    = "Deny"
                  actions   = [statement.value]
                  resources = ["*"]
                }
              }
            }
            """,
        },
        ALLOWED,
    ),
    "a file that is broken does not hide the others": (
        {"main.tf.json": json.dumps(USER), "broken.tf.json": '{"resource": {'},
        ALLOWED,
    ),
}


@pytest.mark.parametrize("name", SCANS)
def test_scans(scan_files: Scan, name: str) -> None:
    files, expected = SCANS[name]
    report = scan_files(files)
    assert verdicts(report) == expected
    assert {error.span.path for error in report.errors if error.span} == {name for name in files if "broken" in name}


TAGGED = {
    **USER,
    "data": {
        "aws_iam_policy_document": {
            "d": {
                "statement": {
                    "effect": "Deny",
                    "actions": ["signin:*"],
                    "resources": ["*"],
                    "condition": {"test": "StringEquals", "variable": "aws:PrincipalTag/env", "values": ["prod"]},
                }
            }
        }
    },
}
TAGGED["resource"] = {
    **USER["resource"],
    "aws_iam_user_policy": {"p": {"user": "u", "policy": "${data.aws_iam_policy_document.d.json}"}},
}
PROVIDERS = {
    "a provider in JSON": ({"p.tf.json": '{"provider": {"aws": {"default_tags": {"tags": {"env": "prod"}}}}}'}, True),
    "overridden tags": (
        {
            "p.tf.json": '{"provider": {"aws": [{"default_tags": [{"tags": {"env": "dev"}}]}]}}',
            "override.tf": 'provider "aws" {\n  default_tags {\n    tags = { env = "prod" }\n  }\n}\n',
        },
        True,
    ),
    "an override of a provider that is not configured": (
        {"override.tf.json": '{"provider": {"aws": {"default_tags": {"tags": {"env": "prod"}}}}}'},
        True,
    ),
    "an override of another alias": (
        {
            "p.tf": 'provider "aws" {\n  region = "us-east-1"\n}\nprovider "aws" {\n  alias = "x"\n}\n',
            "override.tf": 'provider "aws" {\n  alias = "x"\n  default_tags {\n    tags = { env = "prod" }\n  }\n}\n',
        },
        False,
    ),
}


@pytest.mark.parametrize("name", PROVIDERS)
def test_providers(scan_files: Scan, name: str) -> None:
    files, tagged = PROVIDERS[name]
    report = scan_files({"main.tf.json": json.dumps(TAGGED), **files})
    assert verdicts(report) == {"aws_iam_user.u": ("yes", "explicit_deny" if tagged else "allowed")}
    assert report.errors == ()


def test_an_override_of_an_alias_that_is_not_there(scan_files: Scan) -> None:
    report = scan_files({"a.tf.json": json.dumps(USER), "override.tf": 'provider "aws" {\n  alias = "x"\n}\n'})
    assert [error.summary for error in report.errors] == ["Nothing to override"]


def test_findings_point_at_the_line_in_the_json_file(scan_files: Scan) -> None:
    text = json.dumps({**USER, "variable": {"policy": {"default": NARROW}}}, indent=2)
    (finding,) = scan_files({"main.tf.json": text}).findings
    line = text.splitlines()[finding.span.line - 1]
    assert (finding.span.path, line.strip()) == ("main.tf.json", '"u": {')
