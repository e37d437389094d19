resource "incus_network" "platform" {
  name    = var.network_name
  project = var.project

  config = {
    "ipv4.address" = "${cidrhost(var.network, 1)}/${split("/", var.network)[1]}"
    "ipv4.nat"     = "true"
    "ipv6.address" = "none"
  }
}

module "host" {
  source   = "./modules/incus-host"
  for_each = local.hosts

  name           = each.key
  memory_mb      = each.value.memory_mb
  cpus           = each.value.cpus
  disk_gb        = each.value.disk_gb
  groups         = each.value.groups
  ssh_public_key = var.ssh_public_key

  image        = var.image
  network      = incus_network.platform.name
  address      = cidrhost(var.network, each.value.number + 10)
  storage_pool = var.storage_pool
  project      = var.project
  target       = lookup(var.placement, each.key, null)
}
