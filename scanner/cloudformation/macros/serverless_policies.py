"""``Policies`` of SAM's functions and state machines: names, ARNs, documents and policy templates.

https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-policy-templates.html
"""

from __future__ import annotations

import json
import pkgutil
from collections.abc import Iterable, Mapping
from functools import cache

from scanner.budget import spend
from scanner.cause import Cause, CauseKind
from scanner.cloudformation.language.intrinsics import IF, NO_VALUE, call_of
from scanner.iam import managed
from scanner.span import Span
from scanner.values import Value, of, unknown

_STEPS = 30
"""Of one policy."""
MANAGED = {
    "Function": "service-role/AWSLambdaBasicExecutionRole",
    "DurableConfig": "service-role/AWSLambdaBasicDurableExecutionRolePolicy",
    "VpcConfig": "service-role/AWSLambdaVPCAccessExecutionRole",
    "Tracing": "AWSXrayWriteOnlyAccess",
    "DeploymentPreference": "service-role/AWSCodeDeployRoleForLambda",
    "CapacityProvider": "AWSLambdaManagedEC2ResourceOperator",
    "NetworkConnector": "AWSLambdaNetworkConnectorOperatorPolicy",
    "GraphQLApi": "service-role/AWSAppSyncPushToCloudWatchLogs",
    "Kinesis": "service-role/AWSLambdaKinesisExecutionRole",
    "DynamoDB": "service-role/AWSLambdaDynamoDBExecutionRole",
    "SQS": "service-role/AWSLambdaSQSQueueExecutionRole",
    "MSK": "service-role/AWSLambdaMSKExecutionRole",
}
"""The AWS managed policies that SAM attaches, by what it attaches them for: a property or an event."""


def managed_policy(path: str, span: Span | None = None) -> Value:
    """The ARN of an AWS managed policy in the partition of the stack."""
    return of({"Fn::Sub": f"arn:${{AWS::Partition}}:iam::aws:policy/{path}"}, span)


def allow(name: str, actions: Iterable[str], span: Span | None) -> Value:
    """An inline policy that allows actions on any resource."""
    return _inline(name, of({"Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}]}, span))


def written_policies(written: Value | None, role_id: str) -> tuple[list[Value], list[Value]]:
    """What ``Policies`` attaches to a role, and what it embeds in it."""
    if written is None or written.is_null:
        return [], []
    attached: list[Value] = []
    embedded: list[Value] = []
    items = written.elements
    spend(_STEPS * len(items))
    for place, item in enumerate(items):
        name = f"{role_id}Policy{place}"
        if _is_attached(item):
            attached.append(_attached(item))
        else:
            embedded.append(_embedded(item, name))
    return attached, embedded


def _is_attached(item: Value) -> bool:
    """Whether it is the name or ARN of a managed policy: SAM takes every function but ``Fn::If`` for one."""
    call = call_of(item)
    if call is not None and call[0] == IF and isinstance(call[1].data, tuple):
        return all(_is_no_value(branch) or _is_attached(branch) for branch in call[1].data[1:])
    return call is not None or not isinstance(item.data, Mapping)


def _is_no_value(item: Value) -> bool:
    call = call_of(item)
    return call is not None and call[0] == "Ref" and call[1].text == NO_VALUE


def _attached(item: Value) -> Value:
    call = call_of(item)
    if call is not None and call[0] == IF and isinstance(call[1].data, tuple):
        return _branched(item, call[1], tuple(_attached(branch) for branch in call[1].data[1:]))
    found = managed.document_by_name(item.text) if item.text is not None else None
    return item if found is None else managed_policy(found.arn.partition(":policy/")[2], item.span)


def _embedded(item: Value, name: str) -> Value:
    call = call_of(item)
    if _is_no_value(item):
        return item
    if call is not None and call[0] == IF and isinstance(call[1].data, tuple):
        return _branched(item, call[1], tuple(_embedded(branch, name) for branch in call[1].data[1:]))
    if isinstance(item.data, Mapping) and "Statement" in item.data:
        return _inline(name, item)
    template = next(iter(item.data)) if isinstance(item.data, Mapping) and len(item.data) == 1 else None
    if template is not None and template in _policy_templates():
        return allow(name, _policy_templates()[template], item.span)
    known = (
        f'"{template}", which is not a known policy template of SAM'
        if template
        else "an item of Policies that is not a policy"
    )
    return _inline(name, unknown(Cause(CauseKind.MALFORMED, known, item.span), span=item.span))


def _branched(item: Value, parts: Value, branches: tuple[Value, ...]) -> Value:
    condition = parts.data[0] if isinstance(parts.data, tuple) and parts.data else Value(None)
    return Value({IF: Value((condition, *branches), parts.span)}, item.span)


def _inline(name: str, document: Value) -> Value:
    return Value({"PolicyName": Value(name, document.span), "PolicyDocument": document}, document.span)


@cache
def _policy_templates() -> Mapping[str, tuple[str, ...]]:
    """The actions that each policy template allows."""
    data = pkgutil.get_data("scanner.cloudformation.macros", "sam_policy_templates.json") or b"{}"
    return {name: tuple(actions) for name, actions in json.loads(data)["templates"].items()}
