variable "bucket" {
  description = "Name of the bucket."
  type        = string
}

variable "environment" {
  description = "Environment that everything is labelled with, such as staging."
  type        = string
}

variable "project" {
  description = "Google Cloud's project."
  type        = string
}

variable "location" {
  description = "Where the bucket is, such as EUROPE-WEST4."
  type        = string
}

variable "gitlab_url" {
  description = "Address of GitLab: who issues ID tokens, and for whom (`aud`)."
  type        = string
  default     = "https://gitlab.com"
}

variable "gitlab_project" {
  description = "Full path of the project whose jobs may use the bucket, such as group/name."
  type        = string
}

variable "keep_old_versions_days" {
  description = "How long something deleted or replaced can be had back."
  type        = number
  default     = 90
}
