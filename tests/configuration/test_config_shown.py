"""What is shown of a configuration; the schema and the page are made from the same options."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from scanner.configuration.keys import COMMAND_LINE_ONLY, KEYS, OUTPUT, Merge
from scanner.configuration.scan_options import scan_options
from scanner.configuration.schema import configuration_schema, schema_text
from scanner.configuration.settings import Settings, command_line, settle
from scanner.configuration.show import as_json, as_text
from scanner.secret_names import is_secret_name, looks_secret
from tests.configuration.configured import configured
from tests.configuration.mistakes import MISTAKES
from tools.write_configuration_reference import PAGE, SCHEMA, page


@pytest.mark.parametrize("text", [text for text, _, _ in MISTAKES])
def test_the_schema_refuses_what_the_loader_refuses(text: str) -> None:
    if "[" * 100 in text:
        return  # no editor asks the schema about that
    try:
        found = yaml.load(text, Loader=yaml.BaseLoader if "until" in text else yaml.SafeLoader)  # noqa: S506
    except (yaml.YAMLError, TypeError):
        return  # nor about that
    if text.startswith("paths: [a]\npaths") or "&a" in text or "'-'" in text or text == "account: 12":
        return  # JSON has no such thing
    if isinstance(found, dict) and isinstance(found.get("accounts"), dict):
        found["accounts"] = {str(key): value for key, value in found["accounts"].items()}
    if "reason: b until" in text:
        return  # nor have schemas words for what a text must not say
    checker = jsonschema.Draft7Validator(configuration_schema(), format_checker=jsonschema.FormatChecker())
    assert list(checker.iter_errors(found)), text


def test_the_schema_takes_what_the_loader_takes(tmp_path: Path) -> None:
    text = """
paths: [infra]
exclude: x
rules: [r]
select: [a]
ignore: [b]
severity: {a: note}
suppress: [{rule: a, address: 'b*', path: c, reason: d, until: "2027-03-01"}]
fail_on: never
baseline: known.json
min_severity: note
quiet: true
format: [text, json]
output: {json: [a, "-"]}
var: {a: [1, {b: true}]}
var_file: f
env_vars: true
workspace: w
source: s
parameter: {A: [1, b]}
parameters: p
account: 111122223333
region: eu-west-1
context: {a: null, b: [c], d: true}
scp: [[a], [b]]
rcp: [a]
assume_console: [a]
account_data: [a]
jobs: 2
cache: false
cache_dir: c
max_steps: 5000
accounts: {default: {scp: [a]}, 111122223333: {rcp: [a]}, 'x/*': {account: "111122223333", region: aa-b-1, scp: [[a]]}}
"""
    found = yaml.safe_load(text)
    assert found.keys() == {key.name for key in KEYS}, "a key is missing here"
    found["accounts"] = {str(key): value for key, value in found["accounts"].items()}
    jsonschema.Draft7Validator(configuration_schema()).validate(found)
    assert configured(tmp_path, text).values.keys() == found.keys()


def test_the_schema_and_the_page_are_made_from_the_options() -> None:
    jsonschema.Draft7Validator.check_schema(configuration_schema())
    write_them = "run .venv/bin/python -m tools.write_configuration_reference"
    assert SCHEMA.read_text(encoding="utf-8") == schema_text(), write_them
    text = PAGE.read_text(encoding="utf-8")
    assert page(text) == text, write_them


def test_every_option_can_be_configured_or_is_for_the_command_line_only() -> None:
    import typer

    from scanner.cli import app

    command = typer.main.get_command(app)
    options = {str(one.name) for one in command.params} - {"help", "version", "install_completion", "show_completion"}
    assert options - {key.name for key in KEYS} <= COMMAND_LINE_ONLY.keys()
    assert {key.name for key in KEYS if key.merge is not Merge.FILE} <= options


def settings_of(folder: Path, text: str, **given: Any) -> Settings:
    return settle(command_line(given, list(given)), configured(folder, text))


def test_what_is_shown_is_a_configuration_that_says_the_same(tmp_path: Path) -> None:
    text = """
fail_on: note
paths: [x y, "*", "yes"]
var: {a: "1", team: "x: y"}
context: {a: null, b: [c]}
scp: [[a], [b, c]]
accounts: {default: {scp: [[a]]}, x: {region: eu-west-1, rcp: [z]}}
suppress: [{rule: a, reason: "b # c", until: 2027-03-01}]
output: {json: [a, b]}
"""
    settings = settings_of(tmp_path, text, select=["q"], workspace="w")
    shown = as_text(settings)
    again = settle({}, configured(tmp_path, shown, "again.yaml"))
    first, second = (scan_options(one, tmp_path, {}, None, debug=True) for one in (settings, again))
    assert first.suppress[0].reason == second.suppress[0].reason
    assert [one.value for one in again.given(OUTPUT)] == [("json", "a"), ("json", "b")]
    for field in ("fail_on", "paths", "context", "controls", "accounts", "sections", "select"):
        assert getattr(first, field) == getattr(second, field), field
    assert first.inputs == second.inputs
    assert "fail_on: note  # scan.yaml:2\n" in shown
    assert "  - q  # command line\n" in shown
    assert "ignore: []  # default\n" in shown


def test_secrets_are_not_shown(tmp_path: Path) -> None:
    text = "var: {db_password: hunter2, db: {token: hunter2}, db2: {a: {db-pin: hunter2}}, team: blue}"
    text += "\nparameter: {ApiKey: hunter2, DbPwd: hunter2, Url: 'postgres://me:hunter2@db/x'}"
    for shown in (as_text(settings_of(tmp_path, text)), as_json(settings_of(tmp_path, text))):
        assert "hunter2" not in shown
        assert "db_password" in shown
        assert "blue" in shown


SECRETS = """
    password PASSWORD dbPassword PGPASSWORD PGPASS db_pass db-pass DBPass mysqlpwd DbPwd DB_PWD pwd pin user_pin
    PinCode userPIN pin2 cred creds db_creds MyCreds credentials auth basic_auth AuthHeader oauth OAuthClient api_key
    ApiKey apikey APIKEY keys KeyPair secret client-secret SecretArn token githubToken jwt JWTSecret private_key otp
    totpSeed dsn salt signature SSHKey sshkey pw DBPw
"""
PLAIN = """
    team region environment pinned pinboard spin author authors passive bypassed compassion keyboard monkeypatch
    keyring credit accredited tokyo secondary cidr instance_type opinion shipping userName Account DesiredCapacity
    path pattern users
"""


@pytest.mark.parametrize(("names", "is_secret"), [(SECRETS, True), (PLAIN, False)])
def test_names_of_secrets(names: str, is_secret: bool) -> None:
    assert [name for name in names.split() if is_secret_name(name) is not is_secret] == []


@pytest.mark.parametrize(
    ("value", "is_secret"),
    [
        ('{"db" = {"pin" = 1}}', True),
        ("pin: 12", True),
        ("-----BEGIN RSA PRIVATE KEY-----", True),
        ("AKIAIOSFODNN7EXAMPLE", True),
        ("https://example.com/a:b@c", False),
        ("arn:aws:iam::111122223333:role/x", False),
        ("pin board", False),
        ('{"team" = "x"}', False),
    ],
)
def test_values_that_are_secrets(value: str, is_secret: bool) -> None:
    assert looks_secret("x", value) is is_secret


def test_what_is_shown_as_json(tmp_path: Path) -> None:
    shown = json.loads(as_json(settings_of(tmp_path, "\nrules: [a]", rules=["b"])))
    assert shown["version"] == 1
    assert shown["file"] == "scan.yaml"
    assert shown["options"].keys() == {key.name for key in KEYS}
    assert shown["options"]["rules"] == [
        {"value": "a", "source": "file", "path": "scan.yaml", "line": 2},
        {"value": "b", "source": "command line"},
    ]
    assert shown["options"]["fail_on"] == [{"value": "error", "source": "default"}]
