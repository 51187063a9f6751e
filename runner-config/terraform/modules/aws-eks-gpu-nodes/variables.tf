variable "cluster_name" {
  description = "An EKS cluster that is there, with NVIDIA's device plugin or GPU operator."
  type        = string
}

variable "name" {
  description = "Name of the node group, such as gpu-staging."
  type        = string
}

variable "environment" {
  description = "Environment that everything is tagged with, such as staging."
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

variable "gpu_type" {
  description = "Type of the GPUs, such as a10g: the label `accelerator`, by which the runner's pods choose nodes."
  type        = string
}

variable "instance_types" {
  description = "Instance types with that GPU."
  type        = list(string)
  default     = ["g5.xlarge"]
}

variable "max_nodes" {
  description = "The most nodes. There are none while no job asks for one, if the cluster has an autoscaler."
  type        = number
  default     = 4
}

variable "spot" {
  description = "Whether nodes are spot instances."
  type        = bool
  default     = false
}

variable "disk_gib" {
  description = "Size of each node's disk."
  type        = number
  default     = 200
}
