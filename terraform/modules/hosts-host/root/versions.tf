terraform {
  required_version = ">= 1.4" # no provider: nothing to download, nobody to lose

  # State stays in this folder. Back it up with the rest of the project.
  backend "local" {}
}
