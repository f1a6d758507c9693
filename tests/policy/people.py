"""The accounts, the people and the things that tests of policies speak of."""

from __future__ import annotations

A, B = "123456789012", "999999999999"
READER = f"arn:aws:iam::{A}:user/IAMLabUser"
OWNER = f"arn:aws:iam::{A}:user/ed-user-1"
SESSION = f"arn:aws:sts::{A}:assumed-role/Reader/ana"
ROOT = f"arn:aws:iam::{A}:root"
STRANGER = f"arn:aws:iam::{B}:user/Eve"
SERVICE = "lambda.amazonaws.com"
ANYBODY = "*anonymous*"
DYNAMODB = "dynamodb.us-east-1.amazonaws.com"
KEY = f"arn:aws:kms:us-east-1:{A}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
ALIAS = f"arn:aws:kms:us-east-1:{A}:alias/myKey"
VIA_DYNAMODB = {
    "kms:ViaService": DYNAMODB,
    "kms:EncryptionContext:aws:dynamodb:tableName": "Books",
}
