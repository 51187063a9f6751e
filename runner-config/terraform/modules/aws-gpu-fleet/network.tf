# A network of its own: instances have no public address, and reach GitLab, registries and S3 from the inside out.

resource "aws_vpc" "fleet" {
  cidr_block           = var.cidr
  enable_dns_hostnames = true
  tags                 = merge(local.tags, { Name = var.name })
}

resource "aws_internet_gateway" "fleet" {
  vpc_id = aws_vpc.fleet.id
  tags   = local.tags
}

resource "aws_subnet" "public" {
  vpc_id            = aws_vpc.fleet.id
  cidr_block        = cidrsubnet(var.cidr, 8, 255)
  availability_zone = var.zones[0]
  tags              = merge(local.tags, { Name = "${var.name}-public" })
}

resource "aws_subnet" "private" {
  for_each = { for index, zone in var.zones : zone => index }

  vpc_id            = aws_vpc.fleet.id
  cidr_block        = cidrsubnet(var.cidr, 4, each.value)
  availability_zone = each.key
  tags              = merge(local.tags, { Name = "${var.name}-${each.key}" })
}

resource "aws_eip" "nat" {
  domain = "vpc"
  tags   = local.tags
}

resource "aws_nat_gateway" "fleet" {
  allocation_id = aws_eip.nat.id
  subnet_id     = aws_subnet.public.id
  tags          = local.tags

  depends_on = [aws_internet_gateway.fleet]
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.fleet.id
  tags   = local.tags

  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.fleet.id
  }
}

resource "aws_route_table" "private" {
  vpc_id = aws_vpc.fleet.id
  tags   = local.tags

  route {
    cidr_block     = "0.0.0.0/0"
    nat_gateway_id = aws_nat_gateway.fleet.id
  }
}

resource "aws_route_table_association" "public" {
  subnet_id      = aws_subnet.public.id
  route_table_id = aws_route_table.public.id
}

resource "aws_route_table_association" "private" {
  for_each = aws_subnet.private

  subnet_id      = each.value.id
  route_table_id = aws_route_table.private.id
}

# Models and datasets come from S3 without passing, and paying for, the NAT gateway.
resource "aws_vpc_endpoint" "s3" {
  vpc_id          = aws_vpc.fleet.id
  service_name    = "com.amazonaws.${data.aws_region.here.region}.s3"
  route_table_ids = [aws_route_table.private.id]
  tags            = local.tags
}

resource "aws_security_group" "manager" {
  name        = "${var.name}-manager"
  description = "The runner manager"
  vpc_id      = aws_vpc.fleet.id
  tags        = local.tags

  egress {
    description = "GitLab, the cloud's API and the instances"
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_security_group" "instance" {
  name        = "${var.name}-instance"
  description = "GPU instances: the manager reaches them by SSH, and nobody else"
  vpc_id      = aws_vpc.fleet.id
  tags        = local.tags

  ingress {
    description     = "SSH from the manager"
    from_port       = 22
    to_port         = 22
    protocol        = "tcp"
    security_groups = [aws_security_group.manager.id]
  }

  egress {
    description = "Registries, package indexes, GitLab and S3"
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
