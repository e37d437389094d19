resource "aws_ecs_cluster" "main" {
  name = "harbour"
}

resource "aws_cloudwatch_log_group" "main" {
  name              = "/harbour"
  retention_in_days = 30
}

locals {
  programs = {
    web    = { command = ["gunicorn", "--config", "gunicorn.conf.py"], count = 2, cpu = 512, memory = 1024 }
    worker = { command = ["celery", "--app", "harbour.worker", "worker", "--concurrency", "2"], count = 1, cpu = 512, memory = 1024 }
  }

  environment = {
    HOST                = "0.0.0.0"
    PORT                = "8000"
    WEB_CONCURRENCY     = "2"
    PUBLIC_URL          = "https://${var.domain}"
    ASSET_HOST          = "https://assets.${var.domain}"
    AWS_DEFAULT_REGION  = var.region
    PICTURES_BUCKET     = aws_s3_bucket.pictures.id
    REDIS_URL           = "rediss://${aws_elasticache_replication_group.main.primary_endpoint_address}:6379/0"
    BROKER_URL          = "sqs://"
    QUEUE_NAME          = aws_sqs_queue.tasks.name
    OIDC_ISSUER         = var.okta_issuer
    OIDC_STAFF_GROUP    = "harbour-moderators"
    SMTP_HOST           = "email-smtp.${var.region}.amazonaws.com"
    SMTP_PORT           = "587"
    MAIL_FROM           = "Harbour <noreply@${var.domain}>"
    PLAY_STORE_URL      = "https://play.google.com/store/apps/details?id=example.harbour"
    APP_STORE_URL       = "https://apps.apple.com/app/harbour/id0000000000"
    ZENDESK_URL         = var.zendesk_url
    S3_ADDRESSING_STYLE = "auto"
  }
}

resource "aws_ecs_task_definition" "program" {
  for_each = local.programs

  family                   = each.key
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = each.value.cpu
  memory                   = each.value.memory
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.application.arn

  container_definitions = jsonencode([{
    name         = each.key
    image        = "${aws_ecr_repository.main.repository_url}:${var.image_tag}"
    command      = each.value.command
    essential    = true
    portMappings = each.key == "web" ? [{ containerPort = 8000 }] : []
    environment  = [for name, value in local.environment : { name = name, value = value }]
    secrets      = [for name, secret in aws_secretsmanager_secret.application : { name = name, valueFrom = secret.arn }]
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.main.name
        awslogs-region        = var.region
        awslogs-stream-prefix = each.key
      }
    }
  }])
}

resource "aws_ecs_service" "program" {
  for_each = local.programs

  name            = each.key
  cluster         = aws_ecs_cluster.main.id
  task_definition = aws_ecs_task_definition.program[each.key].arn
  desired_count   = each.value.count
  launch_type     = "FARGATE"

  network_configuration {
    subnets          = aws_subnet.public[*].id
    security_groups  = [aws_security_group.application.id]
    assign_public_ip = true
  }

  dynamic "load_balancer" {
    for_each = each.key == "web" ? [aws_lb_target_group.web.arn] : []

    content {
      target_group_arn = load_balancer.value
      container_name   = "web"
      container_port   = 8000
    }
  }

  # The deployment rolls the services itself, once the database has been migrated.
  lifecycle {
    ignore_changes = [task_definition]
  }

  depends_on = [aws_lb_listener.https]
}
