"""The transform ``AWS::Serverless-2016-10-31`` (SAM), as far as identities are concerned.

Each ``AWS::Serverless::…`` resource becomes the plain resource that it is named for, with what ``Globals`` says, and
the roles that SAM makes for it stand beside it under SAM's logical IDs. All of them are trusted by a service unless the
template has a trust policy of its own.

Not made: what is not a role, the roles of MicroVM images, and the policies of connectors, which let one service call
another and say nothing of signing in. What SAM's own policies allow is kept by its actions, on any resource.

https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from scanner.budget import spend
from scanner.cloudformation.language.intrinsics import NO_VALUE
from scanner.cloudformation.macros.serverless_policies import MANAGED, allow, managed_policy, written_policies
from scanner.cloudformation.template.sections import Resource, Resources, Template
from scanner.span import Span
from scanner.values import Value, of

SERVERLESS = "AWS::Serverless-2016-10-31"

_STEPS = 100
"""Of one of SAM's resources, with a role."""
_STEPS_OF_TAG = 10
_PREFIX = "AWS::Serverless::"
_PLAIN = {
    "Function": "AWS::Lambda::Function",
    "StateMachine": "AWS::StepFunctions::StateMachine",
    "SimpleTable": "AWS::DynamoDB::Table",
    "Api": "AWS::ApiGateway::RestApi",
    "HttpApi": "AWS::ApiGatewayV2::Api",
    "WebSocketApi": "AWS::ApiGatewayV2::Api",
    "LayerVersion": "AWS::Lambda::LayerVersion",
    "GraphQLApi": "AWS::AppSync::GraphQLApi",
}
"""Application stays what it is: it is a nested stack."""


class _Owner(NamedTuple):
    """A resource that roles are made for."""

    resource: Resource
    service: str
    tag: str
    """The key of the tag by which SAM marks what it makes."""


def with_serverless(template: Template, document: Value) -> Template:
    """The template with the roles that SAM makes, and with plain resources in place of SAM's."""
    sections = document.entries
    common = _mapping(sections.get("Globals"))
    entries = _mapping(sections.get("Resources"))
    changed: dict[str, Resource] = {}
    conditions = dict(template.conditions)
    made: list[Resource] = []
    for written in template.of_types(_is_serverless):
        spend(_STEPS)
        kind = written.type.removeprefix(_PREFIX)
        ignored = _mapping(entries.get(written.logical_id)).get("IgnoreGlobals")
        resource = _with_globals(written, common.get(kind), ignored)
        changed[written.logical_id] = replace(resource, type=_PLAIN.get(kind, resource.type))
        made += _roles(kind, resource, conditions)
    for role in made:
        if role.logical_id not in template.resources:
            changed.setdefault(role.logical_id, role)
    types = {**template.types, **{name: resource.type for name, resource in changed.items()}}
    resources = Resources(types, lambda name: changed[name] if name in changed else template.resources[name])
    return replace(template, resources=resources, conditions=conditions)


def _is_serverless(kind: str) -> bool:
    return kind.startswith(_PREFIX)


def _mapping(value: Value | None) -> Mapping[str, Value]:
    return value.entries if value is not None else {}


def _with_globals(resource: Resource, common: Value | None, ignored: Value | None) -> Resource:
    names = ignored.data if ignored is not None and isinstance(ignored.data, tuple) else ()
    if ignored is not None and ignored.text == "*":
        return resource
    without = {name.text for name in names}
    shared = {key: value for key, value in _mapping(common).items() if key not in without}
    merged = _merged(Value(shared), Value(resource.properties)).data
    return replace(resource, properties=merged) if isinstance(merged, Mapping) else resource


def _merged(common: Value, own: Value) -> Value:
    """Mappings are merged, lists are joined, anything else is the resource's own."""
    spend(len(common.elements if isinstance(common.data, tuple) else common.entries))
    if isinstance(common.data, tuple) and isinstance(own.data, tuple):
        return replace(own, data=(*common.data, *own.data))
    if isinstance(common.data, Mapping) and isinstance(own.data, Mapping):
        both = {key: _merged(value, own.data[key]) for key, value in common.data.items() if key in own.data}
        return replace(own, data={**common.data, **own.data, **both})
    return own


def _roles(kind: str, resource: Resource, conditions: dict[str, Value]) -> Iterator[Resource]:
    match kind:
        case "Function":
            yield from _function(resource, conditions)
        case "StateMachine":
            yield from _state_machine(resource)
        case "WebFunction":
            owner = _Owner(resource, "lambda.amazonaws.com", "lambda:createdBy")
            if resource.get("ExecutionRoleArn") is None:
                yield _role(owner, "Role", managed=[managed_policy("service-role/AWSLambdaBasicExecutionRole")])
        case "CapacityProvider" | "NetworkConnector":
            owner = _Owner(resource, "lambda.amazonaws.com", "lambda:createdBy")
            if resource.get("OperatorRole") is None:
                untagged = {key: value for key, value in resource.properties.items() if key != "Tags"}
                owner = owner._replace(resource=replace(resource, properties=untagged))
                yield _role(owner, "OperatorRole", managed=[managed_policy(MANAGED[kind])])
        case "GraphQLApi":
            yield from _graphql(resource)


def _function(resource: Resource, conditions: dict[str, Value]) -> Iterator[Resource]:
    owner = _Owner(resource, "lambda.amazonaws.com", "lambda:createdBy")
    role_id = f"{resource.logical_id}Role"
    own = resource.get("Role")
    needs_role, condition = _needs_role(resource, conditions)
    if needs_role:
        managed = [managed_policy(MANAGED["DurableConfig" if resource.get("DurableConfig") else "Function"])]
        tracing = resource.get("Tracing")
        if tracing is not None and tracing.text != "Disabled":
            managed.append(managed_policy(MANAGED["Tracing"]))
        if resource.get("VpcConfig") is not None:
            managed.append(managed_policy(MANAGED["VpcConfig"]))
        inline = [*_dead_letters(resource), *_destinations(resource)]
        attached, embedded = written_policies(resource.get("Policies"), role_id)
        managed += attached
        inline += embedded
        for _, event in _events(resource):
            event_kind = event.get("Type", Value(None)).text or ""
            if event_kind == "SNS" and "SqsSubscription" in _mapping(event.get("Properties")):
                event_kind = "SQS"  # the function reads from the queue
            if event_kind in MANAGED:
                managed.append(managed_policy(MANAGED[event_kind]))
            elif event_kind in _EVENT_ACTIONS:
                inline.append(allow(f"SamAutoGenerated{event_kind}Policy", _EVENT_ACTIONS[event_kind], resource.span))
        role = _role(owner, "Role", managed=managed, inline=inline, trust=resource.get("AssumeRolePolicyDocument"))
        doubts = (*resource.doubts, own.unknown) if own is not None and own.unknown is not None else resource.doubts
        yield replace(role, condition=condition, doubts=doubts)
    yield from _event_roles(owner, "lambda:InvokeFunction", {"ScheduleV2": "scheduler.amazonaws.com"})
    preference = _mapping(resource.get("DeploymentPreference"))
    enabled = preference.get("Enabled")
    if preference and preference.get("Role") is None and (enabled is None or enabled.data is not False):
        shared = replace(resource, logical_id="CodeDeployService", condition=None)
        deployer = _Owner(shared, "codedeploy.amazonaws.com", "")
        role = _role(deployer, "Role", managed=[managed_policy(MANAGED["DeploymentPreference"])], is_shared=True)
        yield replace(role, condition=resource.condition)


def _needs_role(resource: Resource, conditions: dict[str, Value]) -> tuple[bool, Value | None]:
    """Whether a function may have no role of its own, and under which condition."""
    own = resource.get("Role")
    if own is None or own.is_null or own.unknown is not None:
        return True, resource.condition
    parts = _mapping(own).get("Fn::If", Value(None)).data
    branches = parts[1:] if isinstance(parts, tuple) and len(parts) == 3 else ()
    absent = [_mapping(branch).get("Ref", Value(None)).text == NO_VALUE for branch in branches]
    if not isinstance(parts, tuple) or not any(absent):
        return False, None
    if all(absent):
        return True, resource.condition
    holds: dict[str, object] = {"Condition": parts[0]}
    without: dict[str, object] = holds if absent[0] else {"Fn::Not": [holds]}
    if resource.condition is not None:
        without = {"Fn::And": [{"Condition": resource.condition}, without]}
    name = f"{resource.logical_id}HasNoRole"
    conditions[name] = of(without, own.span)
    return True, Value(name, own.span)


def _graphql(resource: Resource) -> Iterator[Resource]:
    """The roles by which AppSync writes logs and reads its data sources."""
    owner = _Owner(resource, "appsync.amazonaws.com", "")
    logging = resource.get("Logging")
    if (logging is None or logging.data is not False) and "CloudWatchLogsRoleArn" not in _mapping(logging):
        yield _role(owner, "CloudWatchRole", managed=[managed_policy(MANAGED["GraphQLApi"])], is_shared=True)
    for kind, sources in _mapping(resource.get("DataSources")).items():
        for name, source in _mapping(sources).items():
            if kind in _DATA_SOURCES and "ServiceRoleArn" not in _mapping(source):
                yield _role(owner, f"{name}{_DATA_SOURCES[kind]}Role", is_shared=True)


def _state_machine(resource: Resource) -> Iterator[Resource]:
    owner = _Owner(resource, "states.amazonaws.com", "stateMachine:createdBy")
    if resource.get("Role") is None:
        managed, inline = written_policies(resource.get("Policies"), f"{resource.logical_id}Role")
        enabled = _mapping(resource.get("Tracing")).get("Enabled")
        if enabled is not None and enabled.data is True:
            managed.append(managed_policy(MANAGED["Tracing"]))
        yield _role(owner, "Role", managed=managed, inline=inline)
    principals = dict.fromkeys(("Schedule", "CloudWatchEvent", "EventBridgeRule"), "events.amazonaws.com")
    principals |= {"Api": "apigateway.amazonaws.com", "ScheduleV2": "scheduler.amazonaws.com"}
    yield from _event_roles(owner, "states:StartExecution", principals)


def _events(resource: Resource) -> Iterator[tuple[str, Mapping[str, Value]]]:
    for name, event in _mapping(resource.get("Events")).items():
        yield name, _mapping(event)


def _event_roles(owner: _Owner, action: str, principals: Mapping[str, str]) -> Iterator[Resource]:
    """The roles by which a schedule, a rule or an API starts a function or state machine."""
    for name, event in _events(owner.resource):
        principal = principals.get(event.get("Type", Value(None)).text or "")
        properties = _mapping(event.get("Properties"))
        if principal is None or "RoleArn" in properties:
            continue
        suffix = f"{name}Role"
        shown = name if principal == "scheduler.amazonaws.com" else suffix
        title = f"{owner.resource.logical_id}{shown}"
        inline = [allow(f"{title}{_POLICY_NAMES[action]}Policy", (action,), owner.resource.span)]
        if "DeadLetterConfig" in properties and principal == "scheduler.amazonaws.com":
            inline.append(allow(f"{title}SQSPolicy", _DESTINATION_ACTIONS["SQS"], owner.resource.span))
        role = _role(owner._replace(service=principal), suffix, inline=inline, is_shared=True)
        boundary = properties.get("PermissionsBoundary")
        if boundary is None and principal != "scheduler.amazonaws.com":
            boundary = owner.resource.get("PermissionsBoundary")
        yield role if boundary is None else _having(role, PermissionsBoundary=boundary)


def _dead_letters(resource: Resource) -> Iterator[Value]:
    kind = _mapping(resource.get("DeadLetterQueue")).get("Type", Value(None)).text
    if kind in _DESTINATION_ACTIONS:
        yield allow("DeadLetterQueuePolicy", _DESTINATION_ACTIONS[kind], resource.span)


def _destinations(resource: Resource) -> Iterator[Value]:
    destinations = _mapping(_mapping(resource.get("EventInvokeConfig")).get("DestinationConfig"))
    for name in ("OnSuccess", "OnFailure"):
        kind = _mapping(destinations.get(name)).get("Type", Value(None)).text
        if kind in _DESTINATION_ACTIONS:
            title = f"{resource.logical_id}EventInvokeConfig{name}{kind.removesuffix('Bucket')}Policy"
            yield allow(title, _DESTINATION_ACTIONS[kind], resource.span)


def _role(
    owner: _Owner,
    suffix: str,
    managed: list[Value] | None = None,
    inline: list[Value] | None = None,
    trust: Value | None = None,
    *,
    is_shared: bool = False,
) -> Resource:
    """A role for a resource; with its tags, path and boundary unless it is for another service."""
    resource, span = owner.resource, owner.resource.span
    statement = {"Action": ["sts:AssumeRole"], "Effect": "Allow", "Principal": {"Service": [owner.service]}}
    role = Resource(
        f"{resource.logical_id}{suffix}",
        "AWS::IAM::Role",
        {
            "AssumeRolePolicyDocument": trust or of({"Version": "2012-10-17", "Statement": [statement]}, span),
            "ManagedPolicyArns": Value(tuple(_once(managed or [])), span),
            "Policies": Value(tuple(inline or ()), span),
        },
        span,
        resource.condition,
        doubts=resource.doubts,
        construct=resource.construct,
    )
    propagate = resource.get("PropagateTags")
    if propagate is not None and propagate.data is True and "Tags" in resource.properties:
        owner = owner._replace(tag="")
        role = _having(role, Tags=_tags(owner, span))
    if is_shared:
        return role
    names = {"RolePath": "Path", "PermissionsBoundary": "PermissionsBoundary"}
    given = {name: value for key, name in names.items() if (value := resource.properties.get(key)) is not None}
    return _having(role, Tags=_tags(owner, span), **given)


def _having(role: Resource, **properties: Value) -> Resource:
    return replace(role, properties={**role.properties, **properties})


def _once(values: list[Value]) -> list[Value]:
    found: list[Value] = []
    for value in values:
        spend(1 + len(found))
        if value not in found:
            found.append(value)
    return found


def _tags(owner: _Owner, span: Span) -> Value:
    written = owner.resource.get("Tags")
    if written is not None and not isinstance(written.data, Mapping):
        return written
    tags: dict[str, object] = {**({owner.tag: "SAM"} if owner.tag else {}), **_mapping(written)}
    spend(_STEPS_OF_TAG * len(tags))
    return of([{"Key": key, "Value": value} for key, value in tags.items()], span)


_DESTINATION_ACTIONS = {
    "SQS": ("sqs:SendMessage",),
    "SNS": ("sns:publish",),
    "EventBridge": ("events:PutEvents",),
    "Lambda": ("lambda:InvokeFunction",),
    "S3Bucket": ("s3:ListBucket", "s3:PutObject"),
}
_DATA_SOURCES = {"DynamoDb": "DynamoDBDataSource", "Lambda": "LambdaDataSource"}
_POLICY_NAMES = {"lambda:InvokeFunction": "Lambda", "states:StartExecution": "StartExecution"}
_NETWORK = tuple(
    f"ec2:{name}"
    for name in (
        "CreateNetworkInterface",
        "DeleteNetworkInterface",
        "DescribeNetworkInterfaces",
        "DescribeSecurityGroups",
        "DescribeSubnets",
        "DescribeVpcs",
    )
)
_EVENT_ACTIONS = {
    "MQ": ("secretsmanager:GetSecretValue", "mq:DescribeBroker", "kms:Decrypt"),
    "SelfManagedKafka": ("secretsmanager:GetSecretValue", "kms:Decrypt", *_NETWORK),
    "DocumentDB": ("secretsmanager:GetSecretValue", "rds:Describe*", "kms:Decrypt", *_NETWORK),
}
"""The most that SAM allows for these events."""
