terraform {
  required_version = ">= 1.10"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }

  backend "s3" {
    bucket       = "harbour-terraform-state"
    key          = "production.tfstate"
    region       = "eu-central-1"
    encrypt      = true
    use_lockfile = true
  }
}

provider "aws" {
  region = var.region

  default_tags {
    tags = { platform = "harbour" }
  }
}

# CloudFront takes its certificate from this region only.
provider "aws" {
  alias  = "us_east_1"
  region = "us-east-1"
}
