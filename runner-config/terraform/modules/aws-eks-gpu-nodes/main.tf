# Nodes with GPUs for the Kubernetes executor. The taint keeps other pods off them; the runner's configuration
# (mlgitlab runner config kubernetes) tolerates it.

resource "aws_eks_node_group" "gpu" {
  cluster_name    = var.cluster_name
  node_group_name = var.name
  node_role_arn   = var.node_role_arn
  subnet_ids      = var.subnet_ids
  ami_type        = "AL2023_x86_64_NVIDIA"
  instance_types  = var.instance_types
  capacity_type   = var.spot ? "SPOT" : "ON_DEMAND"
  disk_size       = var.disk_gib

  labels = {
    accelerator = var.gpu_type
  }

  taint {
    key    = "nvidia.com/gpu"
    value  = "present"
    effect = "NO_SCHEDULE"
  }

  scaling_config {
    min_size     = 0
    desired_size = 0
    max_size     = var.max_nodes
  }

  update_config {
    max_unavailable = 1
  }

  tags = {
    Environment                                                        = var.environment
    ManagedBy                                                          = "terraform"
    "k8s.io/cluster-autoscaler/enabled"                                = "true"
    "k8s.io/cluster-autoscaler/${var.cluster_name}"                    = "owned"
    "k8s.io/cluster-autoscaler/node-template/label/accelerator"        = var.gpu_type
    "k8s.io/cluster-autoscaler/node-template/taint/nvidia.com/gpu"     = "present:NoSchedule"
    "k8s.io/cluster-autoscaler/node-template/resources/nvidia.com/gpu" = "1"
  }

  lifecycle {
    ignore_changes = [scaling_config[0].desired_size]
  }
}
