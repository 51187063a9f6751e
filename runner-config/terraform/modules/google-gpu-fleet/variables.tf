variable "name" {
  description = "Name of the fleet, such as gpu-staging: that of the instance group, which config.toml names as `plugin_config.name`."
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

variable "region" {
  description = "Region of the network."
  type        = string
}

variable "zone" {
  description = "Zone of the instances: one that has the GPU."
  type        = string
}

variable "image" {
  description = "Image with Docker, the NVIDIA driver and the NVIDIA container toolkit."
  type        = string
}

variable "machine_type" {
  description = "Machine type. Those that begin with a2, a3 and g2 have their GPUs built in."
  type        = string
  default     = "g2-standard-8"
}

variable "accelerator_type" {
  description = "GPU to attach to a machine type without one, such as nvidia-tesla-t4; empty where it is built in."
  type        = string
  default     = ""
}

variable "accelerator_count" {
  description = "How many of them."
  type        = number
  default     = 1
}

variable "spot" {
  description = "Whether instances are spot VMs. Jobs on them need `retry` (mlgitlab runner config retry)."
  type        = bool
  default     = false
}

variable "disk_gib" {
  description = "Size of each instance's disk. Images with CUDA and PyTorch take 10 GiB and more."
  type        = number
  default     = 200
}

variable "cidr" {
  description = "Address range of the fleet's own network."
  type        = string
  default     = "10.42.0.0/20"
}
