"""What ``Ref`` and ``Fn::GetAtt`` give that is an ARN, against what CloudFormation documents of each type."""

from __future__ import annotations

import pytest

from scanner.cloudformation.stacks.resource_arns import service_in_arn


@pytest.mark.parametrize(
    ("resource_type", "attribute", "service"),
    [
        ("AWS::SNS::Topic", "Ref", "sns"),
        ("AWS::SNS::Topic", "TopicArn", "sns"),
        ("AWS::SecretsManager::Secret", "Ref", "secretsmanager"),
        ("AWS::Kinesis::Stream", "Arn", "kinesis"),
        ("AWS::Kinesis::Stream", "Ref", None),
        ("AWS::S3::Bucket", "Arn", "s3"),
        ("AWS::S3::Bucket", "Ref", None),
        ("AWS::DynamoDB::Table", "StreamArn", "dynamodb"),
        ("AWS::ElasticLoadBalancingV2::LoadBalancer", "Ref", "elasticloadbalancing"),
        ("AWS::StepFunctions::StateMachine", "Ref", "states"),
        ("AWS::Events::Rule", "Arn", "events"),
        ("AWS::Events::Rule", "Ref", None),
        ("AWS::CertificateManager::Certificate", "Ref", "acm"),
        ("AWS::Cognito::UserPool", "Arn", "cognito-idp"),
        ("AWS::EFS::FileSystem", "Arn", "elasticfilesystem"),
        ("AWS::RDS::DBInstance", "MasterUserSecret.SecretArn", None),
        ("Custom::Thing", "Arn", None),
    ],
)
def test_service(resource_type: str, attribute: str, service: str | None) -> None:
    assert service_in_arn(resource_type, attribute) == service
