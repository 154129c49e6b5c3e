"""A made-up plan as ``terraform show -json`` prints it, in one line.

Every resource is told several times (planned values, change, prior state), and the configuration comes at the end.
Teams are created, everything else is updated.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TextIO

from benchmarks.corpora.expected import write_facts
from benchmarks.corpora.planned import OTHERS, SERVICES, Object, Planned, expected, planned

AWS = "registry.terraform.io/hashicorp/aws"
RESOURCES_IN_A_MEGABYTE = 226


def write_plan_json(path: Path, megabytes: float) -> None:
    """Write a plan of about a size, and the facts beside it."""
    resources = round(megabytes * RESOURCES_IN_A_MEGABYTE)
    with path.open("w", encoding="utf-8") as file:
        _write(file, resources)
    write_facts(path, expected(path.name, resources))


def _write(file: TextIO, resources: int) -> None:
    file.write('{"format_version":"1.2","terraform_version":"1.11.4","variables":{"region":{"value":"eu-west-1"}}')
    file.write(',"planned_values":')
    _write_values(file, ((each, each.known) for each in planned(resources)))
    file.write(',"resource_changes":[')
    file.writelines((("," if number else "") + _text(_change(each))) for number, each in enumerate(planned(resources)))
    file.write('],"prior_state":{"format_version":"1.0","terraform_version":"1.11.4","values":')
    _write_values(file, ((each, each.stored) for each in planned(resources) if not each.is_identity))
    file.write('},"configuration":' + _text(_configuration(resources)))
    file.write(',"timestamp":"2026-01-01T00:00:00Z","applyable":true,"complete":true,"errored":false}\n')


def _write_values(file: TextIO, found: Iterable[tuple[Planned, Object]]) -> None:
    file.write('{"root_module":{"child_modules":[')
    modules: dict[str, list[str]] = {}
    for each, values in found:
        entry = {**_named(each), "schema_version": 0, "values": values, "sensitive_values": {}}
        modules.setdefault(each.module, []).append(_text(entry))
    for number, (module, texts) in enumerate(modules.items()):
        file.write(("," if number else "") + f'{{"address":{json.dumps(module)},"resources":[')
        file.write(",".join(texts) + "]}")
    file.write("]}}")


def _named(each: Planned) -> Object:
    """What every section says of an instance first."""
    return {
        "address": each.address,
        "mode": "managed",
        "type": each.type,
        "name": each.name,
        "index": each.key,
        "provider_name": AWS,
    }


def _change(each: Planned) -> Object:
    new = each.is_identity
    return {
        **_named(each),
        "module_address": each.module,
        "change": {
            "actions": ["create"] if new else ["update"],
            "before": None if new else each.stored,
            "after": each.known if new else each.stored,
            "after_unknown": each.computed if new else {"tags_all": {}},
            "before_sensitive": False if new else {"tags_all": {}},
            "after_sensitive": {"tags": {}, "tags_all": {}},
        },
    }


def _referring(*texts: str) -> Object:
    return {"references": list(texts)}


def _block(type_: str, expressions: Object, for_each: str, name: str = "this") -> Object:
    return {
        "address": f"{type_}.{name}",
        "mode": "managed",
        "type": type_,
        "name": name,
        "provider_config_key": "aws",
        "expressions": expressions,
        "schema_version": 0,
        "for_each_expression": {"references": [for_each]},
    }


def _team_blocks() -> Iterator[Object]:
    users = "aws_iam_user.this"
    named = {"name": _referring("each.key"), "tags": _referring("var.team")}
    yield _block("aws_iam_user", named, "local.people")
    yield _block("aws_iam_user_login_profile", {"user": _referring(users, "each.key")}, users)
    policy_arn = _referring('aws_iam_policy.this["login"].arn', 'aws_iam_policy.this["login"]', "aws_iam_policy.this")
    attached = {"user": _referring(users, "each.key"), "policy_arn": policy_arn}
    yield _block("aws_iam_user_policy_attachment", attached, users)
    yield _block("aws_iam_role", {"assume_role_policy": _referring("var.trust")}, "local.roles")
    document = {"name": _referring("var.team"), "policy": _referring("var.document")}
    yield _block("aws_iam_policy", document, "local.policies")
    yield _block("aws_iam_role_policy_attachment", {"role": _referring("each.key")}, "local.roles")


def _configuration(resources: int) -> Object:
    """The root module calls the modules; each has its blocks, with the references of every argument."""
    given = ("team", "document", "trust")
    calls: Object = {
        "team": {
            "source": "./modules/team",
            "expressions": {name: _referring(f"local.{name}s", "each.key") for name in given},
            "for_each_expression": _referring("local.teams"),
            "module": {"resources": list(_team_blocks()), "variables": {name: {} for name in given}},
        }
    }
    for number in range(SERVICES):
        expressions = {f"setting_{each}": _referring(f"var.setting_{each}", f"local.s{each}") for each in range(60)}
        blocks = [
            _block(type_, expressions, f"var.services_{copy}", f"this_{copy}" if copy else "this")
            for type_ in OTHERS
            for copy in range(max(1, resources // 4000))
        ]
        calls[f"service_{number}"] = {
            "source": "./modules/service",
            "expressions": {"services": _referring("var.services")},
            "module": {"resources": blocks, "variables": {f"setting_{each}": {} for each in range(60)}},
        }
    provider = {"name": "aws", "full_name": AWS, "expressions": {"region": {"constant_value": "eu-west-1"}}}
    return {"provider_config": {"aws": provider}, "root_module": {"module_calls": calls}}


def _text(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
