# The group of GPU instances that gitlab-runner's docker-autoscaler scales.
# https://docs.gitlab.com/runner/executors/docker_autoscaler/, https://gitlab.com/gitlab-org/fleeting/plugins/googlecloud

locals {
  labels = {
    environment = var.environment
    fleet       = var.name
    managed_by  = "terraform"
  }
}

# Nothing is granted to it: jobs get what they may by their own ID tokens.
resource "google_service_account" "instance" {
  project      = var.project
  account_id   = "${var.name}-instance"
  display_name = "GPU instances of ${var.name}"
}

resource "google_compute_instance_template" "gpu" {
  project      = var.project
  name_prefix  = "${var.name}-"
  region       = var.region
  machine_type = var.machine_type
  labels       = local.labels

  disk {
    source_image = var.image
    boot         = true
    auto_delete  = true
    disk_type    = "pd-ssd"
    disk_size_gb = var.disk_gib
  }

  dynamic "guest_accelerator" {
    for_each = var.accelerator_type == "" ? [] : [var.accelerator_type]

    content {
      type  = guest_accelerator.value
      count = var.accelerator_count
    }
  }

  network_interface {
    subnetwork = google_compute_subnetwork.fleet.id
  }

  # A machine with a GPU cannot be moved while it runs.
  scheduling {
    on_host_maintenance         = "TERMINATE"
    automatic_restart           = false
    preemptible                 = var.spot
    provisioning_model          = var.spot ? "SPOT" : "STANDARD"
    instance_termination_action = var.spot ? "DELETE" : null
  }

  service_account {
    email  = google_service_account.instance.email
    scopes = ["cloud-platform"]
  }

  shielded_instance_config {
    enable_vtpm                 = true
    enable_integrity_monitoring = true
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "google_compute_instance_group_manager" "gpu" {
  project            = var.project
  name               = var.name
  zone               = var.zone
  base_instance_name = var.name
  target_size        = 0

  version {
    instance_template = google_compute_instance_template.gpu.id
  }

  # gitlab-runner decides how many there are, and which one goes: no autoscaler, and a new template is for new instances.
  update_policy {
    type           = "OPPORTUNISTIC"
    minimal_action = "REPLACE"
  }

  lifecycle {
    ignore_changes = [target_size]
  }
}
