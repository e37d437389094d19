terraform {
  required_version = ">= 1.4"
  required_providers {
    incus = {
      source  = "lxc/incus"
      version = ">= 1.1.1, < 2.0.0"
    }
  }
}
