# --- every target's module has these ---------------------------------------------------------------------------------
variable "name" {
  description = "The host's name in the plan and in the inventory."
  type        = string
}

variable "memory_mb" {
  description = "Memory the plan asks for, in MB. The container's limit."
  type        = number
}

variable "cpus" {
  description = "Processors the plan asks for. The container's limit."
  type        = number
}

variable "disk_gb" {
  description = "Disk the plan asks for, in GB. A limit where the storage pool knows quotas."
  type        = number
}

variable "groups" {
  description = "Blueprints placed on the host; they become its groups in the inventory."
  type        = list(string)
}

variable "ssh_public_key" {
  description = "Public key that may log in as root."
  type        = string
}

# --- what this target needs besides ----------------------------------------------------------------------------------
variable "image" {
  description = "Image of a Debian 12 or 13 system container: with an SSH server in it, or with cloud-init."
  type        = string
}

variable "network" {
  description = "Name of the Incus network."
  type        = string
}

variable "address" {
  description = "The host's fixed IPv4 address on that network."
  type        = string
}

variable "storage_pool" {
  description = "Name of the Incus storage pool for the root disk."
  type        = string
}

variable "project" {
  description = "Incus project; null is the default one."
  type        = string
  default     = null
}

variable "target" {
  description = "Cluster member to place it on; null lets Incus choose."
  type        = string
  default     = null
}
