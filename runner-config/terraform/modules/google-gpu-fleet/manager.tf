# What the runner manager (the machine with config.toml) may do: scale this group, and reach its instances.
# https://gitlab.com/gitlab-org/fleeting/plugins/googlecloud#required-permissions

resource "google_service_account" "manager" {
  project      = var.project
  account_id   = "${var.name}-manager"
  display_name = "Runner manager of ${var.name}"
}

resource "google_project_iam_custom_role" "manager" {
  project = var.project
  role_id = replace("${var.name}_manager", "-", "_")
  title   = "Runner manager of ${var.name}"
  permissions = [
    "compute.instanceGroupManagers.get",
    "compute.instanceGroupManagers.update",
    "compute.instances.delete",
    "compute.instances.get",
    "compute.instances.setMetadata",
  ]
}

resource "google_project_iam_member" "manager" {
  project = var.project
  role    = google_project_iam_custom_role.manager.id
  member  = google_service_account.manager.member
}

# The instances' account is used by those whom the group creates.
resource "google_service_account_iam_member" "manager" {
  service_account_id = google_service_account.instance.name
  role               = "roles/iam.serviceAccountUser"
  member             = google_service_account.manager.member
}
