variable "region" {
  description = "Region of everything but CloudFront's certificate"
  type        = string
  default     = "eu-central-1"
}

variable "domain" {
  description = "Domain of the board; its registrar delegates it to the zone made here"
  type        = string
  default     = "harbour.example"
}

variable "image_tag" {
  description = "Tag of the image in the repository that web and worker run"
  type        = string
}

variable "repository" {
  description = "Repository on GitHub whose main branch may deploy, as owner/name"
  type        = string
  default     = "harbour-board/harbour"
}

variable "okta_issuer" {
  description = "Issuer that the staff sign in with"
  type        = string
  default     = "https://harbour.okta.com/oauth2/default"
}

variable "zendesk_url" {
  description = "Where the support form opens tickets"
  type        = string
  default     = "https://harbour.zendesk.com"
}
