output "group_name" {
  description = "For `mlgitlab runner config docker-autoscaler-aws --fleet`."
  value       = aws_autoscaling_group.gpu.name
}

output "manager_instance_profile" {
  description = "Instance profile of the runner manager."
  value       = aws_iam_instance_profile.manager.name
}

output "manager_security_group" {
  description = "Security group of the runner manager."
  value       = aws_security_group.manager.id
}

output "subnets" {
  description = "Subnets that the runner manager may be in."
  value       = [for subnet in aws_subnet.private : subnet.id]
}
