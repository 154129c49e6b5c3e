"""What fills a Terraform repository: resources that have nothing to do with identities. Hole: ``<<number>>``."""

from __future__ import annotations

OTHERS = (
    """
resource "aws_security_group" "service_<<number>>" {
  name        = "${local.prefix}-service-<<number>>"
  description = "Traffic of service <<number>>"
  vpc_id      = module.network.vpc_id

  ingress {
    description = "HTTPS from the load balancer"
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["10.<<number>>.0.0/16"]
  }

  ingress {
    description     = "Metrics"
    from_port       = 9100
    to_port         = 9100
    protocol        = "tcp"
    security_groups = [var.monitoring_security_group]
  }

  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }

  tags = merge(local.tags, { Name = "service-<<number>>" })
}
""",
    """
resource "aws_cloudwatch_metric_alarm" "errors_<<number>>" {
  alarm_name          = "${local.prefix}-errors-<<number>>"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 3
  metric_name         = "HTTPCode_Target_5XX_Count"
  namespace           = "AWS/ApplicationELB"
  period              = 60
  statistic           = "Sum"
  threshold           = <<number>>
  treat_missing_data  = "notBreaching"
  alarm_description   = "Service <<number>> answers with errors; see the runbook of the team."
  alarm_actions       = [aws_sns_topic.alerts.arn]

  dimensions = {
    LoadBalancer = aws_lb.main.arn_suffix
    TargetGroup  = "service-<<number>>"
  }
}
""",
    """
# The task runs beside its sidecar; sizes come from the load test of the last quarter.
resource "aws_ecs_task_definition" "service_<<number>>" {
  family                   = "${local.prefix}-<<number>>"
  network_mode             = "awsvpc"
  requires_compatibilities = ["FARGATE"]
  cpu                      = 512
  memory                   = 1024

  container_definitions = jsonencode([
    {
      name      = "app"
      image     = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/service-<<number>>:1.<<number>>.0"
      essential = true
      portMappings = [{
        containerPort = 8080
        protocol      = "tcp"
      }]
      environment = [
        { name = "LOG_LEVEL", value = "info" },
        { name = "SERVICE", value = "service-<<number>>" },
        { name = "TEAM", value = var.team },
      ]
      logConfiguration = {
        logDriver = "awslogs"
        options = {
          "awslogs-group"         = "/ecs/service-<<number>>"
          "awslogs-region"        = var.region
          "awslogs-stream-prefix" = "app"
        }
      }
    }
  ])
}
""",
    """
resource "aws_s3_bucket" "data_<<number>>" {
  bucket        = "${local.prefix}-data-<<number>>"
  force_destroy = false
  tags          = local.tags
}

resource "aws_s3_bucket_public_access_block" "data_<<number>>" {
  bucket                  = aws_s3_bucket.data_<<number>>.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}
""",
    """
resource "aws_db_instance" "db_<<number>>" {
  identifier                   = "${local.prefix}-db-<<number>>"
  engine                       = "postgres"
  engine_version               = "16.4"
  instance_class               = var.environment == "production" ? "db.r6g.xlarge" : "db.t4g.medium"
  allocated_storage            = <<number>>
  storage_encrypted            = true
  multi_az                     = var.environment == "production"
  backup_retention_period      = 14
  performance_insights_enabled = true
  db_subnet_group_name         = "main"
  manage_master_user_password  = true
  username                     = "app"
  deletion_protection          = true
  tags                         = merge(local.tags, { Name = "db-<<number>>" })
}
""",
    """
resource "aws_sqs_queue" "work_<<number>>" {
  name                       = "${local.prefix}-work-<<number>>"
  visibility_timeout_seconds = 120
  message_retention_seconds  = 1209600
  redrive_policy = jsonencode({
    deadLetterTargetArn = "arn:aws:sqs:${var.region}:${data.aws_caller_identity.current.account_id}:dead-<<number>>"
    maxReceiveCount     = 5
  })
}

resource "aws_cloudwatch_log_group" "work_<<number>>" {
  name              = "/work/<<number>>"
  retention_in_days = 30
}
""",
    """
resource "aws_lb_listener_rule" "path_<<number>>" {
  listener_arn = aws_lb_listener.https.arn
  priority     = <<number>>

  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.main.arn
  }

  condition {
    path_pattern {
      values = ["/api/v<<number>>/*"]
    }
  }

  condition {
    host_header {
      values = ["*.example.com"]
    }
  }
}
""",
    """
resource "aws_cloudwatch_dashboard" "board_<<number>>" {
  dashboard_name = "${local.prefix}-<<number>>"
  dashboard_body = <<-EOT
    {
      "widgets": [
        {
          "type": "metric", "x": 0, "y": 0, "width": 12, "height": 6,
          "properties": {
            "metrics": [["AWS/Lambda", "Errors", "FunctionName", "${local.prefix}-<<number>>"]],
            "period": 300, "stat": "Sum", "region": "${var.region}", "title": "Errors of <<number>>"
          }
        },
        {
          "type": "text", "x": 0, "y": 7, "width": 3, "height": 3,
          "properties": {"markdown": "Runbook: https://wiki.example.com/runbooks/<<number>>"}
        }
      ]
    }
  EOT
}
""",
    """
data "aws_ssm_parameter" "setting_<<number>>" {
  name = "/${var.environment}/settings/<<number>>"
}

resource "aws_route53_record" "record_<<number>>" {
  zone_id = data.terraform_remote_state.dns.outputs.zone_id
  name    = "service-<<number>>.${var.environment}.example.com"
  type    = "CNAME"
  ttl     = 300
  records = [aws_lb.main.dns_name]
}
""",
)

BASE = """
resource "aws_sns_topic" "alerts" {
  name = "${local.prefix}-alerts"
}

resource "aws_lb" "main" {
  name               = substr(local.prefix, 0, 32)
  load_balancer_type = "application"
  subnets            = module.network.public_subnets
}

resource "aws_lb_target_group" "main" {
  name        = substr(local.prefix, 0, 32)
  port        = 8080
  protocol    = "HTTP"
  target_type = "ip"
  vpc_id      = module.network.vpc_id

  health_check {
    path    = "/health"
    matcher = "200-299"
  }
}

resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.main.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = data.terraform_remote_state.dns.outputs.certificate_arn

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.main.arn
  }
}
"""
"""What the others refer to; each root has it once."""
