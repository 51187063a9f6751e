variable "bucket" {
  description = "Name of the bucket with models and evidence."
  type        = string
}

variable "environment" {
  description = "Environment that everything is tagged with, such as staging."
  type        = string
}

variable "gitlab_url" {
  description = "Address of GitLab without a slash at its end: who issues ID tokens, and for whom (`aud`)."
  type        = string
  default     = "https://gitlab.com"
}

variable "project" {
  description = "Full path of the project whose jobs train and deploy, such as group/name."
  type        = string
}

variable "production_refs" {
  description = "Refs whose jobs may move the pointer `production`: exact ends of `sub` in GitLab's ID token. Protect them."
  type        = list(string)
  default     = ["ref_type:branch:ref:main"]
}

variable "create_oidc_provider" {
  description = "Whether to tell the account of this GitLab. Once in an account: other environments of it say false."
  type        = bool
  default     = true
}

variable "keep_old_versions_days" {
  description = "How long something deleted or replaced can be had back."
  type        = number
  default     = 90
}
