# Staging on AWS. Its state is GitLab's: terraform init with TF_HTTP_ADDRESS and friends, see the README one folder up.

terraform {
  required_version = ">= 1.6"

  backend "http" {}

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.0, < 7.0"
    }
  }
}

provider "aws" {
  region = var.region
}

variable "region" {
  description = "Region of everything."
  type        = string
  default     = "eu-central-1"
}

variable "ami_id" {
  description = "AMI with Docker, the NVIDIA driver and the NVIDIA container toolkit."
  type        = string
}

variable "bucket" {
  description = "Name of the bucket with models and evidence of this environment."
  type        = string
}

variable "gitlab_url" {
  description = "Address of GitLab."
  type        = string
  default     = "https://gitlab.com"
}

variable "project" {
  description = "Full path of the project, such as group/name."
  type        = string
}

module "fleet" {
  source = "../../modules/aws-gpu-fleet"

  name           = "gpu-staging"
  environment    = "staging"
  ami_id         = var.ami_id
  instance_types = ["g5.xlarge", "g5.2xlarge"]
  max_instances  = 2
  spot           = true
  cidr           = "10.42.0.0/16"
  zones          = ["${var.region}a", "${var.region}b"]
}

module "models" {
  source = "../../modules/aws-model-bucket"

  bucket                 = var.bucket
  environment            = "staging"
  gitlab_url             = var.gitlab_url
  project                = var.project
  create_oidc_provider   = true
  keep_old_versions_days = 30
}

output "fleet" {
  description = "What the runner manager needs."
  value       = module.fleet
}

output "models" {
  description = "What mlgitlab.yml needs."
  value       = module.models
}
