output "hosts" {
  description = "The inventory: inventory/hosts.py reads it."
  value       = { for name, host in module.host : name => host.host }
}
