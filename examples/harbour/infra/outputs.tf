output "name_servers" {
  description = "What the registrar must delegate the domain to"
  value       = aws_route53_zone.main.name_servers
}

output "deploy_role" {
  description = "Value of the variable AWS_DEPLOY_ROLE_ARN at GitHub"
  value       = aws_iam_role.deploy.arn
}
