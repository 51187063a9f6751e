output "bucket" {
  description = "Name of the bucket."
  value       = google_storage_bucket.models.name
}

output "identity_provider" {
  description = "Full name of the provider, which jobs name when they exchange their ID token."
  value       = google_iam_workload_identity_pool_provider.gitlab.name
}
