# What the runner manager (the machine with config.toml) may do: scale this one group, and reach its instances.
# https://gitlab.com/gitlab-org/fleeting/plugins/aws#recommended-iam-policy

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "manager" {
  statement {
    sid       = "Scale"
    actions   = ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"]
    resources = [aws_autoscaling_group.gpu.arn]
  }

  statement {
    sid       = "Look"
    actions   = ["autoscaling:DescribeAutoScalingGroups", "ec2:DescribeInstances"]
    resources = ["*"]
  }

  statement {
    sid       = "Connect"
    actions   = ["ec2:GetPasswordData", "ec2-instance-connect:SendSSHPublicKey"]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "ec2:ResourceTag/aws:autoscaling:groupName"
      values   = [aws_autoscaling_group.gpu.name]
    }
  }

  dynamic "statement" {
    for_each = var.cache_bucket == "" ? [] : [var.cache_bucket]

    content {
      sid       = "Cache"
      actions   = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:DeleteObject"]
      resources = ["arn:aws:s3:::${statement.value}/*"]
    }
  }
}

resource "aws_iam_role" "manager" {
  name               = "${var.name}-manager"
  assume_role_policy = data.aws_iam_policy_document.assume.json
  tags               = local.tags
}

resource "aws_iam_role_policy" "manager" {
  name   = "scale-the-fleet"
  role   = aws_iam_role.manager.id
  policy = data.aws_iam_policy_document.manager.json
}

resource "aws_iam_instance_profile" "manager" {
  name = "${var.name}-manager"
  role = aws_iam_role.manager.name
  tags = local.tags
}
