resource "aws_acm_certificate" "board" {
  domain_name       = var.domain
  validation_method = "DNS"

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_acm_certificate" "assets" {
  provider = aws.us_east_1

  domain_name       = "assets.${var.domain}"
  validation_method = "DNS"

  lifecycle {
    create_before_destroy = true
  }
}

locals {
  certificates = { board = aws_acm_certificate.board, assets = aws_acm_certificate.assets }
}

resource "aws_route53_record" "validation" {
  for_each = local.certificates

  zone_id = aws_route53_zone.main.zone_id
  name    = one(each.value.domain_validation_options).resource_record_name
  type    = one(each.value.domain_validation_options).resource_record_type
  records = [one(each.value.domain_validation_options).resource_record_value]
  ttl     = 300
}

resource "aws_acm_certificate_validation" "board" {
  certificate_arn         = aws_acm_certificate.board.arn
  validation_record_fqdns = [aws_route53_record.validation["board"].fqdn]
}

resource "aws_acm_certificate_validation" "assets" {
  provider = aws.us_east_1

  certificate_arn         = aws_acm_certificate.assets.arn
  validation_record_fqdns = [aws_route53_record.validation["assets"].fqdn]
}
