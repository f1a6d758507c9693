"""moto, which keeps what IAM and DynamoDB have; no other room touches it."""
