module "host" {
  source   = "./modules/hosts-host"
  for_each = local.hosts

  name      = each.key
  memory_mb = each.value.memory_mb
  cpus      = each.value.cpus
  disk_gb   = each.value.disk_gb
  groups    = each.value.groups

  address          = var.machines[each.key].address
  user             = var.machines[each.key].user
  port             = var.machines[each.key].port
  private_key_file = var.machines[each.key].private_key_file
  host_key         = var.machines[each.key].host_key
  check_resources  = var.check_resources
}
