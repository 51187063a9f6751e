# Who may use the bucket: jobs of one project, by GitLab's ID token. No key is kept anywhere. docs/s3.md says why these
# actions, and what a trust policy can and cannot look at.

locals {
  issuer       = trimprefix(var.gitlab_url, "https://")
  provider_arn = var.create_oidc_provider ? aws_iam_openid_connect_provider.gitlab[0].arn : data.aws_iam_openid_connect_provider.gitlab[0].arn
  store        = "${aws_s3_bucket.models.arn}/store"
  written      = [".mlgitlab/probe", "blobs/*", "models/*", "pointers/*", "results/*", "enrolled/*", "facts/*"]

  trusted = {
    train      = { test = "StringLike", subjects = ["project_path:${var.project}:ref_type:*"] }
    production = { test = "StringEquals", subjects = [for ref in var.production_refs : "project_path:${var.project}:${ref}"] }
  }
}

resource "aws_iam_openid_connect_provider" "gitlab" {
  count = var.create_oidc_provider ? 1 : 0

  url            = var.gitlab_url
  client_id_list = [var.gitlab_url]
  tags           = local.tags
}

data "aws_iam_openid_connect_provider" "gitlab" {
  count = var.create_oidc_provider ? 0 : 1

  url = var.gitlab_url
}

data "aws_iam_policy_document" "assume" {
  for_each = local.trusted

  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]

    principals {
      type        = "Federated"
      identifiers = [local.provider_arn]
    }

    condition {
      test     = "StringEquals"
      variable = "${local.issuer}:aud"
      values   = [var.gitlab_url]
    }

    condition {
      test     = each.value.test
      variable = "${local.issuer}:sub"
      values   = each.value.subjects
    }
  }
}

data "aws_iam_policy_document" "store" {
  for_each = local.trusted

  statement {
    actions   = ["s3:ListBucket", "s3:ListBucketMultipartUploads"]
    resources = [aws_s3_bucket.models.arn]
  }

  statement {
    actions   = ["s3:GetObject", "s3:ListMultipartUploadParts"]
    resources = ["${local.store}/*"]
  }

  statement {
    actions   = ["s3:PutObject", "s3:AbortMultipartUpload"]
    resources = [for part in local.written : "${local.store}/${part}"]
  }

  dynamic "statement" {
    for_each = each.key == "production" ? [] : ["the pointer `production` is not for those who train"]

    content {
      effect    = "Deny"
      actions   = ["s3:PutObject"]
      resources = ["${local.store}/pointers/*/production/*"]
    }
  }
}

# The log of pointers only grows, for every role.
data "aws_iam_policy_document" "pointers" {
  statement {
    effect    = "Deny"
    actions   = ["s3:PutObject"]
    resources = ["${local.store}/pointers/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Null"
      variable = "s3:if-none-match"
      values   = ["true"]
    }

    condition {
      test     = "Bool"
      variable = "s3:ObjectCreationOperation"
      values   = ["true"]
    }
  }
}

resource "aws_s3_bucket_policy" "pointers" {
  bucket = aws_s3_bucket.models.id
  policy = data.aws_iam_policy_document.pointers.json
}

resource "aws_iam_role" "jobs" {
  for_each = local.trusted

  name               = "${var.bucket}-${each.key}"
  assume_role_policy = data.aws_iam_policy_document.assume[each.key].json
  tags               = local.tags
}

resource "aws_iam_role_policy" "store" {
  for_each = local.trusted

  name   = "use-the-store"
  role   = aws_iam_role.jobs[each.key].id
  policy = data.aws_iam_policy_document.store[each.key].json
}
