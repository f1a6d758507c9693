"""A KMS key as a card: its names, its state, what it is for, and whether it is rotated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from kmscourse.display.card import Card, Facts
from kmscourse.display.moment import moment
from kmscourse.display.table import Code
from kmscourse.kms import aliases

if TYPE_CHECKING:
    from types_boto3_kms import KMSClient
    from types_boto3_kms.type_defs import KeyMetadataTypeDef

STATES = {
    "Enabled": "✓ Enabled",
    "Disabled": "✗ Disabled: opens nothing until it is enabled again",
    "PendingDeletion": "✗ PendingDeletion: opens nothing, and is gone for good on {deletion} unless that is cancelled",
    "PendingImport": "✗ PendingImport: has no key material yet",
    "Unavailable": "✗ Unavailable: its key store can't be reached",
}
SPECS = {"SYMMETRIC_DEFAULT": "symmetric, AES-256-GCM; it never leaves KMS"}
USAGES = {
    "ENCRYPT_DECRYPT": "encrypt and decrypt",
    "SIGN_VERIFY": "sign and verify",
    "GENERATE_VERIFY_MAC": "make and verify message authentication codes",
    "KEY_AGREEMENT": "agree on a shared secret",
}
ORIGINS = {
    "AWS_KMS": "KMS made its key material",
    "EXTERNAL": "its key material was imported",
    "AWS_CLOUDHSM": "its key material is in a CloudHSM cluster",
    "EXTERNAL_KEY_STORE": "its key material is outside of AWS",
}
MANAGERS = {"CUSTOMER": "you", "AWS": "AWS, for one of its services"}


class KeyCard(Card):
    """A key, by its id, ARN or alias, as DescribeKey tells it.

    Raises ClientError where KMS doesn't describe it. What else KMS doesn't tell, the card says.
    """

    def __init__(self, kms: KMSClient, key_id: str) -> None:
        key = kms.describe_key(KeyId=key_id)["KeyMetadata"]
        super().__init__(Facts(f"KMS key {key['KeyId']}", _rows(kms, key)))


def _rows(kms: KMSClient, key: KeyMetadataTypeDef) -> list[tuple[str, str]]:
    deletion = moment(key.get("DeletionDate"))
    state = STATES.get(key["KeyState"], key["KeyState"]).format(deletion=deletion)
    several = "multi-Region" if key.get("MultiRegion") else "single-Region"
    return [
        ("Aliases", _aliases(kms, key["Arn"])),
        ("Key ID", Code(key["KeyId"])),
        ("ARN", Code(key["Arn"])),
        ("Description", key.get("Description", "") or "none"),
        ("State", state),
        ("Key spec", _explained(key["KeySpec"], SPECS)),
        ("Key usage", _explained(key["KeyUsage"], USAGES)),
        ("Origin", _explained(key["Origin"], ORIGINS)),
        ("Regionality", several),
        ("Managed by", MANAGERS.get(key["KeyManager"], key["KeyManager"])),
        ("Created", moment(key["CreationDate"])),
        ("Rotation", _rotation(kms, key["Arn"])),
    ]


def _explained(value: str, words: dict[str, str]) -> str:
    return f"{value} ({words[value]})" if value in words else value


def _aliases(kms: KMSClient, arn: str) -> str:
    try:
        return Code("\n".join(aliases(kms, arn))) or "none"
    except ClientError as error:
        return _not_told(error)


def _rotation(kms: KMSClient, arn: str) -> str:
    try:
        status = kms.get_key_rotation_status(KeyId=arn)
    except ClientError as error:
        return _not_told(error)
    if not status["KeyRotationEnabled"]:
        return "off"
    following = f", next on {moment(status['NextRotationDate'])}" if "NextRotationDate" in status else ""
    return f"on, every {status.get('RotationPeriodInDays', 365)} days{following}"


def _not_told(error: ClientError) -> str:
    return f"KMS doesn't say ({error.response['Error']['Code']})"
