resource "incus_instance" "host" {
  name    = var.name
  image   = var.image
  type    = "container"
  project = var.project
  target  = var.target

  config = {
    "limits.memory"    = "${var.memory_mb}MiB"
    "limits.cpu"       = tostring(var.cpus)
    "boot.autostart"   = "true"
    "security.nesting" = "true" # systemd sandboxes its services with mounts that AppArmor would forbid
    # Images without cloud-init ignore this, and have their SSH server already.
    "cloud-init.user-data" = join("\n", ["#cloud-config", jsonencode({
      packages            = ["openssh-server", "python3"]
      disable_root        = false
      ssh_authorized_keys = [var.ssh_public_key]
    })])
  }

  device {
    name       = "root"
    type       = "disk"
    properties = { path = "/", pool = var.storage_pool, size = "${var.disk_gb}GiB" }
  }

  device {
    name       = "eth0"
    type       = "nic"
    properties = { network = var.network, "ipv4.address" = var.address }
  }

  file {
    target_path        = "/root/.ssh/authorized_keys"
    content            = "${trimspace(var.ssh_public_key)}\n"
    mode               = "0600"
    create_directories = true
    directory_mode     = "0700"
  }

  wait_for {
    type = "ipv4"
    nic  = "eth0"
  }
}
