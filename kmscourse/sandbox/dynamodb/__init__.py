"""DynamoDB: tables, items, and what it does with the KMS keys of tables."""
