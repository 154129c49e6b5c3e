"""The service in the ARNs of resources that the provider makes, against types whose ARNs its documentation shows."""

from __future__ import annotations

import pytest

from scanner.terraform.aws.arn_services import service_in_arn
from tests.scans import Scan, verdicts


@pytest.mark.parametrize(
    ("resource_type", "service"),
    [
        ("aws_sns_topic", "sns"),
        ("aws_s3_bucket", "s3"),
        ("aws_instance", "ec2"),
        ("aws_security_group_rule", "ec2"),
        ("aws_lb_target_group", "elasticloadbalancing"),
        ("aws_cloudwatch_event_rule", "events"),
        ("aws_cloudwatch_log_group", "logs"),
        ("aws_cloudwatch_metric_alarm", "cloudwatch"),
        ("aws_sfn_state_machine", "states"),
        ("aws_db_instance", "rds"),
        ("aws_kinesis_stream", "kinesis"),
        ("aws_kinesis_firehose_delivery_stream", "firehose"),
        ("aws_route53_resolver_rule", "route53resolver"),
        ("aws_route53_zone", "route53"),
        ("aws_cognito_user_pool", "cognito-idp"),
        ("aws_some_service_of_tomorrow", None),
        ("google_project", None),
    ],
)
def test_service(resource_type: str, service: str | None) -> None:
    assert service_in_arn(resource_type) == service


def test_a_deny_for_another_service_is_none_for_sign_in(scan_files: Scan) -> None:
    text = """
    resource "aws_sqs_queue" "q" {}
    data "aws_kms_key" "k" { key_id = "alias/k" }
    resource "aws_iam_user" "u" { name = "u" }
    resource "aws_iam_user_login_profile" "u" { user = "u" }
    resource "aws_iam_user_policy_attachment" "u" {
      user       = "u"
      policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"
    }
    resource "aws_iam_user_policy" "u" {
      user   = "u"
      policy = jsonencode({
        Version   = "2012-10-17"
        Statement = [{ Effect = "Deny", Action = "*", Resource = [aws_sqs_queue.q.arn, data.aws_kms_key.k.arn] }]
      })
    }
    """
    assert verdicts(scan_files({"main.tf": text})) == {"aws_iam_user.u": ("yes", "allowed")}
