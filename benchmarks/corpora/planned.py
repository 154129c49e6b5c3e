"""The resources of made-up plans and states, in the proportions of real ones, and who of them has console access.

Most are about things that have nothing to do with identities. One of a dozen belongs to a team, which is an instance of
a module: people from ``for_each``, a policy that they get by reference, a role, in one of three people may assume.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from benchmarks.corpora.expected import DENIED, EVERYWHERE, HERE, NOTHING, Expected, Verdict

Object = dict[str, Any]
TEAM = 25
"""People in one team."""
IDENTITY_SHARE = 12
"""One resource in so many belongs to a team."""
SERVICES = 40
"""Instances of the module that has everything else."""
BOTH = ["signin:AuthorizeOAuth2Access", "signin:CreateOAuth2Token"]


def document(effect: str, actions: object, resource: str, **more: object) -> str:
    """A policy document."""
    statement = {"Effect": effect, "Action": actions, "Resource": resource, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


DOCUMENTS = (
    (document("Allow", BOTH[:1], "*"), NOTHING),
    (document("Allow", BOTH, "arn:aws:signin:*:*:oauth2/public-client/localhost"), HERE),
    (document("Allow", "signin:*", "*"), EVERYWHERE),
    (document("Deny", "signin:*", "*"), DENIED),
)
"""What the policies of teams say, by turns."""


def _trust(principal: object, **more: object) -> str:
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


TRUSTED_BY_PEOPLE = _trust(
    {"AWS": "arn:aws:iam::123456789012:root"}, Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}
)
TRUSTED_BY_SERVICE = _trust({"Service": "ecs-tasks.amazonaws.com"})


def trust(team: int) -> str:
    """Who may assume the role of a team."""
    return TRUSTED_BY_SERVICE if team % 3 else TRUSTED_BY_PEOPLE


@dataclass(frozen=True, slots=True)
class Planned:
    """One resource instance."""

    module: str
    type: str
    name: str
    key: str
    known: Object
    computed: Object
    """What is known after apply only; in a state these have values, too."""

    @property
    def address(self) -> str:
        """As Terraform prints it."""
        return f"{self.module}.{self.type}.{self.name}[{json.dumps(self.key)}]"

    @property
    def is_identity(self) -> bool:
        """Whether it belongs to a team."""
        return self.type.startswith("aws_iam_")

    @property
    def stored(self) -> Object:
        """All attributes after apply."""
        return {**self.known, **{name: self._value(name) for name, mark in self.computed.items() if mark is True}}

    def _value(self, name: str) -> object:
        if name == "arn" and self.is_identity:
            kind = {"aws_iam_user": "user", "aws_iam_role": "role", "aws_iam_policy": "policy"}[self.type]
            return f"arn:aws:iam::123456789012:{kind}/{self.known['name']}"
        if name == "policy_arn":
            return f"arn:aws:iam::123456789012:policy/{self.module.split(chr(34))[1]}"
        if name in {"inline_policy", "managed_policy_arns"}:
            return []
        if name == "tags_all":
            return self.known.get("tags", {})
        return self.known["name"] if name == "id" and "name" in self.known else f"{self.type}-{self.key}"


def _security_group_rule(number: int) -> Object:
    return {
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
    }


def _alarm(number: int) -> Object:
    return {
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
    }


def _task(number: int) -> Object:
    container = {
        "name": "app",
        "image": f"123456789012.dkr.ecr.eu-west-1.amazonaws.com/service-{number}:1.{number}.0",
        "environment": [{"name": f"SETTING_{each}", "value": f"value of {each}"} for each in range(20)],
        "portMappings": [{"containerPort": 8080, "protocol": "tcp"}],
    }
    return {
        "family": f"service-{number}",
        "container_definitions": json.dumps([container]),
        "cpu": "256",
        "memory": "512",
        "network_mode": "awsvpc",
        "requires_compatibilities": ["FARGATE"],
        "volume": [],
        "tags": {"Service": f"service-{number}"},
    }


def _bucket(number: int) -> Object:
    return {
        "bucket": f"example-bucket-{number}",
        "force_destroy": False,
        "lifecycle_rule": [
            {"id": f"rule-{each}", "enabled": True, "prefix": f"logs/{each}/", "expiration": [{"days": 30 + each}]}
            for each in range(6)
        ],
        "server_side_encryption_configuration": [{"rule": [{"bucket_key_enabled": True}]}],
        "tags": {"Service": f"service-{number}", "Environment": "production"},
        "website": [],
    }


OTHERS = {
    "aws_security_group_rule": _security_group_rule,
    "aws_cloudwatch_metric_alarm": _alarm,
    "aws_ecs_task_definition": _task,
    "aws_s3_bucket": _bucket,
}
"""Types that have nothing to do with identities, and what an instance of each says."""


def _module(team: int) -> str:
    return f'module.team["team-{team}"]'


def teams(resources: int) -> int:
    """How many teams so many resources make."""
    return max(1, resources // IDENTITY_SHARE // (3 * TEAM + 3))


def _team(team: int) -> Iterator[Planned]:
    module = _module(team)
    names = {"arn": True, "id": True, "unique_id": True}
    for person in range(TEAM):
        key = f"person-{team}-{person}"
        known: Object = {"name": key, "path": "/", "force_destroy": False, "tags": {"Team": f"team-{team}"}}
        yield Planned(module, "aws_iam_user", "this", key, known, {**names, "tags": {}, "tags_all": True})
        profile = {"user": key, "password_length": 20}
        yield Planned(module, "aws_iam_user_login_profile", "this", key, profile, {"id": True, "password": True})
        attached = {"id": True, "policy_arn": True}
        yield Planned(module, "aws_iam_user_policy_attachment", "this", key, {"user": key}, attached)
    role = {"name": f"team-{team}-admin", "assume_role_policy": trust(team), "path": "/"}
    computed = {**names, "inline_policy": True, "managed_policy_arns": True}
    yield Planned(module, "aws_iam_role", "this", "admin", role, computed)
    policy = {"name": f"team-{team}", "path": "/", "policy": DOCUMENTS[team % len(DOCUMENTS)][0]}
    yield Planned(module, "aws_iam_policy", "this", "login", policy, {"arn": True, "id": True, "policy_id": True})
    attachment = {"role": f"team-{team}-admin", "policy_arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}
    yield Planned(module, "aws_iam_role_policy_attachment", "this", "admin", attachment, {"id": True})


def planned(resources: int) -> Iterator[Planned]:
    """All instances."""
    for team in range(teams(resources)):
        yield from _team(team)
    types = list(OTHERS)
    for number in range(resources - resources // IDENTITY_SHARE):
        type_ = types[number % len(types)]
        computed = {"arn": True, "id": True, "tags_all": True}
        module = f"module.service_{number % SERVICES}"
        yield Planned(module, type_, "this", f"service-{number}", OTHERS[type_](number), computed)


def expected(root: str, resources: int) -> Iterator[Expected]:
    """Who has console access: everybody in a team, and who may switch to its role."""
    for team in range(teams(resources)):
        _, verdict = DOCUMENTS[team % len(DOCUMENTS)]
        for person in range(TEAM):
            yield Expected(root, f'{_module(team)}.aws_iam_user.this["person-{team}-{person}"]', verdict)
        if trust(team) == TRUSTED_BY_PEOPLE:
            switched = Verdict("possible", "implicit_deny", "implicit_deny")
            yield Expected(root, f'{_module(team)}.aws_iam_role.this["admin"]', switched)
