output "group_name" {
  description = "For `mlgitlab runner config docker-autoscaler-googlecloud --fleet`."
  value       = google_compute_instance_group_manager.gpu.name
}

output "manager_service_account" {
  description = "Service account of the runner manager."
  value       = google_service_account.manager.email
}

output "subnetwork" {
  description = "Where the runner manager may be."
  value       = google_compute_subnetwork.fleet.id
}
