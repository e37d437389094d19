locals {
  # a machine sold with 2 GB shows a little less: nine tenths are enough
  least_memory_kb = var.check_resources ? floor(var.memory_mb * 1024 * 0.9) : 0
  least_disk_kb   = var.check_resources ? floor(var.disk_gb * 1024 * 1024 * 0.9) : 0
}

# Nothing is created: it is proved that SSH lets us in, that Ansible finds Python, and that the machine is big enough.
resource "terraform_data" "reachable" {
  input            = { name = var.name, address = var.address, user = var.user, port = var.port }
  triggers_replace = [var.address, var.user, var.port, local.least_memory_kb, local.least_disk_kb]

  connection {
    type        = "ssh"
    host        = var.address
    user        = var.user
    port        = var.port
    host_key    = var.host_key
    private_key = var.private_key_file == null ? null : file(pathexpand(var.private_key_file))
    agent       = var.private_key_file == null
    timeout     = "2m"
  }

  provisioner "remote-exec" {
    inline = [
      "command -v python3 >/dev/null || { echo 'python3 is missing: apt-get install python3' >&2; exit 1; }",
      "grep -qE '^VERSION_ID=\"(12|13)\"' /etc/os-release && grep -q '^ID=debian' /etc/os-release || { echo 'this is not Debian 12 or 13' >&2; exit 1; }",
      "[ $(id -u) -eq 0 ] || sudo -n true || { echo 'neither root nor sudo without a password' >&2; exit 1; }",
      "[ $(awk '/^MemTotal:/ {print $2}' /proc/meminfo) -ge ${local.least_memory_kb} ] || { echo 'less memory than planned: ${var.memory_mb} MB' >&2; exit 1; }",
      "[ $(df -Pk / | awk 'NR == 2 {print $2}') -ge ${local.least_disk_kb} ] || { echo 'less disk than planned: ${var.disk_gb} GB' >&2; exit 1; }",
    ]
  }
}
