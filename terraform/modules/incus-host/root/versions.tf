terraform {
  required_version = ">= 1.4"
  required_providers {
    incus = {
      source  = "lxc/incus"
      version = ">= 1.1.1, < 2.0.0"
    }
  }

  # State stays in this folder. Back it up with the rest of the project.
  backend "local" {}
}

# The machine or cluster that `incus remote list` calls current.
provider "incus" {
  default_remote = var.remote
}
