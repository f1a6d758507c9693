# A key with its policy, alias, grant and rotation; a table under it; a user who may read it; a role that may open it.

terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

provider "aws" {}

variable "team" {
  type = string
}

data "aws_caller_identity" "current" {}

resource "aws_kms_key" "lab" {
  description             = "The lab's key"
  deletion_window_in_days = 7
  enable_key_rotation     = true
  rotation_period_in_days = 180
  tags                    = { lab = "yes" }
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Enable IAM User Permissions"
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::${data.aws_caller_identity.current.account_id}:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
      {
        Sid       = "Allow the reader to read"
        Effect    = "Allow"
        Principal = { AWS = aws_iam_user.reader.arn }
        Action    = "kms:Decrypt"
        Resource  = "*"
      },
    ]
  })
}

resource "aws_kms_alias" "lab" {
  name          = "alias/lab"
  target_key_id = aws_kms_key.lab.key_id
}

resource "aws_kms_grant" "robot" {
  name              = "robot"
  key_id            = aws_kms_key.lab.key_id
  grantee_principal = aws_iam_role.robot.arn
  operations        = ["Encrypt", "Decrypt"]
  constraints {
    encryption_context_subset = { team = var.team }
  }
}

resource "aws_kms_key" "signing" {
  description              = "For signatures: it does not rotate"
  customer_master_key_spec = "RSA_2048"
  key_usage                = "SIGN_VERIFY"
  deletion_window_in_days  = 7
}

resource "aws_dynamodb_table" "books" {
  name         = "Books"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "Author"
  range_key    = "Title"
  tags         = { team = var.team }
  attribute {
    name = "Author"
    type = "S"
  }
  attribute {
    name = "Title"
    type = "S"
  }
  server_side_encryption {
    enabled     = true
    kms_key_arn = aws_kms_key.lab.arn
  }
}

resource "aws_dynamodb_table_item" "dip" {
  table_name = aws_dynamodb_table.books.name
  hash_key   = aws_dynamodb_table.books.hash_key
  range_key  = aws_dynamodb_table.books.range_key
  item       = jsonencode({ Author = { S = "Seth Godin" }, Title = { S = "The Dip" } })
}

resource "aws_iam_user" "reader" {
  name          = "reader"
  force_destroy = true
  tags          = { team = var.team }
}

resource "aws_iam_user_policy" "reader" {
  name = "scan"
  user = aws_iam_user.reader.name
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "dynamodb:Scan", Resource = aws_dynamodb_table.books.arn }]
  })
}

resource "aws_iam_access_key" "reader" {
  user = aws_iam_user.reader.name
}

resource "aws_iam_role" "robot" {
  name = "robot"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = aws_iam_user.reader.arn } }]
  })
}

resource "aws_iam_role_policy" "robot" {
  name = "list"
  role = aws_iam_role.robot.name
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "kms:ListKeys", Resource = "*" }]
  })
}

resource "aws_iam_policy" "query" {
  name = "query"
  tags = { team = var.team }
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "dynamodb:Query", Resource = aws_dynamodb_table.books.arn }]
  })
}

resource "aws_iam_role_policy_attachment" "robot" {
  role       = aws_iam_role.robot.name
  policy_arn = aws_iam_policy.query.arn
}

output "key" {
  value = aws_kms_key.lab.arn
}

output "reader" {
  sensitive = true
  value     = [aws_iam_access_key.reader.id, aws_iam_access_key.reader.secret]
}
