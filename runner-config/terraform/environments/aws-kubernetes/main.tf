# GPU nodes in an EKS cluster that is there, for the Kubernetes executor: on demand, and spot beside it.

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
  description = "Region of the cluster."
  type        = string
  default     = "eu-central-1"
}

variable "environment" {
  description = "Environment, such as staging."
  type        = string
}

variable "cluster_name" {
  description = "The cluster."
  type        = string
}

variable "node_role_arn" {
  description = "Role of the nodes."
  type        = string
}

variable "subnet_ids" {
  description = "Subnets of the nodes."
  type        = list(string)
}

module "nodes" {
  source   = "../../modules/aws-eks-gpu-nodes"
  for_each = { on-demand = false, spot = true }

  name          = "gpu-${var.environment}-${each.key}"
  environment   = var.environment
  cluster_name  = var.cluster_name
  node_role_arn = var.node_role_arn
  subnet_ids    = var.subnet_ids
  gpu_type      = "a10g"
  spot          = each.value
}

output "node_labels" {
  description = "For mlgitlab runner config kubernetes."
  value       = { for name, nodes in module.nodes : name => nodes.node_label }
}
