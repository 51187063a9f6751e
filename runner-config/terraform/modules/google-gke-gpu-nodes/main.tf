# Nodes with GPUs for the Kubernetes executor. GKE taints them with nvidia.com/gpu by itself, which the runner's
# configuration (mlgitlab runner config kubernetes) tolerates.

resource "google_container_node_pool" "gpu" {
  project            = var.project
  name               = var.name
  cluster            = var.cluster_name
  location           = var.location
  node_locations     = var.zones
  initial_node_count = 0

  autoscaling {
    min_node_count = 0
    max_node_count = var.max_nodes
  }

  management {
    auto_repair  = true
    auto_upgrade = true
  }

  node_config {
    machine_type    = var.machine_type
    spot            = var.spot
    disk_size_gb    = var.disk_gib
    disk_type       = "pd-ssd"
    service_account = var.service_account
    oauth_scopes    = ["https://www.googleapis.com/auth/cloud-platform"]

    labels = {
      accelerator = var.gpu_type
    }

    resource_labels = {
      environment = var.environment
      managed_by  = "terraform"
    }

    guest_accelerator {
      type  = var.accelerator_type
      count = var.accelerator_count

      gpu_driver_installation_config {
        gpu_driver_version = "LATEST"
      }
    }

    shielded_instance_config {
      enable_secure_boot = true
    }

    workload_metadata_config {
      mode = "GKE_METADATA"
    }
  }

  lifecycle {
    ignore_changes = [initial_node_count]
  }
}
