# Staging on Google Cloud. Its state is GitLab's: terraform init with TF_HTTP_ADDRESS and friends, see the README one folder up.

terraform {
  required_version = ">= 1.6"

  backend "http" {}

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 6.0, < 7.0"
    }
  }
}

provider "google" {
  project = var.project
  region  = var.region
}

variable "project" {
  description = "Google Cloud's project of this environment."
  type        = string
}

variable "region" {
  description = "Region of everything."
  type        = string
  default     = "europe-west4"
}

variable "image" {
  description = "Image with Docker, the NVIDIA driver and the NVIDIA container toolkit."
  type        = string
}

variable "bucket" {
  description = "Name of the bucket of this environment."
  type        = string
}

variable "gitlab_url" {
  description = "Address of GitLab."
  type        = string
  default     = "https://gitlab.com"
}

variable "gitlab_project" {
  description = "Full path of the project, such as group/name."
  type        = string
}

module "fleet" {
  source = "../../modules/google-gpu-fleet"

  name        = "gpu-staging"
  environment = "staging"
  project     = var.project
  region      = var.region
  zone        = "${var.region}-a"
  image       = var.image
  spot        = true
}

module "models" {
  source = "../../modules/google-model-bucket"

  bucket                 = var.bucket
  environment            = "staging"
  project                = var.project
  location               = upper(var.region)
  gitlab_url             = var.gitlab_url
  gitlab_project         = var.gitlab_project
  keep_old_versions_days = 30
}

output "fleet" {
  description = "What the runner manager needs."
  value       = module.fleet
}

output "models" {
  description = "What jobs need."
  value       = module.models
}
