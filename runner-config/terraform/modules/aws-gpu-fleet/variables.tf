variable "name" {
  description = "Name of the fleet, such as gpu-staging: that of the Auto Scaling group, which config.toml names as `plugin_config.name`."
  type        = string
}

variable "environment" {
  description = "Environment that everything is tagged with, such as staging."
  type        = string
}

variable "ami_id" {
  description = "AMI with Docker, the NVIDIA driver and the NVIDIA container toolkit."
  type        = string
}

variable "instance_types" {
  description = "Instance types, the preferred first. All must have the same GPUs: one fleet, one set of runner tags."
  type        = list(string)
  default     = ["g5.xlarge"]
}

variable "max_instances" {
  description = "The most instances; the same number as `max_instances` in config.toml."
  type        = number
  default     = 4
}

variable "spot" {
  description = "Whether instances are spot instances. Jobs on them need `retry` (mlgitlab runner config retry)."
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
  default     = "10.42.0.0/16"
}

variable "zones" {
  description = "Availability zones, two or more: GPUs are not always to be had in one."
  type        = list(string)
}

variable "cache_bucket" {
  description = "Bucket of GitLab's cache, which the runner manager may read and write; empty for none."
  type        = string
  default     = ""
}
