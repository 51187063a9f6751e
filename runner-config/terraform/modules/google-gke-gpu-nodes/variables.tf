variable "project" {
  description = "Google Cloud's project."
  type        = string
}

variable "cluster_name" {
  description = "A GKE cluster that is there."
  type        = string
}

variable "location" {
  description = "The cluster's region or zone."
  type        = string
}

variable "zones" {
  description = "Zones of the nodes: those that have the GPU."
  type        = list(string)
}

variable "name" {
  description = "Name of the node pool, such as gpu-staging."
  type        = string
}

variable "environment" {
  description = "Environment that everything is labelled with, such as staging."
  type        = string
}

variable "gpu_type" {
  description = "Type of the GPUs as mlgitlab.yml calls it, such as l4: the label `accelerator`, by which pods choose nodes."
  type        = string
}

variable "accelerator_type" {
  description = "The same GPU as Google calls it, such as nvidia-l4."
  type        = string
}

variable "accelerator_count" {
  description = "GPUs of one node."
  type        = number
  default     = 1
}

variable "machine_type" {
  description = "Machine type of the nodes."
  type        = string
  default     = "g2-standard-8"
}

variable "max_nodes" {
  description = "The most nodes in a zone. There are none while no job asks for one."
  type        = number
  default     = 4
}

variable "spot" {
  description = "Whether nodes are spot VMs."
  type        = bool
  default     = false
}

variable "service_account" {
  description = "Service account of the nodes."
  type        = string
}

variable "disk_gib" {
  description = "Size of each node's disk."
  type        = number
  default     = 200
}
