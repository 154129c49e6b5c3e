"""What fills templates: resources that have nothing to do with people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.corpora.template_people import allow, document, inline

Resources = dict[str, Any]


def _tags(number: int) -> list[dict[str, Any]]:
    return [
        {"Key": "Name", "Value": {"Fn::Sub": f"${{AWS::StackName}}-{number}"}},
        {"Key": "Stage", "Value": {"Ref": "Stage"}},
        {"Key": "Team", "Value": f"team-{number % 40}"},
    ]


def _security_group(number: int) -> Resources:
    def rule(port: int) -> dict[str, Any]:
        return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "CidrIp": f"10.{number}.0.0/16"}

    return {
        f"SecurityGroup{number}": {
            "Type": "AWS::EC2::SecurityGroup",
            "Properties": {
                "GroupDescription": f"Traffic of service {number}",
                "VpcId": {"Fn::ImportValue": {"Fn::Sub": "network-${Stage}-VpcId"}},
                "SecurityGroupIngress": [rule(443), rule(5432), rule(9100)],
                "Tags": _tags(number),
            },
        }
    }


def _alarm(number: int) -> Resources:
    return {
        f"Alarm{number}": {
            "Type": "AWS::CloudWatch::Alarm",
            "Condition": "HasAlarms",
            "Properties": {
                "AlarmDescription": f"Service {number} answers with errors",
                "AlarmActions": [{"Fn::Sub": "arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:alerts"}],
                "ComparisonOperator": "GreaterThanThreshold",
                "Dimensions": [{"Name": "FunctionName", "Value": {"Ref": "Worker"}}],
                "EvaluationPeriods": 3,
                "MetricName": "Errors",
                "Namespace": "AWS/Lambda",
                "Period": {"Fn::If": ["IsProduction", 60, 300]},
                "Statistic": "Sum",
                "Threshold": number,
                "TreatMissingData": "notBreaching",
            },
        }
    }


def _task(number: int) -> Resources:
    settings = [{"Name": f"SETTING_{each}", "Value": f"value of {each} in {number}"} for each in range(6)]
    container = {
        "Name": "app",
        "Image": {"Fn::Sub": f"${{AWS::AccountId}}.dkr.ecr.${{AWS::Region}}.amazonaws.com/service:{number}"},
        "Environment": settings,
        "PortMappings": [{"ContainerPort": 8080}],
        "LogConfiguration": {
            "LogDriver": "awslogs",
            "Options": {"awslogs-group": {"Ref": "Logs"}, "awslogs-region": {"Ref": "AWS::Region"}},
        },
    }
    return {
        f"Task{number}": {
            "Type": "AWS::ECS::TaskDefinition",
            "Properties": {
                "Family": {"Fn::Sub": f"${{AWS::StackName}}-{number}"},
                "Cpu": {"Fn::FindInMap": ["Sizes", {"Ref": "Stage"}, "Cpu"]},
                "Memory": {"Fn::FindInMap": ["Sizes", {"Ref": "Stage"}, "Memory"]},
                "NetworkMode": "awsvpc",
                "RequiresCompatibilities": ["FARGATE"],
                "ContainerDefinitions": [container],
                "Tags": _tags(number),
            },
        }
    }


def _bucket(number: int) -> Resources:
    return {
        f"Bucket{number}": {
            "Type": "AWS::S3::Bucket",
            "DeletionPolicy": "Retain",
            "Properties": {
                "BucketName": {"Fn::Join": ["-", [{"Ref": "AWS::StackName"}, "data", str(number)]]},
                "VersioningConfiguration": {"Status": "Enabled"},
                "LifecycleConfiguration": {
                    "Rules": [
                        {"Id": f"rule-{each}", "Status": "Enabled", "Prefix": f"logs/{each}/", "ExpirationInDays": 30}
                        for each in range(3)
                    ]
                },
                "Tags": _tags(number),
            },
        },
        f"BucketPolicy{number}": {
            "Type": "AWS::S3::BucketPolicy",
            "Properties": {
                "Bucket": {"Ref": f"Bucket{number}"},
                "PolicyDocument": document(
                    {
                        "Effect": "Deny",
                        "Principal": "*",
                        "Action": "s3:*",
                        "Resource": [
                            {"Fn::GetAtt": [f"Bucket{number}", "Arn"]},
                            {"Fn::Sub": f"${{Bucket{number}.Arn}}/*"},
                        ],
                        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                    }
                ),
            },
        },
    }


def _queue(number: int) -> Resources:
    return {
        f"Queue{number}": {
            "Type": "AWS::SQS::Queue",
            "Properties": {
                "VisibilityTimeout": 120,
                "MessageRetentionPeriod": 1209600,
                "RedrivePolicy": {
                    "deadLetterTargetArn": {"Fn::GetAtt": [f"DeadLetters{number}", "Arn"]},
                    "maxReceiveCount": 5,
                },
                "Tags": _tags(number),
            },
        },
        f"DeadLetters{number}": {
            "Type": "AWS::SQS::Queue",
            "Condition": "IsProduction",
            "Properties": {"Tags": _tags(number)},
        },
    }


OTHERS: tuple[Callable[[int], Resources], ...] = (_security_group, _alarm, _task, _bucket, _queue)


def base() -> Resources:
    """What the others refer to; each template has it once."""
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
    logs = {"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"}
    return {
        "Logs": {
            "Type": "AWS::Logs::LogGroup",
            "Properties": {"LogGroupName": {"Fn::Sub": "/app/${AWS::StackName}"}, "RetentionInDays": 30},
        },
        "WorkerRole": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "AssumeRolePolicyDocument": document(trust),
                "ManagedPolicyArns": [logs],
                "Policies": inline("work", allow(["dynamodb:GetItem", "dynamodb:PutItem"])),
            },
        },
        "Worker": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Role": {"Fn::GetAtt": ["WorkerRole", "Arn"]},
                "Handler": "main.handler",
                "Runtime": "python3.13",
                "MemorySize": {"Fn::If": ["IsProduction", 512, 128]},
                "Code": {"S3Bucket": {"Ref": "CodeBucket"}, "S3Key": "worker.zip"},
                "Environment": {"Variables": {"STAGE": {"Ref": "Stage"}, "LOGS": {"Ref": "Logs"}}},
            },
        },
    }


def serverless(number: int) -> Resources:
    """A function as SAM has it, which makes a role of its own."""
    return {
        f"Handler{number}": {
            "Type": "AWS::Serverless::Function",
            "Properties": {
                "CodeUri": f"functions/{number}/",
                "Handler": "app.handler",
                "Runtime": "python3.13",
                "Policies": [{"DynamoDBReadPolicy": {"TableName": {"Ref": f"Table{number}"}}}],
                "Events": {"Api": {"Type": "Api", "Properties": {"Path": f"/items/{number}", "Method": "get"}}},
            },
        },
        f"Table{number}": {
            "Type": "AWS::Serverless::SimpleTable",
            "Properties": {"PrimaryKey": {"Name": "id", "Type": "String"}},
        },
    }
