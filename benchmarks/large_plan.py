"""Time and memory of scanning a large plan: ``python -m benchmarks.large_plan [MEGABYTES …] [--parsers]``.

The plan is made up, in the proportions of a real one: most of it is about resources that have nothing to do with
identities, each told several times (planned values, change, prior state), and the configuration comes at the end.
People, roles and attachments come from ``for_each`` in modules and refer to what is known after apply.

``--parsers`` compares what JSON parsers need for the same file, those that are installed among json, orjson, ijson and
msgspec; ``--keep FILE`` leaves the last plan there.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

Object = dict[str, Any]
AWS = "registry.terraform.io/hashicorp/aws"
TEAM = 25
"""People in one team; each team is one instance of a module."""
IDENTITY_SHARE = 12
"""One resource in so many belongs to a team."""
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "sts:AssumeRole",
                "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
                "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
            }
        ],
    }
)
OTHERS = {
    "aws_security_group_rule": lambda number: {
        "cidr_blocks": [f"10.{number // 256 % 256}.{number % 256}.0/24"],
        "from_port": 443,
        "to_port": 443,
        "protocol": "tcp",
        "type": "ingress",
        "description": f"service {number}",
        "ipv6_cidr_blocks": None,
        "prefix_list_ids": None,
        "self": False,
        "source_security_group_id": None,
        "security_group_id": f"sg-{number:017x}",
    },
    "aws_cloudwatch_metric_alarm": lambda number: {
        "alarm_name": f"service-{number}-errors",
        "alarm_actions": [f"arn:aws:sns:eu-west-1:123456789012:alerts-{number % 20}"],
        "comparison_operator": "GreaterThanThreshold",
        "dimensions": {"LoadBalancer": f"app/service-{number}/{number:016x}"},
        "evaluation_periods": 3,
        "metric_name": "HTTPCode_Target_5XX_Count",
        "metric_query": [],
        "namespace": "AWS/ApplicationELB",
        "period": 60,
        "threshold": 5.5,
        "tags": {"Service": f"service-{number}", "Team": f"team-{number % 40}"},
        "treat_missing_data": "notBreaching",
    },
    "aws_ecs_task_definition": lambda number: {
        "family": f"service-{number}",
        "container_definitions": json.dumps(
            [
                {
                    "name": "app",
                    "image": f"123456789012.dkr.ecr.eu-west-1.amazonaws.com/service-{number}:1.{number}.0",
                    "environment": [{"name": f"SETTING_{each}", "value": f"value of {each}"} for each in range(20)],
                    "portMappings": [{"containerPort": 8080, "protocol": "tcp"}],
                }
            ]
        ),
        "cpu": "256",
        "memory": "512",
        "network_mode": "awsvpc",
        "requires_compatibilities": ["FARGATE"],
        "volume": [],
        "tags": {"Service": f"service-{number}"},
    },
    "aws_s3_bucket": lambda number: {
        "bucket": f"example-bucket-{number}",
        "force_destroy": False,
        "lifecycle_rule": [
            {"id": f"rule-{each}", "enabled": True, "prefix": f"logs/{each}/", "expiration": [{"days": 30 + each}]}
            for each in range(6)
        ],
        "server_side_encryption_configuration": [{"rule": [{"bucket_key_enabled": True}]}],
        "tags": {"Service": f"service-{number}", "Environment": "production"},
        "website": [],
    },
}
"""Types that have nothing to do with identities, and what an instance of each says."""


def identities(team: int) -> Iterator[tuple[str, str, Object, Object]]:
    """The resources of one team: type, key, what is known, what is known after apply."""
    for person in range(TEAM):
        name = f"person-{team}-{person}"
        known: Object = {"name": name, "path": "/", "force_destroy": False, "tags": {"Team": f"team-{team}"}}
        computed = {"arn": True, "id": True, "unique_id": True, "tags": {}, "tags_all": True}
        yield "aws_iam_user", name, known, computed
        yield "aws_iam_user_login_profile", name, {"user": name, "password_length": 20}, {"id": True, "password": True}
        yield "aws_iam_user_policy_attachment", name, {"user": name}, {"id": True, "policy_arn": True}
    role: Object = {"name": f"team-{team}-admin", "assume_role_policy": TRUST, "path": "/"}
    yield "aws_iam_role", "admin", role, {"arn": True, "id": True, "unique_id": True, "inline_policy": True}
    statement = {"Effect": "Allow", "Action": ["signin:AuthorizeOAuth2Access"], "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    policy: Object = {"name": f"team-{team}", "path": "/", "policy": document}
    yield "aws_iam_policy", "login", policy, {"arn": True, "id": True, "policy_id": True}
    known = {"role": f"team-{team}-admin", "policy_arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}
    yield "aws_iam_role_policy_attachment", "admin", known, {"id": True}


def instances(resources: int) -> Iterator[tuple[str, str, str, Object, Object]]:
    """All instances: module, type, key, what is known, what is known after apply."""
    each_team = 3 * TEAM + 3
    for team in range(max(1, resources // IDENTITY_SHARE // each_team)):
        for type_, key, known, computed in identities(team):
            yield f'module.team["team-{team}"]', type_, key, known, computed
    types = list(OTHERS)
    for number in range(resources - resources // IDENTITY_SHARE):
        type_ = types[number % len(types)]
        computed = {"arn": True, "id": True, "tags_all": True}
        yield f"module.service_{number % 40}", type_, f"service-{number}", OTHERS[type_](number), computed


def resource(module: str, type_: str, key: str) -> Object:
    """What every section says of an instance first."""
    return {
        "address": f"{module}.{type_}.this[{json.dumps(key)}]",
        "mode": "managed",
        "type": type_,
        "name": "this",
        "index": key,
        "provider_name": AWS,
    }


def values(resources: int, *, stored: bool) -> Iterator[tuple[str, Object]]:
    """Planned values, or the state before."""
    for module, type_, key, known, computed in instances(resources):
        if stored and type_.startswith("aws_iam_"):
            continue
        more = {name: f"{type_}-{key}" for name, mark in computed.items() if mark is True} if stored else {}
        yield (
            module,
            {**resource(module, type_, key), "schema_version": 0, "values": {**known, **more}, "sensitive_values": {}},
        )


def changes(resources: int) -> Iterator[Object]:
    """Teams are created, the rest is updated."""
    for module, type_, key, known, computed in instances(resources):
        new = type_.startswith("aws_iam_")
        ids = {name: f"{type_}-{key}" for name, mark in computed.items() if mark is True}
        yield {
            **resource(module, type_, key),
            "module_address": module,
            "change": {
                "actions": ["create"] if new else ["update"],
                "before": None if new else {**known, **ids},
                "after": known if new else {**known, **ids},
                "after_unknown": computed if new else {"tags_all": {}},
                "before_sensitive": False if new else {"tags_all": {}},
                "after_sensitive": {"tags": {}, "tags_all": {}},
            },
        }


def configuration(resources: int) -> Object:
    """The root module calls the modules; each has its blocks, with the references of every argument."""

    def block(type_: str, expressions: Object, for_each: str) -> Object:
        return {
            "address": f"{type_}.this",
            "mode": "managed",
            "type": type_,
            "name": "this",
            "provider_config_key": "aws",
            "expressions": expressions,
            "schema_version": 0,
            "for_each_expression": {"references": [for_each]},
        }

    def referring(*texts: str) -> Object:
        return {"references": list(texts)}

    team = [
        block("aws_iam_user", {"name": referring("each.key"), "tags": referring("var.team")}, "var.people"),
        block(
            "aws_iam_user_login_profile",
            {"user": referring("aws_iam_user.this", "each.key")},
            "aws_iam_user.this",
        ),
        block(
            "aws_iam_user_policy_attachment",
            {
                "user": referring("aws_iam_user.this", "each.key"),
                "policy_arn": referring('aws_iam_policy.this["login"].arn', 'aws_iam_policy.this["login"]'),
            },
            "aws_iam_user.this",
        ),
        block("aws_iam_role", {"assume_role_policy": referring("var.trust")}, "local.roles"),
        block("aws_iam_policy", {"name": referring("var.team"), "policy": referring("local.policy")}, "local.policies"),
        block("aws_iam_role_policy_attachment", {"role": referring("each.key")}, "local.roles"),
    ]
    calls: Object = {
        "team": {
            "source": "./modules/team",
            "expressions": {"people": referring("each.value"), "team": referring("each.key")},
            "for_each_expression": referring("var.teams"),
            "module": {"resources": team, "variables": {"people": {}, "team": {}}},
        }
    }
    for number in range(40):
        expressions = {f"setting_{each}": referring(f"var.setting_{each}", f"local.s{each}") for each in range(60)}
        blocks = [
            {
                **block(type_, expressions, f"var.services_{copy}"),
                "address": f"{type_}.this_{copy}",
                "name": "this" if copy == 0 else f"this_{copy}",
            }
            for type_ in OTHERS
            for copy in range(max(1, resources // 4000))
        ]
        calls[f"service_{number}"] = {
            "source": "./modules/service",
            "expressions": {"services": referring("var.services")},
            "module": {"resources": blocks, "variables": {f"setting_{each}": {} for each in range(60)}},
        }
    provider = {"name": "aws", "full_name": AWS, "expressions": {"region": {"constant_value": "eu-west-1"}}}
    return {"provider_config": {"aws": provider}, "root_module": {"module_calls": calls}}


def write_plan(file: TextIO, resources: int) -> None:
    """Write a plan in one line, as Terraform does."""
    file.write('{"format_version":"1.2","terraform_version":"1.11.4","variables":{"region":{"value":"eu-west-1"}}')
    file.write(',"planned_values":')
    _write_values(file, values(resources, stored=False))
    file.write(',"resource_changes":[')
    file.writelines(("," if number else "") + _text(change) for number, change in enumerate(changes(resources)))
    file.write('],"prior_state":{"format_version":"1.0","terraform_version":"1.11.4","values":')
    _write_values(file, values(resources, stored=True))
    file.write('},"configuration":' + _text(configuration(resources)))
    file.write(',"timestamp":"2026-01-01T00:00:00Z","applyable":true,"complete":true,"errored":false}\n')


def _write_values(file: TextIO, found: Iterator[tuple[str, Object]]) -> None:
    file.write('{"root_module":{"child_modules":[')
    modules: dict[str, list[str]] = {}
    for module, each in found:
        modules.setdefault(module, []).append(_text(each))
    file.write(
        ",".join(f'{{"resources":[{",".join(each)}],"address":{_text(name)}}}' for name, each in modules.items())
    )
    file.write("]}}")


def _text(found: Any) -> str:
    return json.dumps(found, separators=(",", ":"))


PARSERS = {
    "json": "import json, sys; json.loads(open(sys.argv[1], 'rb').read())",
    "orjson": "import orjson, sys; orjson.loads(open(sys.argv[1], 'rb').read())",
    "msgspec": "import msgspec, sys; msgspec.json.decode(open(sys.argv[1], 'rb').read())",
    "msgspec, typed": """
import msgspec, sys
class Change(msgspec.Struct):
    address: str = ""
    mode: str = ""
    type: str = ""
    name: str = ""
    index: int | str | None = None
    module_address: str = ""
    change: msgspec.Raw = msgspec.Raw()
class Plan(msgspec.Struct):
    resource_changes: list[Change]
    configuration: msgspec.Raw
plan = msgspec.json.decode(open(sys.argv[1], 'rb').read(), type=Plan)
kept = [msgspec.json.decode(c.change) for c in plan.resource_changes if c.type.startswith('aws_iam_')]
configuration = msgspec.json.decode(plan.configuration)
""",
    "ijson": """
import ijson, sys
with open(sys.argv[1], 'rb') as file:
    kept = [c for c in ijson.items(file, 'resource_changes.item') if c['type'].startswith('aws_iam_')]
with open(sys.argv[1], 'rb') as file:
    configuration = next(ijson.items(file, 'configuration'))
""",
}
"""Programs that take what a scan needs from a plan. The first three have the whole of it in memory."""


def measure(command: list[str]) -> tuple[int, float, float]:
    """Exit status, seconds of the processor, and the most megabytes that were in memory."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description="Time and memory of scanning a large plan.")
    parser.add_argument("sizes", nargs="*", type=int, metavar="MEGABYTES", default=[1, 20, 200])
    parser.add_argument("--parsers", action="store_true", help="compare JSON parsers instead of scanning")
    parser.add_argument("--keep", type=Path, metavar="FILE", help="leave the last plan there")
    arguments = parser.parse_args()
    scan = [sys.executable, "-m", "scanner", "--format", "json", "--fail-on", "never"]
    programs = {name: [sys.executable, "-c", text] for name, text in PARSERS.items()}
    print(f"{'plan, MB':>8} {'program':>16} {'seconds':>8} {'peak, MB':>9} {'of its size':>11}")
    for size in arguments.sizes:
        with tempfile.TemporaryDirectory() as folder:
            plan = arguments.keep or Path(folder, "plan.json")
            with plan.open("w", encoding="utf-8") as file:
                write_plan(file, size * 245)
            megabytes = plan.stat().st_size / 1e6
            for name, command in programs.items() if arguments.parsers else [("scan", scan)]:
                status, seconds, peak = measure([*command, str(plan)])
                done = f"{seconds:>8.2f} {peak:>9.0f} {peak / megabytes:>10.1f}x" if status == 0 else "not installed"
                print(f"{megabytes:>8.1f} {name:>16} {done}", flush=True)


if __name__ == "__main__":
    main()
