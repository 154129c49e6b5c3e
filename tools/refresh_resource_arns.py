"""Write down, for all types of CloudFormation, what ``Ref`` and ``Fn::GetAtt`` give that is the resource's own ARN.

The types, their identifiers and attributes are those of CloudFormation's registry, as cfn-lint ships it; the service in
an ARN is the name that the service signs its requests with, as botocore ships it, but for the exceptions below, which
are from the Service Authorization Reference (https://docs.aws.amazon.com/service-authorization/latest/reference/).

    python -m tools.refresh_resource_arns
"""

from __future__ import annotations

import gzip
import importlib.metadata
import json
import re
from collections.abc import Iterator
from pathlib import Path

import botocore
import cfnlint

TARGET = Path(__file__).parents[1] / "scanner" / "cloudformation" / "stacks" / "resource_arns.json"
EXCEPTIONS = {
    "AmazonMQ": "mq",
    "APS": "aps",
    "ApiGateway": "apigateway",
    "Cassandra": "cassandra",
    "CE": "ce",
    "CertificateManager": "acm",
    "CloudWatch": "cloudwatch",
    "CUR": "cur",
    "Config": "config",
    "DMS": "dms",
    "Elasticsearch": "es",
    "EventSchemas": "schemas",
    "Events": "events",
    "EventsV2": "events",
    "Evidently": "evidently",
    "InspectorV2": "inspector2",
    "KinesisFirehose": "firehose",
    "Lex": "lex",
    "Logs": "logs",
    "MSK": "kafka",
    "Macie": "macie2",
    "OpenSearchService": "es",
    "OpsWorks": "opsworks",
    "QLDB": "qldb",
    "RefactorSpaces": "refactor-spaces",
    "RoboMaker": "robomaker",
    "Route53RecoveryControl": "route53-recovery-control",
    "S3Express": "s3express",
    "S3ObjectLambda": "s3-object-lambda",
    "SSO": "sso",
    "ServerlessRepo": "serverlessrepo",
    "ServiceCatalogAppRegistry": "servicecatalog",
    "StepFunctions": "states",
    "SystemsManagerSAP": "ssm-sap",
    "Timestream": "timestream",
}
"""Services that are called otherwise there than in CloudFormation, or that sign in another name."""
SEVERAL = frozenset({"Cognito", "ApiGatewayV2", "Pinpoint", "PinpointEmail", "SES", "Location", "IoTSecureTunneling"})
"""Namespaces whose resources have ARNs of several services: left out but for the types below."""
BY_TYPE = {
    "AWS::Cognito::UserPool": "cognito-idp",
    "AWS::Cognito::IdentityPool": "cognito-identity",
    "AWS::Timestream::InfluxDBInstance": "timestream-influxdb",
    "AWS::Timestream::InfluxDBCluster": "timestream-influxdb",
    "AWS::DynamoDB::Table": "dynamodb",
    "AWS::DynamoDB::GlobalTable": "dynamodb",
}
REF_IS_A_NAME = frozenset({"AWS::Events::Rule"})
"""Types that the registry identifies by an ARN although ``Ref`` gives the name."""
NOT_THEIR_OWN = re.compile(r"ResourcePolicy$|Association$|Attachment$|PolicyStatement$|LoggingConfiguration$")
"""Types that are identified by the ARN of what they belong to."""
ALSO = {
    "AWS::SecretsManager::Secret": ["Ref", "Id"],
    "AWS::DynamoDB::Table": ["StreamArn"],
    "AWS::DynamoDB::GlobalTable": ["StreamArn"],
    "AWS::Logs::LogGroup": ["Arn"],
    "AWS::Kinesis::Stream": ["Arn"],
}
"""What the registry does not say of itself."""


def services() -> dict[str, str]:
    """The names that services sign their requests with, by their identifiers without signs."""
    found: dict[str, str] = {}
    for directory in sorted((Path(botocore.__file__).parent / "data").iterdir()):
        models = sorted(directory.glob("*/service-2.json*")) if directory.is_dir() else []
        if models:
            data = models[-1].read_bytes()
            metadata = json.loads(gzip.decompress(data) if models[-1].suffix == ".gz" else data)["metadata"]
            name = re.sub("[^a-z0-9]", "", metadata["serviceId"].lower())
            found[name] = metadata.get("signingName") or metadata["endpointPrefix"]
    return found


def schemas() -> Iterator[dict[str, object]]:
    """The types of the registry."""
    for file in sorted((Path(cfnlint.__file__).parent / "data" / "schemas" / "resources").glob("*.json")):
        schema = json.loads(file.read_text())
        if str(schema.get("typeName", "")).startswith("AWS::"):
            yield schema


def own_arns(schema: dict[str, object]) -> list[str]:
    """``Ref`` and the attributes that are the ARN of the resource itself."""
    kind = str(schema["typeName"])
    name = kind.split("::")[2].lower()
    read_only = [str(path).removeprefix("/properties/") for path in schema.get("readOnlyProperties", [])]  # type: ignore[attr-defined]
    own = [path for path in read_only if path.lower() in ("arn", f"{name}arn")]
    identifiers = [str(path).removeprefix("/properties/") for path in schema.get("primaryIdentifier", [])]  # type: ignore[attr-defined]
    if len(identifiers) == 1 and identifiers[0] in read_only and identifiers[0].lower().endswith("arn"):
        own += [identifiers[0]] if kind in REF_IS_A_NAME else ["Ref", identifiers[0]]
    return sorted({*own, *ALSO.get(kind, ())})


def main() -> None:
    """Write the data."""
    by_name = services()
    found: dict[str, dict[str, list[str]]] = {}
    left_out = set()
    for schema in schemas():
        kind = str(schema["typeName"])
        namespace = kind.split("::")[1]
        own = own_arns(schema)
        if not own or NOT_THEIR_OWN.search(kind) or namespace == "IAM":
            continue
        service = BY_TYPE.get(kind)
        if service is None and namespace not in SEVERAL:
            service = EXCEPTIONS.get(namespace) or by_name.get(namespace.lower())
        if service is None:
            left_out.add(namespace)
            continue
        found.setdefault(service, {})[kind] = own
    versions = {name: importlib.metadata.version(name) for name in ("cfn-lint", "botocore")}
    lines = [json.dumps({"made_with": versions})]
    for service in sorted(found):
        lines += [json.dumps([service, kind, *found[service][kind]]) for kind in sorted(found[service])]
    TARGET.write_text("\n".join(lines) + "\n")
    print(f"{len(lines) - 1} types of {len(found)} services; left out: {', '.join(sorted(left_out))}")


if __name__ == "__main__":
    main()
