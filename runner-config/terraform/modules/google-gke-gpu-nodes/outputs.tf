output "node_label" {
  description = "For `mlgitlab runner config kubernetes --node-label`."
  value       = "accelerator=${var.gpu_type}"
}
