resource "aws_kms_key" "main" {
  description             = "Database, queue and secrets of Harbour"
  enable_key_rotation     = true
  deletion_window_in_days = 30
}

resource "aws_kms_alias" "main" {
  name          = "alias/harbour"
  target_key_id = aws_kms_key.main.id
}

locals {
  secret_names = [
    "DATABASE_URL",
    "FCM_CREDENTIALS",
    "OIDC_CLIENT_ID",
    "OIDC_CLIENT_SECRET",
    "SECRET_KEY",
    "SENTRY_DSN",
    "SMTP_PASSWORD",
    "SMTP_USER",
    "TURNSTILE_SECRET",
    "TURNSTILE_SITE_KEY",
    "TWILIO_ACCOUNT_SID",
    "TWILIO_AUTH_TOKEN",
    "TWILIO_VERIFY_SERVICE_SID",
    "ZENDESK_EMAIL",
    "ZENDESK_TOKEN",
  ]
}

# Values are set by hand, so that none ever lies in Terraform's state.
resource "aws_secretsmanager_secret" "application" {
  for_each = toset(local.secret_names)

  name       = "harbour/${each.key}"
  kms_key_id = aws_kms_key.main.arn
}
