variable "ssh_public_key" {
  description = "Public key that may log in to the hosts, as in ~/.ssh/id_ed25519.pub."
  type        = string
}

variable "image" {
  description = "Debian 12 or 13 system container with cloud-init or an SSH server."
  type        = string
  default     = "images:debian/13/cloud"
}

variable "network" {
  description = "IPv4 network of the hosts' own bridge."
  type        = string
  default     = "10.88.0.0/24"

  validation {
    condition     = can(cidrhost(var.network, 1))
    error_message = "An IPv4 network such as 10.88.0.0/24."
  }
}

variable "network_name" {
  description = "Name of that bridge; at most 15 characters."
  type        = string
  default     = "offramp"
}

variable "storage_pool" {
  description = "Storage pool for the root disks."
  type        = string
  default     = "default"
}

variable "remote" {
  description = "Incus remote to drive; null is the current one."
  type        = string
  default     = null
}

variable "project" {
  description = "Incus project; null is the default one."
  type        = string
  default     = null
}

variable "placement" {
  description = "Cluster member by host name; hosts that are not named are placed by Incus."
  type        = map(string)
  default     = {}
}
