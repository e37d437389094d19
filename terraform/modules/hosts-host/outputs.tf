output "host" {
  description = "How Ansible reaches the host, once it answered."
  value = {
    name             = var.name
    address          = terraform_data.reachable.output.address
    user             = var.user
    port             = var.port
    groups           = var.groups
    private_key_file = var.private_key_file
    host_key         = var.host_key
  }
}
