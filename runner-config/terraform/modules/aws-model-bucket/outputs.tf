output "store_url" {
  description = "For `store.url` in mlgitlab.yml."
  value       = "s3://${aws_s3_bucket.models.bucket}/store"
}

output "train_role_arn" {
  description = "For `store.role_arn` in mlgitlab.yml: what trains and evaluates."
  value       = aws_iam_role.jobs["train"].arn
}

output "production_role_arn" {
  description = "The role that may move the pointer `production`."
  value       = aws_iam_role.jobs["production"].arn
}
