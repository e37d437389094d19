variable "machines" {
  description = "The machines there are, by the plan's host names. No secrets here: keys are named by their files."
  type = map(object({
    address          = string # IP address or DNS name
    user             = optional(string, "root")
    port             = optional(number, 22)
    private_key_file = optional(string) # absent: the SSH agent
    host_key         = optional(string) # public host key; absent: the first one seen is believed
  }))
}

variable "check_resources" {
  description = "Whether a machine smaller than planned is an error."
  type        = bool
  default     = true
}
