# The group of GPU instances that gitlab-runner's docker-autoscaler scales.
# https://docs.gitlab.com/runner/executors/docker_autoscaler/, https://gitlab.com/gitlab-org/fleeting/plugins/aws

locals {
  tags = {
    Environment = var.environment
    Fleet       = var.name
    ManagedBy   = "terraform"
  }
}

data "aws_region" "here" {}

resource "aws_launch_template" "gpu" {
  name_prefix   = "${var.name}-"
  image_id      = var.ami_id
  instance_type = var.instance_types[0]

  vpc_security_group_ids = [aws_security_group.instance.id]

  block_device_mappings {
    device_name = "/dev/sda1"

    ebs {
      volume_size           = var.disk_gib
      volume_type           = "gp3"
      encrypted             = "true"
      delete_on_termination = "true"
    }
  }

  # Jobs must not reach the instance's credentials from their containers: one hop, and tokens alone.
  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  tag_specifications {
    resource_type = "instance"
    tags          = merge(local.tags, { Name = var.name })
  }

  tag_specifications {
    resource_type = "volume"
    tags          = local.tags
  }

  tags = local.tags

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_autoscaling_group" "gpu" {
  name                = var.name
  min_size            = 0
  max_size            = var.max_instances
  vpc_zone_identifier = [for subnet in aws_subnet.private : subnet.id]

  # gitlab-runner decides how many there are, and which one goes: no scaling policy, no scale-in, no rebalancing.
  protect_from_scale_in = true
  suspended_processes   = ["AZRebalance", "ReplaceUnhealthy"]
  health_check_type     = "EC2"

  # `terraform destroy` must not wait for instances that are protected from going.
  force_delete = true

  mixed_instances_policy {
    instances_distribution {
      on_demand_base_capacity                  = 0
      on_demand_percentage_above_base_capacity = var.spot ? 0 : 100
      spot_allocation_strategy                 = "price-capacity-optimized"
    }

    launch_template {
      launch_template_specification {
        launch_template_id = aws_launch_template.gpu.id
        version            = "$Latest"
      }

      dynamic "override" {
        for_each = var.instance_types

        content {
          instance_type = override.value
        }
      }
    }
  }

  dynamic "tag" {
    for_each = merge(local.tags, { Name = var.name })

    content {
      key                 = tag.key
      value               = tag.value
      propagate_at_launch = true
    }
  }

  lifecycle {
    # The runner moves it; Terraform must not move it back.
    ignore_changes = [desired_capacity]
  }
}
