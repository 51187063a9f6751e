# GPU nodes in a GKE cluster that is there, for the Kubernetes executor: on demand, and spot beside it.

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
  description = "Google Cloud's project."
  type        = string
}

variable "region" {
  description = "Region of the cluster."
  type        = string
  default     = "europe-west4"
}

variable "environment" {
  description = "Environment, such as staging."
  type        = string
}

variable "cluster_name" {
  description = "The cluster."
  type        = string
}

variable "service_account" {
  description = "Service account of the nodes."
  type        = string
}

module "nodes" {
  source   = "../../modules/google-gke-gpu-nodes"
  for_each = { on-demand = false, spot = true }

  project          = var.project
  name             = "gpu-${var.environment}-${each.key}"
  environment      = var.environment
  cluster_name     = var.cluster_name
  location         = var.region
  zones            = ["${var.region}-a", "${var.region}-b"]
  service_account  = var.service_account
  gpu_type         = "l4"
  accelerator_type = "nvidia-l4"
  spot             = each.value
}

output "node_labels" {
  description = "For mlgitlab runner config kubernetes."
  value       = { for name, nodes in module.nodes : name => nodes.node_label }
}
