output "host" {
  description = "How Ansible reaches the host."
  value = {
    name             = var.name
    address          = incus_instance.host.ipv4_address
    user             = "root"
    port             = 22
    groups           = var.groups
    private_key_file = null
    host_key         = null # made by the host when it first starts
  }
}
