# --- every target's module has these ---------------------------------------------------------------------------------
variable "name" {
  description = "The host's name in the plan and in the inventory."
  type        = string
}

variable "memory_mb" {
  description = "Memory the plan asks for, in MB. Checked against what the machine has."
  type        = number
}

variable "cpus" {
  description = "Processors the plan asks for. Not checked: a host with fewer is slower, not broken."
  type        = number
}

variable "disk_gb" {
  description = "Disk the plan asks for, in GB. Checked against the size of the root file system."
  type        = number
}

variable "groups" {
  description = "Blueprints placed on the host; they become its groups in the inventory."
  type        = list(string)
}

variable "ssh_public_key" {
  description = "Key allowed to log in. These machines exist already, so it is not used here."
  type        = string
  default     = null
}

# --- what this target needs besides ----------------------------------------------------------------------------------
variable "address" {
  description = "IP address or DNS name at which SSH answers."
  type        = string
}

variable "user" {
  description = "Login with root's rights: root, or a user who may sudo without a password."
  type        = string
  default     = "root"
}

variable "port" {
  description = "Port of SSH."
  type        = number
  default     = 22
}

variable "private_key_file" {
  description = "File with the private key; null uses the SSH agent. Only the path is ever stored, never the key."
  type        = string
  default     = null
}

variable "host_key" {
  description = "The host's public key, as in known_hosts: Terraform and Ansible believe no other. null accepts the first one seen."
  type        = string
  default     = null
}

variable "check_resources" {
  description = "Whether memory and disk below the plan's needs are an error."
  type        = bool
  default     = true
}
