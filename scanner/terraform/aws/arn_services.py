"""Which service stands in the ARN of a resource, by the beginning of its type.

The prefixes are those that the provider's own list of services gives them
(``names/data/names_data.hcl`` of hashicorp/terraform-provider-aws), the services those of the Service Authorization
Reference. A type that is not here has an ARN of which nothing is known.
"""

from __future__ import annotations

from functools import lru_cache

_SAME = frozenset(
    """
    account amplify appconfig appflow appmesh apprunner appsync athena autoscaling backup batch bedrock budgets ce
    chatbot cleanrooms cloud9 cloudformation cloudfront cloudtrail codebuild codecommit codepipeline config
    connect controltower cur dataexchange datasync datazone dax detective devicefarm dlm dms drs dynamodb ec2 ecr
    ecs eks elasticache elasticbeanstalk evidently fis fms fsx gamelift glacier globalaccelerator glue grafana
    guardduty iam imagebuilder inspector inspector2 internetmonitor iot ivs ivschat kendra kinesis kms
    lakeformation lambda lightsail medialive mediapackage mediastore memorydb mq mskconnect neptune networkmanager
    oam organizations osis outposts pipes qldb quicksight ram rds redshift rekognition resiliencehub rolesanywhere
    route53 rum s3 s3tables sagemaker scheduler schemas secretsmanager securityhub securitylake servicecatalog
    servicequotas ses shield signer sns sqs ssm ssoadmin storagegateway swf synthetics transcribe transfer
    verifiedpermissions waf wafregional wafv2 wellarchitected workspaces xray
    """.split()  # noqa: SIM905 # a hundred names read better as words
)
"""Types ``aws_NAME_…`` whose service has that name, unless it stands below."""
_OTHER = {
    "accessanalyzer": "access-analyzer",
    "acm": "acm",
    "acmpca": "acm-pca",
    "alb": "elasticloadbalancing",
    "ami": "ec2",
    "api_gateway": "apigateway",
    "apigatewayv2": "apigateway",
    "appautoscaling": "application-autoscaling",
    "appintegrations": "app-integrations",
    "bedrockagent": "bedrock",
    "bedrockagentcore": "bedrock-agentcore",
    "cloudhsm_v2": "cloudhsm",
    "cloudwatch_dashboard": "cloudwatch",
    "cloudwatch_event": "events",
    "cloudwatch_log": "logs",
    "cloudwatch_metric": "cloudwatch",
    "cloudwatch_composite_alarm": "cloudwatch",
    "codeartifact": "codeartifact",
    "codedeploy": "codedeploy",
    "codestarconnections": "codestar-connections",
    "codestarnotifications": "codestar-notifications",
    "cognito_identity_pool": "cognito-identity",
    "cognito_user_pool": "cognito-idp",
    "customer_gateway": "ec2",
    "db": "rds",
    "docdb": "rds",
    "docdbelastic": "docdb-elastic",
    "dx": "directconnect",
    "ebs": "ec2",
    "efs": "elasticfilesystem",
    "egress_only_internet_gateway": "ec2",
    "eip": "ec2",
    "elasticsearch": "es",
    "elb": "elasticloadbalancing",
    "emr": "elasticmapreduce",
    "emrcontainers": "emr-containers",
    "emrserverless": "emr-serverless",
    "flow_log": "ec2",
    "instance": "ec2",
    "internet_gateway": "ec2",
    "key_pair": "ec2",
    "kinesis_firehose": "firehose",
    "kinesis_video": "kinesisvideo",
    "kinesisanalyticsv2": "kinesisanalytics",
    "launch_configuration": "autoscaling",
    "launch_template": "ec2",
    "lb": "elasticloadbalancing",
    "lex": "lex",
    "lexv2models": "lex",
    "licensemanager": "license-manager",
    "location": "geo",
    "macie2": "macie2",
    "media_convert": "mediaconvert",
    "msk": "kafka",
    "mskconnect": "kafkaconnect",
    "mwaa": "airflow",
    "nat_gateway": "ec2",
    "neptune": "rds",
    "network_acl": "ec2",
    "network_interface": "ec2",
    "networkfirewall": "network-firewall",
    "opensearch": "es",
    "opensearchserverless": "aoss",
    "pinpoint": "mobiletargeting",
    "placement_group": "ec2",
    "prometheus": "aps",
    "rds": "rds",
    "redshiftserverless": "redshift-serverless",
    "resourceexplorer2": "resource-explorer-2",
    "resourcegroups": "resource-groups",
    "route53_resolver": "route53resolver",
    "route53recoveryreadiness": "route53-recovery-readiness",
    "route_table": "ec2",
    "s3control": "s3",
    "s3outposts": "s3-outposts",
    "security_group": "ec2",
    "serverlessapplicationrepository": "serverlessrepo",
    "service_discovery": "servicediscovery",
    "servicecatalogappregistry": "servicecatalog",
    "sesv2": "ses",
    "sfn": "states",
    "spot": "ec2",
    "ssmcontacts": "ssm-contacts",
    "ssmincidents": "ssm-incidents",
    "ssmquicksetup": "ssm-quicksetup",
    "ssoadmin": "sso",
    "subnet": "ec2",
    "timestreaminfluxdb": "timestream-influxdb",
    "timestreamwrite": "timestream",
    "vpc": "ec2",
    "vpclattice": "vpc-lattice",
    "vpn": "ec2",
    "wafregional": "waf-regional",
    "workspacesweb": "workspaces-web",
}
"""By the beginning of the type after ``aws_``; the longest that fits counts."""


@lru_cache(maxsize=1024)
def service_in_arn(resource_type: str) -> str | None:
    """The service in the ARN of a type of resource; None if that is not known."""
    words = resource_type.removeprefix("aws_").split("_")
    if not resource_type.startswith("aws_"):
        return None
    for length in range(len(words), 0, -1):
        found = _OTHER.get("_".join(words[:length]))
        if found is not None:
            return found
    return words[0] if words[0] in _SAME else None
