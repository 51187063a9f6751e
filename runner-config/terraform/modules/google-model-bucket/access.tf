# Who may use the bucket: jobs of one project, by GitLab's ID token. No key is kept anywhere.
# https://docs.gitlab.com/ci/cloud_services/google_cloud/

resource "google_iam_workload_identity_pool" "gitlab" {
  project                   = var.project
  workload_identity_pool_id = "${var.bucket}-gitlab"
  display_name              = "GitLab jobs"
}

resource "google_iam_workload_identity_pool_provider" "gitlab" {
  project                            = var.project
  workload_identity_pool_id          = google_iam_workload_identity_pool.gitlab.workload_identity_pool_id
  workload_identity_pool_provider_id = "gitlab"
  attribute_condition                = "assertion.project_path == ${jsonencode(var.gitlab_project)}"

  attribute_mapping = {
    "google.subject"         = "assertion.sub"
    "attribute.project_path" = "assertion.project_path"
  }

  oidc {
    issuer_uri        = var.gitlab_url
    allowed_audiences = [var.gitlab_url]
  }
}

resource "google_storage_bucket_iam_member" "jobs" {
  bucket = google_storage_bucket.models.name
  role   = "roles/storage.objectUser"
  member = "principalSet://iam.googleapis.com/${google_iam_workload_identity_pool.gitlab.name}/attribute.project_path/${var.gitlab_project}"
}
